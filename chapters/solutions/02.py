"""Worked solutions of chapter 02, and answers that are often given instead.

Run a cell of the notebook with ``answer = SOLUTIONS["02.1"]`` to see it accepted.
"""

import math

import polars as pl


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


SOLUTIONS = {
    # Before the 2nd event 4; before the 3rd (4 + 2) / 2; before the 4th (4 + 2 + 5) / 3.
    "02.1": [4.0, 3.0, 11 / 3],
    # 230 − 50 are lost; the first window leaves 210 targets, and 210 / 50 needs five more.
    "02.2": (180, 6),
    "02.3": bucket,
    "02.4": best_so_far,
}

WRONG = {
    "02.1": [[3.0, 11 / 3, 3.0], [4, 2, 5], [4.0, 3.0], [3.0, 3.0, 3.0]],
    "02.2": [(50, 6), (180, 5), (0, 6), 180, (180, 7)],
    "02.3": [without_one, never_missing, rounded, 6],
    "02.4": [best_with_this, mean_of_all, last_of_anybody, with_holes, nothing],
}
