"""How well the models rank, and how long they train: the cells of ``settings.toml``."""

from typing import Any

from benchmarks.next_item import records
from benchmarks.next_item.cells import Training
from benchmarks.next_item.study import KINDS, Study

START = "next-item"
NDCG = {f"{START}/ndcg/side": "side", f"{START}/ndcg/ids": "ids"}
SECONDS = f"{START}/seconds-to-peer"


def run(args: Any, study: Study | None = None) -> list[dict[str, Any]]:
    """Run the cells that are missing; the rows of those that are finished.

    Args:
        args: ``ids`` narrows the cells to those behind some rows, ``only`` to those whose name
            holds a word; ``page`` runs none. The names of the cells that broke go to ``broken``.
        study: the settings, and where everything lies.
    """
    study = study or Study()
    if not args.page:
        cells = needed(study, args.ids)
        args.broken = study.run(cells, args.only, args.stale, args.force)
    return [row for row in rows(study) if not args.ids or _named(row["id"], args.ids)]


def _named(id: str, words: list[str]) -> bool:
    return any(f"{id}/".startswith(f"{word.replace('_', '-')}/") for word in words)


def needed(study: Study, ids: list[str]) -> list[Training]:
    """The cells behind the rows that some words name; all cells, if nothing is named."""
    chosen = study.told["rows"]
    wanted = [id for id in (*NDCG, SECONDS) if not ids or _named(id, ids)]
    ours = {chosen[NDCG.get(id, "seconds")] for id in wanted}
    return [
        cell
        for kind in KINDS
        for cell in study.cells(kind)
        if not ids
        or kind == "peers"
        or (kind == "ours" and cell.name in ours)
        or (kind == "counts" and cell.name == "decayed-counts" and f"{START}/ndcg/side" in wanted)
    ]


def rows(study: Study) -> list[dict[str, Any]]:
    """The rows for which all cells are there."""
    peers, ours, counts = (study.found(kind) for kind in ("peers", "ours", "counts"))
    chosen, labels = study.told["rows"], study.told.get("labels", {})
    rivals = peers | {name: cells for name, cells in counts.items() if name == "decayed-counts"}
    made = [
        records.quality(id, ours.get(chosen[name], []), rivals if name == "side" else peers, labels)
        for id, name in NDCG.items()
    ]
    made.append(records.seconds_to_peer(ours.get(chosen["seconds"], []), peers))
    return [row for row in made if row is not None]
