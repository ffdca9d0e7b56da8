"""Solutions of chapter 07, and typical wrong answers."""

from typing import Any

import mtrec_lib as mt
from keras import ops
from scipy.stats import norm

# 07.1 mean_item + mean_rating = Σ item / 1000 + Σ rating / 400
#      = (Σ item + (1000 / 400) Σ rating) / 1000.

# 07.2 The genre is decided by the item and "rated five" by the rating. The rating is still random
# once the item is known. A return lies in later events.
KINDS = {
    "genre of the item": "coarse view",
    "rating given the item": "factor",
    "rated five": "coarse view",
    "comes back within seven days": "auxiliary",
}


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


SOLUTIONS = {"07.1": 2.5, "07.2": KINDS, "07.3": read_off, "07.4": Dislike}

WRONG = {
    "07.1": [0.4, 1, 400],
    "07.2": [
        KINDS | {"rated five": "factor"},
        KINDS | {"comes back within seven days": "factor"},
        KINDS | {"genre of the item": "auxiliary"},
        {"rating": "factor"},
    ],
    "07.3": [
        lambda mean, sigma, at: norm.sf(at, mean, sigma),
        lambda mean, sigma, at: norm.cdf(at - 0.5, mean, sigma),
        lambda mean, sigma, at: norm.sf(at - 0.5, mean, 1),
        0.5,
    ],
    "07.4": [_Factor, _Blind, _Turned, _Logit, Dislike()],
}
