"""Chapter 04, language models of behaviour: checks, solutions and typical wrong answers."""

import math
from typing import Any

import mtrec_lib as mt
import numpy as np
from mtrec_lib.book.exercises import exercise


ENOUGH = 0.45  # DecayedCounts reaches about a quarter; an order that fits, more than a half


@exercise("04.1")
def _decayed_pair(answer: Any) -> str | None:
    weight = float(answer)
    if math.isclose(weight, 0.25, abs_tol=1e-9):
        return None
    if math.isclose(weight, 0.125, abs_tol=1e-9):
        return "the exponent is the distance minus one: neighbours count in full"
    if weight >= 1:
        return "only neighbours count in full; how far apart do the two visits to item 0 lie?"
    return "count the steps from the first 0 to the second one, then decay once for each but one"


@exercise("04.2")
def _short_memory(answer: Any) -> str | None:
    if not callable(answer):
        return "hand over a function of length and window, not a mask"
    for length, window in ((1, 1), (4, 1), (5, 2), (4, 9)):
        mask = np.asarray(answer(length, window))
        hint = _wrong_mask(mask, length, window)
        if hint:
            return f"length {length}, window {window}: {hint}"
    return None


def _wrong_mask(mask: np.ndarray, length: int, window: int) -> str | None:
    if mask.shape != (length, length):
        return f"the shape is {mask.shape}"
    if mask.dtype != bool:
        return f"the entries are {mask.dtype}, not bool"
    back = np.arange(length)[:, None] - np.arange(length)[None, :]
    if (mask & (back < 0)).any():
        return "a row looks at a later event"
    if not mask.diagonal().all():
        return "an event does not see itself"
    if not np.array_equal(mask, (back >= 0) & (back < window)):
        return "the memory is too long or too short"
    return None


@exercise("04.3")
def _fitting_order(answer: Any) -> str | None:
    import mtrec_lib as mt

    if not (hasattr(answer, "fit") and hasattr(answer, "scores")):
        return "hand over a baseline such as mt.baselines.Popularity(), not yet fitted"
    world = {"types": 1, "drift": 0, "order": 2, "symbols": 20, "feed": 0}
    log = mt.data.load("simulator", users=200, events=20_000, seed=4, **world)
    split = mt.data.split(log)
    ranking = mt.evaluation.rank(answer.fit(split), split, part="validation", resamples=1)
    value = ranking.metrics["ndcg@10"]
    if value >= ENOUGH:
        return None
    return (
        f"validation NDCG@10 is {value:.2f}, and more than {ENOUGH} can be reached: which model "
        "looks at the last two items together, and not at each by itself?"
    )


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


def solutions() -> dict[str, Any]:
    """The answer to each exercise."""
    return {
        # The two visits to item 0 lie three steps apart: 0.5 ** (3 - 1).
        "04.1": 0.25,
        "04.2": short_memory,
        # The world is a Markov chain of order two; counts that let each past item vote by itself
        # cannot say that 3 after 7 means something else than 3 after 5.
        "04.3": mt.baselines.NGram(order=2),
    }


def wrong_answers() -> dict[str, list[Any]]:
    """Answers that are often given instead; each meets a hint."""
    return {
        "04.1": [0.125, 1.0, 0.5],
        "04.2": [_looks_ahead, _long_memory, _one_too_many, short_memory(4, 2)],
        "04.3": [
            mt.baselines.Popularity(),
            mt.baselines.DecayedCounts(window=2),
            mt.baselines.NGram(order=1),
            0.8,
        ],
    }
