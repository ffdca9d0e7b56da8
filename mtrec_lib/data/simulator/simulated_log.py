"""A log whose people are made up, with the truth beside it."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from mtrec_lib.data.log import Log
from mtrec_lib.data.simulator.oracle import Oracle
from mtrec_lib.data.simulator.truth import Truth
from mtrec_lib.data.simulator.world import World


@dataclass(frozen=True, eq=False, repr=False, kw_only=True)
class SimulatedLog(Log):
    """A :class:`Log` that also knows its world. No model sees what is added here.

    Args:
        world: the tables that the rows were drawn from.
        states: ``(events,)`` int64 true type at every row of ``events``.
        next_states: ``(users,)`` int64 the type of each person after the last event.

    >>> import mtrec_lib as mt
    >>> log = mt.data.simulate(users=20, events=200, types=3)
    >>> len(log.states) == log.events.height
    True

    Taught in chapter 01.
    """

    world: World
    states: np.ndarray
    next_states: np.ndarray

    @cached_property
    def truth(self) -> Truth:
        """True probabilities given the same history: the ceiling of every model, in expectation."""
        return Truth(self.world, self.catalogue, self._popularity, self.about.repeats)

    @cached_property
    def oracle(self) -> Oracle:
        """True probabilities given the history and the type of the next event."""
        users = self.events["user_id"].to_numpy()
        names, lengths = np.unique(users, return_counts=True)
        return Oracle(
            self.world,
            self.catalogue,
            self._popularity,
            self.about.repeats,
            users=names,
            lengths=lengths,
            item=self._item,
            seconds=self.events["timestamp"].dt.epoch("s").to_numpy(),
            states=self.states,
            next_states=self.next_states,
        )

    @property
    def _item(self) -> np.ndarray:
        """``(events,)`` catalogue rows."""
        return self.events["item_id"].to_numpy() - 1

    @property
    def _popularity(self) -> np.ndarray:
        return np.bincount(self._item, minlength=self.catalogue.size).astype(np.float64)
