from functools import partial

import polars as pl
import pytest

import mtrec_lib as mt
from tests.recommend.fakes import ITEMS, Table

for_user = partial(mt.recommend.for_user, k=3)  # the tiny catalogue holds five


@pytest.fixture(scope="module")
def split() -> mt.data.Split:
    """Person 1: 10 20 30 40 in this order (30 validation, 40 test); person 2: 50 alone."""
    seconds = [1, 2, 3, 4, 5]
    events = pl.DataFrame(
        {
            "user_id": [1, 1, 1, 1, 2],
            "item_id": [10, 20, 30, 40, 50],
            "timestamp": pl.Series(seconds).cast(pl.Datetime("us", "UTC")),
            "behaviour": ["view"] * 5,
            "row": pl.Series(range(5), dtype=pl.UInt32),
        }
    )
    users = pl.DataFrame({"user_id": [1, 2]})
    about = mt.data.About(title="tiny", licence="made up", source="this file", unit="film")
    return mt.data.leave_last_out(mt.data.Log("tiny", events, ITEMS, users, about))


@pytest.mark.parametrize(
    ("part", "past"),
    [
        ("validation", ["Alien (1979)", "Babe (1995)"]),
        ("test", ["Alien (1979)", "Babe (1995)", "The Fall (2006)"]),
        (None, ["Alien (1979)", "Babe (1995)", "The Fall (2006)", "Alien (1986)"]),
    ],
)
def test_the_past_ends_before_the_part(split, part, past) -> None:
    assert list(for_user(Table(), split, 1, part=part).history) == past


def test_the_past_is_that_of_the_queries(split) -> None:
    model = Table()
    for_user(model, split, 1)
    expected = split.queries("test").histories
    assert model.asked[0].last(5).tolist() == expected.last(5).tolist()


def test_nothing_is_known_before_training(split) -> None:
    assert for_user(Table(), split, 1, part="train").cold_start


def test_an_id_may_be_typed_as_text(split) -> None:
    assert for_user(Table(), split, "2").history == ("None",)


def test_somebody_who_is_not_in_the_log_is_refused(split) -> None:
    with pytest.raises(mt.core.errors.ParameterError, match="2 people of 'tiny', got 3"):
        for_user(Table(), split, 3)


def test_a_part_that_is_none_is_refused(split) -> None:
    with pytest.raises(mt.core.errors.ParameterError, match="part must be one of"):
        for_user(Table(), split, 1, part="tests")
