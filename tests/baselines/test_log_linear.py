"""Several models as one."""

import numpy as np
import pytest

import mtrec_lib as mt
from mtrec_lib.core.errors import ParameterError


class Fixed:
    """A model that gives every past the same logits."""

    name, repeats = "fixed", False

    def __init__(self, catalogue, logits):
        self.catalogue, self.logits = catalogue, np.asarray(logits, float)
        self.popularity = np.ones(len(self.logits))

    def scores(self, histories):
        return np.tile(self.logits, (len(histories), 1))


@pytest.fixture(scope="module")
def parts(films_split):
    return [kind().fit(films_split) for kind in (mt.baselines.NGram, mt.baselines.DecayedCounts)]


def test_one_model_alone_ranks_as_it_did(films_split, parts):
    past = films_split.queries("test").histories
    alone = mt.baselines.LogLinear(parts[:1]).scores(past)
    np.testing.assert_array_equal(
        np.argsort(alone, kind="stable"), np.argsort(parts[0].scores(past), kind="stable")
    )


def test_the_product_is_worked_out_by_hand(films_split):
    # p = (1/2, 1/4, 1/4, 0 …) and q the same reversed in its first two: p q² = (2, 4, 1) / 64
    size = films_split.log.catalogue.size
    p, q = np.full(size, -60.0), np.full(size, -60.0)
    p[:3], q[:3] = np.log([0.5, 0.25, 0.25]), np.log([0.25, 0.5, 0.25])
    catalogue = films_split.log.catalogue
    model = mt.baselines.LogLinear([Fixed(catalogue, p), Fixed(catalogue, q)], weights=[1, 2])
    past = mt.data.Histories.empty(1)
    expected = np.array([2, 4, 1]) / 7
    np.testing.assert_allclose(np.exp(model.scores(past))[0, :3], expected, rtol=1e-5)
    np.testing.assert_allclose(model.log_prob(past, [3]), np.log(expected[1]), rtol=1e-5)
    assert model.log_prob(past, [1])[0] == -np.inf


def test_counts_are_shares_with_a_floor(films_split, parts):
    past, size = films_split.queries("test").histories, films_split.log.catalogue.size
    share = parts[1].scores(past)
    share = share / share.sum(axis=1, keepdims=True)
    shares = np.exp(mt.baselines.LogLinear([parts[1]], floor=0.1).scores(past))
    np.testing.assert_allclose(shares, 0.9 * share + 0.1 / size, rtol=1e-4)


def test_tuning_finds_the_weight_that_validation_prefers(films_split, parts):
    # against a model that knows the answers of nobody, the counts get the largest weight on offer
    flat = Fixed(films_split.log.catalogue, np.zeros(films_split.log.catalogue.size))
    model = mt.baselines.LogLinear([flat, parts[1]])
    best = model.tune(films_split, grid=(0.0, 1.0)).weights
    values = {}
    for weight in (0.0, 1.0):
        tried = mt.baselines.LogLinear([flat, parts[1]], weights=[1.0, weight])
        values[weight] = mt.evaluation.rank(tried, films_split, "validation").metrics["ndcg@10"]
    assert best == [1.0, max(values, key=values.get)]
    assert values[1.0] > values[0.0]


@pytest.mark.parametrize(
    ("models", "settings", "message"),
    [
        (0, {}, "one or more"),
        (2, {"weights": [1.0]}, "weight ≥ 0 each"),
        (2, {"weights": [1.0, -1.0]}, "weight ≥ 0 each"),
        (2, {"floor": 0.0}, "floor must be in"),
    ],
)
def test_bad_arguments_are_refused(parts, models, settings, message):
    with pytest.raises(ParameterError, match=message):
        mt.baselines.LogLinear(parts[:models], **settings)
