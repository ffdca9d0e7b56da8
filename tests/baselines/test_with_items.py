"""A counting model with new items answers as one that was fitted with the larger catalogue."""

from dataclasses import replace

import numpy as np
import polars as pl
import pytest

import mtrec_lib as mt
from mtrec_lib.core.errors import ParameterError

NEW = pl.DataFrame(
    {"item_id": [101, 102], "title": ["Film 101 (1999)", "Film 102 (2000)"]},
    schema_overrides={"item_id": pl.Int64},
)
MODELS = [
    lambda: mt.baselines.DecayedCounts(window=3),
    lambda: mt.baselines.ItemKNN(k=50),
    lambda: mt.baselines.Lifts(window=2),
    lambda: mt.baselines.NGram(order=2),
    lambda: mt.baselines.NGram(order=1, method="witten_bell"),
    lambda: mt.baselines.PersonalFrequency(),
    lambda: mt.baselines.Popularity(decay=0.9),
    lambda: mt.baselines.TIFUKNN(neighbours=3),
]


@pytest.mark.parametrize("make", MODELS)
def test_it_answers_as_if_fitted_with_the_larger_catalogue(make, films, films_split):
    model = make().fit(films_split)
    grown = model.with_items(NEW)
    larger = replace(films, items=grown.catalogue.items)  # the new ids are the largest
    fitted = make().fit(mt.data.leave_last_out(larger))
    past = mt.data.Histories.from_lists([[2, 3], [10, 11, 12], [], [4, 1]])  # new ones among them
    np.testing.assert_allclose(grown.scores(past), fitted.scores(past), rtol=1e-6)
    np.testing.assert_array_equal(grown.popularity, fitted.popularity)
    twice = model.with_items(NEW[:1]).with_items(NEW[1:])
    np.testing.assert_allclose(twice.scores(past), grown.scores(past), rtol=1e-6)
    if hasattr(model, "log_prob"):
        logs = grown.log_prob(past, np.full(len(past), 11))
        np.testing.assert_allclose(logs, fitted.log_prob(past, np.full(len(past), 11)))


def test_a_new_item_is_found_by_its_vector_and_by_its_text(films_split):
    vectors = np.eye(9)
    model = mt.baselines.VectorKNN(vectors).fit(films_split)
    grown = model.with_items(NEW, vectors=vectors[[4, 7]] * 3)
    # The first new item is like item 4, whatever its length: after item 4 both score 1.
    scores = grown.scores(mt.data.Histories.from_lists([[6]]))[0]
    assert np.flatnonzero(scores == 1).tolist() == [4, 9]
    texts = [f"word{number}" for number in range(9)]
    by_text = mt.baselines.TextKNN(texts).fit(films_split)
    grown = by_text.with_items(NEW, vectors=["word4", "another"])
    scores = grown.scores(mt.data.Histories.from_lists([[6]]))[0]
    assert np.flatnonzero(scores == 1).tolist() == [4, 9]


def test_a_mixture_grows_model_by_model(films_split):
    parts = [mt.baselines.NGram(order=1), mt.baselines.VectorKNN(np.eye(9))]
    model = mt.baselines.LogLinear([part.fit(films_split) for part in parts], [1.0, 0.5])
    grown = model.with_items(NEW, vectors=[None, np.eye(9)[:2]])
    past = mt.data.Histories.from_lists([[2, 3]])
    np.testing.assert_allclose(np.exp(grown.scores(past)).sum(), 1, rtol=1e-5)
    assert (grown.weights, grown.floor) == (model.weights, model.floor)
    with pytest.raises(ParameterError, match=r"one entry a model \(2\), got 1"):
        model.with_items(NEW, vectors=[None])


@pytest.mark.parametrize(
    ("items", "options", "message"),
    [
        (pl.DataFrame({"title": ["x"]}), {}, "must be a table with item_id"),
        ([101], {}, "must be a table with item_id and one row or more, got list"),
        (NEW[:0], {}, "one row or more"),
        (NEW.with_columns(item_id=pl.lit(3)), {}, "in the catalogue already"),
        (NEW.with_columns(item_id=pl.lit(300)), {}, "twice|again"),
        (pl.DataFrame({"item_id": ["one"]}), {}, r"items\.item_id must be of the type Int64"),
        (pl.DataFrame({"item_id": [None]}), {}, "known for every item"),
        (NEW, {"vectors": np.eye(2)}, "reads no vectors of items"),
    ],
)
def test_items_that_do_not_fit_are_refused(items, options, message, films_split):
    model = mt.baselines.Popularity().fit(films_split)
    with pytest.raises(ParameterError, match=message):
        model.with_items(items, **options)


def test_texts_and_vectors_must_be_one_a_new_item(films_split):
    by_text = mt.baselines.TextKNN(["word"] * 9).fit(films_split)
    with pytest.raises(ParameterError, match="must be the texts of the 2 new items"):
        by_text.with_items(NEW, vectors=["word"])
    by_vector = mt.baselines.VectorKNN(np.eye(9)).fit(films_split)
    with pytest.raises(ParameterError, match=r"must be \(2, 9\).*got None"):
        by_vector.with_items(NEW)
