"""The next basket: what the model may see, and what its two parts can learn."""

from dataclasses import replace

import keras
import numpy as np
import polars as pl
import pytest

import mtrec_lib as mt
from mtrec_lib.core.errors import ParameterError
from mtrec_lib.data.histories import Histories
from mtrec_lib.models import NextBasket

TINY = {"width": 8, "layers": 1, "per_person": 2, "epochs": 2, "hidden": 8, "length": 4}


@pytest.fixture(scope="module")
def split():
    """Thirty households, twelve weekly baskets each: always one thing of their own, one new."""
    dice = np.random.default_rng(0)
    rows = [
        (user, item, 1000 * user + week, week)
        for user in range(30)
        for week in range(12)
        for item in (user % 10 + 1, int(dice.integers(11, 21)))
    ]
    times = pl.Series([week * 7 * 24 * 3600 * 1_000_000 for *_, week in rows])
    events = pl.DataFrame(
        {
            "user_id": [row[0] for row in rows],
            "item_id": [row[1] for row in rows],
            "timestamp": times.cast(pl.Datetime("us", "UTC")),
            "behaviour": ["buy"] * len(rows),
            "row": pl.Series(range(len(rows)), dtype=pl.UInt32),
            "session_id": [row[2] for row in rows],
            "week": [row[3] + 1 for row in rows],
        }
    )
    items = pl.DataFrame({"item_id": range(1, 21), "title": [f"item {n}" for n in range(1, 21)]})
    users = pl.DataFrame({"user_id": range(30)})
    about = mt.data.load("simulator", users=2, events=10).about
    log = mt.data.Log("weekly", events, items, users, about)
    return mt.data.by_week(log, train=(1, 8), validation=(9, 10), test=(11, 12))


@pytest.fixture(scope="module", params=["both", "language", "copy"])
def model(request, split):
    keras.utils.set_random_seed(0)
    parts = {"both": {}, "language": {"copy": False}, "copy": {"language": False}}
    return NextBasket(**TINY, **parts[request.param]).fit(split)


def test_every_item_gets_a_finite_score(model, split):
    scores = model.scores(split.queries("test").histories)
    assert scores.shape == (30, 20)
    assert np.isfinite(scores).all()


def test_the_order_inside_a_basket_does_not_matter(model, split):
    past = split.queries("test").histories
    turned = mt.data.shuffled(past, seed=1, ties_only=True)
    np.testing.assert_allclose(model.scores(past), model.scores(turned), atol=1e-5)


def test_a_batch_changes_nothing(model, split):
    past = split.queries("test").histories
    np.testing.assert_allclose(model.scores(past)[7:8], model.scores(past[7:8]), atol=1e-5)


def test_an_empty_past_is_answered(model):
    assert np.isfinite(model.scores(Histories.empty(2))).all()
    assert model.scores(Histories.empty(0)).shape == (0, 20)


def test_a_past_longer_than_the_window_is_answered(model):
    past = Histories.from_lists([[2, 3] * 20], session_id=[list(np.repeat(np.arange(20), 2))])
    assert np.isfinite(model.scores(past)).all()


def test_copying_finds_what_everybody_repeats(split):
    keras.utils.set_random_seed(0)
    settings = TINY | {"epochs": 8, "learning_rate": 0.02}
    model = NextBasket(language=False, **settings).fit(split, parts=("train", "validation"))
    queries = split.queries("test")
    own = queries.histories.users % 10  # the column of each household's own thing
    assert (model.scores(queries.histories).argmax(axis=1) == own).mean() > 0.9


def test_the_same_seeds_give_the_same_model_and_progress_is_told(split):
    found, told = [], []
    for _ in range(2):
        keras.utils.set_random_seed(3)
        model = NextBasket(seed=3, progress=lambda epoch, loss: told.append(epoch), **TINY)
        found.append(model.fit(split).scores(split.queries("test").histories))
    np.testing.assert_allclose(found[0], found[1], atol=1e-5)
    assert told == [0, 1, 0, 1]


def test_what_comes_after_the_fitted_parts_changes_nothing(split):
    kept = split.events.filter(pl.col("part") != "test")
    log = replace(split.log, events=kept.drop("part"))
    found = []
    for each in (split, mt.data.Split(log, "by_week", kept)):
        keras.utils.set_random_seed(0)
        model = NextBasket(language=False, **TINY).fit(each)
        found.append(model.scores(split.queries("validation").histories))
    np.testing.assert_allclose(found[0], found[1], atol=1e-5)


@pytest.mark.parametrize(
    ("wrong", "match"),
    [
        ({"language": False, "copy": False}, "language or copy"),
        ({"per_person": 0}, "per_person"),
        ({"length": 1}, "length"),
    ],
)
def test_settings_that_make_no_sense(wrong, match):
    with pytest.raises(ParameterError, match=match):
        NextBasket(**wrong)


def test_a_model_that_is_not_fitted_says_so():
    with pytest.raises(ParameterError, match="not fitted"):
        NextBasket().scores(Histories.empty(1))
