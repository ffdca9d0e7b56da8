"""Who may look at whom in a row that holds the pieces of several people."""

from keras import ops

from mtrec_lib.core.types import Tensor


def same_piece(segment: Tensor) -> Tensor:
    """Which events belong to one piece: ``(batch, length)`` int → ``(batch, length, length)``."""
    return ops.equal(segment[:, :, None], segment[:, None, :])


def causal_mask(segment: Tensor) -> Tensor:
    """Who may look at whom: at itself and at earlier events of the same piece.

    Args:
        segment: ``(batch, length)`` int.

    Returns:
        ``(batch, length, length)`` bool, true where the row may look at the column.
    """
    place = ops.arange(segment.shape[1])
    return (place[:, None] >= place[None, :])[None] & same_piece(segment)
