"""Comparisons of a value a row."""

import numpy as np
import pytest
from scipy import stats

from mtrec_lib.core.errors import ParameterError
from mtrec_lib.evaluation import compare_values


def test_a_row_a_person_is_the_paired_t_test():
    a, b = np.random.default_rng(0).random((2, 40))
    found, wanted = compare_values(a, b, "hr@10"), stats.ttest_rel(a, b)
    interval = wanted.confidence_interval(0.95)
    assert (found.low, found.high) == (pytest.approx(interval.low), pytest.approx(interval.high))


def test_rows_of_one_person_are_one_voice():
    # person 0 has rows of differences 1, 1, 1, person 1 one of 0: mean 3/4, and two people;
    # the same differences as four people would have a narrower interval
    a, b = [1.0, 1.0, 1.0, 0.0], [0.0] * 4
    found = compare_values(a, b, "hr@10", people=[7, 7, 7, 9])
    assert (found.difference, found.users) == (0.75, 2)
    alone = compare_values(a, b, "hr@10")
    assert found.high - found.low > alone.high - alone.low


def test_seeds_come_as_rows_of_a_table():
    found = compare_values(np.ones((3, 4)), np.zeros(4), "hr@10")
    assert (found.seeds, found.difference) == ((3, 1), 1.0)


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
