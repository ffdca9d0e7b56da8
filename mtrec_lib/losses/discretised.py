"""A Gaussian over grades: each takes the mass of its own stretch of the line."""

import math
from collections.abc import Sequence

from keras import ops

from mtrec_lib.core.types import Tensor
from mtrec_lib.losses.gaussian import FLOOR

TAIL = -10.0  # below it log Φ is its asymptotic series, exact to 1e-6
TINY = 1e-6


def discretised_gaussian_log_probabilities(
    mean: Tensor, log_sigma: Tensor, grades: Tensor | Sequence[float]
) -> Tensor:
    """log P(r = k) = log(Φ((b_k − μ)/σ) − Φ((b_{k−1} − μ)/σ)), b midway between grades.

    The lowest and the highest grade take the whole tail, so the grades share all of the mass; the
    density of :func:`gaussian_nll` leaves some of it beyond them.

    Args:
        mean: ``(...)``, in units of the grades.
        log_sigma: broadcastable to ``mean``, natural logarithm of σ (floor: σ = 0.001).
        grades: the scale, ascending, two or more.

    Returns:
        ``(..., grades)`` nats, float32.

    >>> p = ops.exp(discretised_gaussian_log_probabilities(2.0, 0.0, [1, 2, 3]))
    >>> [round(float(value), 3) for value in p]  # Φ(−½), Φ(½) − Φ(−½), 1 − Φ(½)
    [0.309, 0.383, 0.309]

    Taught in chapter 06.
    """
    scale = ops.convert_to_tensor(grades, dtype="float32")
    edges = (scale[1:] + scale[:-1]) / 2
    mean = ops.cast(ops.convert_to_tensor(mean), "float32")[..., None]
    log_sigma = ops.maximum(ops.cast(ops.convert_to_tensor(log_sigma), "float32"), math.log(FLOOR))
    z = (edges - mean) * ops.exp(-log_sigma)[..., None]
    low, high = z[..., :-1], z[..., 1:]
    right = low + high > 0  # mirrored, so that two numbers near 1 are never subtracted
    a, b = ops.where(right, -high, low), ops.where(right, -low, high)
    apart = ops.maximum(_log_phi(b) - _log_phi(a), TINY)
    between = _log_phi(b) + ops.log(-ops.expm1(-apart))
    return ops.concatenate([_log_phi(z[..., :1]), between, _log_phi(-z[..., -1:])], axis=-1)


def discretised_gaussian_nll(
    target: Tensor, mean: Tensor, log_sigma: Tensor, grades: Tensor | Sequence[float]
) -> Tensor:
    """−log P(r = target) of the discretised Gaussian.

    Args:
        target: ``(...)`` integers, 0 for the lowest grade.
        mean, log_sigma, grades: see :func:`discretised_gaussian_log_probabilities`.

    Returns:
        ``(...)`` nats, float32.

    >>> round(float(discretised_gaussian_nll(1, 2.0, 0.0, [1, 2, 3])), 3)
    0.96

    Taught in chapter 06.
    """
    log_p = discretised_gaussian_log_probabilities(mean, log_sigma, grades)
    target = ops.convert_to_tensor(target, dtype="int32")
    return -ops.squeeze(ops.take_along_axis(log_p, target[..., None], axis=-1), -1)


def _log_phi(x: Tensor) -> Tensor:
    """log Φ(x), float32; each branch is fed numbers that keep its gradient finite."""
    near = ops.maximum(x, TAIL)
    exact = ops.log(0.5 * ops.erfc(-near / math.sqrt(2.0)))
    far = ops.minimum(x, TAIL)
    inverse = 1.0 / (far * far)
    series = -inverse * (1.0 - 3.0 * inverse * (1.0 - 5.0 * inverse))
    asymptotic = -0.5 * far * far - ops.log(-far) - 0.5 * math.log(2 * math.pi)
    return ops.where(x > TAIL, exact, asymptotic + ops.log1p(series))
