"""Is there one order behind a log?"""

from dataclasses import replace

import pytest

from mtrec_lib.core.errors import ParameterError
from mtrec_lib.data import shared_order


def test_one_list_for_all_is_found(films):
    # everybody takes 1 … 6 in this order, an hour apart: every pair comes one way
    events = films.events.with_columns(item_id=films.events["row"] % 6 + 1).with_columns(
        item_id=films.events["row"].cast(int) % 6 + 1
    )
    shares = shared_order(replace(films, events=events), 1, 5 * 3600, often=12)
    assert shares["log"] == 1
    assert shares["pairs"] == 15
    assert 0.5 < shares["coin"] < 0.8


def test_pairs_too_far_apart_or_too_rare_are_left_out(films):
    assert shared_order(films, 0, 60, often=1) == {"log": None, "coin": None, "pairs": 0}
    assert shared_order(films, 0, 3600, often=10**6)["pairs"] == 0


@pytest.mark.parametrize("limits", [(2, 1, 20, 20), (0, 1, 0, 20), (0, 1, 20, 0)])
def test_limits(films, limits):
    with pytest.raises(ParameterError, match="least"):
        shared_order(films, *limits)


def test_ml_100k_has_a_list_between_seconds_and_none_within(ml100k):
    tie, hour = shared_order(ml100k, 0, 0), shared_order(ml100k, 1, 3600)
    assert abs(tie["log"] - tie["coin"]) < 0.02
    assert hour["log"] > hour["coin"] + 0.05
