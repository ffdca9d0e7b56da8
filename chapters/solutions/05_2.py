"""Worked solutions of chapter 05_2, two towers over texts, and typical wrong answers."""

import numpy as np


def in_batch(scores: np.ndarray, log_q: np.ndarray) -> np.ndarray:
    """−log softmax of the diagonal, each column less its log q: (n, n), (n,) → (n,)."""
    z = np.asarray(scores) - np.asarray(log_q)  # along each row
    return np.log(np.exp(z).sum(axis=1)) - np.diag(z)


def _uncorrected(scores: np.ndarray, log_q: np.ndarray) -> np.ndarray:
    return np.log(np.exp(scores).sum(axis=1)) - np.diag(scores)


def _along_columns(scores: np.ndarray, log_q: np.ndarray) -> np.ndarray:
    z = np.asarray(scores) - np.asarray(log_q)[:, None]
    return np.log(np.exp(z).sum(axis=1)) - np.diag(z)


SOLUTIONS = {
    # exp(0) / .75 = 4/3 against exp(0) / .25 = 4: a quarter of the whole, and -ln(1/4).
    "05_2.1": float(np.log(4)),
    "05_2.2": in_batch,
    # Whatever stands above a layer that changes, changes with it.
    "05_2.3": 0,
}

WRONG = {
    "05_2.1": [float(np.log(2)), float(-np.log(0.75)), 2.0],
    "05_2.2": [_uncorrected, _along_columns, 0.5],
    "05_2.3": [5, 6],
}
