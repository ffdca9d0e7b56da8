"""How many: the Poisson likelihood."""

import math

import tensorflow as tf
from keras import ops

from mtrec_lib.core.types import Tensor

LEAST_RATE = 1e-6


def poisson_nll(target: Tensor, log_rate: Tensor) -> Tensor:
    """−log Poisson(target; λ) = λ − y log λ + log y!.

    For counts only: money and time are not counted. Where every target is 0 the optimum is λ = 0,
    at an infinite ``log_rate``: λ has a floor of 0.000001.

    Args:
        target: any shape, whole numbers ≥ 0.
        log_rate: broadcastable to ``target``, natural logarithm of λ.

    Returns:
        Nats, float32. The gradient in ``log_rate`` is λ − y.

    >>> round(float(poisson_nll(2.0, math.log(3.0))), 4)  # 3 − 2 ln 3 + ln 2
    1.4959

    Taught in chapter 06.
    """
    target = ops.cast(ops.convert_to_tensor(target), "float32")
    log_rate = ops.cast(ops.convert_to_tensor(log_rate), "float32")
    log_rate = ops.maximum(log_rate, math.log(LEAST_RATE))
    return ops.exp(log_rate) - target * log_rate + tf.math.lgamma(target + 1.0)
