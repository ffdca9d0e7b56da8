"""How much likelier does each past item make each other one? Popularity times lifts."""

import numpy as np
from numpy.typing import NDArray

from mtrec_lib.baselines.base import Baseline, known, matrix
from mtrec_lib.baselines.decayed_counts import followers
from mtrec_lib.core.errors import ParameterError
from mtrec_lib.data.histories import Histories


class Lifts(Baseline):
    """log score(j) = log p(j) + weight · Σ_i log [p(j soon after i) / p(j)], i in the last events.

    p(j soon after i) is the share of j among all that comes at most ``window`` steps after i, with
    ``smoothing`` pseudo-counts spread as p. With weight 1 this is naive Bayes, which believes that
    the past items tell of j independently of one another; they do not, and a lower weight, chosen
    on validation, mends it. A dense items × items table: for catalogues of some thousands.

    Args:
        window: how many steps count as soon after, and how many last events are read (≥ 1).
        weight: of each lift, ≥ 0.
        smoothing: pseudo-counts of a row, > 0.

    Raises:
        ParameterError: a setting outside its range.

    >>> import mtrec_lib as mt
    >>> split = mt.data.split(mt.data.load("simulator", users=20, events=400))
    >>> model = Lifts(window=3).fit(split)
    >>> model.scores(split.queries("test").histories).shape[1] == model.catalogue.size
    True

    Taught in chapter 10.
    """

    name = "lifts"
    learned = (("_followers", (0, 1)),)

    def __init__(self, window: int = 10, weight: float = 0.3, smoothing: float = 5.0) -> None:
        if window < 1 or weight < 0 or smoothing <= 0:
            raise ParameterError(
                "window must be ≥ 1, weight ≥ 0 and smoothing > 0, got "
                f"window={window}, weight={weight}, smoothing={smoothing}"
            )
        self.window, self.weight, self.smoothing = window, weight, smoothing

    def learn(self, pasts: Histories) -> None:
        """Count what comes soon after what."""
        self._followers = followers(pasts, self.catalogue.size, self.window, decay=1.0)
        self.prepare()

    def prepare(self) -> None:
        """Work out the lifts from the counts."""
        share = self.popularity + 0.5  # no item is impossible
        share = share / share.sum()
        counts = self._followers.toarray()
        total = counts.sum(axis=1, keepdims=True)
        after = (counts + self.smoothing * share) / (total + self.smoothing)
        self._alone = np.log(share)
        self._lift = np.log(after / share).astype(np.float32)

    def score(self, histories: Histories) -> NDArray[np.floating]:
        """(n, items) natural log, up to a constant a row."""
        n = len(histories)
        item = histories.last(self.window, "item")  # (n, window)
        past, column = known(np.repeat(np.arange(n), self.window), item.ravel())
        weights = matrix(past, column, self.weight, (n, len(self._alone)))
        return self._alone + weights @ self._lift
