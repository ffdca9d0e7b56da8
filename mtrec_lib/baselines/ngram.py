"""The oldest language model: how often has this followed that?"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Self

import numpy as np
import polars as pl
from numpy.typing import ArrayLike, NDArray
from scipy import sparse

from mtrec_lib.baselines.base import Baseline, State, matrix
from mtrec_lib.baselines.growing import grown_array
from mtrec_lib.core.errors import ParameterError
from mtrec_lib.data.histories import Histories

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

METHODS = ("witten_bell", "absolute_discount")


class NGram(Baseline):
    """p(item | last ``order`` items), interpolated with shorter contexts down to the uniform.

    Of a context c seen n times, followed by t distinct items,
    p(i | c) = (count(c, i) + t · p(i | c without its oldest item)) / (n + t)   (``witten_bell``)
    p(i | c) = (max(count(c, i) − D, 0) + D · t · p(i | shorter c)) / n   (``absolute_discount``)
    with D = n₁ / (n₁ + 2n₂) from the pairs seen once and twice at that order. Below the empty
    context stands 1 / catalogue size. A context that was never seen, or that the history is too
    short for, leaves the shorter one's answer. Probabilities sum to 1 over the catalogue exactly.

    Witten and Bell, "The zero-frequency problem" (1991); Ney, Essen and Kneser, "On structuring
    probabilistic dependences in stochastic language modelling" (1994).

    Args:
        order: how many past items the next one may depend on; 0 is smoothed popularity, 1 a
            Markov chain.
        method: ``"absolute_discount"``, the better one for large catalogues, or ``"witten_bell"``.

    Raises:
        ParameterError: ``order`` below 0 or an unknown ``method``.

    >>> import mtrec_lib as mt
    >>> split = mt.data.split(mt.data.load("simulator", users=20, events=400))
    >>> model = NGram(order=2).fit(split)
    >>> bool(abs(model.scores(split.queries("test").histories).sum(axis=1) - 1).max() < 1e-5)
    True

    Taught in chapter 04.
    """

    def __init__(self, order: int = 2, method: str = "absolute_discount") -> None:
        if order < 0 or method not in METHODS:
            raise ParameterError(
                f"order must be ≥ 0 and method one of {list(METHODS)}, "
                f"got order={order}, method={method!r}"
            )
        self.order = order
        self.method = method
        self.name = f"n-gram of order {order}"

    def learn(self, pasts: Histories) -> None:
        past, item = pasts.flat("item")
        item = item.astype(np.int64)
        start = np.cumsum(pasts.lengths) - pasts.lengths
        depth = np.arange(len(item)) - start[past]  # events of the same past that stand before
        context = np.zeros(len(item), dtype=np.int64)
        self._levels: list[_Level] = []
        self._base = self.catalogue.size + 2
        for length in range(self.order + 1):
            reached = depth >= length
            keys, context = self._contexts(context, item, reached, length)
            count = reached & (item >= 2)
            pairs = matrix(context[count], item[count] - 2, 1.0, (len(keys), self.catalogue.size))
            self._levels.append(_Level.of(keys, pairs, self.method))

    def score(self, histories: Histories) -> Floats:
        size = self.catalogue.size
        shares = np.full((len(histories), size), 1.0 / size)
        for level, context in self._walk(histories.last(self.order, "item")):
            seen = context >= 0
            rows = level.pairs[context[seen]].toarray()
            shares[seen] = rows + level.rest[context[seen], None] * shares[seen]
        return shares

    def log_prob(self, histories: Histories, items: ArrayLike) -> Floats:
        """Natural logarithm of p(item | history): (n,).

        Args:
            histories: n pasts.
            items: (n,) ids; −inf for an id outside the catalogue.
        """
        size = self.catalogue.size
        items = np.asarray(items, dtype=np.int64)
        shares = np.full(len(histories), 1.0 / size)
        for level, context in self._walk(histories.last(self.order, "item")):
            seen = context >= 0
            counted = level.share(context[seen], items[seen] - 2)
            shares[seen] = counted + level.rest[context[seen]] * shares[seen]
        inside = (items >= 2) & (items < size + 2)
        return np.where(inside, np.log(shares), -np.inf)

    def _contexts(
        self, shorter: Integers, item: Integers, reached: NDArray[np.bool_], length: int
    ) -> tuple[Integers, Integers]:
        """Number the contexts of one length: their sorted keys, and the number at each event."""
        if length == 0:
            return np.zeros(1, dtype=np.int64), np.zeros(len(item), dtype=np.int64)
        before = np.zeros_like(item)
        before[length:] = item[:-length]
        key = self._key(shorter, before)
        keys, number = np.unique(key[reached], return_inverse=True)
        context = np.full(len(item), -1, dtype=np.int64)
        context[reached] = number
        return keys, context

    def _walk(self, last: NDArray[np.integer]) -> Iterator[tuple["_Level", NDArray[np.int64]]]:
        """Each level, and the number of each history's context there (n,), −1 where unseen."""
        context = np.zeros(len(last), dtype=np.int64)
        for length, level in enumerate(self._levels):
            if length:
                item = last[:, self.order - length].astype(np.int64)
                key = np.where(context >= 0, self._key(context, item), -1)
                context = _find(level.keys, key)
            yield level, context

    def _key(self, shorter: Integers, item: Integers) -> Integers:
        return shorter * self._base + item

    def state(self) -> State:
        """The levels, shortest context first."""
        return {
            f"{name}{number}": getattr(level, name)
            for number, level in enumerate(self._levels)
            for name in ("keys", "pairs", "rest")
        }

    def take(self, state: State) -> None:
        """Set what :meth:`state` gave."""
        self._base = self.catalogue.size + 2
        numbers = range(self.order + 1)
        self._levels = [
            _Level.of_counts(*(state[f"{name}{n}"] for name in ("keys", "pairs", "rest")))
            for n in numbers
        ]

    def _grown(self, items: pl.DataFrame) -> Self:
        """Contexts are numbered by the catalogue's size, so their keys are written anew."""
        model = super()._grown(items)
        base, new = model.catalogue.size + 2, model.catalogue.size - self.catalogue.size
        model._base, model._levels = (
            base,
            [
                _Level.of_counts(
                    level.keys // self._base * base + level.keys % self._base if n else level.keys,
                    grown_array(level.pairs, (1,), new),
                    level.rest,
                )
                for n, level in enumerate(self._levels)
            ],
        )
        return model


@dataclass(frozen=True, eq=False)
class _Level:
    """All contexts of one length.

    keys: (contexts,) sorted; pairs: (contexts, size) the share that counting keeps for each item;
    rest: (contexts,) the share left to the shorter context; places: (pairs,) sorted keys of pairs.
    """

    keys: Integers
    pairs: sparse.csr_array
    rest: Floats
    places: Integers

    @classmethod
    def of(cls, keys: Integers, counts: sparse.csr_array, method: str) -> "_Level":
        distinct = np.diff(counts.indptr).astype(np.float64)
        total = np.asarray(counts.sum(axis=1)).ravel()
        row = np.repeat(np.arange(len(keys)), np.diff(counts.indptr))
        if method == "witten_bell":
            taken, whole = distinct, total + distinct
        else:
            discount = _discount(counts.data)
            taken, whole = discount * distinct, total
            counts.data -= discount
        whole = np.where(whole > 0, whole, 1.0)
        counts.data /= whole[row]
        rest = np.where(total > 0, taken / whole, 1.0)  # followed by nothing known: all is left
        return cls.of_counts(keys, counts, rest)

    @classmethod
    def of_counts(cls, keys: Integers, pairs: sparse.csr_array, rest: Floats) -> "_Level":
        row = np.repeat(np.arange(len(keys)), np.diff(pairs.indptr))
        return cls(keys, pairs, rest, row * pairs.shape[1] + pairs.indices)

    def share(self, context: Integers, column: Integers) -> Floats:
        """What counting keeps for one item of each context: (n,)."""
        inside = (column >= 0) & (column < self.pairs.shape[1])
        place = _find(self.places, np.where(inside, context * self.pairs.shape[1] + column, -1))
        return np.where(place >= 0, self.pairs.data[place], 0.0)


def _discount(counts: Floats) -> float:
    """D = n₁ / (n₁ + 2n₂), at most .95; ½ where nothing was seen once or twice."""
    once, twice = int((counts == 1).sum()), int((counts == 2).sum())
    return min(once / (once + 2 * twice), 0.95) if once else 0.5


def _find(ordered: Integers, wanted: Integers) -> Integers:
    """The place of each wanted number in an ascending array, −1 where it is not there."""
    if not len(ordered):
        return np.full(len(wanted), -1, dtype=np.int64)
    place = np.minimum(np.searchsorted(ordered, wanted), len(ordered) - 1)
    return np.where(ordered[place] == wanted, place, -1)
