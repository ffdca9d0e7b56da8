"""Chapter 05_2, two towers over texts: checks, solutions and typical wrong answers."""

import math
from typing import Any

import numpy as np
from mtrec_lib.book.exercises import exercise


@exercise("05_2.1")
def _corrected_loss(answer: Any) -> str | None:
    value = float(answer)
    if math.isclose(value, math.log(4), abs_tol=5e-3):
        return None
    if math.isclose(value, math.log(2), abs_tol=5e-3):
        return "that is the loss without the correction"
    if math.isclose(value, -math.log(0.75), abs_tol=5e-3):
        return "log q is taken off the scores, not added to them"
    return "divide each candidate's exponential by its share, then take the diagonal's part"


@exercise("05_2.2")
def _in_batch(answer: Any) -> str | None:
    if not callable(answer):
        return "hand over a function of scores and log q, not a value"
    scores = np.array([[1.0, 0.5, -1.0], [0.0, 2.0, 0.3], [0.2, -0.4, 0.1]])
    log_q = np.log([0.6, 0.3, 0.1])
    found = np.asarray(answer(scores, log_q), dtype=float)
    if found.shape != (3,):
        return f"one loss a row: the shape is {found.shape}"
    if np.allclose(found, _losses(scores - log_q), atol=1e-4):
        return None
    if np.allclose(found, _losses(scores), atol=1e-4):
        return "the shares of the items play no part yet"
    if np.allclose(found, _losses(scores - log_q[:, None]), atol=1e-4):
        return "a share belongs to an item, and items are columns"
    return "scores less log q, then the log of the sum over the row less the diagonal"


def _losses(z: np.ndarray) -> np.ndarray:
    return np.log(np.exp(z).sum(axis=1)) - np.diag(z)


@exercise("05_2.3")
def _kept(answer: Any) -> str | None:
    value = float(answer)
    if value == 0:
        return None
    if value == 5:
        return "frozen numbers read states that still change"
    return "what does the layer above read, after a step has changed layer one?"


def in_batch(scores: np.ndarray, log_q: np.ndarray) -> np.ndarray:
    """−log softmax of the diagonal, each column less its log q: (n, n), (n,) → (n,)."""
    z = np.asarray(scores) - np.asarray(log_q)  # along each row
    return np.log(np.exp(z).sum(axis=1)) - np.diag(z)


def _uncorrected(scores: np.ndarray, log_q: np.ndarray) -> np.ndarray:
    return np.log(np.exp(scores).sum(axis=1)) - np.diag(scores)


def _along_columns(scores: np.ndarray, log_q: np.ndarray) -> np.ndarray:
    z = np.asarray(scores) - np.asarray(log_q)[:, None]
    return np.log(np.exp(z).sum(axis=1)) - np.diag(z)


def solutions() -> dict[str, Any]:
    """The answer to each exercise."""
    return {
        # exp(0) / .75 = 4/3 against exp(0) / .25 = 4: a quarter of the whole, and -ln(1/4).
        "05_2.1": float(np.log(4)),
        "05_2.2": in_batch,
        # Whatever stands above a layer that changes, changes with it.
        "05_2.3": 0,
    }


def wrong_answers() -> dict[str, list[Any]]:
    """Answers that are often given instead; each meets a hint."""
    return {
        "05_2.1": [float(np.log(2)), float(-np.log(0.75)), 2.0],
        "05_2.2": [_uncorrected, _along_columns, 0.5],
        "05_2.3": [5, 6],
    }
