"""Each loss against its formula, an independent gradient, and its edge cases."""

import math

import numpy as np
import pytest
import scipy.special
import scipy.stats
import tensorflow as tf

import mtrec_lib as mt

LOGITS = np.array([[0.2, -1.0, 3.0], [100.0, 0.0, -100.0]], np.float32)


def test_softmax_cross_entropy_is_minus_log_softmax():
    expected = -scipy.special.log_softmax(LOGITS, axis=1)[[0, 1], [1, 0]]
    np.testing.assert_allclose(
        mt.losses.softmax_cross_entropy(LOGITS, [1, 0]), expected, rtol=1e-6, atol=1e-6
    )


def test_gradient_in_the_logits_is_p_minus_y():
    logits = tf.Variable(LOGITS)
    with tf.GradientTape() as tape:
        loss = tf.reduce_sum(mt.losses.softmax_cross_entropy(tf.identity(logits), [1, 0]))
    expected = scipy.special.softmax(LOGITS, axis=1) - np.eye(3)[[1, 0]]
    np.testing.assert_allclose(tape.gradient(loss, logits), expected, atol=1e-6)


@pytest.mark.parametrize("logit", [-80.0, -1.0, 0.0, 2.0, 80.0])
@pytest.mark.parametrize("target", [0.0, 1.0, 0.25])
def test_binary_cross_entropy_is_minus_log_bernoulli(logit, target):
    expected = -(
        target * scipy.special.log_expit(logit) + (1 - target) * scipy.special.log_expit(-logit)
    )
    assert float(mt.losses.binary_cross_entropy(logit, target)) == pytest.approx(expected, rel=1e-6)


def test_gaussian_nll_is_minus_log_density():
    expected = -scipy.stats.norm(3.0, 0.5).logpdf(4.2)
    got = float(mt.losses.gaussian_nll(4.2, 3.0, math.log(0.5)))
    assert got == pytest.approx(expected, rel=1e-5)


def test_gaussian_sigma_has_a_floor():
    assert np.isfinite(float(mt.losses.gaussian_nll(1.0, 1.0, -1e9)))


def test_masked_mean_leaves_out_and_survives_nothing():
    # entries 2 and 4 count: (2 + 4) / 2 = 3
    loss = [1.0, 2.0, float("nan"), 4.0]
    assert float(mt.losses.masked_mean(loss, [0, 1, 0, 1])) == 3.0
    assert float(mt.losses.masked_mean(loss, [0, 0, 0, 0])) == 0.0
