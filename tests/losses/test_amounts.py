"""Counts and amounts against scipy's distributions, constants included."""

import numpy as np
import pytest
import scipy.stats
import tensorflow as tf
from hypothesis import given
from hypothesis import strategies as st

import mtrec_lib as mt

AMOUNTS = np.array([0.01, 0.7, 3.0, 45.0, 2000.0])


@pytest.mark.parametrize("rate", [0.01, 1.0, 37.0])
def test_poisson_is_minus_log_of_its_probability(rate):
    counts = np.array([0, 1, 2, 50])
    expected = -scipy.stats.poisson(rate).logpmf(counts)
    got = mt.losses.poisson_nll(counts.astype("float32"), np.log(rate))
    np.testing.assert_allclose(got, expected, rtol=2e-5, atol=1e-5)


def test_poisson_gradient_in_the_log_rate_is_rate_minus_count():
    log_rate = tf.Variable(np.log([3.0, 3.0]).astype("float32"))
    with tf.GradientTape() as tape:
        loss = tf.reduce_sum(mt.losses.poisson_nll([5.0, 0.0], tf.identity(log_rate)))
    np.testing.assert_allclose(tape.gradient(loss, log_rate), [-2.0, 3.0], rtol=1e-5)


def test_no_count_at_all_has_a_finite_loss():
    # the floor: λ = 0.000001
    assert float(mt.losses.poisson_nll(0.0, -1e9)) == pytest.approx(1e-6)
    assert float(mt.losses.poisson_nll(1.0, -1e9)) == pytest.approx(-np.log(1e-6), rel=1e-5)


@pytest.mark.parametrize("tau", [0.3, 1.7])
def test_lognormal_is_minus_log_of_its_density(tau):
    expected = -scipy.stats.lognorm(s=tau, scale=np.exp(1.2)).logpdf(AMOUNTS)
    got = mt.losses.lognormal_nll(AMOUNTS, 1.2, np.log(tau))
    np.testing.assert_allclose(got, expected, rtol=2e-5)


@pytest.mark.parametrize("shape", [0.2, 1.0, 9.0, 400.0])
def test_gamma_is_minus_log_of_its_density(shape):
    mean = 12.5
    expected = -scipy.stats.gamma(a=shape, scale=mean / shape).logpdf(AMOUNTS)
    got = mt.losses.gamma_nll(AMOUNTS, np.log(mean), np.log(shape))
    np.testing.assert_allclose(got, expected, rtol=1e-4, atol=2e-3)


@given(st.floats(-3, 5), st.floats(0.05, 2))
def test_the_mean_of_a_lognormal_is_scipys(mu, tau):
    got = float(mt.losses.lognormal_mean(mu, np.log(tau)))
    assert got == pytest.approx(scipy.stats.lognorm(s=tau, scale=np.exp(mu)).mean(), rel=1e-4)


def test_another_currency_adds_a_constant():
    # in cents: log 100 more a line, at μ + log 100
    dollars = mt.losses.lognormal_nll(AMOUNTS, 1.0, 0.0)
    cents = mt.losses.lognormal_nll(100 * AMOUNTS, 1.0 + np.log(100), 0.0)
    np.testing.assert_allclose(np.asarray(cents) - dollars, np.log(100), rtol=1e-4)
    same = mt.losses.gamma_nll(AMOUNTS, 1.0, 0.0)
    cents = mt.losses.gamma_nll(100 * AMOUNTS, 1.0 + np.log(100), 0.0)
    np.testing.assert_allclose(np.asarray(cents) - same, np.log(100), rtol=1e-3)


def test_no_amount_and_outlandish_spreads_stay_finite():
    for value in (0.0, 1e6):
        assert np.isfinite(float(mt.losses.lognormal_nll(value, 0.0, -1e9)))
        assert np.isfinite(float(mt.losses.gamma_nll(value, 0.0, 1e9)))
        assert np.isfinite(float(mt.losses.gamma_nll(value, -1e9, -1e9)))
    assert np.isfinite(float(mt.losses.lognormal_mean(1e9, 1e9)))


@pytest.mark.parametrize(("p", "q"), [(-40.0, 3.0), (0.2, -1.1), (4.0, 50.0), (60.0, 60.0)])
@pytest.mark.parametrize("target", [0.0, 1.0])
def test_cross_entropy_of_a_product_is_that_of_p_times_q(p, q, target):
    log_both = -np.logaddexp(0, -p) - np.logaddexp(0, -q)
    log_not = np.logaddexp(-np.logaddexp(0, p), -np.logaddexp(0, -p) - np.logaddexp(0, q))
    expected = -(target * log_both + (1 - target) * log_not)
    got = float(mt.losses.product_cross_entropy(p, q, target))
    assert got == pytest.approx(expected, rel=1e-5, abs=1e-7)


def test_a_product_with_certainty_is_the_other_factor():
    got = mt.losses.product_cross_entropy([-1.0, 2.0], [1e4, 1e4], [1.0, 0.0])
    np.testing.assert_allclose(got, mt.losses.binary_cross_entropy([-1.0, 2.0], [1.0, 0.0]))
