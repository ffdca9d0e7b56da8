"""What every peer is given and gives back. Runs in the peers' environments: NumPy and no more.

A peer's script is called as ``python SCRIPT split.npz settings.json FOLDER``. It trains on the
training events alone, looks at the validation part after each epoch, and keeps what it said when
it was best there.
"""

import json
import os
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np

TRAIN, VALIDATION, TEST = 0, 1, 2
Scores = dict[int, np.ndarray]


class Given:
    """The split that was exported, a row an event: people, columns of items, parts, in order."""

    def __init__(self, path: str) -> None:
        found = np.load(path)
        self.user, self.item, self.part = found["user"], found["item"], found["part"]
        self.size, self.users = int(found["size"]), int(self.user.max()) + 1
        self.masked = bool(found["masked"]) if "masked" in found else True

    def past(self, part: int) -> list[np.ndarray]:
        """The items before each person's event of ``part``, oldest first."""
        before = self.part < part
        ends = np.cumsum(np.bincount(self.user[before], minlength=self.users))
        return np.split(self.item[before], ends[:-1])

    def asked(self, part: int) -> tuple[np.ndarray, np.ndarray]:
        """The people who have an event in ``part``, and its item."""
        rows = self.part == part
        return self.user[rows], self.item[rows]

    def ndcg(self, scores: np.ndarray, part: int, k: int = 10) -> float:
        """NDCG@k of scores (people asked, size), ties against the model.

        Seen items are masked where nobody repeats, a target never.
        """
        user, target = self.asked(part)
        past, scores = self.past(part), scores.copy()
        own = scores[np.arange(len(user)), target]
        for row, person in enumerate(user if self.masked else []):
            scores[row, past[person]] = -np.inf
        scores[np.arange(len(user)), target] = own
        rank = (scores >= own[:, None]).sum(axis=1)
        return float(np.where(rank <= k, 1 / np.log2(1.0 + rank), 0.0).mean())


class Diary:
    """The clock of a training: a line an epoch, and the scores of the best one."""

    def __init__(self, given: Given, patience: int, max_seconds: float) -> None:
        self.given, self.patience, self.max_seconds = given, patience, max_seconds
        self.curve: list[dict[str, float]] = []
        self.best: Scores = {}
        self.value, self.best_value, self.waited = 0.0, -1.0, 0
        self.started, self.cpu = time.perf_counter(), time.process_time()

    def epoch(self, scores: Any, **more: float) -> bool:
        """Note an epoch's end; ``scores(part)`` is asked. Returns whether to go on."""
        validation = scores(VALIDATION)
        self.value = self.given.ndcg(validation, VALIDATION)
        self.waited += 1
        if self.value > self.best_value:
            self.best_value, self.waited = self.value, 0
            self.best = {VALIDATION: validation, TEST: scores(TEST)}
        line = {
            "epoch": len(self.curve) + 1,
            "seconds": time.perf_counter() - self.started,
            "cpu_seconds": time.process_time() - self.cpu,
            "load": os.getloadavg()[0] if hasattr(os, "getloadavg") else 0.0,
            "ndcg@10": self.value,
            **more,
        }
        self.curve.append({name: round(number, 5) for name, number in line.items()})
        print(json.dumps(self.curve[-1]), flush=True)
        late = line["seconds"] * (len(self.curve) + 1) / len(self.curve) > self.max_seconds
        return self.waited < self.patience and not late

    def write(self, folder: Path, **more: Any) -> None:
        """Leave ``scores.npz`` and ``report.json``, with ``more`` in it."""
        named = {"validation": self.best[VALIDATION], "test": self.best[TEST]}
        np.savez(folder / "scores.npz", **{k: v.astype(np.float32) for k, v in named.items()})
        report = {"curve": self.curve, "memory_mb": peak_mb(), **more}
        (folder / "report.json").write_text(json.dumps(report), encoding="utf-8")


def peak_mb() -> int:
    """The most memory that this process has held, in MB; 0 where the system does not say."""
    if sys.platform == "win32":
        return 0
    import resource

    unit = 1 if sys.platform == "darwin" else 1024
    return round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 2**20)


def arguments() -> tuple[Given, dict[str, Any], Path]:
    """The three words of the command line."""
    split, settings, folder = sys.argv[1:4]
    return Given(split), json.loads(Path(settings).read_text(encoding="utf-8")), Path(folder)
