"""The truth that also sees the type."""

from dataclasses import replace

import numpy as np

from mtrec_lib.core.errors import ParameterError
from mtrec_lib.data.catalogue import FIRST, Catalogue
from mtrec_lib.data.histories import Histories
from mtrec_lib.data.simulator.filter import Query
from mtrec_lib.data.simulator.truth import Truth
from mtrec_lib.data.simulator.world import World


class Oracle(Truth):
    """Answers as :class:`Truth` does, with the true type of the next event known.

    A history is found in the log by its user and its length, or by its last timestamp where it
    begins later; just past the log's end the type of the person's next, unlogged event is used.

    Args:
        world, catalogue, popularity, repeats: as for :class:`Truth`.
        users: ``(u,)`` user ids of the log, ascending.
        lengths: ``(u,)`` events of each.
        item: ``(events,)`` catalogue rows, person after person.
        seconds: ``(events,)`` timestamps in seconds.
        states: ``(events,)`` types.
        next_states: ``(u,)`` the type after the last event.

    Raises:
        ParameterError: from every method, where a history is not one of the log.

    >>> import mtrec_lib as mt
    >>> log = mt.data.simulate(users=5, events=50)
    >>> past = mt.data.Histories.from_events(log.events, log.catalogue)
    >>> bool((log.oracle.belief(past).max(1) == 1).all())
    True

    Taught in chapter 01.
    """

    name = "oracle"

    def __init__(
        self,
        world: World,
        catalogue: Catalogue,
        popularity: np.ndarray,
        repeats: bool = True,
        *,
        users: np.ndarray,
        lengths: np.ndarray,
        item: np.ndarray,
        seconds: np.ndarray,
        states: np.ndarray,
        next_states: np.ndarray,
    ) -> None:
        super().__init__(world, catalogue, popularity, repeats)
        self._users, self._lengths = users, lengths
        self._first = np.cumsum(lengths) - lengths
        self._item, self._seconds = item, seconds
        self._states = np.insert(states, self._first + lengths, next_states)
        self._person = np.repeat(np.arange(len(users)), lengths)

    def query(self, histories: Histories) -> Query:
        """Context of each history, and a belief that is certain of the true type."""
        known = np.eye(self.world.parameters.types)[self.types(histories)]
        return replace(super().query(histories), belief=known)

    def types(self, histories: Histories) -> np.ndarray:
        """``(n,)`` int64 true type at the event that follows each history."""
        users = histories.users
        if len(users) and not np.isin(users, self._users).all():
            raise self._not_in_log(histories, int(np.argmin(np.isin(users, self._users))))
        person = np.searchsorted(self._users, users)
        before = self._events_before(histories, person)
        return self._states[self._first[person] + person + before]

    def _events_before(self, histories: Histories, person: np.ndarray) -> np.ndarray:
        """``(n,)`` how many events of its person each history ends after."""
        some = np.flatnonzero(histories.lengths > 0)
        last = histories.ends[some] - 1
        seconds = histories.columns["timestamp"][last]
        span = int(self._seconds.max()) + 1  # (person, second) as one ascending number
        keys = self._person * span + self._seconds
        wanted = person[some] * span + seconds
        place = np.minimum(np.searchsorted(keys, wanted), len(keys) - 1)
        right = (keys[place] == wanted) & (seconds >= 0)
        right &= self._item[place] == histories.columns["item"][last].astype(np.int64) - FIRST
        if not right.all():
            raise self._not_in_log(histories, int(some[np.argmin(right)]))
        before = np.zeros(len(person), np.int64)
        before[some] = place - self._first[person[some]] + 1
        return before

    def _not_in_log(self, histories: Histories, which: int) -> ParameterError:
        return ParameterError(
            f"the oracle knows the types of this log's people only, and history {which} (user "
            f"{histories.users[which]!r}) is not one of it; ask the truth instead"
        )
