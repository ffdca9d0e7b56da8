"""Losses of single events, per element, in nats, all constants included."""

import mtrec_lib.core.runtime.on_tensorflow  # noqa: F401  before the first import of Keras
from mtrec_lib.losses.chunked import chunked_softmax_cross_entropy
from mtrec_lib.losses.counts import poisson_nll
from mtrec_lib.losses.cross_entropy import (
    binary_cross_entropy,
    product_cross_entropy,
    softmax_cross_entropy,
)
from mtrec_lib.losses.discretised import (
    discretised_gaussian_log_probabilities,
    discretised_gaussian_nll,
)
from mtrec_lib.losses.gaussian import gaussian_nll
from mtrec_lib.losses.ordinal import (
    ordered_thresholds,
    ordinal_expectation,
    ordinal_log_probabilities,
    ordinal_nll,
)
from mtrec_lib.losses.reduce import masked_mean, masked_sum
from mtrec_lib.losses.sampled import in_batch_softmax, sampled_softmax
from mtrec_lib.losses.sampled_binary import generalised_beta, sampled_binary_cross_entropy
from mtrec_lib.losses.spend import gamma_nll, lognormal_mean, lognormal_nll

__all__ = [
    "binary_cross_entropy",
    "chunked_softmax_cross_entropy",
    "discretised_gaussian_log_probabilities",
    "discretised_gaussian_nll",
    "gamma_nll",
    "gaussian_nll",
    "generalised_beta",
    "in_batch_softmax",
    "lognormal_mean",
    "lognormal_nll",
    "masked_mean",
    "masked_sum",
    "ordered_thresholds",
    "ordinal_expectation",
    "ordinal_log_probabilities",
    "ordinal_nll",
    "poisson_nll",
    "product_cross_entropy",
    "sampled_binary_cross_entropy",
    "sampled_softmax",
    "softmax_cross_entropy",
]
