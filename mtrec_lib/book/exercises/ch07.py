"""Checks of the exercises of chapter 07: one model, several questions."""

import math
from typing import Any

import numpy as np

from mtrec_lib.book.exercises.registry import exercise

KINDS = {
    "genre of the item": "coarse view",
    "rating given the item": "factor",
    "rated five": "coarse view",
    "comes back within seven days": "auxiliary",
}


@exercise("07.1")
def _weight_of_plain_means(answer: Any) -> str | None:
    weight = float(answer)
    if math.isclose(weight, 1000 / 400, rel_tol=1e-6):
        return None
    if math.isclose(weight, 400 / 1000, rel_tol=1e-6):
        return "that is the weight that gives likelihood back when means are added"
    if weight == 1:
        return "that is likelihood's own; here each mean has a denominator of its own"
    return "bring both means to one denominator, the number of events, and see what stands before"


@exercise("07.2")
def _sort_the_labels(answer: Any) -> str | None:
    if not isinstance(answer, dict) or set(answer) != set(KINDS):
        return "the answer is a dictionary with exactly the four labels as keys"
    strange = sorted({str(kind) for kind in answer.values()} - set(KINDS.values()))
    if strange:
        return f"three kinds are allowed, {', '.join(strange)} is none of them"
    wrong = [label for label, kind in KINDS.items() if answer[label] != kind]
    if not wrong:
        return None
    return f"{wrong[0]!r}: is it decided by a part, still random, or does it lie in the future?"


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
