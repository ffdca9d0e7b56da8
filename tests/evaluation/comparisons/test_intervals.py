"""The bootstrap resamples people."""

import numpy as np
import pytest

from mtrec_lib.core.errors import ParameterError
from mtrec_lib.evaluation import bootstrap_interval
from mtrec_lib.evaluation.comparisons.intervals import BLOCK, interval_of, mean_interval


def test_the_width_is_the_standard_error():
    # 400 values of standard deviation 1: SE = 1/20, a 95 % interval is ± 1.96/20
    values = np.tile([-1.0, 1.0], 200)
    low, high = bootstrap_interval(values, resamples=4000)
    assert low == pytest.approx(-0.098, abs=0.008)
    assert high == pytest.approx(0.098, abs=0.008)


def test_rows_of_one_person_are_drawn_together():
    # 20 people with 20 equal rows each say no more than 20 rows
    values = np.repeat(np.arange(20.0), 20)
    grouped = bootstrap_interval(values, groups=np.repeat(np.arange(20), 20))
    assert grouped == bootstrap_interval(np.arange(20.0))
    alone = bootstrap_interval(values)
    assert grouped[1] - grouped[0] > 3 * (alone[1] - alone[0])


def test_groups_weigh_by_their_rows():
    # one group of one row, one of three: the only possible means are 0, 3/4 and 1
    low, high = bootstrap_interval([0.0, 1, 1, 1], groups=["a", "b", "b", "b"])
    assert (low, high) == (0, 1)


def test_the_seed_decides():
    values = np.arange(30.0)
    assert bootstrap_interval(values, seed=1) == bootstrap_interval(values, seed=1)
    assert bootstrap_interval(values, seed=1) != bootstrap_interval(values, seed=2)


def test_many_people_come_in_blocks():
    # more people than one block holds for all resamples; each sample draws every group once in mean
    people = BLOCK // 10
    low, high = mean_interval(np.ones(people), np.ones(people), resamples=25)
    assert low == high == 1


def test_replicates_without_a_value_are_left_out():
    nothing = interval_of(lambda drawn: np.full(len(drawn), np.nan), 3, 0, 10)
    assert np.isnan(nothing).all()
    some = interval_of(lambda drawn: np.where(drawn[:, 0] > 0, 2.0, np.nan), 3, 0, 50)
    assert some == (2, 2)


@pytest.mark.parametrize(
    ("values", "extra"),
    [([], {}), ([np.nan], {}), ([1.0], {"groups": [1, 2]}), ([1.0], {"resamples": 0})],
)
def test_what_cannot_be_resampled_is_refused(values, extra):
    with pytest.raises(ParameterError):
        bootstrap_interval(values, **extra)
