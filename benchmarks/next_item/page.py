"""The page: what ``results/next_item.json`` and the cells hold, as a reader wants it."""

import statistics
from typing import Any

import numpy as np

from benchmarks._study.page import ratios
from benchmarks.next_item.cells import Answers
from benchmarks.next_item.records import METRIC, Found, mean, reached
from benchmarks.next_item.speed import ROLES, measured
from benchmarks.next_item.study import KINDS, Study
from mtrec_lib.evaluation import bootstrap_interval

HEADER = (
    "| model | seeds | NDCG@10, test | 95 % interval | HR@10 | NDCG@10, validation "
    "| seconds to its best | to the goal | targets a second | memory, MB |\n"
    "|---|---|---|---|---|---|---|---|---|---|"
)
NAMES = {
    "peer": "RecTools' SASRec, whole epochs",
    "padded": "ours, padded, whole epochs",
    "packed": "ours, packed, whole epochs",
    "step": "ours, one padded step",
    "bound": "the bound: the products alone",
}


def text(name: str, rows: list[dict[str, Any]], study: Study | None = None) -> str:
    """The page of the whole record, with what its cells hold beyond the rows."""
    study = study or Study()
    return pages({kind: study.found(kind) for kind in KINDS}, measured(study), rows)


def pages(
    groups: dict[str, Found], speed: dict[str, Any] | None, rows: list[dict[str, Any]]
) -> str:
    """The page as Markdown.

    Args:
        groups: kind → name → finished cells.
        speed: the windows in turn, if measured.
        rows: the record.
    """
    goal = _goal(groups.get("peers", {}))
    parts = [
        "# Next item, leave-last-out: peers and ours on one machine\n",
        "Written by `python -m benchmarks next-item` from the cells in `cells/next_item/`; every "
        "figure is measured, none is typed. All items are ranked, seen ones masked, a tie counts "
        "against the model. The interval resamples people, seeds averaged. Seconds count from the "
        "first step, compilation and validation included; the goal is the best validation of the "
        "best peer. A mark * says that the code has changed since.\n",
        "## Quality\n",
        HEADER,
    ]
    for kind in ("counts", "peers", "ours"):
        for name, cells in groups.get(kind, {}).items():
            parts.append(_quality(name, cells, goal))
    parts += ["\n## Ratios\n", *ratios(rows)]
    if speed is not None:
        parts += ["\n## Speed\n", *_speed(speed)]
    return "\n".join(parts) + "\n"


def _goal(peers: Found) -> float | None:
    bests = [statistics.fmean(_best(cell) for cell in cells) for cells in peers.values()]
    return max(bests, default=None)


def _best(cell: dict[str, Any]) -> float:
    return max(point[METRIC] for point in cell["curve"])


def _quality(name: str, cells: list[dict[str, Any]], goal: float | None) -> str:
    per_user = np.mean([Answers(cell, "test").per_user[METRIC] for cell in cells], axis=0)
    low, high = bootstrap_interval(per_user)
    mark = "*" if any(cell["stale"] for cell in cells) else ""
    own = [reached(cell, _best(cell)) for cell in cells]
    there = [reached(cell, goal) if goal else None for cell in cells]
    trained = any("targets" in cell["curve"][-1] for cell in cells)
    columns = [
        f"{name}{mark}",
        str(len(cells)),
        f"{per_user.mean():.4f}",
        f"{low:.4f} to {high:.4f}",
        f"{mean(cells, 'test', 'hr@10'):.3f}",
        f"{mean(cells, 'validation'):.4f}",
        _seconds(own),
        _seconds(there),
        f"{statistics.median(_rate(cell) for cell in cells):,.0f}" if trained else "–",
        str(max(cell["memory_mb"] for cell in cells)),
    ]
    return "| " + " | ".join(columns) + " |"


def _seconds(points: list[dict[str, Any] | None]) -> str:
    known = [point["seconds"] for point in points if point is not None]
    return f"{statistics.median(known):.0f}" if len(known) == len(points) else "–"


def _rate(cell: dict[str, Any]) -> float:
    """Real targets a second over the whole training, validations included."""
    last = cell["curve"][-1]
    return last["targets"] * last["epoch"] / last["seconds"]


def _speed(speed: dict[str, Any]) -> list[str]:
    windows, about = speed["windows"], speed["about"]
    bound = statistics.median(w["sequences"] for w in windows["bound"])
    lines = [
        "Windows in turn on one machine, the median of each; sizes of the peer. Products of "
        f"square float32 matrices: TensorFlow {about['bound']['gflops']:.0f}, torch "
        f"{about['peer']['gflops']:.0f} GFLOP/s. Load of the machine meanwhile: "
        f"{speed['load'][0]} to {speed['load'][1]}.\n",
        "| what | rows a second | real targets a second | cores | memory, MB | share of bound |",
        "|---|---|---|---|---|---|",
    ]
    for role in ROLES:
        rows = statistics.median(w["sequences"] for w in windows[role])
        real = [w["targets"] for w in windows[role] if "targets" in w]
        cores = statistics.median(w["cores"] for w in windows[role])
        targets = f"{statistics.median(real):,.0f}" if real else "–"
        share = "–" if role == "packed" else f"{rows / bound:.2f}"
        lines.append(
            f"| {NAMES[role]} | {rows:,.0f} | {targets} | {cores:.1f} "
            f"| {about[role]['memory_mb']} | {share} |"
        )
    return lines
