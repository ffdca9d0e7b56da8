"""Content baselines: the cosine of an item and a history, worked out by hand."""

import numpy as np
import pytest

import mtrec_lib as mt
from mtrec_lib.core.errors import ParameterError

AXES = np.array([[2.0, 0], [0, 3.0], [1, 1], [0, 0], *[[0, 0]] * 5])  # 9 films


def _scores(model, *items):
    return model.scores(mt.data.Histories.from_lists([[*items]]))[0]


def test_scores_are_cosines_with_the_mean_of_unit_vectors(films_split):
    model = mt.baselines.VectorKNN(AXES).fit(films_split)
    # history: items 2 and 3, the axes; their mean has the direction of item 4
    half = np.sqrt(0.5)
    np.testing.assert_allclose(_scores(model, 2, 3)[:4], [half, half, 1, 0], atol=1e-6)


def test_later_events_weigh_more(films_split):
    # weights 0.5 and 1: profile (0.5, 1), of length √1.25
    model = mt.baselines.VectorKNN(AXES, decay=0.5).fit(films_split)
    scores = _scores(model, 2, 3)[:2]
    np.testing.assert_allclose(scores, np.array([0.5, 1]) / np.sqrt(1.25), atol=1e-6)


def test_a_past_that_says_nothing_gets_popularity(films_split):
    model = mt.baselines.VectorKNN(AXES).fit(films_split)
    for past in ([], [1], [5]):  # nobody, an unknown item, an item without a vector
        np.testing.assert_allclose(_scores(model, *past), model.prior, atol=1e-7)


def test_a_rare_word_weighs_more_than_a_common_one(films_split):
    texts = ["war sea", "war sun", "war sky", "sea sun", *["war"] * 5]
    scores = _scores(mt.baselines.TextKNN(texts).fit(films_split), 2)
    assert scores[0] == pytest.approx(1)
    assert scores[3] > scores[1] > 0  # "sea" stands in two texts, "war" in eight


def test_pairs_of_words_count_where_asked(films_split):
    texts = ["new york city", "york new city", "new york city", *["other"] * 6]
    one, two = (
        _scores(mt.baselines.TextKNN(texts, words=words).fit(films_split), 2) for words in (1, 2)
    )
    assert one[1] == pytest.approx(1)
    assert two[1] < 1 < two[2] + 1e-6


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: mt.baselines.VectorKNN(AXES, decay=0), "decay must be in"),
        (lambda: mt.baselines.TextKNN(["a film"], words=0), "words must be ≥ 1"),
        (lambda: mt.baselines.TextKNN(["", "!"]), "texts must hold words"),
    ],
)
def test_settings_out_of_range(make, words):
    with pytest.raises(ParameterError, match=words):
        make()


def test_vectors_must_fit_the_catalogue(films_split):
    with pytest.raises(ParameterError, match=r"a row for each of the 9 items .* got 3"):
        mt.baselines.VectorKNN(AXES[:3]).fit(films_split)
