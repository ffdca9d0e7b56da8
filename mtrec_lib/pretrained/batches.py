"""Batches of texts of similar length: which go together, and to which shape they are padded."""

from collections.abc import Callable, Iterator, Sequence

import numpy as np

Batch = tuple[np.ndarray, int, int]


def by_length(
    lengths: Sequence[int] | np.ndarray,
    rounded: Callable[[int], int],
    most: Callable[[int], int],
    apart: bool = False,
) -> Iterator[Batch]:
    """Texts in batches, from the shortest to the longest, so that little is padding.

    Every shape is compiled once, therefore there are few: lengths are rounded up, and all batches
    of one length have the same height.

    Args:
        lengths: tokens of each text.
        rounded: the length to which a batch is padded whose longest text has so many tokens.
        most: texts at most in a batch of a rounded length.
        apart: never put texts into one batch whose rounded lengths differ. That pads least;
            without it a few texts of many lengths still make one batch.

    Yields:
        Which texts, ``(n,)`` int64; the height of the batch, at least n; its length.

    >>> batches = by_length([3, 9, 4], rounded=lambda n: -(-n // 4) * 4, most=lambda length: 2)
    >>> [(rows.tolist(), height, length) for rows, height, length in batches]
    [([0, 2], 2, 4), ([1], 2, 12)]
    """
    order = np.argsort(lengths, kind="stable")
    rooms = [rounded(int(lengths[row])) for row in order]
    enough = 1 << max(len(order) - 1, 0).bit_length()
    first = 0
    while first < len(order):
        last = first + 1
        while last < len(order) and last - first < most(rooms[last]):
            if apart and rooms[last] != rooms[first]:
                break
            last += 1
        yield order[first:last], min(most(rooms[last - 1]), enough), rooms[last - 1]
        first = last


def next_of(rooms: Sequence[int]) -> Callable[[int], int]:
    """Rounds a length up to the next of some; a longer one stays as it is.

    >>> next_of((8, 16))(9), next_of((8, 16))(20)
    (16, 20)
    """
    return lambda length: next((room for room in rooms if room >= length), length)


def padded(
    tokens: Sequence[Sequence[int]], height: int, length: int
) -> tuple[np.ndarray, np.ndarray]:
    """Tokens as rows of one length.

    Args:
        tokens: of each text, at most ``height`` texts of at most ``length``.
        height: rows.
        length: places of a row.

    Returns:
        ``(height, length)`` int32, zeros on the right and below; ``(height,)`` int32 how many are
        real, 1 in a row without a text, so that nothing is divided by zero.

    >>> ids, lengths = padded([[5, 6]], height=2, length=3)
    >>> ids.tolist(), lengths.tolist()
    ([[5, 6, 0], [0, 0, 0]], [2, 1])
    """
    ids = np.zeros((height, length), np.int32)
    lengths = np.ones(height, np.int32)
    for row, text in enumerate(tokens):
        ids[row, : len(text)] = text
        lengths[row] = len(text)
    return ids, lengths
