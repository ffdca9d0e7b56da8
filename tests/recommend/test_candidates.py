"""What may be recommended is decided before the list is cut."""

import numpy as np
import polars as pl
import pytest

from mtrec_lib.core.errors import AmbiguousItemError, ParameterError, UnknownItemError
from mtrec_lib.data import Histories
from mtrec_lib.recommend import continuations, top
from tests.recommend.fakes import Table

# Scores 1 2 3 4 5 for items 10 … 50; categories: 10 and 40 Horror, 20 Comedy and Drama, 50 Drama.
DRAMA = {"categories": "Drama"}


def _ids(**options) -> list[int]:
    return top(Table(), history=[30], k=options.pop("k", 5), **options).item_ids


@pytest.mark.parametrize(
    ("only", "expected"),
    [
        ([10, 20], [20, 10]),
        (("Babe", 50), [50, 20]),
        (np.array([10, 20]), [20, 10]),
        (pl.Series([20]), [20]),
        ([True, False, True, False, True], [50, 10]),  # 30 was seen
        (np.array([True, False, False, True, False]), [40, 10]),
        (DRAMA, [50, 20]),
        ({"categories": ["Comedy", "Horror"]}, [40, 20, 10]),
        ({"categories": "Drama", "item_id": [10, 50]}, [50]),
        (pl.col("item_id") >= 40, [50, 40]),
        (pl.col("categories").list.contains("Horror"), [40, 10]),
    ],
)
def test_only_and_exclude_take_the_same_forms(only, expected) -> None:
    assert _ids(only=only) == expected
    rest = [id for id in (50, 40, 20, 10) if id not in expected]
    assert _ids(exclude=only) == rest


def test_the_filter_applies_before_the_list_is_cut() -> None:
    assert _ids(only=[10, 20], k=1) == [20]  # the three best items are none of these


def test_exclude_wins_over_only() -> None:
    assert _ids(only=DRAMA, exclude=["None"]) == [20]


def test_somebody_new_gets_the_most_popular_of_those_that_are_allowed() -> None:
    listed = top(Table(), k=5, only=DRAMA)  # popularity 4 and 0
    assert listed.item_ids == [20, 50]
    assert listed.cold_start


def test_an_empty_list_says_that_all_was_seen() -> None:
    listed = top(Table(), history=[30], k=1, only=[30])
    assert len(listed) == 0
    assert "nothing is left: all that may be recommended was seen" in listed.caption


def test_where_people_repeat_the_filter_keeps_what_was_seen() -> None:
    assert top(Table(repeats=True), history=[30], k=5, only=[30, 10]).item_ids == [30, 10]


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"only": []}, ParameterError, "leave none of the 5 items"),
        ({"only": DRAMA, "exclude": DRAMA}, ParameterError, "leave none of the 5 items"),
        ({"only": "Babe"}, ParameterError, "only must be a list of titles or ids"),
        ({"exclude": 10}, ParameterError, "exclude must be a list of titles or ids"),
        ({"only": [True, False]}, ParameterError, r"one value an item \(5\), got 2"),
        ({"only": {"genres": "Drama"}}, ParameterError, "a column 'genres', and the items have"),
        ({"only": {"categories": "Dramas"}}, ParameterError, "'Dramas', which no item has.*Drama"),
        ({"only": pl.col("year") > 0}, ParameterError, "only cannot be asked of the items"),
        ({"only": pl.col("item_id")}, ParameterError, "must say true or false .*Int64"),
        ({"only": pl.col("item_id").sum() > 0}, ParameterError, "5 items, got 1 values"),
        ({"exclude": ["Babbe", 99]}, UnknownItemError, r"(?s)'Babbe'.*Babe.*99"),
        ({"only": ["Alien"]}, AmbiguousItemError, r"10.*40"),
    ],
)
def test_what_does_not_fit_the_catalogue_is_named(options, error, message) -> None:
    with pytest.raises(error, match=message):
        _ids(**options)


def test_a_model_that_does_not_say_whether_people_repeat_is_refused() -> None:
    model = Table()
    del model.repeats
    with pytest.raises(ParameterError, match="table does not say whether people"):
        top(model, history=[30], k=1)
    assert top(model, history=[30], k=1, exclude_seen=True).item_ids == [50]


def test_continuations_draw_what_is_allowed() -> None:
    shares = Table((0.5, 0.25, 0.125, 0.0625, 0.0625), repeats=True)
    drawn = continuations(shares, Histories.from_lists([[2]]), 1, 400, only=[20, 30]).ids
    assert set(drawn.ravel().tolist()) == {3, 4}  # ids of 20 and 30
    with pytest.raises(ParameterError, match="events must be ≤ 1"):
        continuations(Table((0.2,) * 5), [10], events=2, exclude=[20, 30, 40])
