"""People buy what they have bought."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from mtrec_lib.baselines.base import Baseline, known, matrix
from mtrec_lib.baselines.popularity import WEEK, checked_decay, checked_times
from mtrec_lib.data.histories import Histories


class PersonalFrequency(Baseline):
    """Scores an item by how many of the person's own sessions (or events) held it.

    Equal counts, and all items that the person never took, are ordered by popularity: each score
    is the count plus the item's share of the training events, which is below 1. The mandatory
    baseline where people repeat, and a poor one where nobody does.

    Args:
        decay: γ in (0, 1]: a session counts γ to the power of its weeks before the person's last
            event (.97 for shopping). None counts all alike.

    Raises:
        ParameterError: ``decay`` outside (0, 1], or asked for in a log without times.

    Hu et al., "Modeling personalized item frequency information for next-basket recommendation"
    (2020).

    >>> import mtrec_lib as mt
    >>> split = mt.data.split(mt.data.load("simulator", users=20, events=400))
    >>> model = PersonalFrequency(decay=0.97).fit(split)
    >>> model.scores(split.queries("test").histories).shape[1] == model.catalogue.size
    True

    Taught in chapter 04.
    """

    name = "personal frequency"

    def __init__(self, decay: float | None = None) -> None:
        self.decay = checked_decay(decay)

    def learn(self, pasts: Histories) -> None:
        """Nothing beyond popularity: what counts is in the history itself."""

    def score(self, histories: Histories) -> NDArray[np.floating]:
        past, column, event = _once_a_session(histories, *_events(histories))
        weights = self._weights(histories)[event]
        shape = (len(histories), self.catalogue.size)
        return matrix(past, column, weights, shape).toarray() + self.prior

    def _weights(self, histories: Histories) -> NDArray[np.floating]:
        """(events,) what each event counts."""
        past, time = histories.flat("timestamp")
        if self.decay is None:
            return np.ones(len(time))
        weeks = checked_times(time / WEEK, self.name)
        last = np.zeros(len(histories))
        np.maximum.at(last, past, weeks)
        return self.decay ** (last[past] - weeks)


def _events(histories: Histories) -> tuple[NDArray[Any], NDArray[Any], NDArray[Any]]:
    """Past, column and place of every event with a known item."""
    past, item = histories.flat("item")
    past, column, event = known(past, item, np.arange(len(item)))
    return past, column, event


def _once_a_session(
    histories: Histories, past: NDArray[Any], column: NDArray[Any], event: NDArray[Any]
) -> tuple[NDArray[Any], NDArray[Any], NDArray[Any]]:
    """Leave each item once in a session; without sessions every event counts."""
    if "session_id" not in histories.columns:
        return past, column, event
    session = histories.flat("session_id")[1][event]
    session = np.where(session < 0, -1 - event, session)  # an event of no session is its own
    order = np.lexsort((session, column, past))
    key = np.stack([past, column, session])[:, order]
    first = order[np.append(True, (key[:, 1:] != key[:, :-1]).any(axis=0))[: len(order)]]
    return past[first], column[first], event[first]
