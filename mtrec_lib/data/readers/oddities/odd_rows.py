"""What is legal about the rows of a log, and looks like a mistake."""

from collections.abc import Iterator
from datetime import timedelta

import polars as pl

from mtrec_lib.core.errors import MtrecError
from mtrec_lib.data.cleaning import counted
from mtrec_lib.data.log import Log
from mtrec_lib.data.readers.oddities.findings import Finding
from mtrec_lib.data.splitting.splits import PARTS, split

_MOST, _HALF, _FEW = 0.9, 0.5, 3
_DAYS = 30


def odd_rows(log: Log, splits: bool = True) -> Iterator[Finding]:
    """People, items, times and numbers that hardly look as those of a log do.

    Args:
        log: the log.
        splits: also say how large the parts of its own split are.
    """
    yield from _people(log)
    yield from _items(log)
    yield from _times(log)
    yield from _sessions(log)
    yield from _numbers(log)
    yield from _outcomes(log)
    yield from _parts(log) if splits else ()


def _share(part: int, whole: int) -> str:
    return f"{part:,} of {whole:,} ({part / whole:.0%})"


def _people(log: Log) -> Iterator[Finding]:
    counts = log.events["user_id"].value_counts().sort("count", descending=True)
    few = int((counts["count"] < _FEW).sum())
    if few:
        most = few == counts.height
        what = f"{_share(few, counts.height)} people have fewer than {_FEW} events and only train"
        what += ": nobody is left to validate and to test on under leave_last_out" if most else ""
        cure = "does user_id name the person, or the visit?" if few > counts.height / 2 else ""
        severity = "odd" if few > counts.height / 2 else "note"
        yield Finding(severity, "events.user_id", what, cure)
    if int(counts["count"][0]) == 1:
        what = "one event a person: nothing comes next"
        yield Finding("odd", "events.user_id", what, "name the column of the person")
    yield from _one_of_many(log, "user_id", counts, _HALF)
    none = log.users.join(counts, on="user_id", how="anti").height
    if none:
        yield Finding("note", "users", f"{counted(none, 'person')} without an event")


def _one_of_many(log: Log, key: str, counts: pl.DataFrame, limit: float) -> Iterator[Finding]:
    top, total = int(counts["count"][0]), log.events.height
    if counts.height == 1:
        yield Finding("odd", f"events.{key}", f"only one value, {counts[key][0]!r}", "is it right?")
    elif top > limit * total or (top > 0.1 * total and top > 20 * counts["count"].median()):  # type: ignore[operator]
        what = f"{counts[key][0]!r} has {_share(top, total)} events"
        yield Finding("odd", f"events.{key}", what, "is it an id, or does it stand for none?")


def _items(log: Log) -> Iterator[Finding]:
    counts = log.events["item_id"].value_counts().sort("count", descending=True)
    yield from _one_of_many(log, "item_id", counts, _HALF)
    if counts.height > 2 and int(counts["count"][0]) == 1:
        what = "one event an item: there is nothing to learn of any of them"
        yield Finding("odd", "events.item_id", what, "name coarser items, such as their kind")
    none = log.items.join(counts, on="item_id", how="anti").height
    if none:
        severity = "odd" if none > _MOST * log.items.height else "note"
        what = f"{_share(none, log.items.height)} items without an event, all of them candidates"
        yield Finding(severity, "items", what)
    if log.items.height < 10:
        what = f"only {counted(log.items.height, 'item')}: any list of 10 holds them all"
        yield Finding("note", "items", what)
    if not log.catalogue.categories and "categories" in log.items.columns:
        yield Finding("note", "items.categories", "no item has a category: tasks of them stay out")


def _times(log: Log) -> Iterator[Finding]:
    time = log.events["timestamp"].drop_nulls()
    if len(time) < 2:
        return
    if time.n_unique() == 1:
        what = f"every event has the one time {time.dt.strftime('%F %T')[0]}"
        yield Finding("odd", "events.timestamp", what, "name the column of the event's own time")
        return
    tied = log.events.filter(pl.col("timestamp").is_not_null())
    ties = int(tied.select("user_id", "timestamp").is_duplicated().sum())
    if ties:
        severity = "odd" if ties > _HALF * len(time) else "note"
        what = f"{_share(ties, len(time))} events share their time with another of the same person"
        yield Finding(
            severity, "events.timestamp", what, "the order of the file decides among them"
        )
    if (time.dt.time() == time.dt.time()[0]).all() and time.dt.time()[0].isoformat() == "00:00:00":
        yield Finding("note", "events.timestamp", "days without a time of day")
    days = time.dt.date().unique()
    if len(days) > _DAYS and bool((days.dt.day() <= 12).all()):
        what = f"{len(days)} days, and none after the 12th of a month: day and month look swapped"
        yield Finding("odd", "events.timestamp", what, "correct format in [events.timestamp]")
    first, last = days.sort().dt.strftime("%F").gather([0, -1])
    yield Finding("note", "events.timestamp", f"from {first} to {last}")


def _numbers(log: Log) -> Iterator[Finding]:
    for name, kind in log.events.schema.items():
        column = log.events[name].drop_nulls()
        if name in ("user_id", "item_id", "row", "behaviour", "timestamp") or not len(column):
            continue
        if len(column) > 1 and column.n_unique() == 1:
            what = f"the one value {column[0]!r} in {counted(len(column), 'event')}"
            yield Finding("odd", f"events.{name}", what, "a task of it has nothing to learn")
        empty = log.events.height - len(column)
        if empty:
            what = f"{_share(empty, log.events.height)} events without a value"
            yield Finding("note", f"events.{name}", what)
        if name in ("rating", "price", "quantity") and kind.is_float():
            yield from _range(name, column, log)


def _range(name: str, column: pl.Series, log: Log) -> Iterator[Finding]:
    low, high, middle = (float(v or 0) for v in (column.min(), column.max(), column.median()))  # type: ignore[arg-type]
    if name == "rating" and log.about.grades:
        absent = [grade for grade in log.about.grades if grade not in column.unique().to_list()]
        if absent:
            what = f"nobody gave {', '.join(f'{grade:g}' for grade in absent)} of the grades"
            yield Finding("note", "events.rating", what)
        return
    if high > 20 * max(abs(middle), 1) or low < 0:
        what = f"from {low:g} to {high:g}, half of them below {middle:g}"
        cure = "are these ratings, or counts?" if name == "rating" else "are some in another unit?"
        yield Finding("odd", f"events.{name}", what, cure)
    if name == "quantity" and bool((column == 0).any()):
        zero = int((column == 0).sum())
        yield Finding("odd", "events.quantity", f"{counted(zero, 'event')} of quantity 0")


def _sessions(log: Log) -> Iterator[Finding]:
    if not log.has("session_id"):
        return
    visits = log.events.drop_nulls("session_id").group_by("session_id")
    each = visits.agg(
        pl.col("user_id").n_unique().alias("people"),
        (pl.col("timestamp").max() - pl.col("timestamp").min()).alias("span"),
    )
    shared = int((each["people"] > 1).sum())
    if shared:
        what = f"{_share(shared, each.height)} sessions belong to several people"
        cure = "each is a visit of one person, and read so; are the ids those of days or tills?"
        yield Finding("note", "events.session_id", what, cure)
    long = int((each.filter(pl.col("people") == 1)["span"] > timedelta(days=1)).sum())
    if long:
        what = f"{_share(long, each.height)} sessions last longer than a day"
        yield Finding("odd", "events.session_id", what, "does an id come back for another visit?")


def _outcomes(log: Log) -> Iterator[Finding]:
    events, like_at = log.events, log.about.like_at
    if log.has("click") and log.has("buy"):
        count = events.filter(pl.col("buy").cast(bool) & ~pl.col("click").cast(bool)).height
        if count:
            what = f"{counted(count, 'event')} bought without a click"
            yield Finding("odd", "events.buy", what, "a purchase counts as a click, too")
    if log.has("like") and log.has("rating") and like_at is not None:
        other = events.filter(pl.col("like").cast(bool) != (pl.col("rating") >= like_at)).height
        if other:
            what = f"{counted(other, 'event')} whose like is not rating ≥ like_at = {like_at:g}"
            yield Finding("odd", "events.like", what, "the column is taken; correct like_at")


def _parts(log: Log) -> Iterator[Finding]:
    """The split that the log declares."""
    try:
        made = split(log)
    except MtrecError as error:
        yield Finding("odd", "log.split", "; ".join(str(error).splitlines()))
        return
    empty = [part for part in PARTS if not (made.events["part"] == part).any()]
    if empty:
        what = f"{log.about.split} leaves no event for {' and '.join(empty)}"
        yield Finding("odd", "log.split", what, "choose another split, or take more events")
    yield Finding("note", "log.split", repr(made).removeprefix("Split").strip("()"))
