"""Splits in which items, or most events, were never trained on."""

from dataclasses import replace

import numpy as np
import polars as pl
import pytest

import mtrec_lib as mt
from mtrec_lib.core.errors import ParameterError
from mtrec_lib.data import cold_items, few_events


@pytest.fixture(scope="module")
def log():
    return mt.data.load("simulator", users=40, events=2000)


@pytest.fixture(scope="module")
def split(log):
    return cold_items(log, share=0.2, seed=3)


def _ids(split, part):
    return set(split.log.catalogue.encode(split.events.filter(part=part)["item_id"]).tolist())


def test_no_event_of_a_drawn_item_is_trained_on(split):
    drawn = {part: set(items.tolist()) for part, items in split.cold.items()}
    assert not drawn["validation"] & drawn["test"]
    assert not _ids(split, "train") & (drawn["validation"] | drawn["test"])
    assert not _ids(split, "validation") & drawn["test"]
    assert not _ids(split, "test") & drawn["validation"]


@pytest.mark.parametrize("part", ["validation", "test"])
def test_only_new_items_are_asked_about(split, part):
    queries = split.queries(part)
    assert queries.single
    assert set(queries.target_items.tolist()) <= set(split.cold[part].tolist())
    # every event of such an item in its part is a question
    inside = split.log.catalogue.encode(split.events.filter(part=part)["item_id"])
    assert len(queries) == np.isin(inside, split.cold[part]).sum() > 0


def test_a_past_is_all_that_was_before(split):
    queries = split.queries("test")
    whole = mt.data.Histories.from_events(split.events, split.log.catalogue)
    first = dict(zip(whole.users.tolist(), whole.starts.tolist(), strict=True))
    starts = [first[user] for user in queries.histories.users.tolist()]
    assert queries.histories.starts.tolist() == starts
    assert queries.histories.ends.tolist() == queries.rows.tolist()


def test_training_is_asked_about_whole(split):
    assert len(split.queries("train")) == split.train.height


def test_events_of_other_items_stay_in_the_part_of_their_place(log, split):
    # of n events of a person the first 80 % train: place < 0.8 n
    place = pl.int_range(pl.len()).over("user_id") / pl.len().over("user_id")
    drawn = split.log.catalogue.decode(np.concatenate(list(split.cold.values())))
    expected = log.events.with_columns(place=place).filter(~pl.col("item_id").is_in(drawn))
    others = split.events.filter(~pl.col("item_id").is_in(drawn))
    assert others.drop("part").equals(expected.drop("place"))
    assert ((others["part"] == "train") == (expected["place"] < 0.8 - 1e-9)).all()


def test_the_seed_says_which_items(log):
    one, two, three = (cold_items(log, share=0.2, seed=seed).cold["test"] for seed in (0, 0, 1))
    assert one.tolist() == two.tolist() != three.tolist()


def test_the_questions_go_through_the_usual_ranking(split):
    model = mt.baselines.Popularity().fit(split)
    ranking = mt.evaluation.rank(model, split, candidates=split.cold["test"], mask_seen=False)
    # nobody trained with a candidate: all tie, and every tie counts against the model
    assert set(ranking.ranks.tolist()) == {len(split.cold["test"])}


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"share": 0.0}, "share must be in"),
        ({"share": 0.5}, "share must be in"),
        ({"fractions": (0.5, 0.5, 0.0)}, "fractions must be three shares"),
        ({"fractions": (0.9, 0.2, 0.1)}, "fractions must be three shares"),
    ],
)
def test_settings_out_of_range(log, settings, words):
    with pytest.raises(ParameterError, match=words):
        cold_items(log, **settings)


def test_a_part_without_a_question_is_refused(films):
    with pytest.raises(ParameterError, match="leaves no question about new items"):
        cold_items(replace(films, events=films.events.head(2)))


def test_the_first_events_of_each_person_train(films_split):
    cut = few_events(films_split, first=2)
    whole = films_split.train.group_by("user_id", maintain_order=True).head(2)
    assert cut.train.equals(whole.select(cut.train.columns))


def test_the_questions_stay_and_their_pasts_are_short(films_split):
    cut = few_events(films_split, first=2)
    before, after = (split.queries("test") for split in (films_split, cut))
    assert after.target_items.tolist() == before.target_items.tolist()
    assert after.histories.lengths.tolist() == [3] * 12  # two of training, one of validation


def test_who_has_fewer_events_keeps_them(films_split):
    assert few_events(films_split, first=100).events.equals(films_split.events)


def test_nobody_can_train_with_nothing(films_split):
    with pytest.raises(ParameterError, match="first must be ≥ 1"):
        few_events(films_split, first=0)
