"""Comparisons of a value a row."""

import numpy as np
import pytest
from scipy import stats

import mtrec_lib as mt
from mtrec_lib.core.errors import ParameterError
from mtrec_lib.evaluation import auc, compare_auc, compare_bits, compare_values


def test_a_row_a_person_is_the_paired_t_test():
    a, b = np.random.default_rng(0).random((2, 40))
    compared, wanted = compare_values(a, b, "hr@10"), stats.ttest_rel(a, b)
    interval = wanted.confidence_interval(0.95)
    assert (compared.low, compared.high) == (
        pytest.approx(interval.low),
        pytest.approx(interval.high),
    )


def test_rows_of_one_person_are_one_voice():
    # person 0 has rows of differences 1, 1, 1, person 1 one of 0: mean 3/4, and two people;
    # the same differences as four people would have a narrower interval
    a, b = [1.0, 1.0, 1.0, 0.0], [0.0] * 4
    compared = compare_values(a, b, "hr@10", people=[7, 7, 7, 9])
    assert (compared.difference, compared.users) == (0.75, 2)
    alone = compare_values(a, b, "hr@10")
    assert compared.high - compared.low > alone.high - alone.low


def test_seeds_come_as_rows_of_a_table():
    compared = compare_values(np.ones((3, 4)), np.zeros(4), "hr@10")
    assert (compared.seeds, compared.difference) == ((3, 1), 1.0)


@pytest.mark.parametrize(
    ("a", "b", "people", "fault"),
    [
        ([1.0, 2.0], [1.0], None, "same rows"),
        ([1.0, 2.0], [1.0, 2.0], [1], "same rows"),
        ([], [], None, "same rows"),
        ([1.0, np.nan], [1.0, 2.0], None, "a must be finite, got 1"),
        ([1.0, 2.0], [1.0, np.inf], None, "b must be finite, got 1"),
        ([1.0, 2.0], [0.0, 0.0], [3, 3], "at least two people"),
    ],
)
def test_rows_that_do_not_fit_are_refused(a, b, people, fault):
    with pytest.raises(ParameterError, match=fault):
        compare_values(a, b, "hr@10", people)


def test_the_pooled_auc_is_compared_by_person():
    random = np.random.default_rng(0)
    labels, people = random.integers(0, 2, 200), random.integers(0, 20, 200)
    good, noise = labels + random.normal(size=200), random.normal(size=200)
    compared = compare_auc(labels, good, noise, people)
    assert compared.a == pytest.approx(auc(labels, good))
    assert compared.b == pytest.approx(auc(labels, noise))
    assert (compared.word, compared.users) == ("better", 20)


@pytest.mark.parametrize(
    ("labels", "a", "fault"),
    [([1, 1, 1], [1, 2, 3], "both"), ([1, 0, 1], [1, 2], "must be"), ([1, 0], [1, 2, 3], "must")],
)
def test_an_auc_without_its_rows_is_refused(labels, a, fault):
    with pytest.raises(ParameterError, match=fault):
        compare_auc(labels, a, [1, 2, 3], [1, 2, 3])


def test_bits_are_compared_event_by_event():
    split = mt.data.split(mt.data.load("simulator", users=20, events=400))
    one, none = (mt.baselines.NGram(order=n).fit(split) for n in (1, 0))
    compared = compare_bits(one, none, split)
    assert compared.a == pytest.approx(mt.evaluation.bits(one, split))
    assert compared.b == pytest.approx(mt.evaluation.bits(none, split))
    assert compared.less_is_better
    assert compared.users == 20
