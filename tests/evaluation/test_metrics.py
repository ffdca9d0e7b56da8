"""Ranking metrics on plain arrays, worked by hand."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mtrec_lib.core.errors import ParameterError
from mtrec_lib.evaluation import (
    bits_per_event,
    coverage,
    hit_rate,
    mrr,
    ndcg,
    perplexity,
    recall,
)

some_ranks = st.lists(st.integers(1, 40), min_size=1, max_size=20)


def test_single_targets():
    ranks = [1, 2, 10, 11]
    assert hit_rate(ranks, 10).tolist() == [1, 1, 1, 0]
    assert mrr(ranks, 10).tolist() == [1, 0.5, 0.1, 0]
    np.testing.assert_allclose(ndcg(ranks, 10), [1, 1 / np.log2(3), 1 / np.log2(11), 0])


def test_a_set_of_targets():
    # one query with targets at 2, 5 and 30; another with its only target at 1
    ranks, offsets = [2, 5, 30, 1], [0, 3, 4]
    assert hit_rate(ranks, 10, offsets).tolist() == [1, 1]
    np.testing.assert_allclose(recall(ranks, 10, offsets), [2 / 3, 1])
    assert mrr(ranks, 10, offsets).tolist() == [0.5, 1]
    ideal = 1 + 1 / np.log2(3) + 1 / np.log2(4)
    np.testing.assert_allclose(
        ndcg(ranks, 10, offsets), [(1 / np.log2(3) + 1 / np.log2(6)) / ideal, 1]
    )


def test_a_set_larger_than_the_list_can_be_ideal():
    # four targets, a list of two: DCG = ideal DCG = 1 + 1/log2(3), recall 2/4
    assert ndcg([1, 2, 3, 4], 2, [0, 4])[0] == 1
    assert recall([1, 2, 3, 4], 2, [0, 4])[0] == 0.5


@pytest.mark.parametrize("metric", [hit_rate, recall, ndcg, mrr])
def test_no_queries_give_no_values(metric):
    assert metric([], 10).shape == (0,)
    assert metric([], 10, [0]).shape == (0,)


@pytest.mark.parametrize("metric", [hit_rate, recall, ndcg, mrr])
@settings(deadline=None)
@given(ranks=some_ranks, k=st.integers(1, 20))
def test_values_lie_in_0_1_and_grow_with_k(metric, ranks, k):
    short, long = metric(ranks, k), metric(ranks, k + 1)
    assert ((short >= 0) & (short <= long) & (long <= 1)).all()


@settings(deadline=None)
@given(ranks=some_ranks, k=st.integers(1, 20))
def test_one_target_each_is_the_same_with_and_without_offsets(ranks, k):
    offsets = np.arange(len(ranks) + 1)
    for metric in (hit_rate, recall, ndcg, mrr):
        assert (metric(ranks, k) == metric(ranks, k, offsets)).all()
    assert (recall(ranks, k) == hit_rate(ranks, k)).all()


@pytest.mark.parametrize("offsets", [[0, 1], [0, 2, 2], [1, 2], [0, 2, 1]])
def test_offsets_must_tile_the_ranks(offsets):
    with pytest.raises(ParameterError, match="offsets must rise from 0"):
        ndcg([1, 2], 10, offsets)


def test_ranks_begin_at_1():
    with pytest.raises(ParameterError, match="counted from 1, got 0"):
        hit_rate([0, 3])
    with pytest.raises(ParameterError, match="k must be at least 1, got 0"):
        hit_rate([1], k=0)


def test_coverage_counts_each_item_once():
    assert coverage([[2, 3], [3, 2]], 8) == 0.25
    assert coverage([], 8) == 0
    with pytest.raises(ParameterError, match="size must be at least 1"):
        coverage([], 0)


def test_bits_and_perplexity():
    # a fair choice among 8 costs 3 bits, and is worth 8 equally likely items
    assert bits_per_event(np.log([1 / 8] * 5)) == pytest.approx(3)
    assert perplexity(bits_per_event(np.log([1 / 8] * 5))) == pytest.approx(8)
    assert bits_per_event([0.0, -np.inf]) == np.inf


@pytest.mark.parametrize("wrong", [[], [0.5], [np.nan]])
def test_bits_want_log_probabilities(wrong):
    with pytest.raises(ParameterError, match="bits_per_event"):
        bits_per_event(wrong)


@pytest.mark.parametrize("metric", [hit_rate, recall, ndcg, mrr])
def test_two_targets_cannot_stand_at_one_place(metric):
    # two targets among the first 1 item: NDCG would be 2 / (1 + 1/log2(3)) = 1.23
    with pytest.raises(ParameterError, match="query 0 has 2 targets among its first 1"):
        metric([1, 1], 10, [0, 2])
    with pytest.raises(ParameterError, match="query 1 has 3 targets among its first 2"):
        metric([1, 2, 1, 2, 2], 10, [0, 2, 5])


def test_targets_that_tie_share_the_worst_of_their_places():
    # both at rank 2, as a tie counts against the model: 2/log2(3) of 1 + 1/log2(3)
    ideal = 1 + 1 / np.log2(3)
    np.testing.assert_allclose(ndcg([2, 2], 10, [0, 2]), [2 / np.log2(3) / ideal])


@pytest.mark.parametrize(
    ("ranks", "k", "message"),
    [
        ([1.5], 10, "ranks must be whole numbers, got 1.5"),
        ([np.nan], 10, "ranks must be whole numbers, got nan"),
        (["first"], 10, "ranks must be whole numbers"),
        ([1], 2.5, "k must be at least 1, got 2.5"),
        ([1], np.inf, "k must be at least 1, got inf"),
    ],
)
def test_ranks_and_k_are_whole_numbers(ranks, k, message):
    with pytest.raises(ParameterError, match=message):
        ndcg(ranks, k)


def test_coverage_counts_items_and_no_padding():
    # ids 2 and 3 of a catalogue of 4; −1, 0 and 1 fill lists up
    assert coverage([[2, 3, -1], [2, -1, -1]], 4) == 0.5
    assert coverage([[2, 0, 0], [3, 1, 1]], 4) == 0.5
    assert coverage([[-1, 0]], 4) == 0


@pytest.mark.parametrize("wrong", [6, -2, 2.5, np.nan])
def test_coverage_refuses_what_is_no_id_of_the_catalogue(wrong):
    with pytest.raises(ParameterError, match="recommended must"):
        coverage([[2, wrong]], 4)
