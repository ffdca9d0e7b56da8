"""New items for a trained model: the old ones do not move, a new one begins by its side."""

from dataclasses import replace

import numpy as np
import polars as pl
import pytest

import mtrec_lib as mt
from mtrec_lib.core.errors import ParameterError
from mtrec_lib.features.side import side_of

SIZE = 300  # items of the simulated shop, 12 categories


@pytest.fixture(scope="module")
def split():
    return mt.data.split(mt.data.load("simulator", users=120, events=6000))


@pytest.fixture(scope="module")
def gpt(split):
    """A small GPT that has learned what the categories are good for."""
    inputs = mt.features.fit(split, max_length=20)
    model = mt.models.MultiTask(
        mt.models.GPT(inputs, width=16, layers=1), tasks=[mt.tasks.NextItem(), mt.tasks.Rating()]
    )
    mt.training.fit(model, split, epochs=3, learning_rate=0.01, jit_compile=False)
    return model


def _twins(catalogue, rows):
    """New items with the categories and prices of some that are there."""
    like = catalogue.items[rows]
    return like.with_columns(
        item_id=pl.Series(range(9001, 9001 + len(rows))), title=pl.col("title") + ", new"
    )


def _cosines(model):
    table = np.asarray(model.trunk.table())[2:-1]
    unit = table / np.linalg.norm(table, axis=1, keepdims=True)
    return unit @ unit.T


@pytest.mark.slow
def test_old_scores_do_not_move_by_a_bit(gpt, split):
    past = split.queries("test").histories
    grown = gpt.with_items(_twins(gpt.catalogue, [0, 5, 17]))
    np.testing.assert_array_equal(grown.scores(past)[:, :SIZE], gpt.scores(past))
    item = np.full(len(past), 7)
    before, after = gpt.predict_events(past, item), grown.predict_events(past, item)
    np.testing.assert_array_equal(after["rating"], before["rating"])
    again = grown.with_items(_twins(gpt.catalogue, [8]).with_columns(item_id=pl.lit(7000)))
    np.testing.assert_array_equal(again.scores(past)[:, : SIZE + 3], grown.scores(past))


@pytest.mark.slow
def test_a_new_item_stands_nearer_to_those_of_its_categories(gpt):
    rows = list(range(0, SIZE, 10))
    grown = gpt.with_items(_twins(gpt.catalogue, rows))
    kinds = grown.catalogue.category_matrix.argmax(axis=1)
    cosine, kind = _cosines(grown)[SIZE:, :SIZE], kinds[:SIZE]
    same = kind[None, :] == kinds[SIZE:, None]  # (new, old)
    near = [row[mine].mean() - row[~mine].mean() for row, mine in zip(cosine, same, strict=True)]
    assert min(near) > 0
    # after a past of one category a new item of it stands above a new item of another
    past = mt.data.Histories.from_lists(
        [(np.flatnonzero(kind == k)[:8] + 2).tolist() for k in kind]
    )
    scores = grown.scores(past)[:, SIZE:]
    own = scores[same.T].mean() - scores[~same.T].mean()
    assert own > 0


@pytest.mark.slow
def test_a_grown_model_can_be_saved_and_trained_on(gpt, split, tmp_path):
    grown = gpt.with_items(_twins(gpt.catalogue, [0, 5]))
    past = split.queries("test").histories
    loaded = mt.load(mt.save(grown, tmp_path / "grown.mtrec"))
    np.testing.assert_array_equal(loaded.scores(past), grown.scores(past))
    assert loaded.catalogue.titles[-2:] == grown.catalogue.titles[-2:]
    log = replace(split.log, items=grown.catalogue.items)
    more = mt.data.leave_last_out(
        mt.data.Log(log.name, log.events, log.items, log.users, log.about)
    )
    before = loaded.trunk.table.ids.numpy()
    mt.training.fit(loaded, more, epochs=1, jit_compile=False)
    assert not np.array_equal(before[2:], loaded.trunk.table.ids.numpy()[2:])


@pytest.mark.parametrize(
    ("kind", "ids"),
    [("GPT", True), ("GPT", "trained"), ("BERT", False), ("LSTM", True), ("MinGRU", True)],
)
def test_every_trunk_takes_new_items_with_vectors(films_split, kind, ids):
    inputs = mt.features.fit(films_split, max_length=5, factors=2)
    vectors = np.random.default_rng(0).normal(size=(9, 3))
    trunk = getattr(mt.models, kind)(inputs, width=8, item_vectors=vectors, item_ids=ids)
    popular = mt.tasks.NextItem(loss="sampled", negatives=3, draw="popularity")
    model = mt.models.MultiTask(trunk, tasks=[popular, mt.tasks.Genres()])
    model.build()
    new = pl.DataFrame({"item_id": [70], "categories": [["War", "Opera"]], "year": [1994]})
    grown = model.with_items(new, vectors=vectors[:1])
    past = films_split.queries("test").histories
    np.testing.assert_array_equal(grown.scores(past)[:, :9], model.scores(past))
    # An unknown category is left out: (Drama, Comedy, War, 1984–1991, 1992–1999) of unit length.
    assert grown.inputs.side[-2].tolist() == [0, 0, 1, 0, 1]
    sampler = grown.heads[0].sampler
    shares = (np.append(inputs.popularity, 0) + 1) / (inputs.popularity.sum() + 10)
    np.testing.assert_allclose(sampler.log_q(np.arange(10)), np.log(shares), rtol=1e-5)


def test_the_columns_of_side_information_are_those_of_the_first_catalogue(films, split):
    for catalogue in (films.catalogue, split.log.catalogue):  # with years; with prices
        rows, _ = mt.features.side.side_information(catalogue)
        np.testing.assert_array_equal(side_of(catalogue, catalogue), rows[2:-1])
        some = mt.data.Catalogue(catalogue.items[3:7])
        np.testing.assert_array_equal(side_of(some, catalogue), rows[5:9])


@pytest.mark.parametrize(
    ("vectors", "given", "message"),
    [
        (None, np.zeros((1, 3)), "this model reads none"),
        (np.eye(9), None, r"must be \(1, 9\), a row a new item, got None"),
        (np.eye(9), np.zeros((2, 9)), r"must be \(1, 9\).*got \(2, 9\)"),
        (np.eye(9), np.full((1, 9), np.nan), "must be finite"),
    ],
)
def test_vectors_that_do_not_fit_are_refused(films_inputs, vectors, given, message):
    trunk = mt.models.GPT(films_inputs, width=8, layers=1, item_vectors=vectors)
    model = mt.models.MultiTask(trunk, tasks=[mt.tasks.NextItem()])
    with pytest.raises(ParameterError, match=message):
        model.with_items(pl.DataFrame({"item_id": [70]}), vectors=given)
