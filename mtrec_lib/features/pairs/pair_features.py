"""What is known beside the sequence when an item is asked about: of the person, the item, the pair.

A state sums up a past, and must learn from thousands of examples what a running mean says at once.
These numbers are put beside it, for heads that are given the item.
"""

from copy import copy
from typing import TYPE_CHECKING, Any

import numpy as np

from mtrec_lib.core.errors import ParameterError
from mtrec_lib.data import Histories
from mtrec_lib.features.pairs import latent_factors
from mtrec_lib.features.pairs.latent_factors import LatentFactors, prefix_sums

if TYPE_CHECKING:
    from mtrec_lib.data import Split

PRIOR = 5.0  # ratings that everybody's mean counts for beside a person's or an item's own
RECENT = 5  # last ratings, one by one
REACH = 4.0  # standard deviations at which a number is cut

NAMES = (
    "log (1 + ratings of the person)",
    "their mean",
    "their mean above the items' means",
    "their spread",
    "share of the best grade",
    *(f"the rating {back} back, above the mean" for back in range(1, RECENT + 1)),
    "log (1 + ratings of the item)",
    "mean of the item",
    "share of the best grade, of the item",
    "mean of the item and how far the person lies above means",
    "what the person gave above means, in the item's categories",
    "the same, at best",
    "share of the past in the item's categories",
)
"""Names of the columns, in order."""


class PairFeatures:
    """Running statistics of people and items as numbers for a pair (history, item).

    Everything is causal. A person's numbers come from the history alone. An item's are those of
    ratings with a smaller timestamp than the history's last event; where the history is empty,
    those of the training part. Of other people only rows are read that the protocol of the split
    makes visible, as for :func:`causal`.

    Args:
        side: ``(items + 3, columns)`` side information; its non-zero columns are categories.
        item, time: ``(rows,)`` ids and seconds of what statistics across people may read, in any
            order.
        sums: ``(rows, 3)`` how many ratings a row stands for, their sum, and how many are best.
        best: the best grade.
        until: seconds; what an empty history may know of items lies before it.
        prior: mean rating before anything is known.
        scale: ``(2, numbers)`` mean and standard deviation of each number in training.
        factors: a factorisation, whose numbers stand behind those of ``NAMES``.

    Shapes: ``n`` histories and ``(n,)`` items → ``(n, len(names))`` float32, standardised, each
    within four standard deviations.

    Taught in chapter 07.
    """

    def __init__(
        self,
        side: np.ndarray,
        item: np.ndarray,
        time: np.ndarray,
        sums: np.ndarray,
        best: float,
        until: int,
        prior: float,
        scale: np.ndarray | None = None,
        factors: LatentFactors | None = None,
    ) -> None:
        self.factors = factors
        self.side, self.category = side, (side > 0).astype(np.float64)
        self.best, self.until, self.prior, self.scale = best, until, prior, scale
        order = np.lexsort((time, item))
        self._span = int(max(time.max(initial=0), until)) + 2
        self._keys = item[order].astype(np.int64) * self._span + time[order]
        self._sums = prefix_sums(sums[order])
        self._seen: tuple[dict[str, np.ndarray], dict[str, np.ndarray]] | None = None

    @property
    def names(self) -> tuple[str, ...]:
        """Of the numbers, in order."""
        return NAMES if self.factors is None else NAMES + latent_factors.NAMES

    @classmethod
    def fit(cls, split: "Split", side: np.ndarray, factors: int = 0) -> "PairFeatures":
        """Statistics of a split log with ratings and times.

        Args:
            split: the split log.
            side: ``(items + 3, columns)`` side information.
            factors: length of the item vectors of :class:`LatentFactors`; 0 for none.

        Raises:
            ParameterError: the log has no ratings, or no times.
        """
        log = split.log
        if not (log.has("rating") and log.has("timestamp") and log.about.grades):
            raise ParameterError(
                f"numbers beside the state need ratings on a scale and times, and {log.name} has "
                "not both; leave beside=False"
            )
        past = Histories.from_events(split.events, log.catalogue)
        train = (split.events["part"] == "train").to_numpy()
        column = past.columns
        read = ~np.isnan(column["rating"])
        read &= split.protocol.visible(split.events).to_numpy()
        grades = np.asarray(log.about.grades)
        until = int(column["timestamp"][train].max(initial=0)) + 1
        known = column["rating"][train & read]
        rating = column["rating"][read].astype(np.float64)
        made = cls(
            side,
            column["item"][read],
            column["timestamp"][read],
            np.stack([np.ones_like(rating), rating, rating >= grades[-1]], axis=1),
            best=float(grades[-1]),
            until=until,
            prior=float(known.mean()) if len(known) else float(grades.mean()),
        )
        if factors:
            rows, rated = np.repeat(past.users, past.lengths), train & read
            above = made._running(column)["above"][rated]
            made.factors = LatentFactors.fit(
                rows[rated], column["item"][rated], above, len(side), factors
            )
        numbers = made._raw(*every_event(past), training=True)[train]
        made.scale = np.stack([numbers.mean(0), numbers.std(0) + 1e-6])
        return made

    @classmethod
    def of_totals(cls, side: np.ndarray, totals: np.ndarray, **settings: Any) -> "PairFeatures":
        """Without the events: items keep their :meth:`totals`, whenever they are asked about."""
        items = np.arange(len(side))
        return cls(side, items, np.zeros_like(items), totals, **settings)

    def with_rows(self, side: np.ndarray) -> "PairFeatures":
        """The same statistics for more items, which nobody has rated.

        Args:
            side: ``(items + 3, columns)`` side information of the larger catalogue.
        """
        more = copy(self)
        more.side, more.category = side, (side > 0).astype(np.float64)
        more.factors = None if self.factors is None else self.factors.with_rows(len(side))
        more._seen = None
        return more

    def totals(self) -> np.ndarray:
        """``(items + 3, 3)`` number, sum and best grades of all ratings of each item."""
        items = np.arange(len(self.side))
        return self._of_items(items, np.full(len(items), self._span - 1))

    def of(self, histories: Histories, items: np.ndarray) -> np.ndarray:
        """The numbers of each pair.

        Args:
            histories: ``n`` pasts.
            items: ``(n,)`` ids ≥ 1.
        """
        time = np.append(histories.columns.get("timestamp", ()), -1)  # an empty past ends nowhere
        last = np.where(histories.lengths > 0, histories.ends - 1, -1)
        when = np.where(time[last] >= 0, time[last], self.until).astype(np.int64)
        return self._scaled(self._raw(histories, np.asarray(items), when))

    def of_events(self, histories: Histories) -> np.ndarray:
        """The numbers of every event of some whole histories, as a model is trained on them.

        Returns:
            ``(events, len(names))``.
        """
        return self._scaled(self._raw(*every_event(histories), training=True))

    def _scaled(self, numbers: np.ndarray) -> np.ndarray:
        mean, spread = self.scale if self.scale is not None else (0.0, 1.0)
        return np.clip((numbers - mean) / spread, -REACH, REACH).astype(np.float32)

    def _of_items(self, items: np.ndarray, when: np.ndarray) -> np.ndarray:
        """``(n, 3)``: number, sum and best grades of the ratings of each item before a time."""
        base = items.astype(np.int64) * self._span
        low = np.searchsorted(self._keys, base)
        high = np.searchsorted(self._keys, base + np.clip(when, 0, self._span - 1))
        return self._sums[high] - self._sums[low]

    def _raw(
        self, histories: Histories, items: np.ndarray, when: np.ndarray, training: bool = False
    ) -> np.ndarray:
        sums = self._running(histories.columns)
        first, end = histories.starts, histories.ends
        count, total, squares, best, above = (sums["person"][end] - sums["person"][first]).T
        mean = (total + PRIOR * self.prior) / (count + PRIOR)
        spread = np.sqrt(np.maximum(squares - count * (total / np.maximum(count, 1)) ** 2, 0))
        generous = above / (count + PRIOR)
        back = end[:, None] - np.arange(1, RECENT + 1)
        inside = back >= first[:, None]
        recent = np.where(inside, sums["rating"][np.maximum(back, 0)] - mean[:, None], 0)
        rated, given, tops = self._of_items(items, when).T
        quality = (given + PRIOR * self.prior) / (rated + PRIOR)
        own = self.category[items]  # (n, categories)
        carried = np.maximum(own.sum(1), 1)
        events = sums["events"][end] - sums["events"][first]
        lift = (sums["liked"][end] - sums["liked"][first]) / (events + PRIOR) * own
        share = (events * own).sum(1) / carried / np.maximum(count, 1)
        columns = [
            np.log1p(count),
            mean,
            generous,
            spread / np.sqrt(np.maximum(count, 1)),
            best / (count + PRIOR),
            *recent.T,
            np.log1p(rated),
            quality,
            tops / (rated + PRIOR),
            quality + generous,
            lift.sum(1) / carried,
            lift.max(1, initial=0),
            share,
        ]
        numbers = np.stack(columns, axis=1)
        if self.factors is None:
            return numbers
        more = self.factors.of(histories, items, sums["above"], training=training)
        return np.concatenate([numbers, more], axis=1)

    def _running(self, columns: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
        """Sums over all that stands before each place of the shared columns, kept for the next."""
        if self._seen is not None and self._seen[0] is columns:
            return self._seen[1]
        item = columns["item"]
        missing = np.full(len(item), np.nan, np.float32)
        rating = columns.get("rating", missing).astype(np.float64)
        known = ~np.isnan(rating)
        filled = np.where(known, rating, 0.0)
        rated, given, _ = self._of_items(item, _times(columns, self.until)).T
        expected = (given + PRIOR * self.prior) / (rated + PRIOR)
        above = np.where(known, rating - expected, 0.0)
        category = self.category[item]
        person = np.stack([known, filled, filled**2, known & (filled >= self.best), above], axis=1)
        sums = {
            "person": prefix_sums(person),
            "events": prefix_sums(category * known[:, None]),
            "liked": prefix_sums(category * above[:, None]),
            "above": np.where(known, above, np.nan),
            "rating": np.append(np.where(known, rating, self.prior), self.prior),
        }
        self._seen = columns, sums
        return sums


def every_event(histories: Histories) -> tuple[Histories, np.ndarray, np.ndarray]:
    """The past, item and moment of every event of some whole, adjoining histories.

    The moment is the time of the event before; of a first event, its own.
    """
    row = np.arange(int(histories.lengths.sum()))
    starts = np.repeat(histories.starts, histories.lengths)
    users = np.repeat(histories.users, histories.lengths)
    time = histories.columns["timestamp"]
    when = np.where(row > starts, time[np.maximum(row - 1, 0)], time)
    past = Histories(users=users, starts=starts, ends=row, columns=histories.columns)
    return past, histories.columns["item"], when


def _times(columns: dict[str, np.ndarray], until: int) -> np.ndarray:
    time = columns.get("timestamp")
    return np.full(len(columns["item"]), until) if time is None else np.where(time < 0, until, time)
