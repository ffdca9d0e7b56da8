"""A model never meets a split that numbers other items."""

import polars as pl
import pytest

import mtrec_lib as mt
from mtrec_lib.core.errors import ParameterError


@pytest.fixture(scope="module")
def counts(films_split):
    return mt.baselines.NGram(order=1).fit(films_split)


def _changed(films, items, renumbered=False):
    events = films.events
    if renumbered:
        events = events.with_columns(item_id=pl.col("item_id") + 100)
    return mt.data.leave_last_out(mt.data.Log("others", events, items, films.users, films.about))


@pytest.fixture(
    scope="module", params=["larger", "smaller", "other ids", "other order", "other titles"]
)
def other(request, films):
    """A split whose catalogue differs in one way, and what the refusal must say."""
    items = films.items
    more = items.tail(1).with_columns(item_id=pl.lit(99, items["item_id"].dtype))
    kinds = {
        "larger": (pl.concat([items, more]), "knows 9 items, the split 10"),
        "smaller": (items.head(8), "knows 9 items, the split 8"),
        "other ids": (items.with_columns(item_id=pl.col("item_id") + 100), "item_id 1 in the"),
        "other order": (items.reverse(), "id 2 has the item_id 1 in the model and 9"),
        "other titles": (items.with_columns(title=pl.lit("X") + "title"), "has the title"),
    }
    changed, message = kinds[request.param]
    return _changed(films, changed, request.param == "other ids"), message


@pytest.mark.parametrize("use", ["rank", "judge", "bits", "for_user"])
def test_other_items_are_refused_wherever_a_model_meets_a_split(counts, other, use):
    split, message = other
    uses = {
        "rank": lambda: mt.evaluation.rank(counts, split),
        "judge": lambda: mt.evaluation.judge(counts, split, task="rating"),
        "bits": lambda: mt.evaluation.bits(counts, split),
        "for_user": lambda: mt.recommend.for_user(counts, split, 1, k=2),
    }
    with pytest.raises(ParameterError, match=f"{message}.*load the split"):
        uses[use]()


def test_an_equal_catalogue_of_another_load_is_the_same(counts, films):
    again = mt.data.Log("films", films.events, films.items.clone(), films.users, films.about)
    split = mt.data.leave_last_out(again)
    assert split.log.catalogue is not counts.catalogue
    assert mt.evaluation.rank(counts, split, resamples=1).k == 10


def test_coverage_counts_candidates_alone(films_split):
    # one candidate, and every target is ranked beside it: never more than 1 of 1 is covered
    model = mt.baselines.Popularity().fit(films_split)
    ranking = mt.evaluation.rank(model, films_split, candidates=[2], resamples=1, mask_seen=False)
    assert ranking.metrics["coverage@10"] == 1


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"k": 2.5}, "k must be at least 1, got 2.5"),
        ({"batch_size": 1.5}, "batch_size must be at least 1, a whole number, got 1.5"),
        ({"candidates": ["a"]}, "candidates must be whole numbers"),
        ({"candidates": [2.5]}, "candidates must be whole numbers, got 2.5"),
    ],
)
def test_borders_of_ranking(counts, films_split, wrong, message):
    with pytest.raises(ParameterError, match=message):
        mt.evaluation.rank(counts, films_split, **wrong)


def test_what_is_no_model_or_no_split_is_said(counts, films, films_split):
    with pytest.raises(ParameterError, match=r"split must be a split of a log.*mt\.data\.split"):
        mt.evaluation.rank(counts, films)
    with pytest.raises(ParameterError, match=r"int has no scores\(\)"):
        mt.evaluation.rank(3, films_split)
