"""Small logs written out by hand."""

from collections.abc import Callable

import polars as pl
import pytest

from mtrec_lib.data import About, Log
from mtrec_lib.data.cleaning import canonical

ABOUT = About(title="by hand", licence="CC0", grades=(1.0, 2.0, 3.0, 4.0, 5.0), like_at=4.0)


def events_of(rows: list[tuple], **columns: list) -> pl.DataFrame:
    """Events from (user, item, second) in the order of the file."""
    users, items, seconds = zip(*rows, strict=True)
    frame = pl.DataFrame({"user_id": users, "item_id": items})
    time = pl.from_epoch(pl.Series("timestamp", seconds, dtype=pl.Int64), "s")
    return frame.with_columns(
        time.dt.replace_time_zone("UTC").dt.cast_time_unit("us"),
        pl.lit("rate").alias("behaviour"),
        pl.int_range(frame.height, dtype=pl.UInt32, eager=True).alias("row"),
        *[pl.Series(name, values) for name, values in columns.items()],
    )


def log_of(rows: list[tuple], about: About = ABOUT, **columns: list) -> Log:
    """A log of these events; its items are called t1, t2, …"""
    events = canonical(events_of(rows, **columns))
    ids = events["item_id"].unique().sort()
    items = pl.DataFrame({"item_id": ids}).with_columns(
        title=pl.format("t{}", "item_id"), categories=pl.lit([], pl.List(pl.String))
    )
    return Log("hand", events, items, events.select("user_id").unique().sort("user_id"), about)


@pytest.fixture(scope="session")
def make_events() -> Callable[..., pl.DataFrame]:
    """See :func:`events_of`."""
    return events_of


@pytest.fixture(scope="session")
def make_log() -> Callable[..., Log]:
    """See :func:`log_of`."""
    return log_of
