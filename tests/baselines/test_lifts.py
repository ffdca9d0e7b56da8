"""Popularity times lifts."""

import numpy as np
import pytest

import mtrec_lib as mt


@pytest.fixture(scope="module")
def split():
    return mt.data.split(mt.data.load("simulator", users=40, events=1200))


def test_lifts_by_hand_on_two_people(split):
    # One person 2, 3, 2 and one 4, 3; window 1, smoothing 1. Counts 2: 2, 3: 2, 4: 1 of 5; with
    # 0.5 more for each of the I items p = (count + 0.5) / (5 + I / 2). After 2 comes 3 once.
    model = mt.baselines.Lifts(window=1, weight=0.5, smoothing=1.0).fit(split)
    size = model.catalogue.size
    pasts = mt.data.Histories.from_lists([[2, 3, 2], [4, 3]])
    model._popularity = np.bincount([0, 1, 0, 2, 1], minlength=size).astype(float)
    model.learn(pasts)
    share = (model._popularity + 0.5) / (5 + size / 2)
    after = (np.eye(size)[1] + share) / 2  # of all that follows 2: one 3, and one pseudo-count
    expected = np.log(share) + 0.5 * np.log(after / share)
    scores = model.scores(mt.data.Histories.from_lists([[3, 2]]))[0]
    np.testing.assert_allclose(scores, expected, rtol=1e-5)


def test_without_weight_or_past_popularity_ranks(split):
    popular = mt.baselines.Popularity().fit(split).popularity
    past = split.queries("test").histories[:3]
    flat = mt.baselines.Lifts(weight=0.0).fit(split).scores(past)
    empty = mt.baselines.Lifts().fit(split).scores(mt.data.Histories.empty(1))
    for scores in (*flat, empty[0]):
        assert (np.diff(scores[np.argsort(popular, kind="stable")]) >= 0).all()


def test_the_order_of_the_last_events_changes_nothing(split):
    model = mt.baselines.Lifts().fit(split)
    scores = model.scores(mt.data.Histories.from_lists([[5, 9, 3], [3, 5, 9]]))
    np.testing.assert_allclose(scores[0], scores[1], rtol=1e-6)


@pytest.mark.parametrize("wrong", [{"window": 0}, {"weight": -0.1}, {"smoothing": 0.0}])
def test_a_setting_out_of_range_is_refused(wrong):
    with pytest.raises(ValueError, match=f"{next(iter(wrong))} must be|{next(iter(wrong))}="):
        mt.baselines.Lifts(**wrong)
