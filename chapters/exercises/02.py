"""Chapter 02, features from the past: checks, solutions and typical wrong answers."""

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import polars as pl
from mtrec_lib.book.exercises import exercise


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


def bucket(seconds):
    """One more than the whole part of log2(1 + seconds); 0 keeps its meaning of "no pause"."""
    return 0 if seconds < 0 else 1 + math.floor(math.log2(1 + seconds))


def without_one(seconds):
    """Forgets the 1 inside the logarithm: a pause of zero seconds has none."""
    return 0 if seconds < 0 else 1 + math.floor(math.log2(max(seconds, 0.5)))


def never_missing(seconds):
    """Takes no event before for a pause of zero."""
    return 1 + math.floor(math.log2(1 + max(seconds, 0)))


def rounded(seconds):
    """Rounds to the nearest whole number instead of down."""
    return 0 if seconds < 0 else 1 + round(math.log2(1 + seconds))


def best_so_far(events):
    """The highest rating that the person has given until now, 0 before the first."""
    best = pl.col("rating").cum_max().shift(1).over("user_id").fill_null(0)
    return events.select(best).to_series()


def best_with_this(events):
    """Forgets to shift: the row's own rating is in it."""
    return events.select(pl.col("rating").cum_max().over("user_id")).to_series()


def mean_of_all(events):
    """The mean of everything that the person ever rates."""
    others = pl.col("rating").sum().over("user_id") - pl.col("rating")
    return events.select(others).to_series()


def last_of_anybody(events):
    """Shifts without ``over``: a person's first row reads the person above."""
    return events.select(pl.col("rating").shift(1).fill_null(0)).to_series()


def with_holes(events):
    """Shifts rightly and leaves the first row of each person empty."""
    return events.select(pl.col("rating").shift(1).over("user_id")).to_series()


def nothing(events):
    """Causal, and without content."""
    return pl.Series([1.0] * events.height)


def solutions() -> dict[str, Any]:
    """The answer to each exercise."""
    return {
        # Before the 2nd event 4; before the 3rd (4 + 2) / 2; before the 4th (4 + 2 + 5) / 3.
        "02.1": [4.0, 3.0, 11 / 3],
        # 230 − 50 are lost; the first window leaves 210 targets, and 210 / 50 needs five more.
        "02.2": (180, 6),
        "02.3": bucket,
        "02.4": best_so_far,
    }


def wrong_answers() -> dict[str, list[Any]]:
    """Answers that are often given instead; each meets a hint."""
    return {
        "02.1": [[3.0, 11 / 3, 3.0], [4, 2, 5], [4.0, 3.0], [3.0, 3.0, 3.0]],
        "02.2": [(50, 6), (180, 5), (0, 6), 180, (180, 7)],
        "02.3": [without_one, never_missing, rounded, 6],
        "02.4": [best_with_this, mean_of_all, last_of_anybody, with_holes, nothing],
    }
