"""The same list for everybody."""

import numpy as np
from numpy.typing import NDArray

from mtrec_lib.baselines.base import Baseline, known
from mtrec_lib.core.errors import ParameterError
from mtrec_lib.data.histories import Histories

WEEK = 7 * 24 * 3600.0


class Popularity(Baseline):
    """Scores an item by its share of the training events, whatever the history.

    Args:
        decay: γ in (0, 1]: an event counts γ to the power of its weeks before the last training
            event, so that fashion passes. None counts all alike.

    Raises:
        ParameterError: ``decay`` outside (0, 1], or asked for in a log without times.

    >>> import mtrec_lib as mt
    >>> split = mt.data.split(mt.data.load("simulator", users=20, events=400))
    >>> model = Popularity().fit(split)
    >>> bool(abs(model.scores(split.queries("test").histories).sum(axis=1) - 1).max() < 1e-5)
    True

    Taught in chapter 04.
    """

    name = "popularity"
    learned = (("_shares", (0,)),)

    def __init__(self, decay: float | None = None) -> None:
        self.decay = checked_decay(decay)

    def learn(self, pasts: Histories) -> None:
        self._shares = self.prior
        if self.decay is None:
            return
        weeks = pasts.flat("timestamp")[1] / WEEK
        _, column, weeks = known(*pasts.flat("item"), checked_times(weeks, self.name))
        weights = self.decay ** (weeks.max() - weeks)
        counts = np.bincount(column, weights=weights, minlength=self.catalogue.size)
        self._shares = counts / counts.sum()

    def score(self, histories: Histories) -> NDArray[np.floating]:
        return np.repeat(self._shares[None, :], len(histories), axis=0)


def checked_decay(decay: float | None) -> float | None:
    """``decay`` if it lies in (0, 1] or is None."""
    if decay is not None and not 0 < decay <= 1:
        raise ParameterError(f"decay must lie in (0, 1] a week, or be None, got {decay}")
    return decay


def checked_times(weeks: NDArray[np.floating], name: str) -> NDArray[np.floating]:
    """``weeks`` if every time is known."""
    if (weeks < 0).any():
        raise ParameterError(
            f"{name} with decay needs the time of every event, and {int((weeks < 0).sum()):,} are "
            "unknown; set decay=None"
        )
    return weeks
