"""Labels that no column holds: repeat and return, from the past of the part alone."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np
import polars as pl
import pytest

import mtrec_lib as mt

INF = np.inf
# (person, day, session, item): A comes on days 0, 3, 12, 15 and 22, B once
VISITS = [
    ("A", 0, 1, 1), ("A", 0, 1, 2), ("A", 3, 2, 1), ("A", 12, 3, 3), ("A", 15, 4, 2),
    ("A", 22, 5, 1), ("B", 1, 6, 1),
]  # fmt: skip


def _log(visits=VISITS, **columns):
    frame = pl.DataFrame(visits, schema=["user_id", "day", "session_id", "item_id"], orient="row")
    days = [datetime(2020, 1, 1, tzinfo=UTC) + timedelta(days=day) for day in frame["day"]]
    events = frame.select(
        "user_id", "item_id", "session_id",
        timestamp=pl.Series(days).cast(pl.Datetime("us", "UTC")),
        behaviour=pl.lit("buy"),
        row=pl.int_range(pl.len(), dtype=pl.UInt32),
        week=1 + pl.col("day") // 7,
    ).with_columns(**columns)  # fmt: skip
    items = pl.DataFrame(
        {"item_id": [1, 2, 3], "title": ["One", "Two", "Three"], "categories": [["x"]] * 3}
    )
    about = mt.data.About(title="Two people", licence="CC0", unit="thing", repeats=True)
    return mt.data.Log("visits", events, items, pl.DataFrame({"user_id": ["A", "B"]}), about)


def _labels(split, part):
    """Labels of the events up to ``part``, person after person."""
    parts = ["train", "validation", "test"]
    held = split.events.filter(pl.col("part").is_in(parts[: parts.index(part) + 1]))
    histories = mt.data.Histories.from_events(held, split.log.catalogue)
    return {k: v.tolist() for k, v in mt.features.derived_labels(split, part, histories).items()}


def _by_week(log):
    return mt.data.by_week(log, train=(1, 2), validation=(3, 3), test=(4, 4))


def test_training_labels_end_where_the_first_later_event_of_anybody_stands():
    # training ends when A comes on day 15; that A comes then is not known to training, and for B,
    # who never comes again, 14 days were followed and no more
    assert _labels(_by_week(_log()), "train") == {
        "repeat": [0, 0, 1, 0, 0],
        "until_return": [3, 3, 9, INF, INF],
        "followed_for": [15, 15, 12, 3, 14],
    }


def test_later_parts_know_what_came_before_them_and_end_with_the_log():
    validation, test = (_labels(_by_week(_log()), part) for part in ("validation", "test"))
    assert validation["until_return"][3:5] == [3, INF]
    assert validation["followed_for"][4] == 7  # day 15 to A's first test event
    assert test["until_return"][4:6] == [7, INF]
    assert test["followed_for"][5] == 0  # the last event of the log
    assert test["repeat"] == [0, 0, 1, 0, 1, 1, 0]


def test_under_leave_last_out_the_persons_own_next_part_ends_the_observation():
    # A: days 0, 0, 3, 12 train, 15 validates; B's one event trains, followed to the log's end
    labels = _labels(mt.data.leave_last_out(_log()), "train")
    assert labels["followed_for"] == [15, 15, 12, 3, 21]
    assert labels["until_return"] == [3, 3, 9, INF, INF]


def test_without_sessions_a_visit_is_a_day():
    bare = _log()
    bare = replace(bare, events=bare.events.drop("session_id"))
    assert _labels(mt.data.leave_last_out(bare), "train")["until_return"] == [3, 3, 9, INF, INF]


def test_training_labels_do_not_see_what_happens_later():
    split = _by_week(_log())
    visits = [
        (person, day, session, 3 if day >= 15 else item) for person, day, session, item in VISITS
    ]
    changed = _by_week(_log([visit for visit in visits if visit[1] != 22] + [("B", 23, 9, 2)]))
    assert _labels(split, "train") == _labels(changed, "train")


def test_an_unknown_item_repeats_nothing_that_is_known():
    histories = mt.data.Histories.from_lists([[1, 1, 2, 2]])
    labels = mt.features.derived_labels(_by_week(_log()), "test", histories)
    np.testing.assert_array_equal(labels["repeat"], [np.nan, np.nan, 0, 1])


def test_a_log_without_times_has_no_horizon():
    # times that are missing: nothing was followed, so every horizon is left out
    histories = mt.data.Histories.from_lists([[2, 3]])
    labels = mt.features.derived_labels(_by_week(_log()), "test", histories)
    assert np.isnan(labels["followed_for"]).all()


def test_feeds_carry_the_labels_of_the_event_that_is_due():
    split = _by_week(_log())
    windows = mt.features.fit(split, max_length=6).windows(split, batch_size=2)
    _, y = windows.batch(np.array([0]), np.array([0]), np.array([4]))
    np.testing.assert_array_equal(y["repeat"][0], [np.nan, np.nan, 0, 0, 1, 0])
    np.testing.assert_array_equal(y["until_return"][0, 2:], [3, 3, 9, INF])
    task = mt.tasks.ReturnWithin(days=7)
    assert np.asarray(task.target(y))[0, 2:].tolist() == [1, 1, 0, 0]
    # the last event's horizon crosses the end of training; places without an event never count
    assert np.asarray(task.mask(y))[0].tolist() == [0, 0, 1, 1, 1, 0]


def test_a_column_of_the_log_goes_before_a_derived_one():
    split = _by_week(_log(repeat=pl.lit(1.0)))
    windows = mt.features.fit(split, max_length=6).windows(split, batch_size=2)
    _, y = windows.batch(np.array([0]), np.array([0]), np.array([4]))
    assert y["repeat"][0, 2:].tolist() == [1, 1, 1, 1]


@pytest.mark.parametrize("part", ["train", "validation", "test"])
def test_repeats_of_a_simulated_log_are_those_that_a_loop_finds(part):
    split = mt.data.leave_last_out(mt.data.simulate(users=8, events=200, items=12))
    parts = ["train", "validation", "test"]
    held = split.events.filter(pl.col("part").is_in(parts[: parts.index(part) + 1]))
    expected, seen = [], set()
    for pair in held.select("user_id", "item_id").iter_rows():
        expected.append(float(pair in seen))
        seen.add(pair)
    assert _labels(split, part)["repeat"] == expected
