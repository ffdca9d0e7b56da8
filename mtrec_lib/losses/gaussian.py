"""Squared error as a likelihood."""

import math

from keras import ops

from mtrec_lib.core.types import Tensor

FLOOR = 1e-3


def gaussian_nll(target: Tensor, mean: Tensor, log_sigma: Tensor) -> Tensor:
    """−log N(target; mean, σ²) = (y − μ)² / 2σ² + log σ + ½ log 2π.

    With σ fixed this is squared error with weight 1 / 2σ², plus a constant; with σ learned the
    optimum is σ² = mean squared error. σ has a floor of 0.001, for at σ → 0 the loss is unbounded.

    Args:
        target: any shape, in rating units.
        mean: broadcastable to ``target``.
        log_sigma: broadcastable to ``target``, natural logarithm of σ.

    Returns:
        Nats, float32.

    >>> round(float(gaussian_nll(1.0, 1.0, 0.0)), 4)  # ½ log 2π
    0.9189

    Taught in chapter 06.
    """
    target, mean = ops.cast(target, "float32"), ops.cast(mean, "float32")
    log_sigma = ops.maximum(ops.cast(log_sigma, "float32"), math.log(FLOOR))
    scaled = (target - mean) * ops.exp(-log_sigma)
    return 0.5 * scaled * scaled + log_sigma + 0.5 * math.log(2 * math.pi)
