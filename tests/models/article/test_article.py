"""The article's program fails as told; its repaired model learns; its arrays hold what they say."""

import keras
import numpy as np
import polars as pl
import pytest

import mtrec_lib as mt
from mtrec_lib.core.errors import ParameterError
from mtrec_lib.models.article.article_arrays import article_arrays, article_categories
from mtrec_lib.models.article.article_model import ArticleModel
from mtrec_lib.models.article.article_text import AS_PRINTED, article_as_printed

HISTORY = np.array([[0, 0, 4], [2, 3, 4], [0, 3, 4]], np.int32)
X = {"history": HISTORY, "category": np.array([[0], [9], [0]], np.int32)}


@pytest.fixture(scope="module")
def split(films):
    return mt.data.global_time(films)


def test_the_listing_has_the_articles_layers_and_sizes():
    for line in (
        "Embedding(10000, 256)",
        "LSTM(128)",
        "Embedding(10, 256)",
        "Concatenate()",
        'Dense(1, activation="sigmoid")',
        "batch_size=32, epochs=10",
    ):
        assert line in AS_PRINTED


def test_as_printed_it_fails_twice():
    first, second = article_as_printed()
    assert isinstance(first, NameError)
    assert "max_sequence_length" in str(first)
    assert isinstance(second, ValueError)
    assert "Concatenate" in str(second)
    assert "(None, 128)" in str(second)
    assert "(None, 1, 256)" in str(second)


def test_sizes_are_the_articles():
    model = ArticleModel(max_length=3)
    model(X)
    lstm = 4 * (256 + 128 + 1) * 128
    assert model.count_params() == 10_000 * 256 + lstm + 10 * 256 + (128 + 256 + 1)


def test_it_answers_a_probability_a_row():
    probability = ArticleModel(max_length=3).predict(X, verbose=0)
    assert probability.shape == (3, 1)
    assert ((probability > 0) & (probability < 1)).all()


def test_padding_changes_nothing():
    model = ArticleModel(max_length=3)
    longer = {**X, "history": np.pad(HISTORY, ((0, 0), (4, 0)))}
    np.testing.assert_allclose(model(X), model(longer), rtol=1e-5)


def test_an_empty_history_is_answered():
    empty = {"history": np.zeros((1, 3), np.int32), "category": np.array([[1]])}
    assert np.isfinite(ArticleModel(max_length=3)(empty)).all()


def test_it_learns_what_a_category_tells():
    keras.utils.set_random_seed(0)
    category = np.arange(64, dtype=np.int32)[:, None] % 2
    x = {"history": np.full((64, 2), 3, np.int32), "category": category}
    model = ArticleModel(max_length=2)
    model.compile(optimizer="adam", loss="binary_crossentropy", metrics=["accuracy"])
    model.fit(x, category.astype(np.float32), batch_size=32, epochs=10, verbose=0)
    assert model.evaluate(x, category, verbose=0)[1] == 1


def test_it_is_saved_and_loaded(tmp_path):
    model = ArticleModel(max_length=3)
    expected = model(X)
    model.save(tmp_path / "article.keras")
    loaded = keras.models.load_model(tmp_path / "article.keras", safe_mode=True)
    assert loaded.max_length == 3
    np.testing.assert_array_equal(loaded(X), expected)


def test_arrays_hold_the_past_the_category_and_the_like(split):
    arrays = article_arrays(split, "test", max_length=4)
    assert len(arrays) == split.test.height == 7
    assert arrays.categories == ("Drama", "Comedy", "War")
    ids = split.log.catalogue.encode(split.events["item_id"])
    user = split.events["user_id"].to_numpy()
    for place, row in enumerate(arrays.rows):
        past = ids[:row][user[:row] == user[row]][-4:]
        assert arrays.x["history"][place].tolist() == [0] * (4 - len(past)) + past.tolist()
        odd = split.events["item_id"][int(row)] % 2  # odd films are dramas, even ones comedies
        assert arrays.x["category"][place] == (0 if odd else 1)
        assert arrays.y[place] == (split.events["rating"][int(row)] >= 4)


def test_an_item_counts_for_the_first_of_its_categories_among_the_ten():
    common = [[f"c{number}"] for number in range(10) for _ in range(2)]
    items = pl.DataFrame(
        {
            "item_id": range(22),
            "title": [str(number) for number in range(22)],
            "categories": [*common, ["rare", "c7", "c2"], ["rarer"]],
        }
    )
    number = article_categories(mt.data.Catalogue(items))
    names = mt.data.Catalogue(items).categories[:10]
    assert number[:2].tolist() == [-1, -1]
    assert names[number[22]] == "c7"
    assert number[23] == -1


def test_rows_without_label_or_category_are_left_out_and_counted(films):
    rating = films.events["rating"].to_list()
    rating[0] = None
    items = films.items.with_columns(
        categories=pl.when(pl.col("item_id") == 4)
        .then(pl.lit([], pl.List(pl.String)))
        .otherwise("categories")
    )
    events = films.events.with_columns(rating=pl.Series(rating, dtype=pl.Float64))
    log = mt.data.Log("f", events, items, films.users, films.about)
    split = mt.data.global_time(log)
    arrays = article_arrays(split, "train", max_length=2)
    train = split.train
    assert arrays.without_label == 1
    assert arrays.without_category == (train["item_id"] == 4).sum() > 0
    assert len(arrays) == train.height - 1 - arrays.without_category


def test_a_like_column_is_preferred(films):
    liked = films.events.with_columns(like=pl.col("item_id") == 1)
    split = mt.data.global_time(mt.data.Log("f", liked, films.items, films.users, films.about))
    arrays = article_arrays(split)
    item = split.events["item_id"].to_numpy()[arrays.rows]
    np.testing.assert_array_equal(arrays.y[:, 0], item == 1)


def test_a_sample_is_drawn_by_its_seed_and_keeps_the_order(split):
    rows = [article_arrays(split, sample=9, seed=seed).rows for seed in (0, 0, 1)]
    assert rows[0].tolist() == rows[1].tolist() != rows[2].tolist()
    assert (np.diff(rows[0]) > 0).all()
    assert len(rows[0]) == 9
    assert len(article_arrays(split, sample=10**6)) == split.train.height


@pytest.mark.parametrize("arguments", [{"max_length": 0}, {"sample": 0}])
def test_numbers_out_of_range_are_refused(split, arguments):
    with pytest.raises(ParameterError, match=r"must be ≥ 1, got 0"):
        article_arrays(split, **arguments)
    if "max_length" in arguments:
        with pytest.raises(ParameterError, match="max_length"):
            ArticleModel(**arguments)


def test_a_log_without_likes_is_refused(films):
    events = films.events.drop("rating")
    split = mt.data.global_time(mt.data.Log("n", events, films.items, films.users, films.about))
    with pytest.raises(ParameterError, match="neither likes nor ratings"):
        article_arrays(split)


def test_a_catalogue_beyond_the_articles_vocabulary_is_refused(films):
    many = pl.DataFrame({"item_id": range(1, 10_000), "title": map(str, range(1, 10_000))})
    items = many.with_columns(categories=pl.lit(["x"], pl.List(pl.String)))
    split = mt.data.global_time(mt.data.Log("m", films.events, items, films.users, films.about))
    with pytest.raises(ParameterError, match="coarser items"):
        article_arrays(split)


def test_ml_100k(ml100k):
    split = mt.data.global_time(ml100k)
    arrays = article_arrays(split, "train", sample=1000)
    assert arrays.categories[0] == "Drama"
    assert len(arrays.categories) == 10
    assert arrays.without_label == 0
    assert 0 < arrays.without_category < split.train.height // 20
    assert 0.4 < arrays.y.mean() < 0.7
