"""Losses in pure ``keras.ops``, per element, in nats."""

from mtrec_lib.losses.chunked import chunked_softmax_cross_entropy
from mtrec_lib.losses.cross_entropy import binary_cross_entropy, softmax_cross_entropy
from mtrec_lib.losses.gaussian import gaussian_nll
from mtrec_lib.losses.reduce import masked_mean, masked_sum
from mtrec_lib.losses.sampled import sampled_softmax
from mtrec_lib.losses.sampled_binary import generalised_beta, sampled_binary_cross_entropy

__all__ = [
    "binary_cross_entropy",
    "chunked_softmax_cross_entropy",
    "gaussian_nll",
    "generalised_beta",
    "masked_mean",
    "masked_sum",
    "sampled_binary_cross_entropy",
    "sampled_softmax",
    "softmax_cross_entropy",
]
