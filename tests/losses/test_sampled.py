"""Sampled losses: worked-out values, gradients, and where their population optimum lies."""

import math

import keras
import numpy as np
import pytest
import tensorflow as tf

import mtrec_lib as mt

P = np.array([0.5, 0.25, 0.15, 0.1])  # what people choose
Q = np.array([0.4, 0.3, 0.2, 0.1])  # what the sampler draws
K = 3


def _minimised(loss, start=None):
    """The free table of logits (items,) at which an exact expected loss is least."""
    table = tf.Variable(np.zeros(len(P), np.float32) if start is None else start)
    optimizer = keras.optimizers.Adam(keras.optimizers.schedules.CosineDecay(0.1, 1500))

    @tf.function
    def step():
        with tf.GradientTape() as tape:
            value = loss(tf.convert_to_tensor(table))
        optimizer.apply(tape.gradient(value, [table]), [table])

    for _ in range(1500):
        step()
    return table.numpy()


def _expected_softmax(corrected, drop_hits=False):
    """The expectation over all targets and all ordered samples of K items."""
    target, drawn = _every_case(len(P), K)
    weight = (P[target] * Q[drawn].prod(1)).astype("float32")
    log_q = np.log(Q).astype("float32")

    def loss(table):
        each = mt.losses.sampled_softmax(
            tf.gather(table, target),
            tf.gather(table, drawn),
            target,
            drawn,
            log_q[target],
            log_q[drawn],
            corrected=corrected,
            drop_hits=drop_hits,
        )
        return tf.reduce_sum(weight * each)

    return loss


def _every_case(items, negatives):
    cases = np.indices((items,) * (negatives + 1)).reshape(negatives + 1, -1).T
    return cases[:, 0], cases[:, 1:]


def _centred(logits):
    return logits - logits.mean()


def test_corrected_optimum_is_log_p():
    found = _minimised(_expected_softmax(corrected=True))
    np.testing.assert_allclose(_centred(found), _centred(np.log(P)), atol=1e-3)


def test_uncorrected_optimum_is_log_p_minus_log_q():
    found = _minimised(_expected_softmax(corrected=False))
    np.testing.assert_allclose(_centred(found), _centred(np.log(P / Q)), atol=1e-3)


def test_dropping_accidental_hits_tilts_the_optimum_towards_what_is_drawn_often():
    found = _minimised(_expected_softmax(corrected=True, drop_hits=True))
    share = np.exp(found) / np.exp(found).sum()
    assert share[0] > P[0] + 0.03
    assert (share[1:] < P[1:]).all()


@pytest.mark.parametrize("beta", [1.0, 0.2])
@pytest.mark.parametrize("negatives", [1, 2])
def test_optimum_of_binary_cross_entropy(beta, negatives):
    """Uniform draws among the others: α = k / (items − 1)."""
    target, drawn = _every_case(len(P), negatives)
    fair = (drawn != target[:, None]).all(1)
    target, drawn = target[fair], drawn[fair]
    weight = (P[target] / 3**negatives).astype("float32")

    def loss(table):
        each = mt.losses.sampled_binary_cross_entropy(
            tf.gather(table, target), tf.gather(table, drawn), target, drawn, beta=beta
        )
        return tf.reduce_sum(weight * each)

    found = 1 / (1 + np.exp(-_minimised(loss)))
    alpha = negatives / 3
    np.testing.assert_allclose(found, beta * P / (beta * P + alpha * (1 - P)), atol=1e-3)


def test_full_t_makes_the_sigmoid_the_probability():
    beta = mt.losses.generalised_beta(2, len(P), t=1.0)
    alpha = 2 / 3
    np.testing.assert_allclose(beta * P / (beta * P + alpha * (1 - P)), P)


def test_beta_is_the_formula_of_the_paper():
    alpha, t = 256 / 1681, 0.75
    assert mt.losses.generalised_beta(256, 1682, t) == pytest.approx(
        alpha * (t * (1 - 1 / alpha) + 1 / alpha)
    )
    assert mt.losses.generalised_beta(256, 1682, 0.0) == 1.0


def test_sampled_softmax_by_hand():
    # candidates: target 1 with logit 0, drawn 2 with ln 3, drawn 1 (a hit) with 0; no correction
    args = ([0.0], [[math.log(3), 0.0]], [1], [2, 1], 0.0, 0.0, False)
    assert float(mt.losses.sampled_softmax(*args)[0]) == pytest.approx(math.log(5))
    assert float(mt.losses.sampled_softmax(*args, drop_hits=True)[0]) == pytest.approx(math.log(4))


def test_correction_subtracts_from_the_target_too():
    # target: 0 − ln ½ → weight 2; drawn: 0 − ln ¼ → weight 4; loss = ln((2 + 4) / 2)
    half, quarter = math.log(0.5), math.log(0.25)
    found = mt.losses.sampled_softmax([0.0], [[0.0]], [1], [2], half, quarter)
    assert float(found[0]) == pytest.approx(math.log(3))


def test_binary_by_hand():
    # β ln 2 + ln 2 for the drawn item, nothing for the hit
    found = mt.losses.sampled_binary_cross_entropy([0.0], [[0.0, 5.0]], [1], [[2, 1]], beta=0.5)
    assert float(found[0]) == pytest.approx(1.5 * math.log(2))


@pytest.mark.parametrize("drop_hits", [False, True])
def test_gradients_by_finite_differences(drop_hits):
    logits = np.array([0.3, -0.7, 1.1], np.float64)
    target, drawn = np.array([0, 2]), np.array([1, 2, 2])

    def both(table):
        positive = tf.gather(table, target)
        negative = tf.broadcast_to(tf.gather(table, drawn), (2, 3))
        soft = mt.losses.sampled_softmax(
            positive, negative, target, drawn, [-1.0, -2.0], [-1.5, -2.0, -2.0], True, drop_hits
        )
        return soft + mt.losses.sampled_binary_cross_entropy(
            positive, negative, target, drawn, beta=0.3
        )

    with tf.GradientTape() as tape:
        tape.watch(table := tf.constant(logits, tf.float32))
        value = tf.reduce_sum(both(table))
    step = 1e-2
    nudged = [
        (float(tf.reduce_sum(both(tf.constant(logits + step * e, tf.float32))))
         - float(tf.reduce_sum(both(tf.constant(logits - step * e, tf.float32))))) / (2 * step)
        for e in np.eye(3)
    ]  # fmt: skip
    gradient = tf.convert_to_tensor(tape.gradient(value, table))
    np.testing.assert_allclose(gradient, nudged, atol=1e-3)


def test_a_kept_hit_never_pushes_the_target_down():
    with tf.GradientTape() as tape:
        tape.watch(table := tf.constant([0.0, 1.0]))
        loss = mt.losses.sampled_softmax(
            table[:1], tf.gather(table, [[0, 0, 1]]), [0], [0, 0, 1], 0.0, 0.0
        )
    assert float(tf.convert_to_tensor(tape.gradient(loss, table))[0]) < 0


@pytest.mark.parametrize("arguments", [(0, 10, 0.5), (1, 1, 0.5), (1, 10, 1.5)])
def test_beta_out_of_range_is_refused(arguments):
    with pytest.raises(ValueError, match="negatives must be ≥ 1"):
        mt.losses.generalised_beta(*arguments)


def test_a_beta_of_nothing_is_refused():
    with pytest.raises(ValueError, match="beta must be above 0"):
        mt.losses.sampled_binary_cross_entropy([0.0], [[0.0]], [1], [2], beta=0.0)


@pytest.mark.parametrize("corrected", [True, False])
def test_in_batch_is_sampled_softmax_whose_negatives_are_the_other_rows(corrected):
    rng = np.random.default_rng(4)
    scores, log_q = rng.normal(size=(5, 5)), np.log(rng.dirichlet(np.ones(5)))
    others = ~np.eye(5, dtype=bool)
    expected = mt.losses.sampled_softmax(
        np.diag(scores),
        scores[others].reshape(5, 4),
        np.arange(5),
        np.tile(np.arange(5), (5, 1))[others].reshape(5, 4),
        log_q,
        np.tile(log_q, (5, 1))[others].reshape(5, 4),
        corrected,
    )
    found = mt.losses.in_batch_softmax(scores, log_q, corrected)
    np.testing.assert_allclose(found, expected, rtol=1e-5)


def test_in_batch_one_pair_alone_has_nothing_to_tell_apart():
    assert float(mt.losses.in_batch_softmax([[3.0]], [-2.0])[0]) == 0.0
