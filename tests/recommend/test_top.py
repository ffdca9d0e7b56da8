import math
from dataclasses import replace

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

import mtrec_lib as mt
from mtrec_lib.data import Histories
from mtrec_lib.recommend import top
from tests.recommend.fakes import ITEMS, Table


def test_the_best_stand_first_and_the_seen_are_left_out() -> None:
    # scores 1 2 3 4 5 for items 10 … 50; 40 was seen
    recommended = top(Table(), history=[40], k=3)
    assert recommended.item_ids == [50, 30, 20]
    assert recommended.frame["rank"].to_list() == [1, 2, 3]
    assert recommended.frame["score"].to_list() == [5.0, 3.0, 2.0]
    assert set(recommended.frame["reason"]) == {"history"}


def test_the_seen_stay_where_people_repeat() -> None:
    assert top(Table(repeats=True), history=[50], k=1).item_ids == [50]
    assert top(Table(repeats=True), history=[50], k=1, exclude_seen=True).item_ids == [40]
    assert top(Table(), history=[50], k=1, exclude_seen=False).item_ids == [50]


def test_repeats_may_stand_in_the_inputs_of_the_model() -> None:
    model = Table()
    del model.repeats
    model.inputs = type("Inputs", (), {"repeats": True})()
    assert top(model, history=[50], k=1).item_ids == [50]


def test_a_baseline_knows_whether_people_of_its_log_repeat() -> None:
    log = mt.data.load("simulator", users=20, events=200)
    split = mt.data.split(replace(log, about=replace(log.about, repeats=True)))
    model = mt.baselines.PersonalFrequency().fit(split)
    past = split.queries("test").histories[0]
    assert top(model, past, k=1).titles[0] in top(model, past, k=1).history


def test_ties_go_by_popularity_then_by_catalogue() -> None:
    # popularity 5 4 4 1 0: 20 and 30 tie there too and keep the order of the catalogue
    assert top(Table(scores=[7] * 5), history=[40], k=4).item_ids == [10, 20, 30, 50]


def test_titles_and_ids_may_be_mixed_and_loosely_written() -> None:
    recommended = top(Table(), history=["fall", "BABE (1995)", 50], k=2)
    assert recommended.history == ("The Fall (2006)", "Babe (1995)", "None")
    assert recommended.item_ids == [40, 10]


def test_ratings_reach_the_model() -> None:
    model = Table()
    top(model, history=["Babe", "fall"], ratings=[4, None], k=1)
    ratings = model.asked[0].last(2, "rating")[0]
    assert ratings[0] == 4
    assert math.isnan(ratings[1])


def test_one_past_may_be_given_as_histories() -> None:
    histories = Histories.from_lists([[2], [3, 4]])
    assert top(Table(), histories[1], k=5).item_ids == [50, 40, 10]


def test_fewer_than_k_where_fewer_are_left() -> None:
    assert len(top(Table(), history=[10, 20], k=5)) == 3


@given(
    scores=st.lists(st.integers(-3, 3), min_size=5, max_size=5),
    seen=st.sets(st.sampled_from(ITEMS["item_id"].to_list()), min_size=1),
    k=st.integers(1, 5),
)
def test_the_list_is_sorted_without_repetition_and_holds_nothing_seen(scores, seen, k) -> None:
    recommended = top(Table(scores=scores), history=sorted(seen), k=k)
    ids = recommended.item_ids
    assert len(ids) == len(set(ids)) == min(k, 5 - len(seen))
    assert not seen & set(ids)
    assert (np.diff(recommended.frame["score"].to_numpy()) <= 0).all()
    left_out = [s for s, i in zip(scores, ITEMS["item_id"], strict=True) if i not in {*ids, *seen}]
    assert not left_out or not ids or max(left_out) <= recommended.frame["score"].min()
