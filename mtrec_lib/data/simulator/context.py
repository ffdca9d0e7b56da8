"""Which chosen items a row remembers: the last ones of its session."""

import numpy as np


def remembered(chosen: np.ndarray, opened: np.ndarray, at: np.ndarray, back: int) -> np.ndarray:
    """The row of the ``back``-th last choice before a row, within its session.

    Args:
        chosen: ``(choices,)`` rows that are choices, ascending.
        opened: ``(n,)`` first row of the session that each query belongs to.
        at: ``(n,)`` rows that ask; choices at or after them do not count.
        back: 1 for the last choice, 2 for the one before.

    Returns:
        ``(n,)`` row, or −1 where the session holds no such choice.
    """
    place = np.searchsorted(chosen, at) - back
    if not len(chosen):
        return np.full(len(at), -1)
    row = chosen[np.maximum(place, 0)]
    return np.where((place >= 0) & (row >= opened), row, -1)


def coded(codes: np.ndarray, rows: np.ndarray) -> np.ndarray:
    """The code at each row, 0 ("nothing") where the row is −1."""
    if not len(codes):
        return np.zeros(len(rows), np.int64)
    return np.where(rows >= 0, codes[rows], 0)


def number(
    codes: np.ndarray,
    chosen: np.ndarray,
    opened: np.ndarray,
    at: np.ndarray,
    base: int,
    order: int,
) -> np.ndarray:
    """The number of a context: codes of the last ``order`` choices as digits, the latest lowest.

    Args:
        codes: ``(rows,)`` code of the item at each row, 1 … base − 1.
        chosen, opened, at: as in :func:`remembered`.
        base: digits 0 ("nothing") … base − 1.
        order: how many choices count.

    Returns:
        ``(n,)`` int64 in 0 … base**order − 1.
    """
    total = np.zeros(len(at), np.int64)
    for back in range(1, order + 1):
        rows = remembered(chosen, opened, at, back)
        total += coded(codes, rows) * base ** (back - 1)
    return total
