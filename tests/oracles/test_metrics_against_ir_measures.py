"""Every metric against a library that others wrote: ir-measures, scikit-learn, SciPy."""

import ir_measures
import numpy as np
import pytest
from ir_measures import RR, Qrel, R, ScoredDoc, Success, nDCG
from scipy import stats
from sklearn import metrics as sklearn

from mtrec_lib import evaluation
from mtrec_lib.evaluation.ranks import target_ranks

QUERIES, SIZE, K = 40, 60, 10


@pytest.fixture(scope="module", params=[1, 15], ids=["one target", "sets"])
def asked(request):
    """Scores without ties (queries, size), and each query's targets: 1, or up to 15."""
    random = np.random.default_rng(request.param)
    scores = random.permuted(np.tile(np.arange(SIZE) / 7.0, (QUERIES, 1)), axis=1)
    targets = [
        random.choice(SIZE, random.integers(1, request.param + 1), replace=False)
        for _ in range(QUERIES)
    ]
    return scores, targets


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        (evaluation.hit_rate, Success @ K),
        (evaluation.recall, R @ K),
        (evaluation.ndcg, nDCG @ K),
        (evaluation.mrr, RR @ K),
    ],
    ids=["hit rate", "recall", "ndcg", "mrr"],
)
def test_ranking_metrics(asked, ours, theirs):
    scores, targets = asked
    offsets = np.concatenate([[0], np.cumsum([len(t) for t in targets])])
    query = np.repeat(np.arange(QUERIES), np.diff(offsets))
    ranks, _ = target_ranks(scores, query, np.concatenate(targets))
    np.testing.assert_allclose(
        ours(ranks, K, offsets), _oracle(theirs, scores, targets), atol=1e-12
    )


def _oracle(measure, scores, targets):
    qrels = [Qrel(str(q), str(item), 1) for q, items in enumerate(targets) for item in items]
    run = [
        ScoredDoc(str(q), str(item), float(score))
        for q, row in enumerate(scores)
        for item, score in enumerate(row)
    ]
    found = {m.query_id: m.value for m in ir_measures.iter_calc([measure], qrels, run)}
    return [found[str(q)] for q in range(QUERIES)]


@pytest.fixture(scope="module")
def judged():
    """Labels, probabilities with many ties, and whose row it is."""
    random = np.random.default_rng(3)
    labels = random.integers(0, 2, 300)
    return labels, random.integers(1, 20, 300) / 20, random.integers(0, 12, 300)


def test_auc(judged):
    labels, scores, _ = judged
    assert evaluation.auc(labels, scores) == pytest.approx(sklearn.roc_auc_score(labels, scores))


def test_auc_is_mann_whitney(judged):
    labels, scores, _ = judged
    u = stats.mannwhitneyu(scores[labels == 1], scores[labels == 0]).statistic
    pairs = (labels == 1).sum() * (labels == 0).sum()
    assert evaluation.auc(labels, scores) == pytest.approx(u / pairs)


def test_group_auc(judged):
    labels, scores, groups = judged
    expected = [
        sklearn.roc_auc_score(labels[groups == g], scores[groups == g]) for g in np.unique(groups)
    ]
    np.testing.assert_allclose(evaluation.group_auc(labels, scores, groups), expected)


def test_log_loss(judged):
    labels, scores, _ = judged
    assert evaluation.log_loss(labels, scores) == pytest.approx(sklearn.log_loss(labels, scores))


def test_rmse(judged):
    labels, scores, _ = judged
    expected = sklearn.root_mean_squared_error(labels, scores)
    assert evaluation.rmse(labels, scores) == pytest.approx(expected)


def test_bits_are_the_entropy_of_a_calibrated_model():
    # events drawn as the model says: 4, 2, 1 and 1 of eight
    probabilities = np.array([0.5, 0.25, 0.125, 0.125])
    events = np.repeat(np.arange(4), [4, 2, 1, 1])
    found = evaluation.bits_per_event(np.log(probabilities[events]))
    assert found == pytest.approx(stats.entropy(probabilities, base=2))
    assert evaluation.perplexity(found) == pytest.approx(2 ** stats.entropy(probabilities, base=2))


def test_the_bootstrap_agrees_with_scipy():
    values = np.random.default_rng(4).exponential(1.0, 200)
    low, high = evaluation.bootstrap_interval(values, resamples=5000)
    other = stats.bootstrap(
        (values,), np.mean, n_resamples=5000, method="percentile", rng=np.random.default_rng(5)
    ).confidence_interval
    assert (low, high) == (pytest.approx(other.low, abs=0.02), pytest.approx(other.high, abs=0.02))
