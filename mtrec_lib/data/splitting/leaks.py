"""What must be true of a split, whichever way it was made."""

from collections.abc import Callable

import polars as pl

from mtrec_lib.core.errors import LeakError
from mtrec_lib.data.cleaning import canonical, counted, examples_of

ORDER = {"train": 0, "validation": 1, "test": 2}
_SHOWN = ("user_id", "item_id", "timestamp", "row", "part")


def check_split(source: pl.DataFrame, events: pl.DataFrame, protocol: str) -> None:
    """Raise :class:`LeakError` unless ``events`` is ``source`` cut into parts without a leak."""
    if "part" not in events.columns or not events["part"].is_in(list(ORDER)).all():
        raise LeakError(f"every event must have a part out of {list(ORDER)}; split the log again")
    if not events.drop("part").equals(source):
        raise LeakError("the split's events are not the log's: rows lost, added, changed or moved")
    if not canonical(events.select("user_id", "timestamp", "row")).equals(
        events.select("user_id", "timestamp", "row")
    ):
        raise LeakError("events must stand by user, time and row; sort the log before splitting")
    _refuse(_backwards(events), "a part stands after a later one in a user's history")
    check = _RULES.get(protocol)
    if check is not None:
        check(events)


def _refuse(rows: pl.DataFrame, rule: str) -> None:
    if rows.height:
        shown = "; ".join(examples_of(rows.select(_SHOWN)))
        raise LeakError(
            f"leak: {rule}, {counted(rows.height, 'row')}, first {shown}; split the log again"
        )


def _backwards(events: pl.DataFrame) -> pl.DataFrame:
    part = pl.col("part").replace_strict(ORDER, return_dtype=pl.Int8)
    return events.filter(part.diff().over("user_id") < 0)


def _one_each(events: pl.DataFrame) -> None:
    held_out = events.filter(pl.col("part") != "train")
    twice = held_out.filter(pl.len().over("user_id", "part") > 1)
    _refuse(twice, "a user has more than one event in a held-out part")


def _one_cut(events: pl.DataFrame) -> None:
    ordered = events.sort("timestamp", "row")
    part = pl.col("part").replace_strict(ORDER, return_dtype=pl.Int8)
    _refuse(ordered.filter(part.diff() < 0), "an event stands after one of a later part in time")


def _whole_baskets(events: pl.DataFrame) -> None:
    known = events.filter(pl.col("session_id").is_not_null())
    cut = known.filter(pl.col("part").n_unique().over("user_id", "session_id") > 1)
    _refuse(cut, "a basket is cut into several parts")
    _refuse(events.filter(pl.col("week").diff().over("user_id") < 0), "weeks run backwards")


_RULES: dict[str, Callable[[pl.DataFrame], None]] = {
    "leave_last_out": _one_each,
    "global_time": _one_cut,
    "by_week": _whole_baskets,
}
