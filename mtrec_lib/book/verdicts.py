"""Sentences that rest on a recorded study instead of on a cell that ran just now."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mtrec_lib.book.silent_display import Sentence
from mtrec_lib.core import hashes
from mtrec_lib.core.errors import ParameterError
from mtrec_lib.core.paths import repository

if TYPE_CHECKING:
    from mtrec_lib.evaluation import Comparison

# Units of measures that say how good a model is, and whether less of them is better. Others, such
# as seconds, are no comparison by person: their ratio speaks for itself.
QUALITY = {"auc": False, "share": False, "1 + mean relative gain": False, "rmse": True}
RANKED = ("ndcg@", "recall@", "hr@")


def verdict(id: str, folder: Path | None = None) -> str:
    """Print what the record ``id`` under ``benchmarks/results`` says, and how to make it again.

    Of a measure of quality it writes the word that the interval allows, as a claim does. It names
    the seeds of both sides, and says when the code that made the record has changed since.

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
    word = f": {_compared(row).word}" if _comparable(row) else ""
    sentence = f"{row['what']}: {_number(row['ratio'])} ×{_doubt(row)}{word}"
    print(f"{sentence}\n  {_age(row)}; `{row['command']}` makes it again")
    return Sentence(sentence)


def recorded(row: str | Mapping[str, Any], folder: Path | None = None) -> "Comparison":
    """The comparison that a record holds, for a claim that rests on a study.

    Args:
        row: the id of a recorded row, or the row itself.
        folder: where the records lie; the checkout's by default.

    Returns:
        Ours against the peer. The interval is the recorded one, of the ratio or of the difference;
        δ is the record's ``margin``, an amount of an AUC and a share of other metrics.

    Raises:
        ParameterError: no such record, or one without a paired interval of a measure of quality.

    >>> row = {"id": "a", "unit": "ndcg@10", "ours": 0.12, "peer": 0.1, "ratio": 1.2}
    >>> recorded(row | {"interval": [1.1, 1.3], "seeds": 5, "n": 943}).word
    'better'

    Taught in chapter 07.
    """
    record = _find(row, folder) if isinstance(row, str) else row
    if record is None:
        raise ParameterError(f"no record {row!r}; `make bench ONLY={row}` makes it")
    if not _comparable(record):
        raise ParameterError(
            f"record {record['id']!r} holds no paired interval of a measure of quality (unit "
            f"{record.get('unit')!r}, interval {record.get('interval')!r}), so it carries no "
            "comparison; state its numbers without a comparing word"
        )
    return _compared(record)


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


def _comparable(row: Mapping[str, Any]) -> bool:
    """Whether the row has an interval of its ratio or difference, in a measure of quality."""
    unit = str(row.get("unit", "")).lower()
    if not (unit in QUALITY or unit.startswith(RANKED)):
        return False
    ends = row.get("interval")
    return "difference" in row or bool(ends and ends[0] <= row["ratio"] <= ends[1])


def _compared(row: Mapping[str, Any]) -> "Comparison":
    from mtrec_lib.evaluation import Comparison

    ratio, ours, peer = (float(row[name]) for name in ("ratio", "ours", "peer"))
    unit, margin = str(row["unit"]).lower(), row.get("margin")
    if row.get("interval"):
        low_ratio, high_ratio = row["interval"]
        difference, low, high = ((each - 1) * peer for each in (ratio, low_ratio, high_ratio))
    else:
        difference, low, high = row["difference"]
        low_ratio, high_ratio = 1 + low / peer, 1 + high / peer
    return Comparison(
        metric=unit,
        a=ours,
        b=peer,
        difference=difference,
        low=low,
        high=high,
        ratio=ratio,
        ratio_low=low_ratio,
        ratio_high=high_ratio,
        p_value=float("nan"),
        users=int(row["n"]),
        seeds=(_count(row.get("seeds")) or 1, _count(row.get("peer_seeds"))),
        margin=margin if margin is None or unit == "auc" else margin * peer,
        less_is_better=QUALITY.get(unit, False),
    )


def _count(seeds: Any) -> int | None:
    return len(seeds) if isinstance(seeds, list) else seeds


def _doubt(row: Mapping[str, Any]) -> str:
    parts = []
    if row.get("interval"):
        low, high = row["interval"]
        parts.append(f"95 % interval {_number(low)} to {_number(high)}")
    ours, theirs = _count(row.get("seeds")), _count(row.get("peer_seeds"))
    if ours:
        parts.append(f"{ours} seed{'s' if ours != 1 else ''}")
        parts[-1] += f" against {theirs}" if theirs is not None else ""
        parts[-1] += ", the peer's not recorded" if theirs is None and _comparable(row) else ""
    return f" ({', '.join(parts)})" if parts else ""


def _age(row: Mapping[str, Any]) -> str:
    """Whether the code that made the record still stands."""
    if row.get("stale") or ("code" in row and row["code"] != hashes.code_hash(row["modules"])):
        return "recorded, measured with older code"
    return "recorded with today's code" if "code" in row else "recorded, its code not noted"


def _number(value: float) -> str:
    return f"{value:.3g}"
