"""What is legal in a reader's own log and looks odd: counted in its report."""

from datetime import UTC, datetime

import polars as pl

from mtrec_lib.data.about import About
from mtrec_lib.data.cleaning import Report

_YOUNG = datetime(1990, 1, 1, tzinfo=UTC)
_ZERO = datetime(1970, 1, 1, tzinfo=UTC)


def flagged_times(events: pl.DataFrame, report: Report) -> Report:
    """Count events without a time, where others have one, and times that were hardly meant."""
    time = events["timestamp"]
    missing = events.filter(pl.col("timestamp").is_null())
    if 0 < missing.height < events.height:
        report = report.flagged(
            f"of {events.height:,} events without a time: each stands first among its person's "
            "events, whenever it happened",
            missing,
        )
    old = events.filter((pl.col("timestamp") < _YOUNG) & (pl.col("timestamp") > _ZERO))
    if 0 < old.height == len(time) - time.null_count():
        first, last = time.drop_nulls().sort().dt.strftime("%F").gather([0, -1])
        reason = f"times, all of them, between {first} and {last}: is it another unit?"
        return report.flagged(reason, old)
    return report.flagged("time before 1990: is it another unit, or no time at all?", old)


def flagged_rows(events: pl.DataFrame, about: About, report: Report) -> Report:
    """Count events that repeat an item of the same person, if the log says that nobody does."""
    if about.repeats:
        return report
    again = events.filter(~pl.struct("user_id", "item_id").is_first_distinct())
    return report.flagged(
        f"of {events.height:,} events repeat an item of the same person: set repeats = true, or "
        'join them by repeated = "last" in [cleaning]',
        again,
    )
