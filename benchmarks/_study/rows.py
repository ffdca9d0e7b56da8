"""The form of a record: one row an id, with what makes it, the commit and the machine."""

import json
import os
import platform
import subprocess
from pathlib import Path
from typing import Any

from benchmarks._study.routes import record_of
from mtrec_lib.core import write_json

ROOT = Path(__file__).resolve().parents[2]
RESULTS = ROOT / "benchmarks" / "results"


def row(
    id: str,
    what: str,
    ours: float,
    peer: float,
    unit: str,
    interval: list[float] | None,
    n: int,
    seeds: int = 1,
) -> dict[str, Any]:
    """One row of a record.

    Args:
        id: the name that a chapter's ``verdict`` or an issue uses; its first word is the module.
        what: what was measured, in words.
        ours, peer: the two figures, in ``unit``; ratio is ours / peer.
        unit: such as ``"seconds"``.
        interval: lowest and highest of ours, or None.
        n: measurements behind the figure.
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
        "command": command(id),
        "commit": commit(),
        "machine": machine(),
    }


def paired_row(
    id: str, what: str, paired: Any, unit: str = "", n: int | None = None, draws: int | None = None
) -> dict[str, Any]:
    """The row of a comparison by person, ``mt.evaluation.compare``: the ratio and its interval.

    Args:
        id, what: as in :func:`row`.
        paired: the comparison, ours before the peer.
        unit: the metric, where the comparison calls it otherwise.
        n: measurements behind the figure; by default the people.
        draws: seeds of both sides, where the comparison has them in one.
    """
    ours, peer = (draws, draws) if draws is not None else paired.seeds
    interval = [paired.ratio_low, paired.ratio_high]
    count = paired.users if n is None else n
    made = row(id, what, paired.a, paired.b, unit or paired.metric, interval, count, ours)
    return made | {"ratio": round(paired.ratio, 4), "peer_seeds": peer}


def command(id: str) -> str:
    """What measures a row anew."""
    return f"python -m benchmarks {id}"


def merge(record: str, rows: list[dict[str, Any]], folder: Path | None = None) -> Path:
    """Put rows into their record: those of other ids stay as they are.

    Args:
        record: its name, the first word of the ids that it holds; rows of others are left out.
        rows: new ones; each takes the place of the old row of its id.
        folder: of the records, by default ``benchmarks/results``.
    """
    path = (folder or RESULTS) / f"{record}.json"
    old = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else []
    own = [row for row in rows if record_of(row["id"]) == record]
    by_id = {row["id"]: row for row in (*old, *own)}  # a new row stands where the old one stood
    return write_json(path, list(by_id.values()))


def machine() -> str:
    """Processor architecture, cores and system, without a name."""
    return f"{platform.machine()}, {os.cpu_count()} cores, {platform.system()}"


def commit() -> str:
    """HEAD of the checkout."""
    words = ["git", "rev-parse", "HEAD"]
    done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=False)
    return done.stdout.strip()
