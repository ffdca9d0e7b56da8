"""Chapter 07, one model, several tasks: checks, solutions and typical wrong answers."""

import math
from typing import Any

import mtrec_lib as mt
import numpy as np
from keras import ops
from mtrec_lib.book.exercises import exercise
from scipy.stats import norm


GRAM = np.array([[4.0, -1.0], [-1.0, 0.5]])
CALM = np.array([[1.0, 0.2], [0.2, 1.0]])
QUESTIONS = ((GRAM, (1.0, 1.0)), (GRAM, (1.0, 5.0)), (GRAM, (1.0, 3.0)), (CALM, (1.0, 1.0)))


@exercise("07.1")
def _share_of_the_cost(answer: Any) -> str | None:
    share, trunk, head, tasks = float(answer), 40.0, 2.0, 5
    one, all_single = trunk + tasks * head, tasks * (trunk + head)
    if math.isclose(share, one / all_single, abs_tol=1e-3):
        return None
    if math.isclose(share, 1 / tasks, rel_tol=1e-6):
        return "the trunk is shared so; the heads are not"
    if share >= 1:
        return "a share: what the one model costs, divided by what all single ones cost together"
    return "write both sums down: how many trunks and how many heads does each side hold?"


@exercise("07.2")
def _gets_worse(answer: Any) -> str | None:
    if not callable(answer):
        return "the answer is a function of gram and weights"
    said = [np.asarray(answer(gram, np.array(weights))) for gram, weights in QUESTIONS]
    if any(each.shape != (2,) or each.dtype != bool for each in said):
        return "one truth value a task must come back, as an array"
    right = [gram @ weights < 0 for gram, weights in QUESTIONS]
    wrong = [not np.array_equal(s, r) for s, r in zip(said, right, strict=True)]
    if not any(wrong):
        return None
    if all(np.array_equal(s, ~r) for s, r in zip(said, right, strict=True)):
        return "turned round: a step goes *against* the gradients"
    if not wrong[0] and not wrong[3]:
        return "right where all weights are one; how does each gradient's weight come in?"
    return "to first order a loss moves by the inner product of its gradient with the step"


@exercise("07.3")
def _read_off(answer: Any) -> str | None:
    if not callable(answer):
        return "the answer is a function of mean, sigma and at"
    means, sigmas = np.array([3.5, 3.5, 4.0, 2.0]), np.array([1.0, 0.5, 1.0, 0.8])
    said = np.asarray(answer(means, sigmas, 4), dtype=float)
    if said.shape != means.shape:
        return "hand over arrays of means and sigmas, and as many probabilities must come back"
    right = np.array([_above((3.5 - m) / s) for m, s in zip(means, sigmas, strict=True)])
    if np.allclose(said, right, atol=1e-3):
        return None
    if np.allclose(said, 1 - right, atol=1e-3):
        return "this is the probability of the grades below"
    if np.allclose(said, [_above((4 - m) / s) for m, s in zip(means, sigmas, strict=True)]):
        return "a Gaussian of 3.8 rounds to four stars: where does the grade begin?"
    return "how many sigmas does the border lie above the mean? Look at each sigma by itself"


@exercise("07.4")
def _dislike(answer: Any) -> str | None:
    from mtrec_lib.tasks import Task

    if not (isinstance(answer, type) and issubclass(answer, Task)):
        return "hand over the class itself, a subclass of mt.tasks.Task"
    task = answer()
    if task.label != "rating" or tuple(task.given) != ("item",):
        return "which part of the event is the label, and which part may its head see?"
    if task.kind != "coarse view":
        return "once the rating is known, is anything left to be random?"
    return _behaves(task)


def _behaves(task: Any) -> str | None:
    y = {"rating": np.array([[1.0, 2.0, 3.0, 5.0, np.nan]], np.float32)}
    target, mask = np.asarray(task.target(y)), np.asarray(task.mask(y))
    if not np.array_equal(mask, [[1, 1, 1, 1, 0]]):
        return "a missing rating must be masked: the mask is 1 exactly where there is a rating"
    if not np.array_equal(target[:, :4], [[1, 1, 0, 0]]):
        return "the target is 1 for the grades one and two and 0 for the others"
    if not np.isfinite(target).all():
        return "a target must be a number even where the label is missing"
    output = np.full((1, 5, 1), 0.5, np.float32)
    loss = np.asarray(task.loss(output, y))
    if loss.shape != (1, 5) or not np.allclose(loss[0, [0, 3]], [0.474077, 0.974077], atol=1e-3):
        return "the loss is binary cross-entropy of a logit, one number a position"
    if not np.allclose(np.asarray(task.expectation(output)), 0.622459, atol=1e-3):
        return "a user of the model wants a probability, not a logit"
    return None


def _above(z: float) -> float:
    """Mass of the standard Gaussian above ``z``."""
    return math.erfc(z / math.sqrt(2)) / 2


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


def solutions() -> dict[str, Any]:
    """The answer to each exercise."""
    return {"07.1": 50 / 210, "07.2": gets_worse, "07.3": read_off, "07.4": Dislike}


def wrong_answers() -> dict[str, list[Any]]:
    """Answers that are often given instead; each meets a hint."""
    return {
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
