"""Packed rows: the pieces of several people side by side, so that hardly a position is padding."""

from typing import Any

import numpy as np

from mtrec_lib.core import generator
from mtrec_lib.core.errors import ParameterError
from mtrec_lib.data import Split
from mtrec_lib.data.histories import ranges
from mtrec_lib.features.sequences.feed import Batch, Feed
from mtrec_lib.features.sequences.spec import InputSpec
from mtrec_lib.features.sequences.tokens import Parts


class Packed(Feed):
    """Several pieces a row, told apart by ``segment``; a trunk lets nothing flow between them.

    Histories are cut as in :class:`Windows`; then each piece goes, longest first, into the fullest
    row that still has room (best-fit decreasing). On ml-100k 99 of 100 positions are events, where
    half of a window's are padding or context.

    Args:
        spec, split, part, batch_size, seed, hide_ratings, beside: see :class:`Feed`.
        context: events before a piece that are read with it and do not count, so that its first
            targets have a past too.

    Raises:
        ParameterError: ``context`` that leaves no room for targets.

    Source: Krell et al., arXiv:2107.02027 (packing without cross-contamination).
    Taught in chapter 04.
    """

    def __init__(
        self,
        spec: InputSpec,
        split: Split,
        part: Parts = "train",
        context: int = 0,
        **settings: Any,
    ) -> None:
        super().__init__(spec, split, part, **settings)
        if not 0 <= context < spec.max_length:
            raise ParameterError(
                f"context must be in [0, {spec.max_length - 1}], below max_length, got {context}"
            )
        self.context = context

    def rows(self, epoch: int) -> tuple[np.ndarray, ...]:
        """``(token, segment, counts)``, each ``(rows, length)``: −1 and 0 at padding."""
        length = self.spec.max_length
        person, first, end = self.cuts(epoch, most=length - self.context)
        begin = np.maximum(first - self.context, 0)
        size = end - begin
        row, place = best_fit(size, length)
        segment = _numbered(row)
        hidden = self.hidden(epoch, len(size))
        token = np.full((row.max(initial=-1) + 1, length), -1)
        segments, counts = np.zeros_like(token), np.zeros(token.shape, np.int8)
        piece, step = ranges(np.zeros_like(size), size)
        at = row[piece], place[piece] + step
        token[at] = (self.tokens.starts[person] + begin)[piece] + step
        segments[at] = np.where(hidden, -segment, segment)[piece]
        counts[at] = begin[piece] + step >= first[piece]
        order = generator(self.seed, "rows", epoch).permutation(len(token))
        return token[order], segments[order], counts[order]

    def batch(self, *rows: np.ndarray) -> Batch:
        """The arrays ``(x, y)`` of rows; a negative segment is read without its outcomes."""
        token, segment, counts = rows
        real = segment != 0
        token = np.where(real, token, 0)
        y = self.tokens.labels(token, real, counts > 0)
        x = self.without_outcomes(self.read(token, real, y["counted"] > 0), segment < 0)
        segment = abs(segment).astype(np.int32)
        return x | {"segment": segment} | self.tokens.given(y, token, real), y

    def read(
        self, token: np.ndarray, real: np.ndarray, targets: np.ndarray
    ) -> dict[str, np.ndarray]:
        """What a trunk reads where ``token`` stands, the event before the one to come.

        Args:
            token: ``(rows, length)`` tokens.
            real: ``(rows, length)`` bool, false at padding.
            targets: ``(rows, length)`` bool, true where the event to come counts.
        """
        return self.tokens.read(token, real)


def best_fit(size: np.ndarray, room: int) -> tuple[np.ndarray, np.ndarray]:
    """Where each piece goes: best-fit decreasing.

    Args:
        size: ``(pieces,)`` in [1, room].
        room: length of a row.

    Returns:
        ``(row, place)``, each ``(pieces,)``: the row of a piece and where in it the piece begins.

    >>> best_fit(np.array([2, 3, 1, 2]), room=4)[0].tolist()
    [1, 0, 0, 1]

    Source: Johnson, "Near-optimal bin packing algorithms" (1973).
    Taught in chapter 02.
    """
    row, place = np.zeros(len(size), int), np.zeros(len(size), int)
    with_room: list[list[int]] = [[] for _ in range(room + 1)]  # rows by the room that is left
    rows = 0
    for piece in np.argsort(-size, kind="stable"):
        left = next((n for n in range(size[piece], room) if with_room[n]), room)
        if left < room:
            row[piece] = with_room[left].pop()
        else:
            row[piece], rows = rows, rows + 1
        place[piece] = room - left
        with_room[left - size[piece]].append(row[piece])
    return row, place


def _numbered(row: np.ndarray) -> np.ndarray:
    """1, 2, … for the pieces of each row."""
    order = np.argsort(row, kind="stable")
    sorted_row = row[order]
    first = np.searchsorted(sorted_row, sorted_row)
    number = np.empty(len(row), int)
    number[order] = np.arange(len(row)) - first + 1
    return number
