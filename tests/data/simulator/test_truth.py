"""The forward filter against the sum over every path of types, written out."""

from itertools import product

import numpy as np
import pytest

from mtrec_lib.core.errors import ParameterError
from mtrec_lib.data.histories import Histories
from mtrec_lib.data.simulator import simulate

MOODS = (0, 1)


def tiny(**dials):
    """Two types that move quickly, five items, every kind of row."""
    settings = {
        "users": 12,
        "events": 48,
        "types": 2,
        "drift": 0.3,
        "items": 5,
        "categories": 2,
        "feed": 0.5,
        "positions": 2,
        "confounding": 1.5,
        "session_length": 3,
    }
    return simulate(**(settings | dials))


def rows_of(log, user):
    return log.events.filter(log.events["user_id"] == user).to_dicts()


def context_of(world, rows):
    """The number of the context that ``rows`` (of one session) leave behind, and the last code."""
    chosen = [world.codes[row["item_id"] - 1] for row in rows if row["behaviour"] == "choose"]
    latest = chosen[::-1][: world.parameters.order]
    number = sum(code * world.parameters.base**place for place, code in enumerate(latest))
    kinds = [world.category[row["item_id"] - 1] + 1 for row in rows if row["behaviour"] == "choose"]
    return number, (kinds[-1] if kinds else 0)


def row_probability(world, row, before, z):
    """p(the row's item, or its outcomes if shown | type z, the rows of the session before it)."""
    i = row["item_id"] - 1
    grade = 1.0 if row["rating"] is None else world.grades[z, i, int(row["rating"]) - 1]
    if row["behaviour"] == "choose":
        return world.choice[z, context_of(world, before)[0], i] * grade
    total = 0.0
    for mood in MOODS:
        click = world.seen[row["position"] - 1] * world.attracted[mood, z, i]
        if not row["click"]:
            total += 0.5 * (1 - click)
            continue
        buy = world.bought[mood, int(row["like"]), z, i]
        total += 0.5 * click * (buy if row["buy"] else 1 - buy)
    if row["spend"] is not None:
        distance = (np.log(row["spend"]) - world.spend[z, i]) / world.spend_sd
        total *= np.exp(-0.5 * distance**2)
    return total * grade


def belief_by_paths(world, rows):
    """p(type at the next row | rows), summed over all paths of types."""
    types = world.parameters.types
    belief = np.zeros(types)
    for path in product(range(types), repeat=len(rows) + 1):
        weight = world.start[path[0]]
        for t, row in enumerate(rows):
            before = [r for r in rows[:t] if r["session_id"] == row["session_id"]]
            weight *= row_probability(world, row, before, path[t])
            weight *= world.move[path[t], path[t + 1]]
        belief[path[-1]] += weight
    return belief / belief.sum()


def next_item(world, rows, belief):
    """p(item of the next row | rows), and its two kinds: (choice by type, impression)."""
    p = world.parameters
    open_session = [r for r in rows if r["session_id"] == rows[-1]["session_id"]] if rows else []
    choice, impression = np.zeros((p.types, p.size)), np.zeros(p.size)
    for share, before in ((1 - p.restart, open_session), (p.restart, [])):
        number, last = context_of(world, before)
        choice += (1 - p.feed) * share * world.choice[:, number]
        impression += p.feed * share * world.shelf[last]
    return choice, impression, belief @ choice + impression


@pytest.mark.parametrize("dials", [{}, {"order": 2, "seed": 4}, {"symbols": 5}, {"order": 0}])
def test_the_filter_is_the_sum_over_all_paths(dials):
    log = tiny(**dials)
    world, pasts = log.world, Histories.from_events(log.events, log.catalogue)
    beliefs, scores = log.truth.belief(pasts), log.truth.scores(pasts)
    kinds = set()
    for n, user in enumerate(pasts.users):
        rows = rows_of(log, user)
        kinds |= {(row["behaviour"], row["click"], row["buy"]) for row in rows}
        expected = belief_by_paths(world, rows)
        np.testing.assert_allclose(beliefs[n], expected, rtol=1e-5)
        item = next_item(world, rows, expected)[2]
        np.testing.assert_allclose(np.exp(scores[n]), item, rtol=1e-5)
    assert {("choose", None, None), ("view", False, None), ("view", True, False)} <= kinds


def test_the_answers_for_an_item_sum_out_type_and_mood():
    log = tiny(events=60)
    world, pasts = log.world, Histories.from_events(log.events, log.catalogue)
    i = 3
    answers = log.truth.predict_events(pasts, np.full(len(pasts), i + 2), np.full(len(pasts), 2))
    do_click = log.truth.buy_do_click(pasts, np.full(len(pasts), i + 2))
    for n, user in enumerate(pasts.users):
        rows = rows_of(log, user)
        b = belief_by_paths(world, rows)
        choice, impression, _ = next_item(world, rows, b)
        click = bought = spent = forced = rated = rating = like = 0.0
        for z, mood in product(range(2), MOODS):
            seen = 0.5 * b[z] * world.attracted[mood, z, i]  # p(type, mood, attracted)
            by_like = world.bought[mood, :, z, i]
            liked = world.grades[z, i, 3:].sum()
            buys = (1 - liked) * by_like[0] + liked * by_like[1]
            click += seen
            bought += seen * buys
            spent += seen * buys * np.exp(world.spend[z, i] + world.spend_sd**2 / 2)
            forced += 0.5 * b[z] * buys
            examined = (world.place[i] * world.seen).sum()
            weight = 0.5 * b[z] * choice[z, i] + seen * impression[i] * examined
            rated += weight
            rating += weight * (world.grades[z, i] * np.arange(1, 6)).sum()
            like += weight * liked
        assert answers["click"][n] == pytest.approx(world.seen[1] * click, rel=1e-5)
        assert answers["buy"][n] == pytest.approx(bought / click, rel=1e-5)
        assert answers["spend"][n] == pytest.approx(spent / bought, rel=1e-5)
        assert answers["rating"][n] == pytest.approx(rating / rated, rel=1e-5)
        assert answers["like"][n] == pytest.approx(like / rated, rel=1e-5)
        assert do_click[n] == pytest.approx(forced, rel=1e-5)


def test_what_is_not_observed_is_summed_out():
    world = (log := tiny()).world
    i, k = 2, world.parameters.types

    def after(**row):
        past = Histories.from_lists([[i + 2]], **{name: [[v]] for name, v in row.items()})
        return log.truth.belief(past)[0] @ np.linalg.inv(world.move)  # back to the row itself

    def posterior(evidence):
        return evidence / evidence.sum()

    click = world.shown[i] * world.click[:, i]  # the position averaged out
    buy = (world.like[:, :, i] * world.buy[:, :, i]).sum(0)
    liked = world.like[1, :, i]
    nan = np.nan
    cases = [
        ({"click": 1}, click),
        ({"click": 0}, 1 - click),
        ({"buy": 1}, click * buy),
        ({"buy": 0}, 1 - click * buy),
        ({"click": 1, "buy": 0}, click * (1 - buy)),
        ({"position": 2}, np.ones(k)),
        ({"position": 2, "like": 1}, click * liked),
        ({"like": 1}, world.choice[:, 0, i] * liked),
        ({"rating": 2}, world.choice[:, 0, i] * world.grades[:, i, 1]),
        ({"rating": nan}, world.choice[:, 0, i]),
    ]
    for row, evidence in cases:
        np.testing.assert_allclose(after(**row), posterior(evidence), rtol=1e-5, err_msg=str(row))


def test_an_unknown_item_says_nothing():
    log = tiny()
    np.testing.assert_allclose(log.truth.belief(Histories.from_lists([[1]])), 0.5)


def test_all_prefixes_at_once_are_the_prefixes_one_by_one():
    log = tiny(users=3, events=30)
    whole = Histories.from_events(log.events, log.catalogue)
    starts = np.repeat(whole.starts, whole.lengths)
    ends = np.arange(log.events.height)
    users = np.repeat(whole.users, whole.lengths)
    prefixes = Histories(users, starts, ends, whole.columns)[
        np.random.default_rng(0).permutation(len(ends))
    ]
    together = log.truth.scores(prefixes)
    for n in range(len(prefixes)):
        np.testing.assert_allclose(log.truth.scores(prefixes[n])[0], together[n], rtol=1e-6)


def test_one_type_is_the_table_itself():
    log = simulate(users=5, events=100, types=1, drift=0.0, order=2, symbols=6, feed=0.0)
    past = Histories.from_lists([[2, 5, 3], [4]])
    table = log.world.choice[0].reshape(7, 7, 6)  # (older, latest, next), 0 is nothing
    np.testing.assert_allclose(
        np.exp(log.truth.scores(past)), [table[4, 2], table[0, 3]], rtol=1e-5
    )


def test_scores_and_log_prob_agree_and_empty_histories_are_finite():
    log = tiny()
    past = Histories.from_lists([[], [2, 3]])
    scores = log.truth.scores(past)
    assert scores.dtype == np.float32
    assert np.isfinite(scores).all()
    np.testing.assert_allclose(np.exp(scores).sum(1), 1, rtol=1e-5)
    np.testing.assert_allclose(np.exp(log.truth.choice_log_prob(past)).sum(1), 1, rtol=1e-5)
    np.testing.assert_allclose(log.truth.log_prob(past, [4, 4]), scores[:, 2], rtol=1e-5)
    assert log.truth.scores(Histories.from_lists([])).shape == (0, 5)


def test_a_question_outside_the_world_is_refused():
    log = tiny()
    past = Histories.from_lists([[2]])
    for items, words in (([1], "ids in 2 … 6, got 1"), ([7], "got 7"), ([2, 3], "one a history")):
        with pytest.raises(ParameterError, match=words):
            log.truth.log_prob(past, items)
    with pytest.raises(ParameterError, match="positions must be 1 numbers in 1 … 2"):
        log.truth.predict_events(past, [2], [3])
    for row, words in (
        ({"rating": 2.5}, "rating"),
        ({"click": 2}, "click"),
        ({"spend": 0}, "spend"),
    ):
        with pytest.raises(ParameterError, match=words):
            log.truth.belief(Histories.from_lists([[2]], **{k: [[v]] for k, v in row.items()}))
    with pytest.raises(ParameterError, match="item ids must lie in 0 … 6, got 9"):
        log.truth.belief(Histories.from_lists([[9]]))


def test_no_order_of_items_beats_the_order_of_the_truth():
    log = tiny(users=30, events=120)
    pasts = Histories.from_events(log.events, log.catalogue)
    truth = np.exp(log.truth.scores(pasts))  # (n, items)
    gain = 1 / np.log2(2 + np.arange(truth.shape[1]))  # of each rank
    best = (np.sort(truth, axis=1)[:, ::-1] * gain).sum(1)
    rng = np.random.default_rng(0)
    for _ in range(50):
        noisy = np.log(truth) + rng.normal(0, rng.choice([0.1, 1.0, 5.0]), truth.shape)
        order = np.argsort(-noisy, axis=1)
        assert ((np.take_along_axis(truth, order, 1) * gain).sum(1) <= best + 1e-12).all()
