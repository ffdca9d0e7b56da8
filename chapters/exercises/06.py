"""Chapter 06, the multi-task loss: checks, solutions and typical wrong answers."""

import math
from typing import Any

import numpy as np
from mtrec_lib.book.exercises import exercise


LIKELIHOODS = {
    "category + item given category": True,
    "item + its category": False,
    "item + rating given item + like given item": False,
    "click + buy given click": True,
    "item + half the rating given item": False,
}


@exercise("06.1")
def _weight_of_a_mean(answer: Any) -> str | None:
    weight = float(answer)
    if math.isclose(weight, 500 / 2000, rel_tol=1e-6):
        return None
    if math.isclose(weight, 2000 / 500, rel_tol=1e-6):
        return "that is what plain means amount to; which weight undoes it?"
    if weight == 1:
        return "one is right for sums over one denominator; these are means over two"
    if math.isclose(weight, 100 / 2000, rel_tol=1e-6):
        return "the buy's loss has a term for every click, bought or not"
    return "write both means as sums, and bring them over the number of impressions"


@exercise("06.2")
def _sort_the_sums(answer: Any) -> str | None:
    if not isinstance(answer, dict) or set(answer) != set(LIKELIHOODS):
        return "the answer is a dictionary with exactly the five sums as keys"
    if not all(isinstance(truth, bool | np.bool_) for truth in answer.values()):
        return "each value is True or False"
    wrong = [name for name, truth in LIKELIHOODS.items() if bool(answer[name]) != truth]
    if not wrong:
        return None
    return f"{wrong[0]!r}: turn the loss back into exp(−loss) and add over all that may happen"


@exercise("06.3")
def _restoring(answer: Any) -> str | None:
    if not callable(answer):
        return "the answer is a function of the mask"
    mask = np.array([[1, 1, 0], [1, 0, 0], [1, 1, 1], [0, 1, 0], [1, 0, 0]])
    said = np.asarray(answer(mask), dtype=float)
    if said.shape != (3,):
        return "one weight a task must come back"
    if np.allclose(said, [0.8, 0.6, 0.2]):
        return None
    if np.allclose(said, 1 / np.array([0.8, 0.6, 0.2])):
        return "this is the λ that plain means amount to: it makes the rare label heavier still"
    if np.allclose(said, [4, 3, 1]):
        return "this gives the sum over the log; the question is for the loss an event"
    if np.allclose(said * said.sum(), said) or math.isclose(float(said.sum()), 1, abs_tol=1e-6):
        return "weights need not add up to one; what stands before a mean to make it a sum?"
    return "the mean of a task is its sum over its labels: with what must it be multiplied?"


@exercise("06.4")
def _comes_back(answer: Any) -> str | None:
    if not callable(answer):
        return "the answer is a function of days, end and horizon"
    days = np.array([0.0, 3.0, 20.0, 25.0, 29.0])
    said = np.asarray(answer(days, 30.0, 7.0), dtype=float)
    if said.shape != days.shape:
        return "one label an event must come back, the last event included"
    if np.array_equal(said, [1, 0, 1, 1, np.nan], equal_nan=True):
        return _comes_back_late(answer)
    if said[-1] == 0:
        return "nobody knows yet what happens after the last event: the log ends within the horizon"
    if np.isnan(said[3]):
        return "the event of day 25 has a return before the log ends: what is there to wait for?"
    return "is every later event within the horizon a return, and no other?"


def _comes_back_late(answer: Any) -> str | None:
    """A last event long before the end of the log has no return, and that is known."""
    said = np.asarray(answer(np.array([0.0, 10.0]), 30.0, 7.0), dtype=float)
    if np.array_equal(said, [0, 0], equal_nan=True):
        return None
    return "a last event whose horizon ends before the log does is known: nobody came back"


# 06.1 mean_click + λ mean_buy = Σ click / 2,000 + λ Σ buy / 500, and likelihood wants one
#      denominator: λ = 500 / 2,000, the click rate.

# 06.2 A coarse view beside its factor, or a weight on a categorical part, makes what may happen add
#      up to something else than one.
SORTED = {
    "category + item given category": True,
    "item + its category": False,
    "item + rating given item + like given item": False,
    "click + buy given click": True,
    "item + half the rating given item": False,
}


def restoring(m: Any) -> Any:
    """N_j / N: the share of events that have label j."""
    return np.mean(m, axis=0)


def comes_back(days: Any, end: float, horizon: float) -> Any:
    """1, 0, or NaN where the log ends before the horizon does and nobody has come back yet."""
    days = np.asarray(days, dtype=float)
    wait = np.append(days[1:], np.inf) - days
    label = (wait <= horizon).astype(float)
    unknown = (label == 0) & (days + horizon > end)
    return np.where(unknown, np.nan, label)


def _naive(days: Any, end: float, horizon: float) -> Any:
    wait = np.append(np.asarray(days)[1:], np.inf) - days
    return (wait <= horizon).astype(float)


def _all_late_unknown(days: Any, end: float, horizon: float) -> Any:
    days = np.asarray(days, dtype=float)
    return np.where(days + horizon > end, np.nan, _naive(days, end, horizon))


def _last_unknown(days: Any, end: float, horizon: float) -> Any:
    label = _naive(days, end, horizon)
    label[-1] = np.nan
    return label


def solutions() -> dict[str, Any]:
    """The answer to each exercise."""
    return {"06.1": 0.25, "06.2": SORTED, "06.3": restoring, "06.4": comes_back}


def wrong_answers() -> dict[str, list[Any]]:
    """Answers that are often given instead; each meets a hint."""
    return {
        "06.1": [4, 1, 0.05, 0.2],
        "06.2": [
            SORTED | {"item + its category": True},
            SORTED | {"category + item given category": False},
            SORTED | {"item + half the rating given item": True},
            {"click + buy given click": True},
        ],
        "06.3": [
            lambda m: 1 / np.mean(m, axis=0),
            lambda m: np.sum(m, axis=0),
            lambda m: np.sum(m, axis=0) / np.sum(m),
            lambda m: np.ones(m.shape[1]),
        ],
        "06.4": [_naive, _all_late_unknown, _last_unknown, lambda days, end, horizon: 1],
    }
