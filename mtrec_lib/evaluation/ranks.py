"""Where items stand among the candidates, ties against the model."""

import numpy as np
from numpy.typing import NDArray


def target_ranks(
    scores: NDArray[np.floating], query: NDArray[np.int64], column: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """Rank of each target, and whether another candidate has the same score.

    Args:
        scores: (n, size); −inf marks what is no candidate.
        query: (targets,) row of each target, ascending.
        column: (targets,) column of each target; a negative one stands outside the catalogue.

    Returns:
        (targets,) ranks from 1, size + 1 outside the catalogue; (targets,) ties.

    >>> target_ranks(np.array([[3.0, 1.0, 3.0]]), np.array([0, 0]), np.array([0, 1]))
    (array([2, 3]), array([ True, False]))

    Taught in chapter 04.
    """
    own = scores[query, np.maximum(column, 0)]  # (targets,)
    rows = scores[query]  # (targets, size)
    at_least = (rows >= own[:, None]).sum(axis=1)
    ties = (rows == own[:, None]).sum(axis=1) > 1
    known = column >= 0
    return np.where(known, at_least, scores.shape[1] + 1), ties & known


def first_columns(scores: NDArray[np.floating], k: int) -> NDArray[np.bool_]:
    """Which candidates stand among the first ``k`` of each row, equal scores by column.

    Args:
        scores: (n, size); −inf marks what is no candidate.
        k: at most size.

    Returns:
        (n, size), with at most k true values a row.

    >>> first_columns(np.array([[2.0, 5.0, 2.0, 2.0]]), k=2).tolist()
    [[True, True, False, False]]

    Taught in chapter 04.
    """
    last = np.partition(scores, -k, axis=1)[:, -k, None]  # (n, 1), the k-th largest score
    above, tied = scores > last, scores == last
    room = k - above.sum(axis=1, keepdims=True)
    return (above | (tied & (np.cumsum(tied, axis=1) <= room))) & (scores > -np.inf)
