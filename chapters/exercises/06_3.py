"""Chapter 06_3, balancing: checks, solutions and typical wrong answers."""

import math
from typing import Any

import numpy as np
from mtrec_lib.book.exercises import exercise


@exercise("06_3.1")
def _weight_of_the_longer(answer: Any) -> str | None:
    weight = float(answer)
    if math.isclose(weight, 0.1, rel_tol=1e-6):
        return None
    if math.isclose(weight, 0.9, rel_tol=1e-6):
        return "that is the weight of the shorter one"
    if math.isclose(weight, 0.25, rel_tol=1e-6):
        return "weights in proportion to one over the length would make both parts equally long"
    if math.isclose(weight, 0.5, rel_tol=1e-6):
        return "the mean is not the shortest vector between the two"
    return "the squared length of a·g₁ + (1 − a)·g₂ has no mixed term here: where is it least?"


@exercise("06_3.2")
def _whom_does_the_sum_hurt(answer: Any) -> str | None:
    hurt = sorted(int(task) for task in answer)
    if hurt == [0]:
        return None
    if hurt == [0, 1]:
        return "a conflict of two does not yet mean that the sum hurts both: multiply M by ones"
    if 2 in hurt:
        return "a change of exactly zero, to first order, hurts nobody"
    return "a step along the sum changes loss i in proportion to minus the i-th row sum of M"


@exercise("06_3.3")
def _project(answer: Any) -> str | None:
    if not callable(answer):
        return "the answer is a function of M and i"
    conflict = np.array([[1.0, -1.2], [-1.2, 4.0]])
    first, second = (np.asarray(answer(conflict.copy(), i), dtype=float) for i in (0, 1))
    if first.shape != (2,) or second.shape != (2,):
        return "two weights must come back"
    if np.allclose(first, [1, 0.3]) and np.allclose(second, [1.2, 1]):
        quiet = np.asarray(answer(np.array([[1.0, 0.5], [0.5, 2.0]]), 0), dtype=float)
        return None if np.allclose(quiet, [1, 0]) else "without a conflict nothing is taken away"
    if np.allclose(first, [1, 1.2]):
        return "divide by the squared length of the gradient that is projected on"
    if np.allclose(first, [1, -0.3]):
        return "look at the sign: the projection must have no negative product with the other"
    return (
        "take from gᵢ its part along gⱼ, where the two are in conflict, and read off both weights"
    )


@exercise("06_3.4")
def _own_rule(answer: Any) -> str | None:
    if not callable(answer):
        return "the answer is a function of M"
    rng = np.random.default_rng(0)
    for _ in range(50):
        gradients = rng.normal(size=(2, 3))
        gram, unit = gradients @ gradients.T, np.exp(rng.normal(size=2))
        weights = np.asarray(answer(gram.copy()), dtype=float)
        if weights.shape != (2,) or not np.isfinite(weights).all():
            return "two finite weights must come back"
        direction = weights @ gradients
        if np.linalg.norm(direction) < 1e-9:
            return "a rule that never moves hurts nobody, and helps nobody"
        if (gradients @ direction).min() < -1e-6 * np.linalg.norm(direction):
            return "for some gradients a task gets worse"
        other = (np.asarray(answer(gram * np.outer(unit, unit)), dtype=float) * unit) @ gradients
        cosine = other @ direction / (np.linalg.norm(other) * np.linalg.norm(direction))
        if cosine < 1 - 1e-6:
            return "measured in another unit the direction is another one"
    return None


# 06_3.1 ‖a g₁ + (1 − a) g₂‖² = a² + 9 (1 − a)² is least at a = 0.9: the longer one gets a tenth.

# 06_3.2 The row sums are −1, 8 and 0: only the first loss rises.


def project(M: Any, i: int) -> Any:
    """g_i without its part along g_j, if the two are in conflict."""
    j = 1 - i
    weights = np.eye(2)[i]
    weights[j] = -min(M[i, j], 0) / M[j, j]
    return weights


def bisector(M: Any) -> Any:
    """The direction between both unit gradients: it halves their angle, whatever their lengths."""
    return 1 / np.sqrt(np.diag(M))


def _mgda(M: Any) -> Any:
    a = np.clip((M[1, 1] - M[0, 1]) / (M[0, 0] + M[1, 1] - 2 * M[0, 1]), 0, 1)
    return np.array([a, 1 - a])


def solutions() -> dict[str, Any]:
    """The answer to each exercise."""
    return {"06_3.1": 0.1, "06_3.2": [0], "06_3.3": project, "06_3.4": bisector}


def wrong_answers() -> dict[str, list[Any]]:
    """Answers that are often given instead; each meets a hint."""
    return {
        "06_3.1": [0.9, 0.25, 0.5, 0.75],
        "06_3.2": [[0, 1], [1], [0, 2], []],
        "06_3.3": [
            lambda M, i: np.eye(2)[i] - min(M[0, 1], 0) * np.eye(2)[1 - i],
            lambda M, i: np.eye(2)[i] + min(M[0, 1], 0) / M[1 - i, 1 - i] * np.eye(2)[1 - i],
            lambda M, i: np.eye(2)[i] - M[0, 1] / M[1 - i, 1 - i] * np.eye(2)[1 - i],
            lambda M, i: np.eye(2)[i],
        ],
        "06_3.4": [
            lambda M: np.full(2, 0.5),
            _mgda,
            lambda M: 1 - np.minimum(M[0, 1], 0) / np.diag(M),
            lambda M: np.zeros(2),
        ],
    }
