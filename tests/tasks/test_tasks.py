"""Each task: its target, its mask, its loss, and what it says of a log."""

from dataclasses import replace

import numpy as np
import polars as pl
import pytest

import mtrec_lib as mt
from mtrec_lib.core.errors import ParameterError

WANTED = [mt.tasks.NextItem(), mt.tasks.Rating(), mt.tasks.Like(at=None)]
Y = {
    "item": np.array([[2, 0, 1]], np.int32),
    "rating": np.array([[4.0, np.nan, 3.0]], np.float32),
}


def test_next_item_counts_catalogue_items_only():
    # id 0 is padding, id 1 is outside the catalogue
    assert np.asarray(mt.tasks.NextItem().mask(Y)).tolist() == [[1, 0, 0]]


def test_like_is_rating_at_least_the_threshold():
    task = mt.tasks.Like(at=4)
    assert np.asarray(task.target(Y)).tolist() == [[1, 0, 0]]
    assert np.asarray(task.mask(Y)).tolist() == [[1, 0, 1]]


def test_like_takes_the_threshold_from_the_log(films_inputs):
    task = mt.tasks.Like()
    task.prepare(films_inputs)
    assert task.at == 4.0
    with pytest.raises(ParameterError, match=r"write mt\.tasks\.Like"):
        mt.tasks.Like().prepare(None)


def test_rating_starts_in_the_middle_of_the_scale(films_inputs):
    task = mt.tasks.Rating()
    head = task.make_head(films_inputs.spec, 8)
    output = head(np.zeros((1, 1, 8)), np.zeros((1, 1, 8)))
    assert float(task.expectation(output)[0, 0]) == 3.0


def test_a_missing_rating_puts_no_nan_into_the_loss():
    output = np.zeros((1, 3, 2), np.float32)
    assert np.isfinite(np.asarray(mt.tasks.Rating().loss(output, Y))).all()


@pytest.mark.parametrize(
    "task", [mt.tasks.NextItem(), mt.tasks.Rating(start=2.0), mt.tasks.Like(at=3)]
)
def test_configs_round_trip(task):
    assert type(task).from_config(task.get_config()).get_config() == task.get_config()


def test_tasks_that_a_log_cannot_carry_are_left_out_and_said_so(films):
    bare = mt.data.Log(
        "visits", films.events.drop("rating"), films.items, films.users,
        mt.data.About(title="Made up", licence="CC0", acknowledgement="", source="", unit="page"),
    )  # fmt: skip
    kept, left_out = mt.tasks.carried(
        [mt.tasks.NextItem(), mt.tasks.Rating(), mt.tasks.Like()], bare
    )
    assert [task.name for task in kept] == ["next_item"]
    assert left_out["rating"] == "the log visits has no rating"
    assert "from which rating" in left_out["like"]
    assert isinstance(bare.events, pl.DataFrame)


def _in_thousands(films, **columns):
    """The films with numbers of another size and no grades."""
    events = films.events.with_columns(**columns)
    about = replace(films.about, grades=(), like_at=None)
    return mt.data.leave_last_out(mt.data.Log("plays", events, films.items, films.users, about))


def test_a_rating_without_grades_is_learned_in_its_own_deviations(films):
    split = _in_thousands(films, rating=pl.col("rating") * 1000)
    inputs = mt.features.fit(split, max_length=5)
    known = split.train["rating"]
    mean, spread = known.mean(), known.std(ddof=0)
    assert inputs.scales["rating"] == pytest.approx((mean, spread))
    task = mt.tasks.Rating()
    task.prepare(inputs)
    head = task.make_head(inputs.spec, 8)
    states = np.zeros((1, 1, 8), np.float32)
    output = np.asarray(task.output(head, states, None, states, False))
    # an untrained head with empty states says the mean and the deviation of the training part
    np.testing.assert_allclose(output.ravel(), [mean, np.log(spread)], rtol=1e-5)


def test_where_there_are_grades_the_head_works_in_them(films_inputs):
    task = mt.tasks.Rating()
    task.prepare(films_inputs)
    assert task.spread == 1.0
    task.make_head(films_inputs.spec, 8)
    assert task.start == 3.0  # the middle of 1 … 5


@pytest.mark.parametrize("spread", [0.0, -1.0, np.inf, np.nan])
def test_a_spread_is_above_zero(spread):
    with pytest.raises(ParameterError, match="spread must be a finite number > 0"):
        mt.tasks.Rating(spread=spread)


def test_spend_starts_where_the_amounts_of_training_lie(films):
    split = _in_thousands(films, spend=pl.col("rating") * 1000, buy=pl.lit(1.0))
    inputs = mt.features.fit(split, max_length=5)
    amounts = split.train["spend"].to_numpy()
    lognormal, gamma, own = mt.tasks.Spend(), mt.tasks.Spend("gamma"), mt.tasks.Spend(start=2.0)
    for task in (lognormal, gamma, own):
        task.prepare(inputs)
    assert lognormal.start == pytest.approx(np.log(amounts).mean())
    assert gamma.start == pytest.approx(np.log(amounts.mean()))
    assert own.start == 2.0


def test_statistics_may_be_those_of_the_parts_that_train(films_split):
    # 12 people, 4 events each train, one more validates
    both = mt.features.fit(films_split, max_length=5, parts=("train", "validation"))
    assert both.popularity.sum() == 12 * 5
    assert mt.features.fit(films_split, max_length=5).popularity.sum() == 12 * 4
