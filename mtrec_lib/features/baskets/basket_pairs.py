"""What a past says of each item in it: how often, how lately, at which distance."""

from dataclasses import dataclass

import numpy as np

from mtrec_lib.core.errors import ParameterError
from mtrec_lib.data.baskets import Baskets
from mtrec_lib.data.histories import ranges

DECAYS = (1.0, 0.99, 0.97, 0.93, 0.85, 0.6)
CHUNK = 2000
FLOOR = 1e-3

PAIR = (
    *(f"log share of baskets, decay {decay} a week" for decay in DECAYS),
    "log share of baskets, a basket counts 1 / √size",
    "the same, decay 0.97 a week",
    "log (1 + baskets with it)",
    "log (1 + weeks since)",
    "log (1 + baskets since)",
    "log (1 + usual weeks between)",
    "log (1 + usual baskets between)",
    "bought once only",
    "log of weeks since / usual",
    "log of baskets since / usual",
    "in the last basket",
    "in the basket before the last",
    "mean log size of its baskets",
    "log (1 + baskets since the first)",
)
"""Names of the columns of :attr:`Personal.pairs`."""

PAST = (
    "log (1 + baskets)",
    "log size of the last basket",
    "mean log size",
    "log (1 + mean weeks between baskets)",
    "log (1 + weeks between the last two)",
    "share of baskets with at most 3 items",
)
"""Names of the columns of :attr:`Personal.pasts`."""


@dataclass(frozen=True, eq=False)
class Personal:
    """Features of pairs (past, item that it holds), and of pasts.

    Args:
        past: ``(pairs,)`` int64 which past, ascending.
        column: ``(pairs,)`` int64 catalogue row of the item, that is id − 2, ascending in a past.
        pairs: ``(pairs, len(PAIR))`` float32, every number finite.
        pasts: ``(n, len(PAST))`` float32, zeros for a past without baskets.

    Taught in chapter 04.
    """

    past: np.ndarray
    column: np.ndarray
    pairs: np.ndarray
    pasts: np.ndarray

    def named(self, name: str) -> np.ndarray:
        """``(pairs,)`` the feature of this name.

        Raises:
            ParameterError: no such feature; lists what there is.
        """
        if name not in PAIR:
            raise ParameterError(f"name must be one of {', '.join(PAIR)}, got {name!r}")
        return self.pairs[:, PAIR.index(name)]


def personal(
    baskets: Baskets, past: np.ndarray | None = None, before: np.ndarray | None = None
) -> Personal:
    """What the first ``before`` baskets of each past say of every item in them.

    Time is counted back from the past's own last basket: when the next one comes is not known.
    ``past`` and ``before`` let many moments of one past be described without copying it.

    Args:
        baskets: the baskets of some pasts.
        past: ``(n,)`` which of them; default each once.
        before: ``(n,)`` how many of its baskets are known; default all.

    Returns:
        One row a pair (moment, item), features named in ``PAIR``; one a moment, named in ``PAST``.

    >>> from mtrec_lib.data import Histories
    >>> past = Histories.from_lists([[2, 3, 2]], session_id=[[7, 7, 8]])
    >>> described = personal(Baskets.of(past))
    >>> described.column.tolist(), described.named("in the last basket").tolist()
    ([0, 1], [1.0, 0.0])

    Taught in chapter 04.
    """
    past = np.arange(len(baskets.starts) - 1) if past is None else np.asarray(past, np.int64)
    before = baskets.counts[past] if before is None else np.asarray(before, np.int64)
    sorted_members = _by_person(baskets)
    chunks = [
        _chunk(baskets, sorted_members, past[start : start + CHUNK], before[start : start + CHUNK])
        for start in range(0, max(len(past), 1), CHUNK)
    ]
    shift = np.repeat(np.arange(len(chunks)) * CHUNK, [len(part.past) for part in chunks])
    return Personal(
        past=np.concatenate([part.past for part in chunks]) + shift,
        column=np.concatenate([part.column for part in chunks]),
        pairs=np.concatenate([part.pairs for part in chunks]),
        pasts=np.concatenate([part.pasts for part in chunks]),
    )


def _by_person(baskets: Baskets) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Members by (past, item, basket): offsets of the pasts, item and basket of each member."""
    owner = np.repeat(np.arange(len(baskets.starts) - 1), baskets.counts)
    basket = np.repeat(np.arange(len(baskets.weeks)), baskets.sizes)
    order = np.lexsort((basket, baskets.columns, owner[basket]))
    offsets = baskets.offsets[baskets.starts]
    return offsets, baskets.columns[order], basket[order]


def _chunk(
    baskets: Baskets,
    members: tuple[np.ndarray, np.ndarray, np.ndarray],
    past: np.ndarray,
    before: np.ndarray,
) -> Personal:
    offsets, columns, basket_of = members
    first, end = baskets.starts[past], baskets.starts[past] + before
    owner, row = ranges(offsets[past], offsets[past + 1] - offsets[past])
    known = basket_of[row] < end[owner]
    owner, row = owner[known], row[known]
    column, basket = columns[row], basket_of[row]
    new = np.ones(len(row), bool)
    new[1:] = (owner[1:] != owner[:-1]) | (column[1:] != column[:-1])
    start = np.flatnonzero(new)
    last_week = baskets.weeks[np.maximum(end, 1) - 1] if len(baskets.weeks) else np.zeros(len(past))
    shares = _Shares(baskets, first, before, last_week)
    pasts = _of_pasts(baskets, first, end, last_week)
    if not len(start):
        none = np.zeros(0, np.int64)
        return Personal(none, none, np.zeros((0, len(PAIR)), np.float32), pasts)
    pairs = _of_pairs(baskets, shares, owner, basket, start, first, end)
    return Personal(owner[start], column[start], pairs, pasts)


class _Shares:
    """Weighted shares of baskets: the weight of a basket fades with its age."""

    def __init__(
        self, baskets: Baskets, first: np.ndarray, before: np.ndarray, last: np.ndarray
    ) -> None:
        self.last, self.weeks = last, baskets.weeks
        self.small = 1 / np.sqrt(np.maximum(baskets.sizes, 1))
        self.owner, self.basket = ranges(first, before)

    def weights(
        self, owner: np.ndarray, basket: np.ndarray, decay: float, small: bool
    ) -> np.ndarray:
        age = (self.last[owner] - self.weeks[basket]).astype(np.float32)
        weight = np.exp(np.float32(np.log(decay)) * age)
        return weight * self.small[basket] if small else weight

    def log(
        self, owner: np.ndarray, basket: np.ndarray, start: np.ndarray, decay: float, small: bool
    ) -> np.ndarray:
        """(pairs,) log of the share of each run of members, from ``FLOOR`` up."""
        weight = self.weights(self.owner, self.basket, decay, small)
        total = np.bincount(self.owner, weight, minlength=len(self.last))
        part = np.add.reduceat(self.weights(owner, basket, decay, small), start)
        return np.log(part / total[owner[start]] + FLOOR)


def _of_pairs(
    baskets: Baskets,
    shares: _Shares,
    owner: np.ndarray,
    basket: np.ndarray,
    start: np.ndarray,
    first: np.ndarray,
    end: np.ndarray,
) -> np.ndarray:
    """(pairs, features) from members in runs, a run a pair."""
    logs = [shares.log(owner, basket, start, decay, small=False) for decay in DECAYS]
    logs += [shares.log(owner, basket, start, decay, small=True) for decay in (1.0, 0.97)]
    whose = owner[start]
    count = np.diff(np.append(start, len(owner)))
    oldest, newest = basket[start], basket[start + count - 1]
    once = count == 1
    since = shares.last[whose] - baskets.weeks[newest]
    skipped = end[whose] - 1 - newest
    steps = np.maximum(count - 1, 1)
    # Bought once: the usual distance is at least what has passed since, and some more.
    usual = (baskets.weeks[newest] - baskets.weeks[oldest]) / steps
    usual = np.where(once, since + 1, usual)
    rhythm = np.where(once, skipped + 3, (newest - oldest) / steps)
    sizes = np.log(np.maximum(baskets.sizes, 1))
    columns = [
        *logs,
        np.log1p(count),
        np.log1p(since),
        np.log1p(skipped),
        np.log1p(usual),
        np.log1p(rhythm),
        once,
        np.log((since + 1 / 7) / (usual + 1 / 7)),
        np.log((skipped + 1) / (rhythm + 0.5)),
        skipped == 0,
        skipped == 1,
        np.add.reduceat(sizes[basket], start) / count,
        np.log1p(end[whose] - oldest),
    ]
    return np.stack(columns, axis=1).astype(np.float32)


def _of_pasts(
    baskets: Baskets, first: np.ndarray, end: np.ndarray, last_week: np.ndarray
) -> np.ndarray:
    """(n, features) of whole pasts."""
    count = end - first
    if not len(baskets.weeks):
        return np.zeros((len(count), len(PAST)), np.float32)
    some = np.maximum(count, 1)
    sizes, weeks = np.maximum(baskets.sizes, 1), baskets.weeks
    owner, basket = ranges(first, count)
    final = np.maximum(end - 1, 0)
    columns = [
        np.log1p(count),
        np.log(sizes[final]),
        np.bincount(owner, np.log(sizes[basket]), minlength=len(count)) / some,
        np.log1p((last_week - weeks[np.minimum(first, final)]) / np.maximum(count - 1, 1)),
        np.log1p(last_week - weeks[np.maximum(end - 2, np.minimum(first, final))]),
        np.bincount(owner, sizes[basket] <= 3, minlength=len(count)) / some,
    ]
    return (np.stack(columns, axis=1) * (count > 0)[:, None]).astype(np.float32)
