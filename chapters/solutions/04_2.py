"""Worked solutions of chapter 04_2, what models use, and typical wrong answers."""

import mtrec_lib as mt
import numpy as np


def first(pasts: mt.data.Histories, events: int) -> mt.data.Histories:
    """The first events of each past: views that end earlier, as ``shortened`` begins later."""
    ends = np.minimum(pasts.ends, pasts.starts + events)
    return mt.data.Histories(pasts.users, pasts.starts, ends, pasts.columns)


def _too_long(pasts: mt.data.Histories, events: int) -> mt.data.Histories:
    return mt.data.Histories(pasts.users, pasts.starts, pasts.starts + events, pasts.columns)


def _of_the_columns(pasts: mt.data.Histories, events: int) -> mt.data.Histories:
    starts = np.zeros_like(pasts.starts)
    return mt.data.Histories(pasts.users, starts, starts + events, pasts.columns)


SOLUTIONS = {
    # Three events of one second stand in 3! orders, two of another in 2!; each goes with each.
    "04_2.1": 12,
    "04_2.2": first,
    # The n-gram reads the last two items in their order, and nothing else.
    "04_2.3": mt.data.shuffled,
}

WRONG = {
    "04_2.1": [120, 8, 6, 2],
    "04_2.2": [mt.data.shortened, _too_long, _of_the_columns, [2, 3]],
    "04_2.3": [
        lambda pasts: pasts,
        lambda pasts: mt.data.shortened(pasts, 0),
        lambda pasts: mt.data.erased(pasts, 1, by=2),
        lambda pasts: mt.data.without(pasts, "timestamp"),
        "shuffled",
    ],
}
