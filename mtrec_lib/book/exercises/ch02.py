"""Exercises of chapter 02: features from the past, windows, gaps, a feature of one's own."""

from collections.abc import Callable
from typing import Any

import numpy as np

from mtrec_lib.book.exercises.registry import exercise

RATINGS = (4, 2, 5, 1)
EVENTS, LENGTH, FIRST = 230, 50, 20


@exercise("02.1")
def _means(answer: Any) -> str | None:
    """The running mean before each of the last three events."""
    given = np.asarray(answer, dtype=float).ravel()
    running = np.cumsum(RATINGS) / np.arange(1, 5)
    if len(given) != 3:
        return "three numbers are asked for: one at the second, third and fourth event"
    if np.allclose(given, running[1:], atol=0.01):
        return "each of these holds the rating of its own event, which is not known yet"
    if np.allclose(given, RATINGS[:3], atol=0.01):
        return "that is the rating one event back, not the mean of all earlier ones"
    if not np.allclose(given, running[:3], atol=0.01):
        return "add the ratings that stand before the event and divide by how many those are"
    return None


@exercise("02.2")
def _windows(answer: Any) -> str | None:
    """Targets that one window loses, and windows that lose none."""
    given = [float(value) for value in np.asarray(answer).ravel()]
    if len(given) != 2:
        return "two whole numbers are asked for: targets lost, and windows"
    lost, pieces = given
    if lost == LENGTH:
        return "the first number is what the window keeps; the question is what it loses"
    if lost != EVENTS - LENGTH:
        return "first number: a window of the last events keeps as many targets as it holds"
    if pieces == -(-EVENTS // LENGTH):
        return "second number: the first window is shorter than the others, so count what is left"
    if pieces == -(-(EVENTS - FIRST) // LENGTH):
        return "second number: do not forget the first window"
    if pieces != 1 + -(-(EVENTS - FIRST) // LENGTH):
        return "second number: the last window may be short too, and it counts"
    return None


@exercise("02.3")
def _bucket(answer: Any) -> str | None:
    """The gap id of one pause."""
    if not callable(answer):
        return "hand over the function itself, without calling it"
    wanted = {-1: 0, 0: 1, 1: 2, 2: 2, 3: 3, 60: 6, 86_400: 17}
    for seconds, bucket in wanted.items():
        with np.errstate(all="ignore"):
            found = _called(answer, seconds)
        if found != bucket:
            return _bucket_hint(seconds)
    return None


def _called(function: Callable[[int], Any], seconds: int) -> float:
    """The function's answer; NaN where it raises, as the logarithm of zero may."""
    try:
        return float(function(seconds))
    except (ValueError, OverflowError, ZeroDivisionError, TypeError):
        return float("nan")


def _bucket_hint(seconds: int) -> str:
    if seconds < 0:
        return "a negative number means that there is no event before: that has an id of its own"
    if seconds == 0:
        return "two events of the same second are a pause too; its bucket is not that of none"
    return f"look at a pause of {seconds} s: add one, take the logarithm to base 2, round down"


@exercise("02.4")
def _own_feature(answer: Any) -> str | None:
    """A causal feature of the reader's own, tested by changing the future."""
    if not callable(answer):
        return "hand over a function that takes the frame and returns a Series"
    events = _people()
    mine = _values(answer, events)
    if mine.shape != (events.height,):
        return "it must return one number an event, in the order of the frame"
    if not np.isfinite(mine).all():
        return "no value may be missing: choose what stands where nothing is known yet"
    if len(np.unique(mine)) < 3:
        return "it hardly varies from event to event, so no model can learn from it"
    return _future_hint(answer, events, mine)


def _people() -> Any:
    import polars as pl

    random = np.random.default_rng(2)
    user = np.repeat([1, 2, 3], [7, 5, 9])
    return pl.DataFrame(
        {
            "user_id": user,
            "item_id": random.integers(1, 9, len(user)),
            "rating": random.integers(1, 6, len(user)).astype(float),
        }
    )


def _values(function: Callable[[Any], Any], events: Any) -> np.ndarray:
    found = function(events)
    found = found.to_series() if hasattr(found, "to_series") else found
    return np.array([np.nan if value is None else value for value in found], dtype=float)


def _future_hint(function: Callable[[Any], Any], events: Any, mine: np.ndarray) -> str | None:
    """Turn ratings that may not be read, one row at a time, and look at that row."""
    user, rating = events["user_id"].to_numpy(), events["rating"].to_numpy()
    place = np.arange(len(user))
    hints = {
        "it reads the rating of the event itself, which is what a model is to guess": lambda row: (
            place == row
        ),
        "it reads ratings that the person gives later": lambda row: (
            (user == user[row]) & (place > row)
        ),
        "it reads other people's ratings; in this frame nobody knows whether they are earlier": (
            lambda row: user != user[row]
        ),
    }
    for hint, chosen in hints.items():
        for row in range(len(user)):
            turned = np.where(chosen(row), 6 - rating + (rating == 3), rating)
            other = _values(function, events.with_columns(rating=turned))
            if not np.isclose(other[row], mine[row], equal_nan=True):
                return hint
    return None
