"""Worked solutions of chapter 04_3, the next basket, and typical wrong answers."""

import numpy as np
from scipy.special import softmax


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


SOLUTIONS = {
    # One week back counts 0.5, two weeks back 0.25.
    "04_3.1": 0.75,
    # Half of the first basket, all of the second: the mean of 0.5 and 1.
    "04_3.2": 0.75,
    "04_3.3": gradient,
}

WRONG = {
    "04_3.1": [1.5, 2.0, 0.5],
    "04_3.2": [0.6, 0.15, 0.5],
    "04_3.3": [_turned, _counted_twice, _not_shared, 0.75],
}
