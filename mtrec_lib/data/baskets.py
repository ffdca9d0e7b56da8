"""Pasts as baskets: what was bought together, once each, without an order."""

from dataclasses import dataclass

import numpy as np

from mtrec_lib.core.errors import ParameterError
from mtrec_lib.data.histories import Histories, ranges

WEEK = 7 * 24 * 3600.0


@dataclass(frozen=True, eq=False)
class Baskets:
    """The baskets of ``n`` pasts, oldest first, each a set of items.

    A basket is a run of events of one session; an event of no session is one by itself. An item
    counts once in a basket, and the order inside a basket is forgotten: items stand by id.

    Args:
        starts: ``(n + 1,)`` int64; past ``i`` owns baskets ``starts[i] … starts[i + 1] − 1``.
        weeks: ``(baskets,)`` float64 time in weeks; where a time is unknown, numbers of baskets.
        offsets: ``(baskets + 1,)`` int64 where each basket's items begin.
        columns: ``(members,)`` int64 catalogue rows, that is id − 2; unknown items are left out.

    >>> past = Histories.from_lists([[3, 2, 3, 4]], session_id=[[7, 7, 7, 8]])
    >>> baskets = Baskets.of(past)
    >>> baskets.sizes.tolist(), baskets.columns.tolist()
    ([2, 1], [0, 1, 2])

    Taught in chapter 04.
    """

    starts: np.ndarray
    weeks: np.ndarray
    offsets: np.ndarray
    columns: np.ndarray

    @classmethod
    def of(cls, histories: Histories) -> "Baskets":
        """The baskets of some pasts."""
        past, item = histories.flat("item")
        new = _begins(histories, past)
        basket = np.cumsum(new) - 1
        total = int(new.sum())
        pairs = np.stack([basket, item.astype(np.int64) - 2], axis=1)[item >= 2]
        seconds = histories.flat("timestamp")[1]
        timed = bool((seconds >= 0).all())
        base = int(item.max(initial=2))
        members = np.unique(pairs[:, 0] * base + pairs[:, 1])  # by basket, then by item
        sizes = np.bincount(members // base, minlength=total)
        return cls(
            starts=np.searchsorted(past[new], np.arange(len(histories) + 1)),
            weeks=np.asarray(seconds / WEEK if timed else basket, np.float64)[new],
            offsets=np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64),
            columns=members % base,
        )

    @property
    def counts(self) -> np.ndarray:
        """``(n,)`` int64 baskets of each past."""
        return np.diff(self.starts)

    @property
    def sizes(self) -> np.ndarray:
        """``(baskets,)`` int64 known items of each basket."""
        return np.diff(self.offsets)

    def members(self, baskets: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """The items of some baskets.

        Args:
            baskets: ``(b,)`` numbers of baskets.

        Returns:
            ``(members,)`` place in ``baskets``, and ``(members,)`` catalogue rows.

        Raises:
            ParameterError: a number of no basket.
        """
        baskets = np.asarray(baskets, np.int64)
        if baskets.size and not (baskets.min() >= 0 and baskets.max() < len(self.weeks)):
            raise ParameterError(
                f"baskets must be numbers in 0 … {len(self.weeks) - 1}, "
                f"got {baskets.min()} … {baskets.max()}"
            )
        place, row = ranges(self.offsets[baskets], self.sizes[baskets])
        return place, self.columns[row]


def _begins(histories: Histories, past: np.ndarray) -> np.ndarray:
    """``(events,)`` whether a basket begins here."""
    new = np.ones(len(past), bool)
    if "session_id" in histories.columns:
        session = histories.flat("session_id")[1]
        same = (session[1:] == session[:-1]) & (session[1:] >= 0)
        new[1:] = ~same | (past[1:] != past[:-1])
    return new
