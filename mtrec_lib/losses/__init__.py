"""Losses in pure ``keras.ops``, per element, in nats."""

from mtrec_lib.losses.cross_entropy import binary_cross_entropy, softmax_cross_entropy
from mtrec_lib.losses.gaussian import gaussian_nll
from mtrec_lib.losses.reduce import masked_mean, masked_sum

__all__ = [
    "binary_cross_entropy",
    "gaussian_nll",
    "masked_mean",
    "masked_sum",
    "softmax_cross_entropy",
]
