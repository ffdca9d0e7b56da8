"""AUC, log loss and RMSE, worked by hand, with their edges."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mtrec_lib.core.errors import ParameterError
from mtrec_lib.evaluation import auc, group_auc, log_loss, rmse
from mtrec_lib.evaluation.prediction_metrics import auc_shares, weighted_auc

pairs = st.lists(st.tuples(st.integers(0, 1), st.integers(-5, 5)), min_size=1, max_size=30)


def test_auc_counts_pairs_and_half_for_ties():
    # positives .4, .9 against negatives .1, .4: 1, ½, 1, 1
    assert auc([0, 1, 0, 1], [0.1, 0.4, 0.4, 0.9]) == 0.875
    assert auc([0, 1], [3, 3]) == 0.5


@pytest.mark.parametrize("labels", [[1, 1], [0, 0], []])
def test_auc_of_one_class_is_none(labels):
    assert auc(labels, [0.5] * len(labels)) is None


@settings(deadline=None)
@given(pairs)
def test_auc_knows_only_the_order(rows):
    labels, scores = map(np.array, zip(*rows, strict=True))
    assert auc(labels, scores) == auc(labels, np.exp(scores / 3.0))


@settings(deadline=None)
@given(pairs)
def test_reversed_scores_reverse_auc(rows):
    labels, scores = map(np.array, zip(*rows, strict=True))
    value = auc(labels, scores)
    if value is not None:
        assert auc(labels, -scores) == pytest.approx(1 - value)


@settings(deadline=None)
@given(pairs, st.lists(st.integers(0, 3), min_size=30, max_size=30))
def test_a_weight_is_a_repetition(rows, times):
    labels, scores = map(np.array, zip(*rows, strict=True))
    times = np.array(times[: len(labels)])
    repeated = auc(np.repeat(labels, times), np.repeat(scores, times))
    weighted = weighted_auc(labels.astype(float), scores.astype(float), times[None].astype(float))
    assert (repeated is None and np.isnan(weighted[0])) or repeated == pytest.approx(weighted[0])


@settings(deadline=None)
@given(st.lists(st.tuples(st.integers(0, 1), st.integers(-3, 3), st.integers(0, 3)), min_size=1))
def test_group_auc_is_auc_within_each_group(rows):
    labels, scores, groups = map(np.array, zip(*rows, strict=True))
    for group, value in zip(np.unique(groups), group_auc(labels, scores, groups), strict=True):
        inside = groups == group
        alone = auc(labels[inside], scores[inside])
        assert (alone is None and np.isnan(value)) or alone == pytest.approx(value)


@settings(deadline=None)
@given(pairs)
def test_the_shares_of_people_have_the_pooled_auc_as_their_mean(rows):
    labels, scores = map(np.array, zip(*rows, strict=True))
    value = auc(labels, scores)
    if value is not None:
        people = np.arange(len(labels)) // 2
        shares = auc_shares(labels.astype(float), scores.astype(float), people)
        assert shares.mean() == pytest.approx(value)


def test_the_variance_of_the_shares_is_delongs():
    # positives 3, 1 against negatives 2, 0, 0: the positives beat 3/3 and 2/3, the negatives lose
    # to 1/2, 2/2, 2/2. DeLong: S10 / 2 + S01 / 3 up to n − 1, here without it: each Σ(V − A)² / n²
    labels, scores = np.array([1.0, 1, 0, 0, 0]), np.array([3.0, 1, 2, 0, 0])
    pooled = 5 / 6
    shares = auc_shares(labels, scores, np.arange(5))
    one, two = np.array([1, 2 / 3]) - pooled, np.array([1 / 2, 1, 1]) - pooled
    assert shares.mean() == pytest.approx(pooled)
    assert shares.var() / 5 == pytest.approx((one**2).sum() / 4 + (two**2).sum() / 9)


def test_infinite_scores_can_tie():
    assert auc([0, 1], [-np.inf, -np.inf]) == 0.5
    assert group_auc([0, 1], [np.inf, np.inf], [7, 7]).tolist() == [0.5]


def test_log_loss_of_halves_is_log_2():
    assert log_loss([0, 1, 1], [0.5] * 3) == pytest.approx(np.log(2))


def test_a_confident_mistake_costs_sixteen_nats():
    assert log_loss([0], [1.0]) == pytest.approx(-np.log(1e-7))


def test_rmse():
    # errors 1, −1, 2, 0: √(6/4)
    assert rmse([5, 3, 4, 1], [4, 4, 2, 1]) == pytest.approx(np.sqrt(1.5))


@pytest.mark.parametrize("metric", [auc, log_loss, rmse])
def test_nan_and_unequal_lengths_are_refused(metric):
    with pytest.raises(ParameterError, match="NaN"):
        metric([0, 1], [0.5, np.nan])
    with pytest.raises(ParameterError, match="one length"):
        metric([0, 1], [0.5])


def test_what_is_no_label_or_no_probability():
    with pytest.raises(ParameterError, match=r"labels must be 0 or 1, got 4\.0"):
        auc([0, 4], [0.1, 0.2])
    with pytest.raises(ParameterError, match="not logits"):
        log_loss([0, 1], [0.5, 2.0])
    with pytest.raises(ParameterError, match="no rows"):
        rmse([], [])
