"""What must be true of a split, whichever way it was made."""

from typing import TYPE_CHECKING

import polars as pl

from mtrec_lib.core.errors import LeakError
from mtrec_lib.data.cleaning import canonical, counted, examples_of
from mtrec_lib.data.splitting.parts import PARTS, PLACE

if TYPE_CHECKING:
    from mtrec_lib.data.splitting.splits import Split

_SHOWN = ("user_id", "item_id", "timestamp", "row", "part")


def check_split(split: "Split") -> None:
    """Raise :class:`LeakError` unless the events are the log's, in parts without a leak."""
    events = split.events
    if "part" not in events.columns or not events["part"].is_in(list(PARTS)).all():
        raise LeakError(f"every event must have a part out of {list(PARTS)}; split the log again")
    if not events.drop("part").equals(split.log.events):
        raise LeakError("the split's events are not the log's: rows lost, added, changed or moved")
    if not canonical(events.select("user_id", "timestamp", "row")).equals(
        events.select("user_id", "timestamp", "row")
    ):
        raise LeakError("events must stand by user, time and row; sort the log before splitting")
    _refuse(_backwards(events), "a part stands after a later one in a user's history")
    for rows, rule in split.protocol.faults(split):
        _refuse(rows, rule)


def _refuse(rows: pl.DataFrame, rule: str) -> None:
    if rows.height:
        examples = "; ".join(examples_of(rows.select(_SHOWN)))
        raise LeakError(
            f"leak: {rule}, {counted(rows.height, 'row')}, first {examples}; split the log again"
        )


def _backwards(events: pl.DataFrame) -> pl.DataFrame:
    part = pl.col("part").replace_strict(PLACE, return_dtype=pl.Int8)
    return events.filter(part.diff().over("user_id") < 0)
