"""The forward filter: what all that was seen says of the type at the next event, exactly."""

from dataclasses import dataclass

import numpy as np

from mtrec_lib.data.histories import Histories
from mtrec_lib.data.simulator import context
from mtrec_lib.data.simulator.observed import Observed, likelihood
from mtrec_lib.data.simulator.world import World


@dataclass(frozen=True)
class Query:
    """What the next event of each of ``n`` histories depends on.

    Args:
        belief: ``(n, K)`` p(type at the next event | history).
        number: ``(n,)`` context of its choice, if it stays in the session.
        last: ``(n,)`` category code of the session's last choice, 0 for none.
    """

    belief: np.ndarray
    number: np.ndarray
    last: np.ndarray


def filtered(world: World, histories: Histories) -> Query:
    """Run the filter over every distinct start once; each prefix is a stop on the way.

    Histories that begin at the same row of the shared columns, as all prefixes of one person do,
    share one pass, and all passes advance together: the loop is over time, not over people.
    """
    lengths = histories.lengths
    starts, run = np.unique(histories.starts, return_inverse=True)
    longest = np.zeros(len(starts), np.int64)
    np.maximum.at(longest, run, lengths)
    offset = np.cumsum(longest) - longest  # of each run in the rows laid end to end
    within = np.arange(longest.sum()) - np.repeat(offset, longest)
    rows = np.repeat(starts, longest) + within
    seen = Observed.gather(world, histories, rows, first=within == 0)
    belief = _forward(world, likelihood(world, seen), offset, longest, run, lengths)
    number, last = _contexts(world, seen, offset[run], lengths)
    return Query(belief, number, last)


def _contexts(
    world: World, seen: Observed, offset: np.ndarray, lengths: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """``(n,)`` context numbers and ``(n,)`` last category codes just after each prefix."""
    p, at, some = world.parameters, offset + lengths, lengths > 0
    opened = at.copy()  # an empty history has nothing to remember
    opened[some] = seen.opened[at[some] - 1]
    codes = world.codes[seen.item]
    number = context.number(codes, seen.chosen, opened, at, p.base, p.order)
    last = context.remembered(seen.chosen, opened, at, back=1)
    return number, context.coded(world.category[seen.item] + 1, last)


def _forward(
    world: World,
    evidence: np.ndarray,
    offset: np.ndarray,
    longest: np.ndarray,
    run: np.ndarray,
    lengths: np.ndarray,
) -> np.ndarray:
    """``(n, K)`` beliefs: b ← b·evidence, normalised, moved by the chain, once a row."""
    types = world.parameters.types
    if types == 1:
        return np.ones((len(run), 1))
    order = np.argsort(-longest, kind="stable")
    place = np.empty_like(order)
    place[order] = np.arange(len(order))  # where each run stands in the line, longest first
    queries = np.argsort(lengths, kind="stable")
    steps = int(longest.max(initial=0)) + 1
    bounds = np.searchsorted(lengths[queries], np.arange(steps + 1))
    alive = len(longest) - np.searchsorted(np.sort(longest), np.arange(steps), "right")
    belief = np.tile(world.start, (len(longest), 1))
    out = np.empty((len(run), types))
    for step in range(steps):
        ending = queries[bounds[step] : bounds[step + 1]]
        out[ending] = belief[place[run[ending]]]
        n = alive[step]
        now = belief[:n] * evidence[offset[order[:n]] + step]
        belief[:n] = (now / now.sum(1, keepdims=True)) @ world.move
    return out
