"""Logs that tests share. Real ones come from the cache and are fetched once."""

import os
from datetime import UTC, datetime, timedelta

import polars as pl
import pytest

import mtrec_lib as mt
from tests.faults.table import FaultTable
from tests.sharing import ChaptersApart, settings_of_workers


def pytest_configure(config):
    """Let the tests of faults write their table, and workers share the machine."""
    config.pluginmanager.register(FaultTable(), "fault-table")
    if not hasattr(config, "workerinput"):
        # Before the workers and the kernels start: an allocator reads them when a process begins.
        os.environ.update(settings_of_workers(config.getoption("numprocesses", None)))


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config, log):
    """Chapters are spread over the workers; every other file of tests stays on one."""
    apart = config.getoption("dist") == "loadscope"
    return ChaptersApart(config, log) if apart else None


def pytest_collection_modifyitems(config, items):
    """Chapters come first, as they take longest: a worker is then never left alone with one."""
    items.sort(key=lambda item: item.path.parent.name != "chapters")


@pytest.fixture(scope="session")
def ml100k():
    """The MovieLens log of the book."""
    return mt.data.load("ml-100k")


@pytest.fixture(scope="session")
def journey():
    """The shop log of the book, items being product types."""
    return mt.data.load("complete-journey")


@pytest.fixture(scope="session")
def films():
    """A made-up log with ratings, categories and years: 12 people, 9 films, 6 events each."""
    start = datetime(2020, 1, 1, tzinfo=UTC)
    rows = [
        {
            "user_id": user,
            "item_id": 1 + (user + step * (1 + user % 3)) % 9,
            "timestamp": start + timedelta(hours=24 * user + step),
            "behaviour": "rate",
            "rating": float(1 + (user * 2 + step) % 5),
            "row": user * 6 + step,
        }
        for user in range(1, 13)
        for step in range(6)
    ]
    events = pl.DataFrame(rows).with_columns(
        pl.col("timestamp").cast(pl.Datetime("us", "UTC")), pl.col("row").cast(pl.UInt32)
    )
    items = pl.DataFrame(
        {
            "item_id": range(1, 10),
            "title": [f"Film {number} ({1990 + number})" for number in range(1, 10)],
            "categories": [
                ["Drama"] if number % 2 else ["Comedy", "War"] for number in range(1, 10)
            ],
            "year": pl.Series([1990 + number for number in range(1, 10)], dtype=pl.Int32),
        }
    )
    users = pl.DataFrame({"user_id": range(1, 13)})
    about = mt.data.About(
        title="Twelve people, made up",
        licence="CC0",
        acknowledgement="none needed",
        source="this test",
        unit="film",
        grades=(1.0, 2.0, 3.0, 4.0, 5.0),
        like_at=4.0,
    )
    return mt.data.Log("films", events, items, users, about)


@pytest.fixture(scope="session")
def films_split(films):
    """The made-up log, last event left out."""
    return mt.data.leave_last_out(films)


@pytest.fixture(scope="session")
def films_inputs(films_split):
    """Inputs fitted on the made-up log."""
    return mt.features.fit(films_split, max_length=5)
