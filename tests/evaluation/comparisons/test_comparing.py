"""Paired differences over people and seeds."""

import numpy as np
import pytest
from scipy import stats

import mtrec_lib as mt
from mtrec_lib.core.errors import ParameterError
from mtrec_lib.evaluation import Ranking, compare
from mtrec_lib.evaluation import judge as judge
from mtrec_lib.evaluation.comparisons.intervals import interval_of
from mtrec_lib.evaluation.prediction_metrics import weighted_auc


def ranking(values, counts=None, about="one test", metric="ndcg@10", users=None):
    values = np.asarray(values, dtype=np.float64)
    counts = np.ones(len(values), int) if counts is None else np.asarray(counts)
    return Ranking(
        model="m",
        about=about,
        k=10,
        ranks=np.ones(counts.sum(), int),
        offsets=np.arange(counts.sum() + 1),
        users=np.arange(len(values)) if users is None else np.asarray(users),
        counts=counts,
        per_user={metric: values},
        metrics={},
        intervals={},
        cold=0,
        unknown=0,
    )


def test_one_seed_is_the_paired_t_test():
    random = np.random.default_rng(0)
    a, b = random.random(50), random.random(50)
    comparison = compare(ranking(a), ranking(b))
    expected = stats.ttest_rel(a, b)
    interval = expected.confidence_interval(0.95)
    assert comparison.difference == pytest.approx(a.mean() - b.mean())
    assert comparison.p_value == pytest.approx(expected.pvalue)
    assert (comparison.low, comparison.high) == (
        pytest.approx(interval.low),
        pytest.approx(interval.high),
    )


def test_seeds_widen_the_interval_as_the_formula_says():
    # two people, two seeds: A = [.4 .8], [.6 1.], B = [.2 .4] twice.
    # d_u = .3, .5: Var = .02, /U = .01; seed means of A .6, .8: s² = .02, /S = .01; B: 0
    comparison = compare([ranking([0.4, 0.8]), ranking([0.6, 1.0])], [ranking([0.2, 0.4])] * 2)
    assert comparison.difference == pytest.approx(0.4)
    freedom = 0.02**2 / (0.01**2 / 1 + 0.01**2 / 1)  # Welch–Satterthwaite: 2
    reach = stats.t.ppf(0.975, freedom) * np.sqrt(0.02)
    assert comparison.high - comparison.low == pytest.approx(2 * reach)
    assert comparison.seeds == (2, 2)


def test_a_constant_factor_has_an_exact_ratio():
    b = np.array([0.2, 0.4, 0.5])
    comparison = compare(ranking(1.5 * b), ranking(b))
    assert comparison.ratio == pytest.approx(1.5)
    assert (comparison.ratio_low, comparison.ratio_high) == (pytest.approx(1.5), pytest.approx(1.5))


def test_the_ratio_interval_covers_its_truth():
    # people's values are noise around .3 and .2: the ratio's interval should hold 1.5 in 95 %
    random = np.random.default_rng(1)
    hits = 0
    for _ in range(400):
        noise = random.normal(0, 0.1, (3, 60))
        a, b = 0.3 + noise[0] + noise[2], 0.2 + noise[1] + noise[2]
        comparison = compare(ranking(a), ranking(b))
        hits += comparison.ratio_low <= 1.5 <= comparison.ratio_high
    assert 0.92 <= hits / 400 <= 0.98


def test_nobody_differs_from_itself():
    comparison = compare(ranking([0.1, 0.9]), ranking([0.1, 0.9]))
    assert (comparison.difference, comparison.low, comparison.high, comparison.p_value) == (
        0,
        0,
        0,
        1,
    )


def test_pairing_removes_what_people_have_in_common():
    # people differ widely, the models by exactly .01 for each of them
    people = np.linspace(0, 0.9, 40)
    comparison = compare(ranking(people + 0.01), ranking(people))
    assert comparison.low == pytest.approx(0.01)
    assert comparison.p_value < 1e-6


def test_people_weigh_by_their_queries():
    comparison = compare(ranking([1.0, 0.0], [3, 1]), ranking([0.0, 0.0], [3, 1]))
    assert comparison.difference == 0.75


def test_a_zero_denominator_has_no_ratio():
    comparison = compare(ranking([0.5, 0.7]), ranking([0.0, 0.0]))
    assert np.isnan([comparison.ratio, comparison.ratio_low, comparison.ratio_high]).all()
    assert comparison.difference == pytest.approx(0.6)


def test_only_like_is_compared_with_like():
    one = ranking([0.1, 0.2])
    for other in (
        ranking([0.1, 0.2], about="another"),
        ranking([0.1, 0.2], users=[5, 6]),
        ranking([0.1, 0.2], counts=[2, 1]),
    ):
        with pytest.raises(ParameterError, match="same queries of the same people"):
            compare(one, other)
    with pytest.raises(ParameterError, match="m has by person: ndcg@10; got 'hr@10'"):
        compare(one, one, "hr@10")
    with pytest.raises(ParameterError, match="b must hold at least one"):
        compare(one, [])
    with pytest.raises(ParameterError, match="at least two people, got 1"):
        compare(ranking([0.1]), ranking([0.2]))


def test_the_text_says_it_all():
    # differences .2, .2, .5: mean .3, SD √.03, SE .1; t(.975, 2) = 4.303: .3 ± .43
    comparison = compare(ranking([0.4, 0.6, 0.8]), ranking([0.2, 0.4, 0.3]))
    assert str(comparison) == (
        "ndcg@10 0.6000 against 0.3000, ahead by 0.30 (−0.13 to 0.73): cannot be told apart; "
        "3 people, 1 seed"
    )


def test_of_an_error_the_smaller_is_ahead():
    comparison = compare(
        ranking([0.1, 0.2, 0.1], metric="squared_error"),
        ranking([0.5, 0.6, 0.6], metric="squared_error"),
        "squared_error",
    )
    assert comparison.difference < 0 < comparison.lead[0]
    assert comparison.word == "better"


def test_where_nothing_is_random_no_seed_is_spoken_of():
    one, two = ranking([0.4, 0.6]), ranking([0.1, 0.3])
    assert compare(one, two, deterministic=True).seeds == (0, 0)


def test_a_margin_is_an_amount():
    with pytest.raises(ParameterError, match=r"margin must be .* got -0\.01"):
        compare(ranking([0.4, 0.6]), ranking([0.1, 0.3]), margin=-0.01)


def test_pooled_auc_is_compared_by_person(films):
    # two models on the same rows: the interval is about that of resampling people
    split = mt.data.global_time(films, (0.3, 0.1, 0.6))
    random = np.random.default_rng(0)
    noise = random.random((2, films.events.height))

    class Guess:
        def __init__(self, number):
            self.number = number

        def predict_events(self, histories, items):
            return {"like": noise[self.number, histories.ends]}  # ends: the row of the event

    one, two = (judge(Guess(number), split, batch_size=7) for number in (0, 1))
    comparison = compare(one, two, "auc")
    assert comparison.difference == pytest.approx(one.metrics["auc"] - two.metrics["auc"])
    _, user = np.unique(split.queries("test").histories.users, return_inverse=True)

    def statistic(drawn):
        a, b = (weighted_auc(run.labels, run.predictions, drawn[:, user]) for run in (one, two))
        return a - b

    low, high = interval_of(statistic, user.max() + 1, 0, 2000)
    assert comparison.high - comparison.low == pytest.approx(high - low, rel=0.3)
