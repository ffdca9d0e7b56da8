"""TIFU-KNN: two decays, and what people alike buy."""

import numpy as np
import polars as pl
import pytest

import mtrec_lib as mt
from mtrec_lib.baselines import TIFUKNN
from mtrec_lib.core.errors import ParameterError
from mtrec_lib.data.histories import Histories
from mtrec_lib.data.log import Log


class _Split:
    """Pasts of two people, all training: 0 buys {1, 2}, {1}, {3}; 1 buys {1}, {4}."""

    protocol = "by_week"

    def __init__(self):
        rows = [(0, 1, 10), (0, 2, 10), (0, 1, 11), (0, 3, 12), (1, 1, 13), (1, 4, 14)]
        self.events = pl.DataFrame(
            {
                "user_id": [user for user, _, _ in rows],
                "item_id": [item for _, item, _ in rows],
                "session_id": [session for *_, session in rows],
                "timestamp": pl.Series([0] * 6).cast(pl.Datetime("us", "UTC")),
                "row": pl.Series(range(6), dtype=pl.UInt32),
                "part": ["train"] * 6,
            }
        )
        items = pl.DataFrame({"item_id": [1, 2, 3, 4], "title": list("abcd")})
        about = mt.data.load("simulator", users=2, events=10).about
        self.log = Log("two", self.events, items, pl.DataFrame({"user_id": [0, 1]}), about)


def _past():
    # the baskets of person 0: {2, 3}, {2}, {4} in ids
    return Histories.from_lists([[2, 3, 2, 4]], users=[0], session_id=[[10, 10, 11, 12]])


def test_baskets_weigh_by_group_and_place():
    # two groups of three baskets: {first, second} and {third}. In the first group, halved and one
    # group back (1/3 · 1/2), the first basket weighs 1/2, the second 1; the third 1 · 1/2.
    model = TIFUKNN(groups=2, within=0.5, between=1 / 3, alpha=1).fit(_Split())
    first, second, third = 0.5 / 2 / 3 / 2, 1 / 2 / 3 / 2, 1 / 2
    expected = [first + second, first, third, 0]
    assert np.allclose(model.scores(_past())[0], expected, atol=1e-6)


def test_fewer_baskets_than_groups_have_a_group_each():
    model = TIFUKNN(groups=7, within=0.9, between=0.5, alpha=1).fit(_Split())
    expected = np.array([0.25 + 0.5, 0.25, 1, 0]) / 3
    assert np.allclose(model.scores(_past())[0], expected, atol=1e-6)


def test_neighbours_are_other_people():
    # person 0 stands nearest to itself, but the one neighbour is person 1: item 4 gets a share
    model = TIFUKNN(neighbours=1, groups=1, within=1, alpha=0.5).fit(_Split())
    assert np.allclose(model.scores(_past())[0, 3], 0.5 * 0.5, atol=1e-6)


def test_the_order_inside_a_basket_does_not_matter():
    model = TIFUKNN().fit(_Split())
    turned = Histories.from_lists([[3, 2, 2, 4]], users=[0], session_id=[[10, 10, 11, 12]])
    np.testing.assert_array_equal(model.scores(_past()), model.scores(turned))


def test_an_empty_past_gets_popularity():
    model = TIFUKNN().fit(_Split())
    assert np.allclose(model.scores(Histories.empty(1))[0], model.prior)


def test_batches_do_not_matter(monkeypatch):
    split = mt.data.split(mt.data.load("simulator", users=20, events=400))
    model = TIFUKNN(neighbours=3).fit(split)
    past = split.queries("test").histories
    whole = model.scores(past)
    monkeypatch.setattr("mtrec_lib.baselines.tifu_knn.BATCH", 3)
    np.testing.assert_allclose(model.scores(past), whole, rtol=1e-6)


@pytest.mark.parametrize(
    "wrong", [{"neighbours": 0}, {"groups": 0}, {"within": 0}, {"between": 1.1}, {"alpha": -0.1}]
)
def test_settings_out_of_range(wrong):
    with pytest.raises(ParameterError, match=next(iter(wrong))):
        TIFUKNN(**wrong)
