"""Reliability, temperature, slices and changed pasts, on cases worked out by hand."""

import numpy as np
import pytest
from scipy.special import softmax
from sklearn.calibration import calibration_curve

import mtrec_lib as mt
from mtrec_lib.core.errors import DivergedError, ParameterError
from mtrec_lib.evaluation import (
    ChangedPast,
    fit_temperature,
    ndcg,
    probabilities,
    rank,
    reliability,
    sliced,
)


def _random(rows=500, seed=0):
    rng = np.random.default_rng(seed)
    p = rng.random(rows)
    return p, rng.random(rows) < p**2


def test_bins_by_hand():
    # below ½: .1, .3 promise .2 and none comes; from ½ on: .5, .9, .7 promise .7 and all come
    result = reliability([0.1, 0.3, 0.5, 0.9, 0.7], [0, 0, 1, 1, 1], bins=2)
    assert result.counts.tolist() == [2, 3]
    np.testing.assert_allclose(result.promised, [0.2, 0.7])
    np.testing.assert_allclose(result.observed, [0, 1])
    assert result.ece == pytest.approx((2 * 0.2 + 3 * 0.3) / 5)


def test_scikit_learn_draws_the_same_curve():
    p, happened = _random()
    result = reliability(p, happened, bins=7)
    observed, promised = calibration_curve(happened, p, n_bins=7, strategy="uniform")
    np.testing.assert_allclose(result.observed, observed)
    np.testing.assert_allclose(result.promised, promised)


def test_own_edges_and_empty_bins():
    result = reliability([0.001, 0.02, 1.0], [0, 1, 1], bins=[0, 0.01, 0.1, 0.5, 1])
    assert result.counts.tolist() == [1, 1, 0, 1]
    assert np.isnan(result.observed[2])
    assert result.ece == pytest.approx((0.001 + 0.98) / 3)


def test_the_interval_is_by_group():
    # two people of ten equal rows each: a resample holds both, or one of them twice
    p, happened = np.full(20, 0.5), np.repeat([0, 1], 10)
    result = reliability(p, happened, groups=np.repeat([0, 1], 10))
    assert result.ece == pytest.approx(0)
    assert result.interval == (0, 0.5)


def test_a_calibrated_model_still_shows_an_error_by_chance():
    p, happened = _random(seed=1)
    fair = np.random.default_rng(2).random(len(p)) < p
    assert reliability(p, fair).ece == pytest.approx(reliability(p, fair).by_chance, abs=0.02)
    assert reliability(p, happened).ece > 3 * reliability(p, happened).by_chance
    sure = reliability([0.0, 1.0], [0, 1])
    assert sure.by_chance == sure.ece == 0


def test_wilsons_interval_of_no_success_in_ten():
    # z² / (n + z²) = 3.8415 / 13.8415
    result = reliability([0.05] * 10, [0] * 10, bins=1)
    assert result.high[0] == pytest.approx(0.27753, abs=1e-4)
    assert result.low[0] == pytest.approx(0, abs=1e-12)


@pytest.mark.parametrize(
    ("p", "happened", "bins"),
    [
        ([0.5, 1.2], [0, 1], 10),
        ([0.5, np.nan], [0, 1], 10),
        ([0.5], [0.5], 10),
        ([0.5], [0, 1], 10),
        ([], [], 10),
        ([0.5], [1], 0),
        ([0.5], [1], [0, 0.6, 0.4, 1]),
        ([0.5], [1], [0.1, 1]),
    ],
)
def test_what_is_no_probability_is_refused(p, happened, bins):
    with pytest.raises(ParameterError):
        reliability(p, happened, bins=bins)


def test_the_temperature_of_a_model_that_is_twice_too_sure():
    rng = np.random.default_rng(0)
    logits = rng.normal(0, 2, (20_000, 5))
    drawn = (softmax(logits / 2, axis=1).cumsum(axis=1) < rng.random((20_000, 1))).sum(axis=1)
    assert fit_temperature(logits, drawn) == pytest.approx(2, rel=0.05)


def test_a_column_out_of_the_question_is_left_out():
    logits = np.array([[4.0, 0.0, -np.inf]] * 4)
    assert fit_temperature(logits, [0, 0, 0, 1]) == pytest.approx(4 / np.log(3), rel=1e-3)
    with pytest.raises(ParameterError, match="finite"):
        fit_temperature(logits, [0, 0, 0, 2])


def test_a_temperature_needs_a_target_a_row():
    with pytest.raises(ParameterError, match="targets"):
        fit_temperature([[1.0, 2.0]], [0, 1])


class _Language:
    name = "language"

    def __init__(self, scores):
        self.row = scores

    def scores(self, histories):
        return np.tile(self.row, (len(histories), 1))

    def log_prob(self, histories, items):
        return np.log(probabilities(self, histories)[np.arange(len(items)), items - 2])


def test_shares_are_taken_as_they_are_and_logits_are_softmaxed(fixed):
    pasts = mt.data.Histories.empty(2)
    np.testing.assert_allclose(probabilities(fixed([0.25, 0.75]), pasts), [[0.25, 0.75]] * 2)
    logits = np.log([1.0, 3.0]) + 5
    np.testing.assert_allclose(probabilities(_Language(logits), pasts), [[0.25, 0.75]] * 2)


def test_scores_that_are_no_probabilities_are_refused(fixed):
    with pytest.raises(ParameterError, match="no probabilities"):
        probabilities(fixed([1.0, 3.0]), mt.data.Histories.empty(1))
    with pytest.raises(DivergedError):
        probabilities(fixed([1.0, np.nan]), mt.data.Histories.empty(1))


def test_a_changed_past_is_what_the_model_sees(split_of):
    split = split_of([[1, 2, 3], [2, 3, 1], [3, 1, 2]])
    model = mt.baselines.NGram(order=1).fit(split)
    blank = ChangedPast(model, lambda pasts: mt.data.shortened(pasts, 0), name="blank")
    queries = split.queries("test")
    nobody = mt.data.Histories.empty(3)
    np.testing.assert_allclose(blank.scores(queries.histories), model.scores(nobody))
    items = queries.target_items
    result = blank.log_prob(queries.histories, items)
    np.testing.assert_allclose(result, model.log_prob(nobody, items))
    assert rank(blank, split).model == "blank"


def test_slices_by_hand():
    result = sliced([1, 0, 0, 1, 9], [0, 0, 1, 1, 7], ["short", "long", "none"])
    assert result["short"]["value"] == 0.5
    assert result["long"]["n"] == 2
    assert result["none"] == {"value": None, "low": None, "high": None, "n": 0}


def test_slices_resample_people():
    # one person: nobody else could be drawn
    result = sliced([1, 0, 1], [0, 0, 0], ["all"], people=["ann"] * 3)["all"]
    assert result["low"] == result["high"] == pytest.approx(2 / 3)
    with pytest.raises(ParameterError, match="row"):
        sliced([1, 0], [0], ["all"])


def test_some_of_the_queries_can_be_ranked(split_of, fixed):
    split = split_of([[1, 2, 3], [2, 3, 1], [3, 1, 2]])
    queries, model = split.queries("test"), fixed([5, 4, 3, 2, 1])
    whole, some = rank(model, split), rank(model, split, queries=queries[1:])
    assert some.ranks.tolist() == whole.ranks[1:].tolist()
    assert some.metrics["ndcg@10"] == pytest.approx(ndcg(whole.ranks[1:]).mean())
    with pytest.raises(ParameterError, match="at least one"):
        rank(model, split, queries=queries[:0])
