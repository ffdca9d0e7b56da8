"""Bits an event."""

import numpy as np
import pytest

from mtrec_lib.core.errors import DivergedError, ParameterError
from mtrec_lib.evaluation import bits


class Fixed:
    """Gives every item of the catalogue its own probability, whatever the history."""

    name = "fixed"

    def __init__(self, by_item):
        self.by_item = np.asarray(by_item)

    def log_prob(self, histories, items):
        return np.log(self.by_item[items - 2])


def test_every_event_of_the_part_counts(split_of):
    # train holds items 1, 2 | 1; their probabilities ½, ¼, ½ cost 1, 2, 1 bits
    split = split_of([[1, 2, 3, 4], [1, 3, 4]])
    model = Fixed([1 / 2, 1 / 4, 1 / 8, 1 / 8, 1 / 8])
    assert bits(model, split, "train") == pytest.approx(4 / 3)
    assert bits(model, split, "train", batch_size=1) == pytest.approx(4 / 3)
    assert bits(model, split, "test") == pytest.approx(3)


def test_a_uniform_guess_costs_log2_of_the_catalogue(split_of):
    assert bits(Fixed([1 / 8] * 8), split_of([[1, 2, 3]], size=8)) == pytest.approx(3)


def test_what_has_no_probability_is_refused(split_of, fixed):
    split = split_of([[1, 2, 9]])
    with pytest.raises(ParameterError, match=r"fixed has no log_prob\(\)"):
        bits(fixed([1]), split)
    with pytest.raises(ParameterError, match="1 of 1 events of part 'test' have items outside"):
        bits(Fixed([0.2] * 5), split)
    with pytest.raises(DivergedError, match=r"fixed.log_prob\(\) returned 1 NaN of 1"):
        bits(Fixed([np.nan] * 5), split_of([[1, 2, 3]]))
