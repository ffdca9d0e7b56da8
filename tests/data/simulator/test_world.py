"""The tables of a simulated world, and the rows drawn from them."""

import numpy as np
import polars as pl
import pytest

from mtrec_lib.core.errors import ParameterError
from mtrec_lib.data.simulator import Parameters, World, simulate
from mtrec_lib.data.simulator.context import number
from mtrec_lib.data.simulator.draw import Rows


@pytest.fixture(scope="module")
def log():
    """A small shop."""
    return simulate(users=200, events=6000, seed=3, types=3, items=40, categories=4)


@pytest.mark.parametrize(
    "dials", [{}, {"order": 0}, {"order": 2, "categories": 3}, {"order": 2, "symbols": 5}]
)
def test_every_table_of_probabilities_sums_to_one(dials):
    world = World.build(Parameters(types=3, confounding=1.0, **dials))
    for table in (world.move, world.choice, world.shelf, world.place, world.grades, world.start):
        assert np.all(table >= 0)
        np.testing.assert_allclose(table.sum(-1), 1, rtol=1e-12)
    for table in (world.seen, world.attracted, world.bought, world.buy, world.like):
        assert np.all((table >= 0) & (table <= 1))


def test_no_choice_is_impossible():
    world = World.build(Parameters(order=2, symbols=20, types=1))
    assert world.choice.min() >= 0.02 / 20 - 1e-12


def test_a_short_context_of_symbols_averages_over_what_is_missing():
    choice = World.build(Parameters(order=2, symbols=4, types=1)).choice.reshape(5, 5, 4)
    np.testing.assert_allclose(choice[0, 2], choice[1:, 2].mean(0))
    np.testing.assert_allclose(choice[0, 0], choice[1:, 1:].mean((0, 1)))


def test_the_drift_is_the_probability_of_leaving():
    move = World.build(Parameters(types=4, drift=0.3)).move
    assert np.diag(move) == pytest.approx(0.7)
    assert move[0, 1] == pytest.approx(0.1)


@pytest.mark.parametrize(
    ("dials", "words"),
    [
        ({"users": 0}, "users must be a whole number in 1"),
        ({"types": 2.5}, "types must be a whole number"),
        ({"types": True}, "types must be a whole number"),
        ({"drift": 1.5}, r"drift must be a number in 0 … 1, got 1.5"),
        ({"feed": float("nan")}, "feed must be"),
        ({"symbols": 1}, "symbols must be a whole number in 2"),
        ({"users": 100, "events": 200}, "at least three a person"),
        ({"items": 5, "categories": 9}, "categories must not exceed items=5"),
        ({"order": 3, "symbols": 100}, "cells must not exceed"),
        ({"session_length": 0.5}, "session_length must be a number in 1 … inf"),
        ({"temperature": None}, "temperature must be a number"),
    ],
)
def test_a_bad_dial_is_refused_with_its_range(dials, words):
    with pytest.raises(ParameterError, match=words):
        simulate(**dials)


def test_the_same_seed_gives_the_same_log_and_another_seed_another():
    first, again, other = (simulate(users=20, events=400, seed=seed) for seed in (1, 1, 2))
    assert first.hash == again.hash
    assert np.array_equal(first.states, again.states)
    assert first.hash != other.hash


def test_rows_are_in_canonical_order_without_ties(log):
    sorted_again = log.events.sort("user_id", "timestamp", "row", maintain_order=True)
    assert sorted_again.equals(log.events)
    assert not log.events.select("user_id", "timestamp").is_duplicated().any()
    assert str(log.events["timestamp"].dtype) == "Datetime(time_unit='us', time_zone='UTC')"


def test_everybody_has_three_events_and_the_total_is_about_right(log):
    counts = log.events["user_id"].value_counts()["count"]
    assert counts.min() >= 3
    assert len(counts) == 200
    assert log.events.height == pytest.approx(6000, rel=0.02)


def test_a_session_belongs_to_one_person(log):
    people = log.events.group_by("session_id").agg(pl.col("user_id").n_unique())
    assert people["user_id"].max() == 1


def test_outcomes_stand_where_they_may(log):
    views = log.events.filter(pl.col("behaviour") == "view")
    choices = log.events.filter(pl.col("behaviour") == "choose")
    clicks = views.filter("click")
    assert choices["rating"].null_count() == 0
    assert choices.select("position", "click", "buy", "spend").null_count().row(0) == (
        (choices.height,) * 4
    )
    assert views.select("position", "click").null_count().row(0) == (0, 0)
    assert views.filter(~pl.col("click"))["rating"].is_null().all()
    assert clicks.select("rating", "like", "buy").null_count().row(0) == (0, 0, 0)
    assert clicks.filter("buy")["spend"].min() > 0
    assert log.events.filter(pl.col("like") != (pl.col("rating") >= 4)).height == 0


def test_a_world_without_a_feed_has_no_columns_of_one():
    log = simulate(users=10, events=100, feed=0.0)
    assert not {"click", "buy", "position", "spend"} & set(log.events.columns)
    assert not log.has("click")


def test_the_log_says_that_it_is_made_up(log):
    assert log.about.simulated
    assert "simulated" in log.about.title.lower()
    assert log.about.grades == (1.0, 2.0, 3.0, 4.0, 5.0)
    assert log.catalogue.title(2) == "Lamp 1"


def test_a_context_is_read_back_within_its_session():
    # Codes 1 2 3 1; the row before the last is no choice; the session opens at row 1.
    codes, chosen = np.array([1, 2, 3, 1]), np.array([0, 1, 3])
    at, opened = np.array([0, 2, 4]), np.array([0, 1, 1])
    assert number(codes, chosen, opened, at, base=4, order=2).tolist() == [0, 2, 1 + 4 * 2]


def test_draws_invert_the_cumulative_table():
    rows = Rows(np.array([[0.5, 0.5, 0.0], [0.1, 0.2, 0.7]]))
    drawn = rows.draw(np.array([0, 0, 1, 1, 1]), np.array([0.49, 0.5, 0.0, 0.299, 0.9999999]))
    assert drawn.tolist() == [0, 1, 0, 1, 2]


def test_types_leave_as_often_as_the_drift_says():
    log = simulate(users=100, events=20_000, types=3, drift=0.1, feed=0.0)
    same = log.events["user_id"].to_numpy()
    moved = (np.diff(log.states) != 0)[np.diff(same) == 0]
    assert moved.mean() == pytest.approx(0.1, abs=4 * np.sqrt(0.09 / len(moved)))
