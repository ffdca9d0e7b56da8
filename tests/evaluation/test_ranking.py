"""Full ranking: who is a candidate, who wins a tie, who is counted."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

import mtrec_lib as mt
from mtrec_lib.core.errors import DivergedError, ParameterError
from mtrec_lib.evaluation import rank
from mtrec_lib.evaluation.ranks import first_columns, target_ranks

tables = arrays.arrays(np.int8, st.tuples(st.integers(1, 5), st.integers(2, 8)))


def _last_column(scores):
    rows = np.arange(len(scores))
    return target_ranks(scores, rows, np.full(len(rows), scores.shape[1] - 1))


def test_a_tie_counts_against_the_model(split_of, fixed):
    # nothing is masked; the target, item 3, shares its score with items 4 and 5
    split = split_of([[1, 2, 3]])
    ranking = rank(fixed([0, 0, 1, 1, 1]), split, mask_seen=False)
    assert ranking.ranks.tolist() == [3]
    assert ranking.metrics["ties"] == 1


def test_earlier_items_are_masked_but_never_the_target(split_of, fixed):
    # user 0: items 1, 2 go, 3 stands behind 4 and 5; user 1 comes back to item 1, still ranked
    split = split_of([[1, 2, 3], [1, 2, 1]])
    model = fixed([5, 4, 1, 2, 3])
    assert rank(model, split).ranks.tolist() == [3, 1]
    assert rank(model, split, mask_seen=False).ranks.tolist() == [5, 1]


def test_targets_that_are_no_news_are_told_where_news_alone_is_ranked(split_of, fixed):
    # user 1 comes back to item 1: their items 2 is masked, item 1 as the target is not
    split = split_of([[1, 2, 3], [1, 2, 1]])
    model = fixed([5, 4, 1, 2, 3])
    assert rank(model, split).repeated == 1
    assert "targets taken before 1 of 2" in str(rank(model, split))
    assert rank(model, split, mask_seen=False).repeated == 0
    assert rank(model, split, among="new").repeated == 0


def test_only_candidates_and_the_target_are_ranked(split_of, fixed):
    # scores 5 4 1 2 3 of items 1 … 5, ids 2 … 6; items 1 and 2 are seen, the target is item 3
    split, model = split_of([[1, 2, 3]]), fixed([5, 4, 1, 2, 3])
    assert rank(model, split, candidates=[5]).ranks.tolist() == [2]  # behind item 4
    ranking = rank(model, split, candidates=[2, 3, 4], mask_seen=False, k=1)
    assert ranking.ranks.tolist() == [3]  # behind items 1 and 2
    assert ranking.metrics["coverage@1"] == pytest.approx(1 / 3)
    assert "3 of 5 items ranked" in ranking.about


@pytest.mark.parametrize("candidates", [[], [1], [7]])
def test_candidates_stand_in_the_catalogue(split_of, fixed, candidates):
    with pytest.raises(ParameterError, match=r"candidates must be .* in \[2, 6\]"):
        rank(fixed([1, 2, 3, 4, 5]), split_of([[1, 2, 3]]), candidates=candidates)


def test_a_log_where_people_repeat_keeps_earlier_items(split_of, fixed):
    split = split_of([[1, 2, 3]], repeats=True)
    assert rank(fixed([5, 4, 3, 2, 1]), split).ranks.tolist() == [3]


def test_a_target_outside_the_catalogue_is_a_miss_at_any_k(split_of, fixed):
    split = split_of([[1, 2, 9]], size=5)
    ranking = rank(fixed([1, 2, 3, 4, 5]), split, k=1000)
    assert ranking.ranks.tolist() == [6]
    assert ranking.metrics["hr@1000"] == 0
    assert ranking.unknown == 1
    assert "outside the catalogue 1" in str(ranking)


def test_baskets_rank_each_product_and_count_households(shop, fixed):
    # household 0 wants {1, 3} and gets ranks 1 and 4; household 1 wants {4}, rank 3
    ranking = rank(fixed([4, 3, 1, 2]), shop, k=2)
    assert ranking.ranks.tolist() == [1, 4, 3]
    assert ranking.per_user["hr@2"].tolist() == [1, 0]
    assert ranking.per_user["recall@2"].tolist() == [0.5, 0]
    ideal = 1 + 1 / np.log2(3)
    np.testing.assert_allclose(ranking.per_user["ndcg@2"], [1 / ideal, 0])
    assert ranking.metrics["recall@2"] == 0.25


def test_several_queries_of_one_person_are_averaged_by_query(films, fixed):
    split = mt.data.global_time(films)
    ranking = rank(fixed(np.arange(9)), split, mask_seen=False)
    queries = split.queries("test")
    assert ranking.counts.sum() == len(queries)
    by_query = mt.evaluation.ndcg(ranking.ranks, 9).mean()
    assert ranking.metrics["ndcg@10"] == pytest.approx(by_query)
    by_person = (ranking.per_user["ndcg@10"] * ranking.weights("ndcg@10")).sum()
    assert by_person / ranking.counts.sum() == pytest.approx(by_query)


def test_coverage_is_what_anybody_is_shown(split_of, fixed):
    # user 0 may be shown 3, 4, 5 and sees 4, 5; user 1 may be shown 1, 2, 3 and sees 2, 3
    split = split_of([[1, 2, 3], [4, 5, 3]])
    assert rank(fixed([1, 2, 3, 4, 5]), split, k=2).metrics["coverage@2"] == 4 / 5


def test_the_batch_size_changes_nothing(films_split, fixed):
    model = fixed(np.random.default_rng(0).integers(0, 4, (13, 9)))
    one, all_at_once = (rank(model, films_split, batch_size=size) for size in (1, 100))
    assert one.ranks.tolist() == all_at_once.ranks.tolist()
    assert one.metrics == all_at_once.metrics
    assert one.intervals == all_at_once.intervals


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_scores_that_are_no_numbers_name_the_model(films_split, fixed, bad):
    with pytest.raises(DivergedError, match=r"fixed.scores\(\) returned 12 of 108 values"):
        rank(fixed([0, 1, bad, 3, 4, 5, 6, 7, 8]), films_split)


def test_scores_of_another_shape_are_refused(films_split, fixed):
    with pytest.raises(ParameterError, match=r"must return shape \(12, 9\), got \(12, 4\)"):
        rank(fixed([0, 1, 2, 3]), films_split)


def test_k_and_part_are_checked(films_split, split_of, fixed):
    with pytest.raises(ParameterError, match="k must be at least 1, got 0"):
        rank(fixed(np.arange(9)), films_split, k=0)
    with pytest.raises(ParameterError, match="batch_size must be at least 1"):
        rank(fixed(np.arange(9)), films_split, batch_size=0)
    with pytest.raises(ParameterError, match="'test' holds no queries"):
        rank(fixed(np.arange(5)), split_of([[1, 2]]))


def test_empty_histories_are_counted_apart(films, fixed):
    split = mt.data.global_time(films)
    ranking = rank(fixed(np.arange(9)), split)
    empty = int((split.queries("test").histories.lengths == 0).sum())
    assert ranking.cold == empty
    assert ("empty histories" in str(ranking)) == (empty > 0)


def test_the_table_and_the_text_show_every_metric(films_split, fixed):
    ranking = rank(fixed(np.arange(9)), films_split)
    table = ranking.table()
    assert table.columns == ["metric", "value", "low", "high"]
    assert table["metric"].to_list() == ["hr@10", "ndcg@10", "mrr@10", "coverage@10", "ties"]
    assert table.filter(table["metric"] == "ties")["low"].to_list() == [None]
    lines = str(ranking).splitlines()
    assert lines[0] == "fixed · films, test · 12 users · all 9 items ranked, earlier items masked"
    assert lines[1].startswith("hr@10        1.0000  [1.0000, 1.0000]")


@settings(deadline=None)
@given(tables)
def test_a_rising_transform_of_the_scores_changes_no_rank(scores):
    scores = scores.astype(np.float64)
    assert (_last_column(scores)[0] == _last_column(np.exp(scores / 50))[0]).all()


@settings(deadline=None)
@given(tables, st.integers(-128, 127))
def test_making_scores_equal_never_helps(scores, floor):
    # lifting every score below the floor up to it merges ranks, and a merged rank is the worst
    scores = scores.astype(np.float64)
    assert (_last_column(np.maximum(scores, floor))[0] >= _last_column(scores)[0]).all()


@settings(deadline=None)
@given(tables, st.randoms(use_true_random=False))
def test_the_order_of_the_items_does_not_matter(scores, random):
    order = list(range(scores.shape[1]))
    random.shuffle(order)
    rows = np.arange(len(scores))
    moved = target_ranks(scores[:, order], rows, np.full(len(rows), order.index(len(order) - 1)))
    assert (moved[0] == _last_column(scores)[0]).all()


@settings(deadline=None)
@given(tables, st.integers(1, 8))
def test_the_first_columns_are_the_highest(scores, k):
    k = min(k, scores.shape[1])
    chosen = first_columns(scores.astype(np.float64), k)
    order = np.argsort(-scores.astype(np.float64), axis=1, kind="stable")[:, :k]
    expected = np.zeros_like(chosen)
    np.put_along_axis(expected, order, True, axis=1)
    assert (chosen == expected).all()


def test_new_and_repeat_purchases_have_targets_and_candidates_of_their_own(shop, fixed):
    # household 0 holds {1, 2} before week 50 and buys {1, 3}; household 1 holds {2, 4}, buys {4}
    model = fixed([1, 4, 2, 3])
    new = rank(model, shop, among="new")  # 3 stands behind 4, for items 1 and 2 are hidden
    assert (new.users.tolist(), new.ranks.tolist()) == ([0], [2])
    repeat = rank(model, shop, among="repeat")  # 1 behind 2; 4 behind 2
    assert (repeat.users.tolist(), repeat.ranks.tolist()) == ([0, 1], [2, 2])


def test_a_purchase_is_new_or_repeat_and_nothing_else(shop, fixed):
    with pytest.raises(ParameterError, match="among"):
        rank(fixed([1, 2, 3, 4]), shop, among="old")


def test_new_and_repeat_targets_make_up_all_targets(shop):
    queries = shop.queries("test")
    parts = [queries.among(kind).target_items.tolist() for kind in ("new", "repeat")]
    assert sorted(parts[0] + parts[1]) == sorted(queries.target_items.tolist())
