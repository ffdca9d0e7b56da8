"""Cold items and few events: how answers are pooled, what the rivals say, what a record holds."""

from argparse import Namespace

import numpy as np
import pytest

import mtrec_lib as mt
from benchmarks.pretrained import cold_items, few_events, reader, two_tower, zero_shot
from benchmarks.pretrained.joined import METRIC, Answers


@pytest.fixture(scope="module")
def splits(films):
    log = films
    return [mt.data.cold_items(log, share=0.3, fractions=(0.4, 0.3, 0.3), seed=s) for s in (0, 1)]


def test_a_person_weighs_as_much_as_their_questions():
    # person 7 finds both targets first, person 9 misses: (1 + 1 + 0) / 3
    answers = Answers("x", "y", np.array([9, 7, 7]), np.array([11, 1, 1]))
    assert answers.users.tolist() == [7, 9]
    assert answers.counts.tolist() == [2, 1]
    assert answers.per_user[METRIC].tolist() == [1.0, 0.0]
    assert answers.value == pytest.approx(2 / 3)


def test_genre_popularity_is_the_mean_of_the_genres_means(films_split):
    # genres in the order Drama, Comedy, War; films 1, 3, 5, 7, 9 are dramas, the others both
    counts = mt.features.fit(films_split).popularity
    found = cold_items.GenrePopularity(films_split).scores(np.zeros(2))
    assert found.shape == (2, 9)
    np.testing.assert_allclose(found[0, [0, 2]], counts[::2].mean())
    np.testing.assert_allclose(found[0, [1, 3]], counts[1::2].mean())


def _said(splits):
    return [cold_items.answer(cold_items.Random(split), split, "test") for split in splits]


def test_draws_are_pooled_by_person(splits):
    found = _said(splits)
    pooled = cold_items.judged("new", splits, found)
    queries = [split.queries("test") for split in splits]
    assert pooled.counts.sum() == sum(map(len, queries))
    ranks = np.concatenate([each["new"] for each in found])
    assert pooled.value == pytest.approx(mt.evaluation.ndcg(ranks, 10).mean())


def test_the_test_trains_on_validation_and_asks_the_same(splits):
    known = cold_items.with_validation(splits[0])
    assert known.validation.is_empty()
    assert known.train.height == splits[0].train.height + splits[0].validation.height
    asked = [split.queries("test").target_items.tolist() for split in (known, splits[0])]
    assert asked[0] == asked[1]
    trained = set(known.log.catalogue.encode(known.train["item_id"]).tolist())
    assert not trained & set(splits[0].cold["test"].tolist())


@pytest.mark.parametrize("among", ["new", "all"])
def test_the_record_of_cold_items(splits, among):
    found = _said(splits)
    first = [{name: [1] * len(ranks) for name, ranks in one.items()} for one in found]
    answers = {"ours": first, "alone": first, "tfidf": found, "random": found}
    row = cold_items.record(among, splits, answers, {"ours": "text"}, {"text": 0.5})
    assert row["id"].startswith("pretrained/cold-items/tfidf")
    assert row["alone"][0] == row["ratio"]
    assert row["ours"] == 1 == row["beside"]["ours"]
    assert row["peer"] == row["beside"]["random"] <= 1
    assert len(row["by_draw"]) == 2 == row["seeds"]
    assert row["interval"][0] <= row["ratio"] <= row["interval"][1]


def test_the_record_of_few_events(ml100k, monkeypatch):
    asked = []

    def cell(name, split, text, side, seed):
        asked.append((name, text, side, seed))
        ranks = np.random.default_rng(seed).integers(1, 20, split.test.height)
        return (ranks if not text else np.maximum(ranks - 1, 1)).tolist()

    monkeypatch.setattr(few_events, "cell", cell)
    few, whole = few_events.run(Namespace(seeds=2))
    assert len(set(asked)) == 2 * 2 * 2 * 2  # logs, models, side information or none, seeds
    assert (few["id"], whole["id"]) == (
        "pretrained/few-events",
        "pretrained/few-events/whole-log",
    )
    assert few["ratio"] > 1
    assert few["interval"][0] > 1
    assert few["n"] == 943


def test_the_record_of_the_reader(monkeypatch):
    shift = dict(zip(reader.NAMES, (0.03, 0.01, 0.0), strict=True))

    def cell(split, name, seed):
        each = np.linspace(0.6, 0.9, 20) + shift[name] + seed / 1000
        one = {"value": float(each.mean()), "users": list(range(20)), "counts": [5] * 20}
        return {"seconds": 10.0, "like": one | {"each": each.tolist(), "weights": [1.0] * 20}}

    monkeypatch.setattr(reader, "cell", cell)
    bar, random, small = reader.run(Namespace(seeds=2))
    assert bar["id"] == "pretrained/reader/like-auc"
    assert bar["ratio"] == pytest.approx((0.78 + 0.0005) / reader.BAR, abs=1e-4)
    assert bar["beside"]["small transformer"] == pytest.approx(0.7505)
    assert random["id"] == "pretrained/reader/random-blocks"
    assert small["ratio"] > random["ratio"] > 1


def test_the_record_of_the_two_towers(monkeypatch):
    base = {"frozen": 20, "uncorrected": 28, "corrected": 8}

    def cell(split, name, seed):
        people = np.arange(len(split.queries("test")))
        # After one epoch it is best on validation, where the test part is worst.
        validation = [(30, 10, 20)[epoch] + people % 7 for epoch in range(3)]
        test = [base[name] * (1, 3, 2)[epoch] // 10 + people % 7 + seed for epoch in range(3)]
        lists = {"validation": validation, "test": test}
        return {part: [each.tolist() for each in some] for part, some in lists.items()}

    monkeypatch.setattr(two_tower, "cell", cell)
    frozen, uncorrected = two_tower.run(Namespace(seeds=2))
    assert frozen["id"] == "pretrained/two-tower/frozen"
    assert frozen["epochs"] == {"frozen": 1, "uncorrected": 1, "corrected": 1}
    assert uncorrected["ratio"] > frozen["ratio"] > 1  # ranks from 2 against 6 and 8
    assert (frozen["n"], frozen["seeds"]) == (943, 2)
    assert frozen["beside"]["popularity"] == pytest.approx(0.044, abs=0.003)


def test_the_record_of_the_zero_shot_study(monkeypatch):
    class Decoder:
        def tokens(self, titles):
            return [[0] * len(title) for title in titles]

    log = mt.data.load("ml-100k")
    counts = mt.features.fit(mt.data.leave_last_out(log)).popularity
    fame = {f" {title}": counts[n] for n, title in enumerate(log.catalogue.titles)}

    def said(titles, beginning):
        # It knows the fame of a film alone, and the second wording turns it round.
        if beginning == zero_shot.OPENING:
            return [1.0] * len(titles)
        sign = -1 if beginning.startswith("A list") else 1
        return [float(sign * fame[title]) for title in titles]

    monkeypatch.setattr(zero_shot, "_decoder", Decoder)
    monkeypatch.setattr(zero_shot, "said", said)
    raw, _, less, _ = zero_shot.run(Namespace(people=20))
    assert (raw["id"], raw["n"]) == ("pretrained/zero-shot/raw", 20)
    assert raw["with_interval"][0] == pytest.approx(raw["beside"]["popularity"][0], abs=0.02)
    assert raw["order_kept_by_other_wording"] == -1.0
    assert raw["other_wording"][0] < 0.5 < raw["with_interval"][0]
    assert less["with_interval"] == raw["with_interval"]  # a prior that is the same for all


def test_below_leaves_out_what_a_person_took():
    split = mt.data.leave_last_out(mt.data.load("ml-100k"))
    asked = split.queries("test")[:1]
    past = asked.histories
    taken = past.columns["item"][past.starts[0] : past.ends[0]]
    own, target = taken[0], asked.target_items[0]
    free = np.setdiff1d(np.arange(2, 900), [*taken, target])[:3]
    films = np.array([[own, target, *free, target]])
    # One film of three lies below, one is tied, one above; the own one and the copy do not count.
    scores = np.array([[9.0, 2.0, 1.0, 2.0, 3.0, 2.0]])
    assert zero_shot.below(asked, films, scores)[0] == pytest.approx(1 / 3)
