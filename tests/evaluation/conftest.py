"""Small logs, and models whose scores are fixed."""

from datetime import UTC, datetime, timedelta

import numpy as np
import polars as pl
import pytest

import mtrec_lib as mt

NOON = datetime(2020, 1, 1, 12, tzinfo=UTC)


class Fixed:
    """A model that answers every history with the same row of scores, or one row a user."""

    name = "fixed"

    def __init__(self, rows):
        self.rows = np.asarray(rows, dtype=np.float32)

    def scores(self, histories):
        rows = np.atleast_2d(self.rows)
        return rows[histories.users if len(rows) > 1 else np.zeros(len(histories), int)]


@pytest.fixture
def fixed():
    return Fixed


@pytest.fixture
def split_of():
    """A leave-last-out split: user u (from 0) took the items ``pasts[u]``, an hour apart.

    The catalogue is 1 … size; an item above it stands outside.
    """

    def make(pasts, size=5, repeats=False, **columns):
        rows = [
            {
                "user_id": user,
                "item_id": item,
                "timestamp": NOON + timedelta(hours=place),
                "behaviour": "take",
                **{name: values[user][place] for name, values in columns.items()},
            }
            for user, items in enumerate(pasts)
            for place, item in enumerate(items)
        ]
        return mt.data.leave_last_out(_log(rows, size, repeats))

    return make


@pytest.fixture
def shop():
    """Two households, a basket in each of weeks 1, 47 and 50; four products.

    Household 0 buys {1} · {2} · {1, 3, 3}, household 1 buys {2, 2} · {4} · {4}.
    """
    baskets = [
        [(1, [1]), (47, [2]), (50, [1, 3, 3])],
        [(1, [2, 2]), (47, [4]), (50, [4])],
    ]
    rows = [
        {
            "user_id": user,
            "item_id": item,
            "timestamp": NOON + timedelta(weeks=week),
            "behaviour": "buy",
            "session_id": 100 * user + week,
            "week": week,
        }
        for user, bought in enumerate(baskets)
        for week, items in bought
        for item in items
    ]
    return mt.data.by_week(_log(rows, 4, repeats=True))


def _log(rows, size, repeats):
    events = pl.DataFrame(rows).with_columns(
        pl.col("timestamp").cast(pl.Datetime("us", "UTC")),
        row=pl.int_range(len(rows), dtype=pl.UInt32),
    )
    items = pl.DataFrame({"item_id": range(1, size + 1)}).with_columns(
        title=pl.format("Item {}", "item_id"), categories=pl.lit([], pl.List(pl.String))
    )
    about = mt.data.About(
        "Made up", "CC0", repeats=repeats, grades=(1.0, 2.0, 3.0, 4.0, 5.0), like_at=4.0
    )
    users = events.select("user_id").unique().sort("user_id")
    return mt.data.Log("made up", events, items, users, about)
