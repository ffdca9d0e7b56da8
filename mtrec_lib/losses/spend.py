"""How much: likelihoods of amounts that are positive and now and then very large."""

import math

import tensorflow as tf
from keras import ops

from mtrec_lib.core.types import Tensor
from mtrec_lib.losses.gaussian import gaussian_nll

LEAST = 1e-6  # of an amount, in its currency: the logarithm of 0 is taken of this
SHAPES = (1e-3, 1e3)  # of a gamma: beyond, float32 loses log Γ(k) − k log k
HIGHEST = 80.0  # of an exponent


def lognormal_nll(target: Tensor, mean: Tensor, log_sigma: Tensor) -> Tensor:
    """−log density of an amount s whose logarithm is Gaussian: −log N(log s; μ, τ²) + log s.

    Args:
        target: any shape, amounts > 0 (less than 0.000001 counts as that).
        mean: broadcastable to ``target``, μ, the mean of log s.
        log_sigma: broadcastable to ``target``, natural logarithm of τ (floor: τ = 0.001).

    Returns:
        Nats, float32; the density is one of s, so another currency adds a constant.

    >>> round(float(lognormal_nll(1.0, 0.0, 0.0)), 4)  # ½ log 2π
    0.9189

    Taught in chapter 06.
    """
    log_amount = _log(target)
    return gaussian_nll(log_amount, mean, log_sigma) + log_amount


def lognormal_mean(mean: Tensor, log_sigma: Tensor) -> Tensor:
    """E[s] = exp(μ + τ²/2): what amounts are ranked by. exp(μ) is the median, and too low.

    Args:
        mean: any shape, μ.
        log_sigma: broadcastable to ``mean``, log τ.

    Returns:
        In the currency, float32.

    >>> round(float(lognormal_mean(0.0, 0.0)), 4)  # exp(½)
    1.6487

    Taught in chapter 06.
    """
    mean, log_sigma = ops.cast(mean, "float32"), ops.cast(log_sigma, "float32")
    variance = ops.exp(2.0 * ops.minimum(log_sigma, HIGHEST / 4))
    return ops.exp(ops.minimum(mean + 0.5 * variance, HIGHEST))


def gamma_nll(target: Tensor, log_mean: Tensor, log_shape: Tensor) -> Tensor:
    """−log gamma density of s with mean m and shape k.

    log Γ(k) − k log(k/m) − (k − 1) log s + k s/m; the spread is m/√k, a share of the mean.

    Args:
        target: any shape, amounts > 0 (less than 0.000001 counts as that).
        log_mean: broadcastable to ``target``, log m.
        log_shape: broadcastable to ``target``, log k; k is kept in [0.001, 1000].

    Returns:
        Nats, float32.

    >>> round(float(gamma_nll(2.0, 0.0, 0.0)), 4)  # the exponential of mean 1, at 2
    2.0

    Taught in chapter 06.
    """
    log_amount = _log(target)
    log_mean = ops.cast(ops.convert_to_tensor(log_mean), "float32")
    log_shape = ops.cast(ops.convert_to_tensor(log_shape), "float32")
    log_shape = ops.clip(log_shape, *(math.log(k) for k in SHAPES))
    shape, distance = ops.exp(log_shape), log_amount - log_mean
    share = ops.exp(ops.minimum(distance, HIGHEST))  # s/m
    constant = tf.math.lgamma(shape) - shape * log_shape
    return constant + shape * (share - distance) + log_amount


def _log(amount: Tensor) -> Tensor:
    return ops.log(ops.maximum(ops.cast(ops.convert_to_tensor(amount), "float32"), LEAST))
