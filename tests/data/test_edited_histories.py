"""Pasts with a piece taken away."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mtrec_lib.core.errors import ParameterError
from mtrec_lib.data import Histories, appended, erased, shortened, shuffled, without

PASTS = st.lists(st.lists(st.integers(2, 9), max_size=6), min_size=1, max_size=4)


def _pasts():
    return Histories.from_lists(
        [[2, 3, 4, 5, 6, 7], [8, 9]],
        timestamp=[[10, 10, 10, 20, 20, 30], [5, 5]],
        rating=[[1, 2, 3, 4, 5, 1], [2, 3]],
    )


def _items(pasts):
    return [pasts[n].flat()[1].tolist() for n in range(len(pasts))]


@given(PASTS, st.integers(0, 5))
def test_shuffling_keeps_everybodys_events(lists, seed):
    moved = _items(shuffled(Histories.from_lists(lists), seed=seed))
    assert [sorted(one) for one in moved] == [sorted(one) for one in lists]


def test_shuffling_ties_moves_nothing_over_a_second():
    moved = [_items(shuffled(_pasts(), seed=s, ties_only=True)) for s in range(30)]
    assert {(frozenset(a[:3]), frozenset(a[3:5]), a[5]) for a, _ in moved} == {
        (frozenset([2, 3, 4]), frozenset([5, 6]), 7)
    }
    assert len({tuple(a[:3]) for a, _ in moved}) == 6  # every order of three occurs


def test_ratings_go_with_their_items_and_times_stay():
    moved = shuffled(_pasts(), seed=3)
    assert moved.last(6, "timestamp")[0].tolist() == [10, 10, 10, 20, 20, 30]
    item, rating = moved.last(6)[0], moved.last(6, "rating")[0]
    assert dict(zip(item.tolist(), rating.tolist(), strict=True)) == dict(
        zip(range(2, 8), [1, 2, 3, 4, 5, 1], strict=True)
    )


def test_an_event_of_shared_columns_is_drawn_alike_in_every_batch():
    whole = _items(shuffled(_pasts(), seed=1))
    assert whole[1] == _items(shuffled(_pasts()[1:], seed=1))[0]


def test_what_is_forgotten_is_missing_and_the_rest_stays():
    blind = without(_pasts(), "rating", "timestamp")
    assert np.isnan(blind.last(6, "rating")).all()
    assert (blind.last(6, "timestamp") == -1).all()
    assert _items(blind) == _items(_pasts())
    assert (_pasts().last(2, "timestamp")[1] == 5).all()  # the pasts themselves are untouched


@pytest.mark.parametrize("name", ["item", "mood"])
def test_only_a_column_beside_the_item_can_be_forgotten(name):
    with pytest.raises(ParameterError, match=name):
        without(_pasts(), name)


@pytest.mark.parametrize(("events", "left"), [(0, [[], []]), (3, [[5, 6, 7], [8, 9]])])
def test_a_past_is_cut_to_its_last_events(events, left):
    assert _items(shortened(_pasts(), events)) == left


def test_a_negative_number_of_events_is_refused():
    with pytest.raises(ParameterError, match="-1"):
        shortened(_pasts(), -1)


def test_one_event_is_taken_out_of_each_past():
    assert _items(erased(_pasts(), [2, 1])) == [[2, 3, 4, 5, 7], [8]]
    assert erased(_pasts(), [2, 1]).last(5, "rating")[0].tolist() == [1, 2, 3, 4, 1]


def test_a_past_that_does_not_reach_so_far_stays():
    assert _items(erased(_pasts(), 3)) == [[2, 3, 4, 6, 7], [8, 9]]


def test_another_item_takes_the_place_and_the_rest_stays():
    pasts = _pasts()
    other = erased(pasts, 1, by=[40, 50])
    assert _items(other) == [[2, 3, 4, 5, 6, 40], [8, 50]]
    assert other.last(1, "rating")[:, 0].tolist() == [1, 3]
    assert _items(pasts) == [[2, 3, 4, 5, 6, 7], [8, 9]]


def test_the_last_event_is_number_one():
    with pytest.raises(ParameterError, match="back"):
        erased(_pasts(), 0)


def test_an_event_is_appended_to_views_too():
    longer = appended(shortened(_pasts(), 1), [20, 21], rating=[5, np.nan])
    assert _items(longer) == [[7, 20], [9, 21]]
    assert longer.last(1, "rating")[0, 0] == 5
    assert np.isnan(longer.last(1, "rating")[1, 0])
    assert longer.last(1, "timestamp")[:, 0].tolist() == [-1, -1]
    assert longer.columns["item"].dtype == np.int32


def test_events_can_be_appended_to_nothing():
    assert _items(appended(Histories.empty(2), [4, 5])) == [[4], [5]]


def test_only_known_columns_can_be_appended():
    with pytest.raises(ParameterError, match="mood"):
        appended(_pasts(), [2, 3], mood=1)


@given(PASTS)
def test_erasing_what_was_appended_gives_the_past_back(lists):
    pasts = Histories.from_lists(lists)
    assert _items(erased(appended(pasts, 9), 1)) == lists
