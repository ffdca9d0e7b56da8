"""Solutions of chapter 07, and typical wrong answers."""

from typing import Any

import mtrec_lib as mt
import numpy as np
from keras import ops
from scipy.stats import norm

# 07.1 One model: 40 + 5 · 2 = 50. Five models: 5 · (40 + 2) = 210.


def gets_worse(gram: Any, weights: Any) -> Any:
    """L_k moves by −ε g_k · Σ_i w_i g_i = −ε (Mw)_k: up where (Mw)_k is negative."""
    return np.asarray(gram) @ np.asarray(weights) < 0


def read_off(mean: Any, sigma: Any, at: float) -> Any:
    """p(rating ≥ at): the grade begins half a star below its number."""
    return norm.sf(at - 0.5, mean, sigma)


class Dislike(mt.tasks.Task):
    """Will the rating be at most two? A coarse view of the rating, given the item."""

    name, label, given, kind, metric = "dislike", "rating", ("item",), "coarse view", "auc"

    def make_head(self, spec: Any, width: int) -> Any:
        """A small network over state and item."""
        return mt.models.GivenItem(hidden=32)

    def target(self, y: dict[str, Any]) -> Any:
        """1 for the two lowest grades; a missing label becomes 0 and is masked by ``mask``."""
        rating = super().target(y)
        return ops.cast(ops.logical_and(rating >= 1, rating <= 2), "float32")

    def loss(self, output: Any, y: dict[str, Any]) -> Any:
        """Binary cross-entropy."""
        return mt.losses.binary_cross_entropy(output[..., 0], self.target(y))

    def expectation(self, output: Any) -> Any:
        """The probability."""
        return ops.sigmoid(output[..., 0])


class _Factor(Dislike):
    kind = "factor"


class _Blind(Dislike):
    given = ()


class _Turned(Dislike):
    def target(self, y: dict[str, Any]) -> Any:
        return 1.0 - super().target(y)


class _Logit(Dislike):
    def expectation(self, output: Any) -> Any:
        return output[..., 0]


SOLUTIONS = {"07.1": 50 / 210, "07.2": gets_worse, "07.3": read_off, "07.4": Dislike}

WRONG = {
    "07.1": [0.2, 42 / 50, 210 / 50],
    "07.2": [
        lambda gram, weights: gram @ weights > 0,
        lambda gram, weights: gram.sum(axis=1) < 0,
        lambda gram, weights: (gram < 0).any(axis=1),
        lambda gram, weights: gram @ weights,
    ],
    "07.3": [
        lambda mean, sigma, at: norm.sf(at, mean, sigma),
        lambda mean, sigma, at: norm.cdf(at - 0.5, mean, sigma),
        lambda mean, sigma, at: norm.sf(at - 0.5, mean, 1),
        0.5,
    ],
    "07.4": [_Factor, _Blind, _Turned, _Logit, Dislike()],
}
