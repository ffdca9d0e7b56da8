"""A split by items: those that are asked about were never trained on."""

from dataclasses import dataclass, field, replace

import numpy as np
import polars as pl

from mtrec_lib.core import generator
from mtrec_lib.core.errors import ParameterError
from mtrec_lib.core.shares import Shares, three_shares
from mtrec_lib.data.log import Log
from mtrec_lib.data.splitting.parts import HELD_OUT, PARTS
from mtrec_lib.data.splitting.protocol import ColdQueries
from mtrec_lib.data.splitting.splits import Split


@dataclass(frozen=True, eq=False, repr=False)
class ColdItems(Split):
    """A split whose questions are about cold items alone; see :func:`cold_items`.

    The past of a question holds all that the person did before, the events of other items in the
    held-out parts included, and earlier ones of new items.

    Args:
        log, protocol, events, about: see :class:`Split`; the log is without the events that were
            taken away.
        cold: ``{"validation": ids, "test": ids}`` of the items that are new in these parts.

    Taught in chapter 05.
    """

    cold: dict[str, np.ndarray] = field(default_factory=dict)

    @property
    def cold_of(self) -> dict[str, np.ndarray]:
        """Ids of the items that alone are asked about in a part."""
        return self.cold


def cold_items(
    log: Log,
    share: float = 0.1,
    fractions: Shares = (0.8, 0.1, 0.1),
    seed: int = 0,
) -> ColdItems:
    """Two sets of items are drawn; no event of either is trained on.

    Each person's events are cut in time, in their canonical order, into training, validation and
    test. One set is asked about in validation, the other in test, and every other event of either
    is taken out of the log: the items are new when they are asked about, and a choice made on one
    set says nothing of the other. Only items that anybody took are drawn.

    Args:
        log: a log.
        share: of the items that were taken, for each of the two sets, in (0, 0.5).
        fractions: shares of a person's events that train, validate and test, each > 0, together 1.
        seed: which items.

    Returns:
        A split under the protocol ``cold_items``.

    Raises:
        ParameterError: a share out of range, fractions that are no shares, or a part without a
            question.

    >>> import mtrec_lib as mt
    >>> split = cold_items(mt.data.load("simulator", users=40, events=2000), share=0.2)
    >>> trained = set(split.log.catalogue.encode(split.train["item_id"]).tolist())
    >>> trained & {*split.cold["validation"].tolist(), *split.cold["test"].tolist()}
    set()

    Taught in chapter 05.
    """
    if not 0 < share < 0.5:
        raise ParameterError(f"share must be in (0, 0.5), got {share}")
    three_shares("fractions", fractions)
    ids = log.catalogue.encode(log.events["item_id"])
    cold = _drawn(np.unique(ids[ids >= 2]), share, seed)
    part = _parts(log.events, fractions)
    stays = ~np.isin(ids, np.concatenate(list(cold.values())))
    for name in HELD_OUT:
        targets = np.isin(ids, cold[name]) & (part == name)
        if not targets.any():
            raise ParameterError(f"share={share} leaves no question about new items in {name}")
        stays |= targets
    events = log.events.with_columns(part=pl.Series(part, dtype=pl.String)).filter(stays)
    reduced = replace(log, events=events.drop("part"))
    about = (
        f"{fractions[0]:.0%} of each person's events train, the next {fractions[1]:.0%} validate, "
        f"the last {fractions[2]:.0%} test; asked about are {len(cold['validation'])} and "
        f"{len(cold['test'])} items without a training event, drawn with seed {seed}"
    )
    return ColdItems(reduced, ColdQueries(), events, about, cold)


def _drawn(items: np.ndarray, share: float, seed: int) -> dict[str, np.ndarray]:
    """Ids of the two sets, each ascending."""
    order = generator(seed, "cold items").permutation(items)
    count = max(1, round(share * len(items)))
    return {
        name: np.sort(order[number * count : (number + 1) * count])
        for number, name in enumerate(HELD_OUT)
    }


def _parts(events: pl.DataFrame, fractions: Shares) -> np.ndarray:
    """``(events,)`` the part of each event by its place among the events of its person."""
    place = pl.int_range(pl.len()).over("user_id") / pl.len().over("user_id")
    positions = events.select(place).to_series().to_numpy()
    return np.array(PARTS)[
        np.searchsorted(np.cumsum(fractions[:2]) - 1e-9, positions, side="right")
    ]
