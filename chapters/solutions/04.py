"""Worked solutions of chapter 04, language models of behaviour, and typical wrong answers."""

import mtrec_lib as mt
import numpy as np


def short_memory(length: int, window: int) -> np.ndarray:
    """True where the row may look at the column: at itself and ``window - 1`` events back."""
    place = np.arange(length)
    back = place[:, None] - place[None, :]  # how many steps before the row the column lies
    return (back >= 0) & (back < window)


def _looks_ahead(length: int, window: int) -> np.ndarray:
    place = np.arange(length)
    return np.abs(place[:, None] - place[None, :]) < window


def _long_memory(length: int, window: int) -> np.ndarray:
    return np.tri(length, dtype=bool)


def _one_too_many(length: int, window: int) -> np.ndarray:
    return np.tri(length, dtype=bool) & ~np.tri(length, k=-window - 1, dtype=bool)


SOLUTIONS = {
    # The two visits to item 0 lie three steps apart: 0.5 ** (3 - 1).
    "04.1": 0.25,
    "04.2": short_memory,
    # The world is a Markov chain of order two; counts that let each past item vote by itself
    # cannot say that 3 after 7 means something else than 3 after 5.
    "04.3": mt.baselines.NGram(order=2),
}

WRONG = {
    "04.1": [0.125, 1.0, 0.5],
    "04.2": [_looks_ahead, _long_memory, _one_too_many, short_memory(4, 2)],
    "04.3": [
        mt.baselines.Popularity(),
        mt.baselines.DecayedCounts(window=2),
        mt.baselines.NGram(order=1),
        0.8,
    ],
}
