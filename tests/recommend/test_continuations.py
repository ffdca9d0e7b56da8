"""Sampled continuations, of models whose distribution is known exactly."""

import math

import numpy as np
import pytest

from mtrec_lib.core.errors import ParameterError
from mtrec_lib.data import Histories
from mtrec_lib.recommend import continuations
from tests.recommend.fakes import Table

SHARES = (0.5, 0.25, 0.125, 0.0625, 0.0625)


class Chain(Table):
    """After item j of the catalogue comes item j + 1, for certain; first comes the first."""

    def scores(self, histories: Histories) -> np.ndarray:
        super().scores(histories)
        last = histories.last(1)[:, 0]
        step = np.where(last >= 2, last - 1, 0) % self.catalogue.size
        return np.eye(self.catalogue.size)[step]


def _first(model, samples=4000, **options):
    """How often each item is the first one drawn."""
    drawn = continuations(model, Histories.empty(), events=1, samples=samples, **options)
    return np.bincount(drawn.ids.ravel() - 2, minlength=5) / samples


def test_a_chain_goes_on_by_its_rule() -> None:
    drawn = continuations(Chain(repeats=True), Histories.from_lists([[3], [6]]), 3, 2)
    assert drawn.ids.tolist() == [[[4, 5, 6]] * 2, [[2, 3, 4]] * 2]
    assert drawn.titles[1][0] == ["Alien (1979)", "Babe (1995)", "The Fall (2006)"]
    assert drawn.item_ids[1][0] == [10, 20, 30]


def test_items_come_as_often_as_the_model_says() -> None:
    # standard error of a share of ½ over 4,000 draws: .008
    np.testing.assert_allclose(_first(Table(SHARES)), SHARES, atol=0.03)


def test_temperature_is_a_power_of_the_probability() -> None:
    cold = np.square(SHARES) / np.square(SHARES).sum()
    np.testing.assert_allclose(_first(Table(SHARES), temperature=0.5), cold, atol=0.03)


def test_the_nucleus_is_the_fewest_items_that_hold_top_p() -> None:
    # ½ + ¼ = .75: two items hold .7, three hold .8
    two, three = _first(Table(SHARES), top_p=0.7), _first(Table(SHARES), top_p=0.8)
    np.testing.assert_allclose(two, [2 / 3, 1 / 3, 0, 0, 0], atol=0.03)
    np.testing.assert_allclose(three, np.array([4, 2, 1, 0, 0]) / 7, atol=0.03)
    assert _first(Table(SHARES), top_p=1e-9).tolist() == [1, 0, 0, 0, 0]


def test_nothing_comes_twice_where_nobody_repeats() -> None:
    drawn = continuations(Table(SHARES), Histories.from_lists([[2]]), events=4, samples=20)
    assert (np.sort(drawn.ids[0], axis=1) == [3, 4, 5, 6]).all()
    # the seen item's half is shared out among the others in proportion
    first = np.bincount(
        continuations(Table(SHARES), Histories.from_lists([[2]]), 1, 4000).ids.ravel() - 2
    )
    np.testing.assert_allclose(first / 4000, np.array([0, 4, 2, 1, 1]) / 8, atol=0.03)


def test_where_the_model_leaves_nothing_all_that_is_left_is_alike() -> None:
    certain = Table((1, 0, 0, 0, 0))
    drawn = continuations(certain, Histories.from_lists([[2]]), events=1, samples=4000).ids
    np.testing.assert_allclose(np.bincount(drawn.ravel() - 2)[1:] / 4000, [0.25] * 4, atol=0.03)


def test_more_events_than_items_are_left_are_refused() -> None:
    with pytest.raises(ParameterError, match="≤ 4"):
        continuations(Table(SHARES), Histories.from_lists([[2]]), events=5)
    assert continuations(Table(SHARES, repeats=True), [10], events=9).ids.shape == (1, 5, 9)


def test_the_seed_decides_and_samples_differ() -> None:
    one, two = (continuations(Table(SHARES), [10], events=3, samples=30).ids for _ in range(2))
    assert one.tolist() == two.tolist()
    assert len({tuple(row) for row in one[0].tolist()}) > 1
    assert continuations(Table(SHARES), [10], 3, 30, seed=1).ids.tolist() != one.tolist()


def test_a_drawn_event_reads_like_those_before_it() -> None:
    model = Chain(repeats=True)
    pasts = Histories.from_lists(
        [[2, 3, 4], [2]], timestamp=[[0, 10, 30], [-1]], rating=[[5, 3, 3], [math.nan]]
    )
    continuations(model, pasts, events=3, samples=1)
    read = model.asked[-1]  # two drawn events are in the past
    assert read.last(3, "rating")[0].tolist() == [3, 3, 3]
    assert read.last(3, "timestamp")[0].tolist() == [30, 45, 60]  # gaps 10 and 20: median 15
    assert np.isnan(read.last(2, "rating")[1]).all()
    assert read.last(2, "timestamp")[1].tolist() == [-1, -1]


def test_titles_can_be_typed_and_the_listing_is_plain() -> None:
    drawn = continuations(Chain(repeats=True), ["Babe"], events=2, samples=1)
    assert repr(drawn) == (
        "table: 1 samples of 2 events after 1 pasts\n0: The Fall (2006) · Alien (1986)"
    )


@pytest.mark.parametrize(
    "options", [{"events": 0}, {"samples": 0}, {"temperature": 0}, {"top_p": 0}, {"top_p": 2}]
)
def test_an_argument_out_of_range_is_named(options) -> None:
    with pytest.raises(ParameterError, match=next(iter(options))):
        continuations(Table(SHARES), [10], **options)


def test_a_model_without_probabilities_is_refused() -> None:
    with pytest.raises(ParameterError, match="no probabilities"):
        continuations(Table(), [10], events=2)
