"""The form of a record: one row an id, with the command, the commit and the machine."""

import json
import os
import platform
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

from mtrec_lib.core import write_json

ROOT = Path(__file__).resolve().parents[1]


def row(
    id: str,
    what: str,
    ours: float,
    peer: float,
    unit: str,
    interval: list[float] | None,
    n: int,
    command: str,
    seeds: int = 1,
) -> dict[str, Any]:
    """One row of a record.

    Args:
        id: the name that a chapter's ``verdict`` or an issue asks for.
        what: what was measured, in words.
        ours, peer: the two figures, in ``unit``; ratio is ours / peer.
        unit: such as ``"seconds"``.
        interval: lowest and highest of ours, or None.
        n: measurements behind the figure.
        command: what measures it anew.
        seeds: seeds behind the figure.
    """
    return {
        "id": id,
        "what": what,
        "ratio": round(ours / peer, 4),
        "ours": round(ours, 4),
        "peer": round(peer, 4),
        "unit": unit,
        "seeds": seeds,
        "interval": None if interval is None else [round(value, 4) for value in interval],
        "n": n,
        "command": command,
        "commit": commit(),
        "machine": machine(),
    }


def write(benchmark: str, rows: list[dict[str, Any]]) -> Path:
    """Write ``benchmarks/results/<benchmark>.json``, whole or not at all."""
    return write_json(ROOT / "benchmarks" / "results" / f"{benchmark}.json", rows)


def merge(benchmark: str, rows: list[dict[str, Any]], folder: Path | None = None) -> Path:
    """Put rows into a record that several parts write: those of other ids stay as they are.

    Args:
        benchmark: name of the record.
        rows: new ones; each takes the place of the old row of its id.
        folder: of the records, by default ``benchmarks/results``.
    """
    path = (folder or ROOT / "benchmarks" / "results") / f"{benchmark}.json"
    old = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else []
    by_id = {row["id"]: row for row in (*old, *rows)}  # a new row stands where the old one stood
    return write_json(path, list(by_id.values()))


def kept(path: Path, make: Callable[[], Any]) -> Any:
    """What a cell's file holds; where there is none, what ``make`` says, once it is written."""
    if not path.is_file():
        write_json(path, make())
    return json.loads(path.read_text(encoding="utf-8"))


def machine() -> str:
    """Processor architecture, cores and system, without a name."""
    return f"{platform.machine()}, {os.cpu_count()} cores, {platform.system()}"


def commit() -> str:
    """HEAD of the checkout."""
    command = ["git", "rev-parse", "HEAD"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    return done.stdout.strip()
