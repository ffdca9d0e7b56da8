"""Counting models, counted by hand."""

from datetime import UTC, datetime, timedelta

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import mtrec_lib as mt
from mtrec_lib.baselines import DecayedCounts, ItemKNN, NGram, PersonalFrequency, Popularity
from mtrec_lib.core.errors import ParameterError
from mtrec_lib.data import Histories

NOON = datetime(2020, 1, 1, 12, tzinfo=UTC)
WEEK = 7 * 24 * 3600
SIZE = 5
A, B, C, D, E = range(2, 7)  # the ids of items 1 … 5

EVERY = [
    Popularity(),
    Popularity(decay=0.9),
    ItemKNN(k=2),
    DecayedCounts(window=3),
    NGram(order=0),
    NGram(order=2, method="witten_bell"),
    NGram(order=2, method="absolute_discount"),
    PersonalFrequency(),
    PersonalFrequency(decay=0.9),
]


def split_of(pasts, gap=timedelta(hours=1), timed=True):
    """Training parts are exactly ``pasts``: two more events a user are held out."""
    rows = [
        {
            "user_id": user,
            "item_id": id - 1,
            "timestamp": NOON + place * gap if timed else None,
            "behaviour": "take",
        }
        for user, ids in enumerate(pasts)
        for place, id in enumerate([*ids, A, A])
    ]
    events = pl.DataFrame(rows).with_columns(
        pl.col("timestamp").cast(pl.Datetime("us", "UTC")),
        row=pl.int_range(len(rows), dtype=pl.UInt32),
    )
    items = pl.DataFrame({"item_id": range(1, SIZE + 1)}).with_columns(
        title=pl.format("Item {}", "item_id"), categories=pl.lit([], pl.List(pl.String))
    )
    users = pl.DataFrame({"user_id": range(len(pasts))})
    log = mt.data.Log("made up", events, items, users, mt.data.About("Made up", "CC0"))
    return mt.data.leave_last_out(log)


def past(*ids, **columns):
    return Histories.from_lists([list(ids)], **{name: [v] for name, v in columns.items()})


TWO_PEOPLE = split_of([[A, B, C], [B, C, C, D]])

# --- all of them ---------------------------------------------------------------------------------

some_pasts = st.lists(st.lists(st.integers(0, SIZE + 1), max_size=6), min_size=1, max_size=6)


@pytest.mark.parametrize("model", EVERY, ids=repr)
@settings(max_examples=25, deadline=None)
@given(pasts=some_pasts)
def test_scores_are_finite_and_do_not_depend_on_the_batch(model, pasts):
    model.fit(TWO_PEOPLE)
    times = [[WEEK * place for place in range(len(ids))] for ids in pasts]
    batch = Histories.from_lists(pasts, timestamp=times)
    scores = model.scores(batch)
    assert scores.shape == (len(pasts), SIZE)
    assert scores.dtype == np.float32
    assert np.isfinite(scores).all()
    alone = np.concatenate([model.scores(batch[[row]]) for row in range(len(batch))])
    np.testing.assert_allclose(alone, scores, rtol=1e-6)


@pytest.mark.parametrize("model", EVERY, ids=repr)
def test_an_empty_history_gets_the_order_of_popularity(model):
    # the training part holds C three times, B twice, A and D once, E never
    model.fit(split_of([[A, B, C], [B, C, C, D]], gap=timedelta(0)))
    assert model.popularity.tolist() == [1, 2, 3, 1, 0]
    scores = model.scores(Histories.empty(2))
    assert scores.sum(axis=1) == pytest.approx(1)
    assert np.argsort(-scores[0], kind="stable").tolist() == [2, 1, 0, 3, 4]
    if not isinstance(model, NGram):  # which keeps something for what it never saw
        np.testing.assert_allclose(scores[1], np.array([1, 2, 3, 1, 0]) / 7, rtol=1e-6)


@pytest.mark.parametrize("model", EVERY, ids=repr)
def test_every_part_that_is_named_is_counted_and_no_other(model):
    split = split_of([[B, C]])
    assert model.fit(split, parts=("train",)).popularity.tolist() == [0, 1, 1, 0, 0]
    assert model.fit(split, parts=("train", "validation")).popularity.tolist() == [1, 1, 1, 0, 0]


def test_before_fitting_the_error_says_so():
    with pytest.raises(ParameterError, match="item-kNN is not fitted; call fit"):
        ItemKNN().scores(Histories.empty())


@pytest.mark.parametrize("parts", [(), "train", ("train", "tset")])
def test_unknown_parts_are_refused(parts):
    with pytest.raises(ParameterError, match="parts must be a list out of"):
        Popularity().fit(split_of([[A]]), parts=parts)


@pytest.mark.parametrize(
    "make",
    [
        lambda: Popularity(decay=0),
        lambda: PersonalFrequency(decay=1.5),
        lambda: ItemKNN(k=0),
        lambda: ItemKNN(shrink=-1),
        lambda: DecayedCounts(window=0),
        lambda: DecayedCounts(decay=0),
        lambda: NGram(order=-1),
        lambda: NGram(method="magic"),
    ],
)
def test_settings_out_of_range_are_refused(make):
    with pytest.raises(ParameterError, match="got"):
        make()


def test_a_model_is_printed_with_its_settings():
    assert repr(NGram(order=1)) == "NGram(order=1, method='absolute_discount')"


# --- popularity ----------------------------------------------------------------------------------


def test_decayed_popularity_halves_a_week():
    # A at weeks 0 and 1, B at week 2, γ = ½: A ¼ + ½, B 1, of 1.75 in all
    model = Popularity(decay=0.5).fit(split_of([[A, A, B]], gap=timedelta(weeks=1)))
    np.testing.assert_allclose(model.scores(past())[0], np.array([0.75, 1, 0, 0, 0]) / 1.75)


def test_decay_needs_times():
    with pytest.raises(ParameterError, match="popularity with decay needs the time"):
        Popularity(decay=0.5).fit(split_of([[A, B]], timed=False))
    model = PersonalFrequency(decay=0.5).fit(split_of([[A, B]]))
    with pytest.raises(ParameterError, match="personal frequency with decay needs the time"):
        model.scores(past(A))


# --- item-kNN ------------------------------------------------------------------------------------


def test_cosine_between_items():
    # takers of A {0, 1}, B {0, 1, 2}, C {2}: cos(A, B) = 2/√6, cos(B, C) = 1/√3
    model = ItemKNN().fit(split_of([[A, B, B], [B, A], [C, B]]))
    np.testing.assert_allclose(
        model.scores(past(B))[0], [2 / 6**0.5, 0, 1 / 3**0.5, 0, 0], rtol=1e-6
    )
    np.testing.assert_allclose(
        model.scores(past(A, C, C))[0, 1], 2 / 6**0.5 + 1 / 3**0.5, rtol=1e-6
    )


def test_shrinkage_stands_in_the_denominator():
    model = ItemKNN(shrink=1).fit(split_of([[A, B], [A, B]]))
    assert model.scores(past(A))[0, 1] == pytest.approx(2 / 3)


def test_only_the_nearest_k_of_the_scored_item_count():
    # B shares two takers with A, one with C: with k = 1 its only neighbour is A
    model = ItemKNN(k=1).fit(split_of([[A, B], [A, B], [C, B]]))
    assert model.scores(past(C, A))[0, 1] == pytest.approx(2 / 6**0.5)


# --- decayed counts ------------------------------------------------------------------------------


def test_decayed_counts_follow_the_formula():
    # one past A B C, W 2, γ ½: M[A, B] = 1, M[A, C] = ½, M[B, C] = 1
    model = DecayedCounts(window=2, decay=0.5).fit(split_of([[A, B, C]]))
    np.testing.assert_allclose(model.scores(past(A))[0], [0, 1 / 2.5, 0.5 / 2.5, 0, 0])
    # history A B: h₋₁ = B gives C 1/2; h₋₂ = A gives ½ of the row above
    np.testing.assert_allclose(model.scores(past(A, B))[0], [0, 0.2, 0.5 + 0.1, 0, 0])


def test_decayed_counts_stay_within_a_person_and_the_window():
    model = DecayedCounts(window=1).fit(split_of([[A, B], [C, D]]))
    assert model.scores(past(B))[0].tolist() == pytest.approx([0.25] * 4 + [0])  # popularity
    assert model.scores(past(A, C))[0].tolist() == pytest.approx([0, 0, 0, 0.5, 0])


@settings(max_examples=25, deadline=None)
@given(pasts=some_pasts, query=st.lists(st.integers(2, SIZE + 1), min_size=1, max_size=6))
def test_decayed_counts_equal_the_loops(pasts, query):
    window, decay = 3, 0.7
    follows = np.zeros((SIZE + 2, SIZE + 2))
    pasts = [[id for id in ids if id >= 2] for ids in pasts]
    pasts = [ids for ids in pasts if ids] or [[A]]
    for ids in pasts:
        for i, first in enumerate(ids):
            for j in range(i + 1, min(i + window, len(ids) - 1) + 1):
                follows[first, ids[j]] += decay ** (j - i - 1)
    expected = sum(
        decay**d * follows[id] / (1 + follows[id].sum())
        for d, id in enumerate(query[::-1][:window])
    )[2:]
    model = DecayedCounts(window, decay).fit(split_of(pasts))
    if expected.any():
        np.testing.assert_allclose(model.scores(past(*query))[0], expected, rtol=1e-5)


# --- personal frequency --------------------------------------------------------------------------


def test_own_counts_first_then_popularity():
    # B is taken by everybody, the person took C twice and A once
    model = PersonalFrequency().fit(split_of([[B, B, B], [B, D]]))
    order = np.argsort(-model.scores(past(C, A, C))[0], kind="stable") + 2
    assert order.tolist() == [C, A, B, D, E]


def test_a_session_counts_once():
    # A three times in one basket, B in two baskets, events of no session each for themselves
    model = PersonalFrequency().fit(split_of([[E]]))
    scores = model.scores(past(A, A, A, B, B, C, C, session_id=[1, 1, 1, 1, 2, -1, -1]))
    assert scores[0].tolist() == [1, 2, 2, 0, 1]  # E holds all of the popularity


def test_frequency_decays_by_weeks_before_the_last_event():
    # A three weeks before the last event, B two weeks before and now: ⅛, ¼ + 1
    model = PersonalFrequency(decay=0.5).fit(split_of([[E]]))
    scores = model.scores(past(A, B, B, timestamp=[0, WEEK, 3 * WEEK]))
    np.testing.assert_allclose(scores[0, :2], [0.125, 1.25])


# --- n-gram --------------------------------------------------------------------------------------


def test_witten_bell_by_hand():
    # A B A C. Order 0: n 4, t 3, p(B) = (1 + 3/5)/7 = 1.6/7.
    # Context A: n 2 (B, C), t 2: p(B | A) = (1 + 2 · 1.6/7) / 4
    model = NGram(order=1, method="witten_bell").fit(split_of([[A, B, A, C]]))
    assert model.scores(past())[0, 1] == pytest.approx(1.6 / 7)
    assert model.scores(past(A))[0, 1] == pytest.approx((1 + 2 * 1.6 / 7) / 4)


def test_absolute_discount_by_hand():
    # A B A C: order 0 counts 2, 1, 1, so n₁ 2, n₂ 1, D = 2/4; p(B) = (½ + ½ · 3 · 1/5)/4 = .2
    # order 1: A→B, B→A, A→C once each, n₁ 3, n₂ 0, D capped at .95:
    # p(B | A) = (.05 + .95 · 2 · .2)/2
    model = NGram(order=1).fit(split_of([[A, B, A, C]]))
    assert model.scores(past())[0, 1] == pytest.approx(0.2)
    assert model.scores(past(A))[0, 1] == pytest.approx((0.05 + 0.95 * 2 * 0.2) / 2)


def test_an_unseen_context_leaves_the_shorter_one():
    model = NGram(order=2).fit(split_of([[A, B, C, A, B, D]]))
    np.testing.assert_allclose(model.scores(past(E, B)), model.scores(past(B)))
    np.testing.assert_allclose(model.scores(past(E)), model.scores(past()))
    assert model.scores(past(A, B))[0, 2] > model.scores(past())[0, 2]


@pytest.mark.parametrize("method", ["witten_bell", "absolute_discount"])
@pytest.mark.parametrize("order", [0, 1, 3])
@settings(max_examples=25, deadline=None)
@given(pasts=some_pasts, items=some_pasts)
def test_probabilities_are_exact_and_sum_to_one(method, order, pasts, items):
    model = NGram(order, method).fit(
        split_of([[id for id in ids if id >= 2] for ids in pasts] + [[A]])
    )
    batch = Histories.from_lists(items)
    logs = np.stack([model.log_prob(batch, np.full(len(items), id)) for id in range(2, SIZE + 2)])
    np.testing.assert_allclose(np.exp(logs).sum(axis=0), 1, atol=1e-12)
    np.testing.assert_allclose(np.exp(logs.T), model.scores(batch), rtol=1e-5)


def test_what_is_no_item_has_no_probability():
    model = NGram(order=1).fit(split_of([[A, B]]))
    assert model.log_prob(Histories.empty(3), np.array([0, 1, SIZE + 2])).tolist() == [-np.inf] * 3


@pytest.mark.slow
@pytest.mark.parametrize("method", ["witten_bell", "absolute_discount"])
def test_the_true_order_comes_within_one_percent_of_the_truth(method):
    log = mt.data.simulate(
        users=1000, events=1_000_000, types=1, drift=0.0, order=2, symbols=20, feed=0.0
    )
    split = mt.data.global_time(log)
    truth = mt.evaluation.bits(log.truth, split)
    result = mt.evaluation.bits(NGram(2, method).fit(split, ("train", "validation")), split)
    assert truth - 0.01 < result < 1.01 * truth


def test_no_baseline_ranks_better_than_the_truth():
    log = mt.data.simulate(users=1000, events=50_000, types=3)
    split = mt.data.leave_last_out(log)
    truth = mt.evaluation.rank(log.truth, split)
    for model in (Popularity(), ItemKNN(), DecayedCounts(), NGram(order=1), PersonalFrequency()):
        result = mt.evaluation.rank(model.fit(split, ("train", "validation")), split)
        assert mt.evaluation.compare(result, truth).low <= 0, model
