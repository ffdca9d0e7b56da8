"""The figures that every model of the book is measured against, on the two real logs."""

import pytest

import mtrec_lib as mt
from mtrec_lib.baselines import DecayedCounts, ItemKNN, PersonalFrequency, Popularity

SEEN = ("train", "validation")


@pytest.fixture(scope="module")
def films_left_out(ml100k):
    return mt.data.leave_last_out(ml100k)


@pytest.fixture(scope="module")
def baskets(journey):
    return mt.data.by_week(journey)


@pytest.mark.parametrize(
    ("model", "ndcg", "hit_rate"),
    [(Popularity(), 0.044, 0.086), (ItemKNN(), 0.063, 0.117), (DecayedCounts(), 0.1115, 0.203)],
    ids=repr,
)
def test_films(films_left_out, model, ndcg, hit_rate):
    ranking = mt.evaluation.rank(model.fit(films_left_out, SEEN), films_left_out)
    assert ranking.metrics["ndcg@10"] == pytest.approx(ndcg, abs=0.003)
    assert ranking.metrics["hr@10"] == pytest.approx(hit_rate, abs=0.003)
    low, high = ranking.intervals["ndcg@10"]
    assert low < ranking.metrics["ndcg@10"] < high


def test_counts_beat_popularity_on_films(films_left_out):
    counts, popular = (
        mt.evaluation.rank(model.fit(films_left_out, SEEN), films_left_out)
        for model in (DecayedCounts(), Popularity())
    )
    assert mt.evaluation.compare(counts, popular).low > 0.04


@pytest.mark.slow
@pytest.mark.parametrize(
    ("model", "low", "high"),
    [
        (Popularity(), 0.126, 0.139),
        (PersonalFrequency(), 0.223, 0.238),
        (PersonalFrequency(decay=0.97), 0.227, 0.242),
    ],
    ids=repr,
)
def test_baskets(baskets, model, low, high):
    ranking = mt.evaluation.rank(model.fit(baskets, SEEN), baskets)
    assert low < ranking.metrics["recall@10"] < high
    assert len(ranking.users) == pytest.approx(2002, abs=5)
