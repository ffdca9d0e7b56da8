"""A split whose future is another one: what a feature must not notice."""

from dataclasses import dataclass, replace

import numpy as np
import polars as pl

import mtrec_lib as mt
from mtrec_lib.data.splitting.protocol import Protocol

OUTCOMES = ("rating", "price", "quantity", "spend", "like", "click", "buy", "behaviour")


@dataclass(frozen=True)
class Seen:
    """As much of a split as features read, free to break the rules of a protocol."""

    log: mt.data.Log
    protocol: Protocol
    events: pl.DataFrame


def altered(split, future, outcome=None, drop=0.0, seed=0):
    """The split with other outcomes and items in the rows of ``future`` (a mask), some dropped.

    Rows of the mask ``outcome`` get other outcomes only.
    """
    rng = np.random.default_rng(seed)
    outcome = np.zeros_like(future) if outcome is None else outcome
    events = split.events.with_columns(
        _swapped(split.events[name], future | (outcome if name != "item_id" else False), rng)
        for name in ("item_id", *OUTCOMES)
        if split.log.has(name)
    )
    kept = ~(future & (rng.random(len(future)) < drop))
    events = events.filter(kept)
    log = replace(split.log, events=events.drop("part"))
    return Seen(log, split.protocol, events), kept


def _swapped(column, mask, rng):
    """Known values of the column, drawn anew where the mask holds; never the old value."""
    values = column.drop_nulls().unique().sort()
    if len(values) < 2:
        return column
    place = column.replace_strict(values, np.arange(len(values)), default=0).to_numpy()
    moved = (place + rng.integers(1, len(values), len(place))) % len(values)
    return (
        pl.select(pl.when(pl.Series(mask)).then(values[moved]).otherwise(column))
        .to_series()
        .alias(column.name)
    )
