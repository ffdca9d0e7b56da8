"""Solutions of chapter 06, and typical wrong answers."""

from typing import Any

import numpy as np

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


SOLUTIONS = {"06.1": 0.25, "06.2": SORTED, "06.3": restoring, "06.4": comes_back}

WRONG = {
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
