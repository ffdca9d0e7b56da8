"""From finished cells to rows."""

import statistics
from typing import Any

import mtrec_lib as mt
from benchmarks._study.cells import provenance
from benchmarks._study.rows import paired_row, row
from benchmarks._windows import ratio
from benchmarks.next_item.cells import Answers

METRIC = "ndcg@10"
Found = dict[str, list[dict[str, Any]]]


def best(groups: Found, part: str) -> str | None:
    """The group whose mean over seeds is highest on a part."""
    values = {name: mean(cells, part) for name, cells in groups.items() if cells}
    return max(values, key=lambda name: values[name]) if values else None


def mean(cells: list[dict[str, Any]], part: str, metric: str = METRIC) -> float:
    """Mean over seeds."""
    return statistics.fmean(cell[part][metric] for cell in cells)


def compared(a: list[dict[str, Any]], b: list[dict[str, Any]], part: str = "test") -> Any:
    """Ours against a peer: seeds averaged, people paired."""
    ours, theirs = ([Answers(cell, part) for cell in cells] for cells in (a, b))
    return mt.evaluation.compare(ours, theirs, metric=METRIC)


def quality(
    id: str, ours: list[dict[str, Any]], rivals: Found, labels: dict[str, str]
) -> dict[str, Any] | None:
    """NDCG@10 on the test part against the best of the rivals there."""
    name = best(rivals, "test")
    if not ours or name is None:
        return None
    found = compared(ours, rivals[name])
    label = labels.get(ours[0]["cell"], ours[0]["cell"])
    what = f"NDCG@10 of {label} over that of {name}, leave-last-out, all items ranked"
    record = paired_row(id, what, found)
    more: dict[str, Any] = {
        "against": name,
        "validation": [
            round(mean(ours, "validation"), 4),
            round(mean(rivals[name], "validation"), 4),
        ],
        "ratios": {n: round(found.a / mean(cells, "test"), 4) for n, cells in rivals.items()},
    }
    if all("alone" in cell for cell in ours):
        more["without_counts"] = round(statistics.fmean(cell["alone"]["test"] for cell in ours), 4)
    return record | more | origin([*ours, *rivals[name]])


def seconds_to_peer(ours: list[dict[str, Any]], peers: Found) -> dict[str, Any] | None:
    """Seconds until validation shows the best peer's best, over the peer's seconds to its own.

    Processor seconds: wall seconds of two trainings compare only where both had a quiet machine.
    """
    name = best(peers, "validation")
    if not ours or name is None:
        return None
    goal = statistics.fmean(max(p[METRIC] for p in cell["curve"]) for cell in peers[name])
    own = [reached(cell, max(p[METRIC] for p in cell["curve"])) for cell in peers[name]]
    there = [reached(cell, goal) for cell in ours]
    if any(point is None for point in there):
        return None
    columns = {
        column: (
            [point[column] for point in there if point],
            statistics.median(point[column] for point in own if point),
        )
        for column in ("seconds", "cpu_seconds")
    }
    seconds, peer = columns["cpu_seconds"]
    what = (
        f"processor seconds until validation NDCG@10 reaches {goal:.4f}, the best of {name}, over "
        f"those that it took {name} itself; validation and compilation included"
    )
    middle, extent = statistics.median(seconds), [min(seconds) / peer, max(seconds) / peer]
    id = "next-item/seconds-to-peer"
    record = row(id, what, middle, peer, "CPU seconds", extent, len(there), len(ours))
    wall, peer_wall = columns["seconds"]
    more = {
        "against": name,
        "wall_seconds": [round(statistics.median(wall), 1), round(peer_wall, 1)],
        "ratio_of_wall_seconds": round(statistics.median(wall) / peer_wall, 4),
        "load": {
            side: round(cells[0]["load"], 1)
            for side, cells in (("ours", ours), ("peer", peers[name]))
        },
    }
    return record | more | origin([*ours, *peers[name]])


def reached(cell: dict[str, Any], goal: float) -> dict[str, Any] | None:
    """The first point of a curve whose validation is at least the goal."""
    return next((point for point in cell["curve"] if point[METRIC] >= goal), None)


def speeds(found: dict[str, Any] | None) -> list[dict[str, Any]]:
    """Three rows from the windows in turn."""
    if found is None:
        return []
    settings, windows, about = found["settings"], found["windows"], found["about"]
    sizes = "width {width}, {layers} layers, {heads} heads, length {length}, dropout {dropout}"
    sizes = sizes.format(**settings) + f", batches of {settings['batch_size']}"
    pairs = [
        ("sequences-per-second", "padded", "peer", "sequences", "padded sequences a second of "
         "whole epochs, ours over RecTools' SASRec"),
        ("targets-per-second", "packed", "peer", "targets", "real targets a second of whole "
         "epochs, ours packed over RecTools' SASRec"),
        ("share-of-bound", "step", "bound", "sequences", "padded sequences a second of our step "
         "over all matrix products of its shapes with compiled cross-entropy"),
    ]  # fmt: skip
    made = []
    for name, a, b, unit, what in pairs:
        if a not in windows or b not in windows:
            continue
        ours, peer, extent = ratio(windows, a, b, unit)
        label, each = f"{what} ({sizes})", f"{unit} a second"
        id, n = f"next-item/{name}", len(windows[a])
        record = row(id, label, ours, peer, each, extent, n)
        gemm = {"tensorflow": about["bound"]["gflops"], "torch": about["peer"]["gflops"]}
        cores = [statistics.median(window["cores"] for window in windows[role]) for role in (a, b)]
        more = {
            "gflops": {library: round(value) for library, value in gemm.items()},
            "cores": [round(value, 2) for value in cores],
            "ratio_of_cpu_seconds": round(ours / cores[0] / (peer / cores[1]), 4),
            "load": found["load"],
        }
        made.append(record | more | origin([found]))
    return made


def origin(cells: list[dict[str, Any]]) -> dict[str, Any]:
    """Where the figures were measured, and by which code."""
    made = [(tuple(cell["modules"]), cell["identity"].get("code")) for cell in cells]
    return {"commit": cells[0]["commit"], "machine": cells[0]["machine"], **provenance(made)}
