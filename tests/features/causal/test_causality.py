"""Change the future and see nothing move: every feature, every data set."""

from dataclasses import replace

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

import mtrec_lib as mt
from mtrec_lib.features.causal.families import causal
from mtrec_lib.features.causal.running_sums import before
from tests.features.altered import altered


def _not_earlier(events, row):
    """Rows that are not earlier than ``row`` (itself left out), by the two clocks."""
    time, person = events["timestamp"].to_physical().to_numpy(), events["user_id"].to_numpy()
    place = np.arange(len(time))
    own = person == person[row]
    return (own & (place > row)) | (~own & (time >= time[row]))


def _assert_row_stands(split, row, drop=0.5, seed=0):
    """A row's features depend on nothing but earlier rows, its own item, time and session."""
    future = _not_earlier(split.events, row)
    own = np.arange(len(future)) == row
    other, kept = altered(split, future, own, drop, seed)
    _assert_same(causal(split)[row], causal(other)[int(kept[:row].sum())])


def _assert_same(mine, theirs):
    """Equal to the last bit; a column whose every value was dropped is no column of the log."""
    shared = [name for name in mine.columns if name in theirs.columns]
    assert len(shared) >= 5
    assert_frame_equal(mine.select(shared), theirs.select(shared), check_exact=True)


def _assert_past_stands(split, time, drop=0.3):
    """No row at or before ``time`` moves when all later rows change."""
    future = (split.events["timestamp"] > time).to_numpy()
    other, kept = altered(split, future, drop=drop)
    mine, theirs = causal(split).filter(~future), causal(other).filter(~future[kept])
    _assert_same(mine, theirs)
    assert 0 < future.sum() < len(future)


def _random_log(seed, repeats=True):
    """A log of a few people, with ties, missing values and every optional column."""
    rng = np.random.default_rng(seed)
    n = int(rng.integers(3, 30))

    def some(values):
        drawn = [values[i] for i in rng.integers(0, len(values), n)]
        return [value if rng.random() < 0.8 else None for value in drawn]

    events = pl.DataFrame(
        {
            "user_id": rng.integers(1, 4, n),
            "item_id": rng.integers(1, 6, n),
            "timestamp": pl.Series(rng.integers(0, 8, n) * 1_700_000_000).cast(
                pl.Datetime("us", "UTC")
            ),
            "row": np.arange(n, dtype=np.uint32),
            "behaviour": rng.choice(["view", "buy"], n),
            "rating": some([1.0, 2.5, 3.3, 5.0]),
            "price": some([0.1, 0.7, 12.3]),
            "quantity": some([1.0, 2.0]),
            "click": some([True, False]),
            "buy": some([True, False]),
            "session_id": rng.integers(0, 3, n),
        },
        schema_overrides={"rating": pl.Float64, "price": pl.Float64, "click": pl.Boolean},
    ).sort("user_id", "timestamp", "row")
    categories = [["A"], ["A", "B"], ["C", "B"], []]
    items = pl.DataFrame(
        {"item_id": [1, 2, 3, 4], "title": list("wxyz"), "categories": categories},
        schema_overrides={"categories": pl.List(pl.String)},
    ).with_columns(year=pl.Series([1960, None, 1965, 1970], dtype=pl.Int32))
    about = mt.data.About(
        title="T", licence="CC0", repeats=repeats, grades=(1.0, 2.0, 3.0, 4.0, 5.0), like_at=3.0
    )
    return mt.data.Log("random", events, items, events.select("user_id").unique(), about)


def _split(log, protocol):
    return mt.data.leave_last_out(log) if protocol else mt.data.global_time(log, (0.4, 0.3, 0.3))


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10**6), st.booleans(), st.booleans(), st.floats(0, 0.999))
def test_a_row_depends_on_earlier_rows_alone(seed, protocol, repeats, where):
    split = _split(_random_log(seed, repeats), protocol)
    _assert_row_stands(split, int(where * split.events.height), seed=seed)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10**6), st.booleans())
def test_values_are_finite_and_aligned(seed, protocol):
    split = _split(_random_log(seed), protocol)
    frame = causal(split)
    assert frame.height == split.events.height
    assert np.isfinite(frame.to_numpy()).all()
    assert set(frame.dtypes) == {pl.Float32}


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10**6))
def test_held_out_rows_do_not_reach_other_peoples_training_rows(seed):
    split = mt.data.leave_last_out(_random_log(seed))
    held = (split.events["part"] != "train").to_numpy()
    other, _ = altered(split, held)
    _assert_same(causal(split).filter(~held), causal(other).filter(~held))


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10**6))
def test_sums_across_people_equal_a_plain_loop(seed):
    rng = np.random.default_rng(seed)
    rows = [tuple(row) for row in rng.integers(0, 4, (int(rng.integers(1, 25)), 4)).tolist()]
    frame = pl.DataFrame(rows, schema=["item", "time", "worth", "seen"], orient="row")
    frame = frame.with_columns(visible=pl.col("seen") > 0)
    worth = before(frame, ["item"], {"worth": pl.col("worth")})["worth"].to_list()
    assert worth == [sum(w for i, t, w, s in rows if i == a and t < b and s) for a, b, _, _ in rows]


def test_no_feature_is_constant_where_the_log_has_everything():
    frames = [causal(_split(_random_log(seed), False)) for seed in range(30)]
    values = pl.concat(frames, how="vertical")
    assert [name for name in values.columns if values[name].n_unique() == 1] == []


def _few_people(log, people, rng):
    users = log.events["user_id"].unique().sort().to_numpy()
    chosen = rng.choice(users, min(people, len(users)), replace=False)
    events = log.events.filter(pl.col("user_id").is_in(chosen.tolist()))
    return replace(log, events=events)


@pytest.mark.parametrize("name", ["ml-100k", "complete-journey", "simulator"])
def test_real_and_simulated_logs(name, request):
    fixture = {"ml-100k": "ml100k", "complete-journey": "journey"}.get(name)
    log = request.getfixturevalue(fixture) if fixture else mt.data.load(name, events=3000)
    rng = np.random.default_rng(0)
    log = _few_people(log, 40, rng)
    for split in (mt.data.split(log), mt.data.global_time(log)):
        times = split.events["timestamp"].sort()
        _assert_past_stands(split, times[len(times) // 2])
        for row in rng.integers(0, split.events.height, 2):
            _assert_row_stands(split, int(row))
