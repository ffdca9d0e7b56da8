"""Splits whose events lack something, and splits by people."""

import polars as pl
import pytest

import mtrec_lib as mt
from mtrec_lib.core.errors import ParameterError
from mtrec_lib.data import blinded, new_people


def _targets(split, part="test"):
    queries = split.queries(part)
    return queries.histories.users.tolist(), queries.target_items.tolist()


@pytest.mark.parametrize("options", [{"shuffle": True}, {"without": ["rating", "timestamp"]}])
def test_the_questions_stay(films_split, options):
    assert _targets(blinded(films_split, **options)) == _targets(films_split)


def test_training_events_move_within_a_person_and_times_stay(films_split):
    moved = blinded(films_split, shuffle=True, seed=2)
    both = (films_split.events, moved.events)
    assert both[0]["timestamp"].equals(both[1]["timestamp"])
    held_out = [each.filter(pl.col("part") != "train") for each in both]
    assert held_out[0].equals(held_out[1])
    sets = [each.group_by("user_id").agg(pl.col("item_id").sort()).sort("user_id") for each in both]
    assert sets[0].equals(sets[1])
    assert not both[0]["item_id"].equals(both[1]["item_id"])


def test_a_rating_goes_with_its_item(films_split):
    names = ["user_id", "item_id", "rating"]
    moved = blinded(films_split, shuffle=True, seed=2).events.select(names).sort(names)
    assert moved.equals(films_split.events.select(names).sort(names))


def test_without_times_the_order_stays(films_split):
    blind = blinded(films_split, without=["timestamp"])
    assert not blind.log.has("timestamp")
    before, after = (split.queries("test").histories for split in (films_split, blind))
    assert after.last(6).tolist() == before.last(6).tolist()
    assert (after.last(6, "timestamp") == -1).all()


def test_without_ratings_inputs_know_no_grades(films_split):
    assert mt.features.fit(blinded(films_split, without=["rating"])).spec.grades == ()


@pytest.mark.parametrize("without", [["item_id"], ["mood"], "rating"])
def test_what_cannot_be_taken_away(films_split, without):
    with pytest.raises(ParameterError, match="without"):
        blinded(films_split, without=without)


def test_a_split_by_time_keeps_its_times(films):
    with pytest.raises(ParameterError, match="global_time"):
        blinded(mt.data.global_time(films), without=["timestamp"])


def test_each_person_stands_in_one_part(films):
    split = new_people(films, (0.5, 0.25, 0.25), seed=1)
    parts = split.events.group_by("user_id").agg(pl.col("part").unique())["part"]
    assert parts.list.len().to_list() == [1] * 12
    assert parts.list.first().value_counts().sort("part")["count"].to_list() == [3, 6, 3]


def test_every_event_of_a_test_person_is_a_question_from_the_first_on(films):
    queries = new_people(films, (0.5, 0.25, 0.25)).queries("test")
    assert queries.histories.lengths.tolist() == [0, 1, 2, 3, 4, 5] * 3


def test_the_seed_says_who_is_who(films):
    one, two, three = (new_people(films, (0.5, 0.25, 0.25), seed) for seed in (0, 0, 1))
    assert one.events.equals(two.events)
    assert not one.events.equals(three.events)


@pytest.mark.parametrize("fractions", [(0.5, 0.5, 0.0), (0.9, 0.2, 0.1), (0.98, 0.01, 0.01)])
def test_parts_must_be_shares_and_hold_somebody(films, fractions):
    with pytest.raises(ParameterError, match="fractions"):
        new_people(films, fractions)
