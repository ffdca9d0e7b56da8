"""What is drawn against what the truth says: sums of outcomes within their standard errors."""

import numpy as np
import pytest

from mtrec_lib.core.errors import ParameterError
from mtrec_lib.data.histories import Histories
from mtrec_lib.data.simulator import simulate


def prefixes(log):
    """One history a row of the log: everything before it."""
    whole = Histories.from_events(log.events, log.catalogue)
    starts, users = (np.repeat(x, whole.lengths) for x in (whole.starts, whole.users))
    return Histories(users, starts, np.arange(log.events.height), whole.columns)


@pytest.fixture(scope="module")
def log():
    """Confounded, so that the mood matters to every answer."""
    return simulate(users=300, events=30_000, items=60, categories=5, confounding=1.0, seed=5)


@pytest.fixture(scope="module")
def pasts(log):
    return prefixes(log)


def z_score(outcome, mean, variance):
    """How many standard errors a sum is off; the terms are martingale differences."""
    return (outcome - mean).sum(0) / np.sqrt(variance.sum(0))


@pytest.mark.parametrize("who", ["truth", "oracle"])
def test_items_come_as_often_as_said(log, pasts, who):
    p = np.exp(getattr(log, who).scores(pasts)).astype(np.float64)
    came = np.eye(log.catalogue.size)[pasts.columns["item"] - 2]
    assert np.abs(z_score(came, p, p * (1 - p))).max() < 4  # 60 items
    # And where they are thought likely: the same sum weighted by the probability itself.
    assert abs(z_score((came * p).sum(1), (p * p).sum(1), (p**3).sum(1) - (p * p).sum(1) ** 2)) < 4


@pytest.mark.parametrize("who", ["truth", "oracle"])
@pytest.mark.parametrize("task", ["click", "buy", "like"])
def test_outcomes_come_as_often_as_said(log, pasts, who, task):
    rows = np.flatnonzero(log.events[task].is_not_null())
    place = log.events["position"].fill_null(1).to_numpy()[rows]
    answers = getattr(log, who).predict_events(pasts[rows], pasts.columns["item"][rows], place)
    p, came = answers[task], pasts.columns[task][rows]
    assert abs(z_score(came, p, p * (1 - p))) < 4
    assert abs(z_score(came * p, p * p, p**3 * (1 - p))) < 4  # calibrated, not only in the mean


def test_ratings_and_spend_are_expectations(log, pasts):
    for task in ("rating", "spend"):
        rows = np.flatnonzero(log.events[task].is_not_null())
        promised = log.truth.predict_events(pasts[rows], pasts.columns["item"][rows])[task]
        off = pasts.columns[task][rows] - promised
        assert abs(off.mean()) < 4 * off.std() / np.sqrt(len(off))


def test_beliefs_are_calibrated(log, pasts):
    belief = log.truth.belief(pasts)
    right = belief[np.arange(len(belief)), log.states]
    # A probability of the true type averages to the sum of squares: E[b(z)] = Σ b².
    # Types last some fifty events, so neighbours are not independent: a wide interval.
    assert right.mean() == pytest.approx((belief**2).sum(1).mean(), abs=0.02)
    assert right.mean() > 1.5 / belief.shape[1]


def test_the_oracle_is_no_worse_than_the_truth(log, pasts):
    items = pasts.columns["item"]
    lead = log.oracle.log_prob(pasts, items) - log.truth.log_prob(pasts, items)
    assert lead.mean() > 4 * lead.std() / np.sqrt(len(lead))


def test_the_oracle_knows_the_type_also_just_past_the_log(log, pasts):
    assert np.array_equal(log.oracle.types(pasts), log.states)
    whole = Histories.from_events(log.events, log.catalogue)
    assert np.array_equal(log.oracle.types(whole), log.next_states)


def test_the_oracle_finds_a_history_that_begins_later(log, pasts):
    late = Histories(
        pasts.users, np.maximum(pasts.ends - 2, pasts.starts), pasts.ends, pasts.columns
    )
    assert np.array_equal(log.oracle.types(late), log.states)


def test_the_oracle_refuses_a_history_of_nobody(log):
    for past in (Histories.from_lists([[2, 3]]), Histories.from_lists([[2, 3]], users=[1])):
        with pytest.raises(ParameterError, match="ask the truth instead"):
            log.oracle.scores(past)


def naive_and_forced(rho):
    """Clicked rows: whether bought, and p(buy | click) and p(buy | do(click)) given the type."""
    log = simulate(users=300, events=60_000, feed=0.9, positions=3, confounding=rho, seed=2)
    rows = np.flatnonzero(log.events["click"].fill_null(False))
    pasts = prefixes(log)[rows]
    items = pasts.columns["item"][rows]
    naive = log.oracle.predict_events(pasts, items)["buy"]
    return pasts.columns["buy"][rows], naive, log.oracle.buy_do_click(pasts, items)


def test_without_a_common_cause_the_naive_rate_is_that_of_the_intervention():
    bought, naive, forced = naive_and_forced(rho=0.0)
    np.testing.assert_allclose(naive, forced, rtol=1e-12)
    assert abs(z_score(bought, forced, forced * (1 - forced))) < 4


def test_with_a_common_cause_the_naive_rate_is_too_high_for_the_intervention():
    bought, naive, forced = naive_and_forced(rho=2.0)
    assert (naive > forced).all()
    assert abs(z_score(bought, naive, naive * (1 - naive))) < 4
    assert z_score(bought, forced, forced * (1 - forced)) > 10


@pytest.fixture(scope="module")
def symbols():
    """The plain n-gram world of chapter 03."""
    return simulate(events=1_000_000, types=1, drift=0.0, order=2, symbols=20, feed=0.0)


def test_the_bits_of_the_symbols_are_the_entropy_of_their_chain(symbols):
    table = symbols.world.choice[0].reshape(21, 21, 20)[1:, 1:]  # (older, latest, next)
    pair = np.full((20, 20), 1 / 400)
    for _ in range(
        200
    ):  # the stationary distribution of pairs: (b, c) ← Σ_a pair(a, b) p(c | a, b)
        pair = np.einsum("ab,abc->bc", pair, table)
    entropy = -(pair[:, :, None] * table * np.log2(table)).sum()
    pasts = prefixes(symbols)
    bits = -symbols.truth.log_prob(pasts, pasts.columns["item"]) / np.log(2)
    assert bits.mean() == pytest.approx(entropy, abs=4 * bits.std() / 1000)
    assert 2 < entropy < np.log2(20) - 0.5  # neither trivial nor hopeless


def test_counting_pairs_comes_within_a_hundredth_of_the_truth(symbols):
    pasts = prefixes(symbols)
    item = pasts.columns["item"].astype(np.int64) - 2
    late = np.flatnonzero(pasts.lengths >= 2)
    triple = (item[late - 2] * 20 + item[late - 1]) * 20 + item[late]
    learn, ask = triple[: len(triple) * 9 // 10], late[len(triple) * 9 // 10 :]
    counts = np.bincount(learn, minlength=8000).reshape(400, 20) + 0.05
    q = (counts / counts.sum(1, keepdims=True)).ravel()
    model = -np.log2(q[triple[len(learn) :]]).mean()
    truth = -symbols.truth.log_prob(pasts[ask], item[ask] + 2).mean() / np.log(2)
    assert truth < model < 1.01 * truth
