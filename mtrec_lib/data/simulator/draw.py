"""Sampling without loops over people."""

import numpy as np

from mtrec_lib.core.seeds import generator
from mtrec_lib.data.simulator import context
from mtrec_lib.data.simulator.world import World


class Rows:
    """Draws from many categorical distributions at once, by one binary search.

    Args:
        table: ``(..., n)`` probabilities over the last axis; rows are numbered in C order.
    """

    def __init__(self, table: np.ndarray) -> None:
        self.n = table.shape[-1]
        cumulative = np.cumsum(table.reshape(-1, self.n), axis=1)
        cumulative[:, -1] = 1  # rounding must not leave a gap below one
        # Row r occupies [r, r + 1): all rows together are one ascending array.
        self.flat = (cumulative + np.arange(len(cumulative))[:, None]).ravel()

    def draw(self, row: np.ndarray, uniform: np.ndarray) -> np.ndarray:
        """``(m,)`` int64 draws, one for each row number and uniform number in [0, 1)."""
        column = np.searchsorted(self.flat, row + uniform, side="right") - row * self.n
        return np.clip(column, 0, self.n - 1)


def lengths(users: int, events: int, rng: np.random.Generator) -> np.ndarray:
    """``(users,)`` events of each person, about ``events`` in all: at least 3, at most 3 means."""
    mean = events / users
    activity = np.clip(rng.gamma(4.0, 0.25, users), 0.1, 3.0)
    return np.maximum(np.rint(activity * mean / activity.mean()).astype(np.int64), 3)


def states(world: World, lengths: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """``(events,)`` int64 the type at every row; persons one after the other."""
    total, types = int(lengths.sum()), world.parameters.types
    if types == 1:
        return np.zeros(total, np.int64)
    leaves = rng.random(total) < world.parameters.drift
    step = np.where(leaves, rng.integers(1, types, total), 0)
    first = np.cumsum(lengths) - lengths
    step[first] = rng.integers(0, types, len(lengths))
    walked = np.cumsum(step)
    return (walked - np.repeat(walked[first] - step[first], lengths)) % types


def items(
    world: World,
    lengths: np.ndarray,
    states: np.ndarray,
    opens: np.ndarray,
    views: np.ndarray,
    seed: int,
) -> np.ndarray:
    """``(events,)`` int64 catalogue row of the item chosen or shown at every row.

    Args:
        world: the tables.
        lengths: ``(users,)`` events of each person.
        states: ``(events,)`` types.
        opens: ``(events,)`` bool, the row opens a session.
        views: ``(events,)`` bool, the row is an impression.
        seed: of the log.
    """
    rng = generator(seed, "simulator", "items drawn")
    uniform = rng.random(len(states))
    if world.parameters.order == 0:
        drawn = Rows(world.choice).draw(states, uniform)
    else:
        drawn = _choices(world, lengths, states, opens, views, uniform)
    impressions, choices = np.flatnonzero(views), np.flatnonzero(~views)
    opened = np.maximum.accumulate(np.where(opens, np.arange(len(opens)), 0))
    last = context.remembered(choices, opened[impressions], impressions, back=1)
    row = context.coded(world.category[drawn] + 1, last)
    drawn[impressions] = Rows(world.shelf).draw(row, uniform[impressions])
    return drawn


def _choices(
    world: World,
    lengths: np.ndarray,
    states: np.ndarray,
    opens: np.ndarray,
    views: np.ndarray,
    uniform: np.ndarray,
) -> np.ndarray:
    """One step of everybody at a time; people who have ended drop out at the end of the line."""
    rows, base, contexts = Rows(world.choice), world.parameters.base, world.parameters.contexts
    longest = np.argsort(-lengths, kind="stable")
    first = (np.cumsum(lengths) - lengths)[longest]
    alive = len(lengths) - np.searchsorted(np.sort(lengths), np.arange(lengths.max()), "right")
    drawn = np.zeros(len(states), np.int64)
    memory = np.zeros(len(lengths), np.int64)  # the number of each person's context
    for step, n in enumerate(alive):
        at = first[:n] + step
        memory[:n][opens[at]] = 0
        who = np.flatnonzero(~views[at])
        at = at[who]
        item = rows.draw(states[at] * contexts + memory[who], uniform[at])
        drawn[at] = item
        memory[who] = (memory[who] * base + world.codes[item]) % contexts
    return drawn
