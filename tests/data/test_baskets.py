"""Baskets are sets, and what is said of a past is known before the next one."""

import sys

import numpy as np
import pytest

from mtrec_lib.core.errors import ParameterError
from mtrec_lib.data import Histories
from mtrec_lib.data.baskets import Baskets
from mtrec_lib.features.baskets.basket_pairs import PAIR, PAST, personal

DAY = 24 * 3600


def _pasts(first=(3, 2, 3, 4)):
    # person 0: {2, 3} on day 0, {4} on day 7; person 1: nothing; person 2: {5} with no session
    return Histories.from_lists(
        [list(first), [], [5]],
        session_id=[[7, 7, 7, 8], [], [-1]],
        timestamp=[[0, 0, 0, 7 * DAY], [], [DAY]],
    )


def test_a_basket_holds_an_item_once():
    described = Baskets.of(_pasts())
    assert described.counts.tolist() == [2, 0, 1]
    assert described.sizes.tolist() == [2, 1, 1]
    assert described.columns.tolist() == [0, 1, 2, 3]


def test_the_order_inside_a_basket_does_not_matter():
    one, two = Baskets.of(_pasts()), Baskets.of(_pasts(first=(2, 3, 3, 4)))
    assert one.columns.tolist() == two.columns.tolist()
    np.testing.assert_array_equal(personal(one).pairs, personal(two).pairs)


def test_events_of_no_session_are_baskets_by_themselves():
    past = Histories.from_lists([[2, 2, 3]], session_id=[[-1, -1, -1]])
    assert Baskets.of(past).sizes.tolist() == [1, 1, 1]


def test_without_sessions_every_event_is_a_basket():
    assert Baskets.of(Histories.from_lists([[2, 3], [4]])).counts.tolist() == [2, 1]


def test_unknown_items_are_in_no_basket():
    past = Histories.from_lists([[1, 2, 1]], session_id=[[1, 1, 2]])
    assert Baskets.of(past).sizes.tolist() == [1, 0]


def test_members_of_chosen_baskets():
    place, column = Baskets.of(_pasts()).members(np.array([2, 0]))
    assert (place.tolist(), column.tolist()) == ([0, 1, 1], [3, 0, 1])


def test_a_basket_that_is_not_there():
    with pytest.raises(ParameterError, match="baskets"):
        Baskets.of(_pasts()).members(np.array([4]))


def test_features_of_a_worked_past():
    described = personal(Baskets.of(_pasts()))
    assert (described.past.tolist(), described.column.tolist()) == ([0, 0, 0, 2], [0, 1, 2, 3])

    def of(name):
        return described.named(name).tolist()

    # item 4 was in the last basket, items 2 and 3 in the one before it, a week ago
    assert of("in the last basket") == [0, 0, 1, 1]
    assert of("in the basket before the last") == [1, 1, 0, 0]
    assert np.allclose(of("log (1 + weeks since)"), np.log1p([1, 1, 0, 0]))
    share = np.array([0.5, 0.5, 0.5, 1]) + 1e-3  # of two baskets, of one
    assert np.allclose(of("log share of baskets, decay 1.0 a week"), np.log(share))
    faded = np.array([0.85, 0.85, 1, 1.85]) / 1.85 + 1e-3
    assert np.allclose(of("log share of baskets, decay 0.85 a week"), np.log(faded))


def test_a_feature_that_is_not_there():
    with pytest.raises(ParameterError, match="weeks since"):
        personal(Baskets.of(_pasts())).named("weeks")


def test_features_are_finite_and_named():
    described = personal(Baskets.of(_pasts()))
    assert described.pairs.shape == (4, len(PAIR))
    assert described.pasts.shape == (3, len(PAST))
    assert np.isfinite(described.pairs).all()
    assert np.isfinite(described.pasts).all()
    assert not described.pasts[1].any()  # an empty past says nothing


def test_a_moment_sees_what_was_before_it_and_nothing_else():
    whole = _pasts()
    cut = Histories(whole.users[:1], whole.starts[:1], whole.ends[:1] - 1, whole.columns)
    early = personal(Baskets.of(whole), past=np.array([0]), before=np.array([1]))
    known = personal(Baskets.of(cut))
    np.testing.assert_array_equal(early.column, known.column)
    np.testing.assert_array_equal(early.pairs, known.pairs)
    np.testing.assert_array_equal(early.pasts, known.pasts)


def test_moments_are_described_alike_in_any_number(monkeypatch):
    baskets = Baskets.of(_pasts())
    moments = {"past": np.array([0, 2, 0]), "before": np.array([2, 1, 1])}
    together = personal(baskets, **moments)
    monkeypatch.setattr(sys.modules[personal.__module__], "CHUNK", 1)
    apart = personal(baskets, **moments)
    np.testing.assert_array_equal(together.past, apart.past)
    np.testing.assert_array_equal(together.pairs, apart.pairs)


def test_nobody_is_described():
    described = personal(Baskets.of(Histories.empty(0)))
    assert described.pairs.shape == (0, len(PAIR))
    assert described.pasts.shape == (0, len(PAST))
