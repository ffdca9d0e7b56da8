"""The split as peers are given it, and what they say as our protocol reads it."""

from pathlib import Path
from typing import Any

import numpy as np

import mtrec_lib as mt
from mtrec_lib.core import atomic_path

PARTS = ("train", "validation", "test")


def split_of(data: dict[str, Any]) -> Any:
    """The split that every cell answers: leave-last-out of ``data["name"]``."""
    rest = {name: value for name, value in data.items() if name != "name"}
    return mt.data.leave_last_out(mt.data.load(data["name"], **rest))


def export(split: Any, path: Path) -> Path:
    """Write people, columns of items and parts as npz, a row an event in canonical order."""
    _, user = np.unique(split.events["user_id"].to_numpy(), return_inverse=True)
    number = {part: place for place, part in enumerate(PARTS)}
    arrays = {
        "user": user.astype(np.int32),
        "item": split.log.catalogue.encode(split.events["item_id"]) - 2,
        "part": split.events["part"].replace_strict(number).to_numpy().astype(np.int8),
        "size": np.array(split.log.catalogue.size),
        "masked": np.array(not split.log.about.repeats),
    }
    with atomic_path(path) as scratch, scratch.open("wb") as stream:
        np.savez_compressed(stream, **arrays)
    return path


class Said:
    """A scorer that answers with scores that were exported, (people asked, items)."""

    def __init__(self, name: str, scores: np.ndarray, users: np.ndarray) -> None:
        self.name, self._scores, self._users = name, scores, users

    def scores(self, histories: Any) -> np.ndarray:
        """The rows of the people asked; each has one query a part."""
        return self._scores[np.searchsorted(self._users, histories.users)]


def ranked(name: str, split: Any, path: Path) -> dict[str, Any]:
    """Part → ranking, of exported scores: all items, seen ones masked, ties against the model."""
    found = np.load(path)
    return {
        part: mt.evaluation.rank(
            Said(name, found[part], split.queries(part).histories.users), split, part
        )
        for part in PARTS[1:]
    }
