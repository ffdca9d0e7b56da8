"""Grades as pieces of a line: cumulative logits, and a Gaussian asked for grades."""

import numpy as np
import pytest
import scipy.special
import scipy.stats
import tensorflow as tf
from hypothesis import given
from hypothesis import strategies as st

import mtrec_lib as mt

GRADES = [1.0, 2.0, 3.0, 4.0, 5.0]
numbers = st.floats(-30, 30, width=32)


@given(st.lists(numbers, min_size=1, max_size=6))
def test_thresholds_ascend_whatever_the_raw_numbers_are(raw):
    theta = np.asarray(mt.losses.ordered_thresholds(raw))
    assert theta[0] == pytest.approx(raw[0], abs=1e-30)
    assert (np.diff(theta) > 0).all()


@given(numbers, st.lists(numbers, min_size=1, max_size=6))
def test_ordinal_probabilities_sum_to_one(eta, raw):
    cumulative = np.asarray(mt.losses.ordered_thresholds(raw)) - np.float32(eta)
    p = np.exp(np.asarray(mt.losses.ordinal_log_probabilities(cumulative)))
    assert p.sum() == pytest.approx(1.0, abs=2e-4)


def test_ordinal_is_differences_of_the_logistic_distribution():
    # P(r ≤ k) is the distribution function of a logistic variable with mean η at θ_k
    theta, eta = np.array([-2.0, -0.5, 0.7, 1.9]), np.array([[-3.0], [0.0], [2.5]])
    below = scipy.stats.logistic(eta).cdf(theta)
    expected = np.diff(below, axis=1, prepend=0, append=1)
    got = np.exp(np.asarray(mt.losses.ordinal_log_probabilities(theta - eta)))
    np.testing.assert_allclose(got, expected, rtol=2e-5)
    for grade in range(5):
        nll = mt.losses.ordinal_nll(theta - eta, np.full(3, grade))
        np.testing.assert_allclose(nll, -np.log(expected[:, grade]), rtol=2e-5, atol=1e-6)
    mean = mt.losses.ordinal_expectation(theta - eta, GRADES)
    np.testing.assert_allclose(mean, expected @ np.array(GRADES), rtol=1e-5)


def test_two_grades_are_a_bernoulli():
    # P(r = upper) = 1 − sigmoid(θ − η)
    nll = float(mt.losses.ordinal_nll([0.3], 1))
    assert nll == pytest.approx(float(mt.losses.binary_cross_entropy(-0.3, 1.0)), rel=1e-6)


def test_the_middle_grade_is_most_likely_between_its_thresholds():
    # symmetric thresholds: η = 0 is the optimum for the middle grade
    eta = tf.Variable(0.0)
    with tf.GradientTape() as tape:
        loss = mt.losses.ordinal_nll(tf.constant([-1.0, 1.0]) - eta, 1)
    assert float(tape.gradient(loss, eta)) == pytest.approx(0.0, abs=1e-6)


@pytest.mark.parametrize("far", [-300.0, 300.0])
def test_far_away_losses_and_gradients_stay_finite(far):
    for loss_of in (
        lambda x: mt.losses.ordinal_nll(tf.constant([-1.0, 1.0]) - x, 1),
        lambda x: mt.losses.discretised_gaussian_nll(2, x, tf.constant(-3.0), GRADES),
    ):
        at = tf.Variable(far)
        with tf.GradientTape() as tape:
            loss = loss_of(at)
        assert np.isfinite(float(loss))
        slope = float(tape.gradient(loss, at))
        assert np.isfinite(slope)
        assert np.sign(slope) == np.sign(far)  # downhill is back


@pytest.mark.parametrize("sigma", [0.05, 0.9, 4.0])
@pytest.mark.parametrize("mean", [-2.0, 1.4, 3.0, 4.5, 6.0])
def test_discretised_gaussian_is_differences_of_the_normal_distribution(mean, sigma):
    edges = (np.array([1.5, 2.5, 3.5, 4.5]) - mean) / sigma
    # in logarithms, for far away differences of the distribution function are 0 in float64 too
    log_cdf = scipy.stats.norm.logcdf
    upper = edges.sum() > 0  # of the two ways to say it the one that loses less
    z = -edges[::-1] if upper else edges
    low, high = log_cdf(z[:-1]), log_cdf(z[1:])
    inner = high + np.log(-np.expm1(low - high))
    expected = np.array([log_cdf(z[0]), *inner, log_cdf(-z[-1])])
    expected = expected[::-1] if upper else expected
    got = mt.losses.discretised_gaussian_log_probabilities(mean, np.log(sigma), GRADES)
    near = expected > -80
    np.testing.assert_allclose(np.asarray(got)[near], expected[near], rtol=3e-4, atol=2e-5)
    np.testing.assert_allclose(np.exp(got).sum(), 1.0, atol=1e-4)


def test_open_ends_take_what_a_density_leaves_beyond_the_scale():
    # at μ = 4.5, σ = .95 a density leaves 1 − Φ(.5/.95) = 30 % above 5; the grade 5 takes it all:
    # P(5) = 1 − Φ((4.5 − 4.5)/.95) = ½
    log_p = mt.losses.discretised_gaussian_log_probabilities(4.5, np.log(0.95), GRADES)
    assert float(np.exp(log_p[-1])) == pytest.approx(0.5, rel=1e-5)


def test_uneven_grades_meet_midway():
    # grades 0, 1, 4: edges ½ and 2½
    log_p = mt.losses.discretised_gaussian_log_probabilities(1.0, 0.0, [0, 1, 4])
    expected = scipy.stats.norm(1.0, 1.0).cdf([0.5, 2.5])
    np.testing.assert_allclose(np.exp(log_p[0]), expected[0], rtol=1e-5)
    np.testing.assert_allclose(np.exp(log_p[1]), expected[1] - expected[0], rtol=1e-5)
