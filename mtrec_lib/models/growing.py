"""Weights of a trained model with rows for new items."""

from typing import Any

import numpy as np
from numpy.typing import NDArray


def grown_weight(
    old: np.ndarray, shape: tuple[int, ...], fill: NDArray[Any] | float, before: int = 0
) -> np.ndarray:
    """``old`` with rows put in so that it has ``shape``; an array that has it already is kept.

    Args:
        old: a weight whose first axis may be items.
        shape: what is wanted; the other axes are those of ``old``.
        fill: a row, or all new rows.
        before: how many of the old rows, which are no items, stand behind the new ones.

    >>> grown_weight(np.array([1.0, 2.0, 9.0]), (4,), fill=5.0, before=1).tolist()
    [1.0, 2.0, 5.0, 9.0]
    """
    if old.shape == tuple(shape):
        return old
    cut = len(old) - before
    new = np.broadcast_to(fill, (shape[0] - len(old), *old.shape[1:]))
    return np.concatenate([old[:cut], new.astype(old.dtype), old[cut:]])
