"""Chapter 04_3, the next basket: checks, solutions and typical wrong answers."""

import math
from typing import Any

import numpy as np
from mtrec_lib.book.exercises import exercise
from scipy.special import softmax


@exercise("04_3.1")
def _decayed_milk(answer: Any) -> str | None:
    value = float(answer)
    if math.isclose(value, 0.75, abs_tol=1e-9):
        return None
    if math.isclose(value, 1.5, abs_tol=1e-9):
        return "age is counted from the household's last basket, not from the last milk"
    if value >= 2:
        return "an older basket counts less than one"
    return "each basket with milk counts γ to the power of its age in weeks; add both"


@exercise("04_3.2")
def _recall_of_two(answer: Any) -> str | None:
    value = float(answer)
    if math.isclose(value, 0.75, abs_tol=1e-9):
        return None
    if math.isclose(value, 0.6, abs_tol=1e-9):
        return "this pools the items; every basket counts alike, whatever its size"
    if math.isclose(value, 0.15, abs_tol=1e-9):
        return "this divides by ten: that is precision; divide by what the basket holds"
    return "take the share found of each basket, then the mean of the two shares"


@exercise("04_3.3")
def _gradient(answer: Any) -> str | None:
    if not callable(answer):
        return "hand over a function of logits and columns, not a number"
    logits = np.array([0.3, -1.0, 2.0, 0.0])
    for basket in ([2], [0, 3], [1, 1, 2]):
        found = np.asarray(answer(logits, basket), dtype=float)
        hint = _wrong_gradient(found, logits, basket)
        if hint:
            return f"for the basket {basket}: {hint}"
    return None


def _wrong_gradient(found: np.ndarray, logits: np.ndarray, basket: list[int]) -> str | None:
    if found.shape != logits.shape:
        return f"the shape is {found.shape}"
    p = np.exp(logits) / np.exp(logits).sum()
    share = np.bincount(sorted(set(basket)), minlength=len(p)) / len(set(basket))
    counted = np.bincount(basket, minlength=len(p))
    if np.allclose(found, p - share):
        return None
    if np.allclose(found, share - p):
        return "the sign is turned: this is the direction in which the loss falls"
    if np.allclose(found, p - counted / counted.sum()):
        return "an item that stands twice on the receipt is in the set once"
    if np.allclose(found, p - (counted > 0)):
        return "the goal must sum to one: how large is the basket?"
    return "the slope is the softmax less the goal, and the goal shares one among the basket"


def gradient(logits: np.ndarray, basket: list[int]) -> np.ndarray:
    """p − y, where y spreads one evenly over the distinct items of the basket."""
    goal = np.zeros(len(logits))
    goal[sorted(set(basket))] = 1 / len(set(basket))
    return softmax(logits) - goal


def _turned(logits: np.ndarray, basket: list[int]) -> np.ndarray:
    return -gradient(logits, basket)


def _counted_twice(logits: np.ndarray, basket: list[int]) -> np.ndarray:
    return softmax(logits) - np.bincount(basket, minlength=len(logits)) / len(basket)


def _not_shared(logits: np.ndarray, basket: list[int]) -> np.ndarray:
    return softmax(logits) - (np.bincount(basket, minlength=len(logits)) > 0)


def solutions() -> dict[str, Any]:
    """The answer to each exercise."""
    return {
        # One week back counts 0.5, two weeks back 0.25.
        "04_3.1": 0.75,
        # Half of the first basket, all of the second: the mean of 0.5 and 1.
        "04_3.2": 0.75,
        "04_3.3": gradient,
    }


def wrong_answers() -> dict[str, list[Any]]:
    """Answers that are often given instead; each meets a hint."""
    return {
        "04_3.1": [1.5, 2.0, 0.5],
        "04_3.2": [0.6, 0.15, 0.5],
        "04_3.3": [_turned, _counted_twice, _not_shared, 0.75],
    }
