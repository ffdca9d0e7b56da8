"""Questions to a model: given this past, what came next?"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from mtrec_lib.core.errors import ParameterError
from mtrec_lib.data.histories import Histories, Rows

AMONG = ("new", "repeat")
_AT_ONCE = 1024


@dataclass(frozen=True, eq=False)
class Queries:
    """``n`` pasts, each with the items that came next.

    Args:
        histories: ``n`` pasts: all that the user did before the target, and nothing else.
        target_offsets: ``(n + 1,)`` int64; the targets of query ``i`` are
            ``target_items[target_offsets[i]:target_offsets[i + 1]]``.
        target_items: ``(t,)`` int32 ids; 1 for an item outside the catalogue, which counts as a
            miss.
        rows: ``(n,)`` int64 place of the (first) target event in ``split.events``.

    >>> import mtrec_lib as mt
    >>> split = mt.data.leave_last_out(mt.data.load("simulator", users=20, events=400))
    >>> queries = split.queries("test")
    >>> len(queries[:5]), queries.single
    (5, True)

    Taught in chapter 02.
    """

    histories: Histories
    target_offsets: np.ndarray
    target_items: np.ndarray
    rows: np.ndarray

    @property
    def single(self) -> bool:
        """Whether every query has exactly one target."""
        return bool((np.diff(self.target_offsets) == 1).all())

    @property
    def targets(self) -> list[np.ndarray]:
        """``n`` arrays of ids."""
        return np.split(self.target_items, self.target_offsets[1:-1]) if len(self) else []

    def __len__(self) -> int:
        return len(self.rows)

    def __iter__(self) -> Iterator["Queries"]:
        return (self[index] for index in range(len(self)))

    def __repr__(self) -> str:
        return f"Queries({len(self):,} queries, {len(self.target_items):,} targets)"

    def __getitem__(self, key: Rows) -> "Queries":
        """Some of the queries: an integer, a slice, indices or a mask."""
        chosen = np.atleast_1d(np.arange(len(self))[key])
        starts = self.target_offsets[chosen]
        lengths = self.target_offsets[chosen + 1] - starts
        offsets = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)
        place = np.arange(offsets[-1]) + np.repeat(starts - offsets[:-1], lengths)
        return Queries(self.histories[chosen], offsets, self.target_items[place], self.rows[chosen])

    def among(self, kind: str) -> "Queries":
        """The same questions about some targets only; who has none of them is left out.

        Args:
            kind: ``"new"``: items that the past does not hold; ``"repeat"``: items that it holds.

        Raises:
            ParameterError: another kind.

        >>> from mtrec_lib.data.histories import Histories, Rows
        >>> past = Histories.from_lists([[2, 3], [4]])
        >>> queries = Queries(past, np.array([0, 2, 3]), np.array([3, 5, 4]), np.array([2, 5]))
        >>> queries.among("repeat").target_items.tolist(), len(queries.among("new"))
        ([3, 4], 1)
        """
        if kind not in AMONG:
            raise ParameterError(f"among must be one of {', '.join(AMONG)}, got {kind!r}")
        parts = [self[start : start + _AT_ONCE] for start in range(0, len(self), _AT_ONCE)]
        held = np.concatenate([part._held() for part in parts] or [np.zeros(0, bool)])
        chosen = held if kind == "repeat" else ~held
        query = np.repeat(np.arange(len(self)), np.diff(self.target_offsets))[chosen]
        counts = np.bincount(query, minlength=len(self))
        some = np.flatnonzero(counts)
        offsets = np.concatenate([[0], np.cumsum(counts[some])]).astype(np.int64)
        return Queries(self.histories[some], offsets, self.target_items[chosen], self.rows[some])

    def _held(self) -> np.ndarray:
        """``(t,)`` whether the past holds the target; an unknown item is held by nobody."""
        query = np.repeat(np.arange(len(self)), np.diff(self.target_offsets))
        column = self.target_items.astype(np.int64) - 2
        seen = self.histories.seen_mask(int(column.max(initial=0)) + 1)
        return seen[query, np.maximum(column, 0)] & (column >= 0)
