"""Sentences that rest on a recorded study instead of on a cell that ran just now."""

import json
from pathlib import Path
from typing import Any

from mtrec_lib.book.silent_display import Sentence
from mtrec_lib.core.paths import repository


def verdict(id: str, folder: Path | None = None) -> str:
    """Print what the record ``id`` under ``benchmarks/results`` says, and how to make it again.

    Args:
        id: the name of a recorded row.
        folder: where the records lie; the checkout's by default.

    Returns:
        The sentence, for the title of a figure. A missing record is said to be missing.

    Taught in chapter 04.
    """
    row = _find(id, folder)
    if row is None:
        sentence = f"No record {id!r} yet"
        print(f"– {sentence}: `make bench ONLY={id}` makes it")
        return Sentence(sentence)
    sentence = f"{row['what']}: {_number(row['ratio'])} ×{_doubt(row)}"
    print(f"{sentence}\n  recorded; `{row['command']}` makes it again")
    return Sentence(sentence)


def records(start: str, folder: Path | None = None) -> list[dict[str, Any]]:
    """The recorded rows whose id begins with ``start``, for a table or a figure.

    Args:
        start: such as ``"multi-task/worth/"``.
        folder: where the records lie; the checkout's by default.

    Returns:
        The rows as they were written: ``id``, ``what``, ``ratio``, ``ours``, ``peer``, ``unit``,
        ``interval``, ``seeds`` and what a study adds. None is an empty list.

    Taught in chapter 07.
    """
    root = repository()
    folder = folder or (root / "benchmarks" / "results" if root else None)
    paths = sorted(folder.glob("*.json")) if folder else []
    rows = [row for path in paths for row in json.loads(path.read_text(encoding="utf-8"))]
    return [row for row in rows if row["id"].startswith(start)]


def _find(id: str, folder: Path | None) -> dict[str, Any] | None:
    return next((row for row in records(id, folder) if row["id"] == id), None)


def _doubt(row: dict[str, Any]) -> str:
    parts = []
    if row.get("interval"):
        low, high = row["interval"]
        parts.append(f"95 % interval {_number(low)} to {_number(high)}")
    seeds = row.get("seeds")
    count = len(seeds) if isinstance(seeds, list) else seeds
    if count:
        parts.append(f"{count} seed{'s' if count != 1 else ''}")
    return f" ({', '.join(parts)})" if parts else ""


def _number(value: float) -> str:
    return f"{value:.3g}"
