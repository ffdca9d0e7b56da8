"""Solutions of chapter 07_2, and typical wrong answers."""

from typing import Any

import numpy as np

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


SOLUTIONS = {"07_2.1": (0.35, 0.6), "07_2.2": word, "07_2.3": holm}

WRONG = {
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
