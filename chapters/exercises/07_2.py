"""Chapter 07_2, does it pay: checks, solutions and typical wrong answers."""

import math
from typing import Any

import numpy as np
from mtrec_lib.book.exercises import exercise


@exercise("07_2.1")
def _with_and_without_compiling(answer: Any) -> str | None:
    whole, bare = (float(value) for value in answer)
    if math.isclose(whole, 0.35, rel_tol=1e-6) and math.isclose(bare, 0.6, rel_tol=1e-6):
        return None
    if math.isclose(whole, 0.6, rel_tol=1e-6) and math.isclose(bare, 0.35, rel_tol=1e-6):
        return "the other way round: the pair begins with the ratio of all seconds"
    if math.isclose(whole, 0.35, rel_tol=1e-6) and math.isclose(bare, 9 / 35, rel_tol=1e-6):
        return "each of the five compiles, not one of them"
    if math.isclose(whole, 1.75, rel_tol=1e-6):
        return "the five are trained one after the other: add up their seconds"
    return "divide the one model's seconds by the sum of the five's; then take compiling off both"


@exercise("07_2.2")
def _words(answer: Any) -> str | None:
    if not callable(answer):
        return "the answer is a function of low, high and margin"
    if answer(0.001, 0.02, 0.005) != "better":
        return "an interval wholly above zero says more than that a loss is small"
    if answer(-0.02, -0.001, 0.03) != "worse":
        return "an interval wholly below zero is a loss, however small a margin calls it"
    if answer(-0.004, 0.01, 0.005) != "no worse":
        return "which end of the interval must stay above minus the margin?"
    if answer(-0.006, 0.01, 0.005) != "not settled":
        return "zero in the interval is no proof that nothing is lost"
    return None


@exercise("07_2.3")
def _holm(answer: Any) -> str | None:
    if not callable(answer):
        return "the answer is a function of an array of p values"
    found = np.asarray(answer(np.array([0.04, 0.01, 0.03])), dtype=float)
    if found.shape != (3,):
        return "as many values must come back as went in"
    if np.allclose(found, [0.06, 0.03, 0.06]):
        high = np.asarray(answer(np.array([0.6, 0.9])), dtype=float)
        return None if np.allclose(high, [1, 1]) else "no probability is above one"
    if np.allclose(found, [0.12, 0.03, 0.09]):
        return "that is Bonferroni's: the second smallest has fewer rivals left"
    if np.allclose(found, [0.04, 0.03, 0.06]):
        return "a larger p value must not end up below a smaller one"
    if np.allclose(np.sort(found), [0.03, 0.06, 0.06]):
        return "right values in another order than they came in"
    return "the smallest is multiplied by the number of tests, the next by one less, and so on"


# 07_2.1 14 of 40 seconds; without compiling 14 − 5 = 9 of 40 − 5 · 5 = 15.


def word(low: float, high: float, margin: float) -> str:
    """What an interval of a difference says, if a loss below the margin is none."""
    if low > 0:
        return "better"
    if high < 0:
        return "worse"
    return "no worse" if low > -margin else "not settled"


def holm(p: Any) -> Any:
    """p values after Holm: each times the number of those not yet passed, never falling."""
    p = np.asarray(p, dtype=float)
    order = np.argsort(p)
    found = np.empty(len(p))
    found[order] = np.maximum.accumulate(p[order] * np.arange(len(p), 0, -1))
    return np.minimum(found, 1)


def solutions() -> dict[str, Any]:
    """The answer to each exercise."""
    return {"07_2.1": (0.35, 0.6), "07_2.2": word, "07_2.3": holm}


def wrong_answers() -> dict[str, list[Any]]:
    """Answers that are often given instead; each meets a hint."""
    return {
        "07_2.1": [(0.6, 0.35), (0.35, 9 / 35), (1.75, 1.2)],
        "07_2.2": [
            lambda low, high, margin: "no worse" if low > -margin else "worse",
            lambda low, high, margin: "better" if low > 0 else "worse" if high < 0 else "no worse",
            lambda low, high, margin: "better" if low > 0 else "no worse",
        ],
        "07_2.3": [
            lambda p: np.minimum(len(p) * np.asarray(p), 1),
            lambda p: np.asarray(p),
            lambda p: np.sort(holm(p)),
        ],
    }
