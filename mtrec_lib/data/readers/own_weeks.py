"""What the declared split of a reader's own log needs: times, baskets, weeks that hold events."""

import polars as pl

from mtrec_lib.core.errors import ParameterError
from mtrec_lib.data.about import About
from mtrec_lib.data.cleaning import canonical, counted
from mtrec_lib.data.log import Log
from mtrec_lib.data.splitting.weeks import declared_weeks, first_week

_WEEK = 7
_PARTS = ("train", "validation", "test")


def ready_to_split(events: pl.DataFrame, about: About, zone: str, name: str) -> pl.DataFrame:
    """The events, if they carry what ``about.split`` needs; weeks are counted where none are given.

    Week 1 begins on the day of the first event. A basket lies whole in the week of its first event.

    Raises:
        ParameterError: times, baskets or weeks are missing, or the weeks run backwards.
    """
    needs = about.protocol.needs
    if "timestamp" in needs:
        _every_time(events, name)
    if "week" not in needs:
        return events
    if "session_id" not in events.columns or events["session_id"].null_count() == events.height:
        raise ParameterError(
            f'[log] split = "by_week" needs session_id in [events.columns] of {name!r}: a part '
            "holds whole baskets; name the column of the basket, or choose another split"
        )
    if "week" not in events.columns:
        _every_time(events, name)
        return _counted(events, zone)
    return _followed(events, name)


def _every_time(events: pl.DataFrame, name: str) -> None:
    missing = events["timestamp"].null_count()
    if missing:
        raise ParameterError(
            f"the split of {name!r} needs a time in every event, and {missing:,} of "
            f"{events.height:,} have none; name a timestamp in [events.columns], complete it, or "
            'set split = "leave_last_out" in [log]'
        )


def _counted(events: pl.DataFrame, zone: str) -> pl.DataFrame:
    day = pl.col("timestamp").dt.convert_time_zone(zone).dt.date()
    first = events.select(day.min()).item()
    week = (day - first).dt.total_days() // _WEEK + 1
    basket = week.min().over("user_id", "session_id")
    whole = pl.when(pl.col("session_id").is_null()).then(week).otherwise(basket)
    return events.with_columns(whole.alias("week"))


def _followed(events: pl.DataFrame, name: str) -> pl.DataFrame:
    first_week(events, name)
    empty = events["week"].null_count()
    if empty:
        raise ParameterError(
            f"week is empty in {counted(empty, 'event')} of {name!r}; complete it, or delete the "
            "line week of [events.columns]: weeks are then counted from the times"
        )
    events = canonical(events)
    back = events.filter((pl.col("week").diff() < 0).over("user_id"))
    if back.height:
        raise ParameterError(
            f"week runs backwards in time in {counted(back.height, 'event')} of {name!r}, first at "
            f"week {back['week'][0]:g} of user_id {back['user_id'][0]!r}; number the weeks on over "
            "the turn of a year, or delete the line week of [events.columns]: weeks are then "
            "counted from the times"
        )
    return events


def every_part_holds_a_week(log: Log) -> None:
    """Refuse weeks of ``by_week`` that leave a part without an event, or an event without a part.

    Raises:
        ParameterError: says from which week to which the log runs.
    """
    if "week" not in log.about.protocol.needs:
        return
    parts = declared_weeks(log)
    week = log.events["week"]
    counts = [int(week.is_between(*weeks).sum()) for weeks in parts]
    if all(counts) and sum(counts) == len(week):
        return _whole_baskets(log.events, [last for _, last in parts])
    first, last = int(week.min()), int(week.max())  # type: ignore[arg-type]
    spans = ", ".join(f"{part} {a}–{b}" for part, (a, b) in zip(_PARTS, parts, strict=True))
    raise ParameterError(
        f"the weeks of {log.name!r} run from {first} to {last}, and the parts are {spans}: "
        "a part holds no event, or a week lies in no part; set validation_weeks and test_weeks in "
        f"[log] to the first and last week of each, where {first} counts as week 1"
    )


def _whole_baskets(events: pl.DataFrame, ends: list[int]) -> None:
    part = sum((pl.col("week") > end).cast(pl.Int8) for end in ends[:-1])
    known = events.filter(pl.col("session_id").is_not_null()).with_columns(part=part)
    cut = known.filter(pl.col("part").n_unique().over("user_id", "session_id") > 1)
    if cut.height:
        raise ParameterError(
            f"session {cut['session_id'][0]} of user_id {cut['user_id'][0]!r} lies in weeks of two "
            "parts, and a part holds whole baskets; give an id of its own to each visit, or delete "
            "the line week of [events.columns]: a basket then lies in the week of its first event"
        )
