"""A split whose people's events lack something: what can a model learn without it?"""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import polars as pl

from mtrec_lib.core import generator
from mtrec_lib.core.errors import ParameterError
from mtrec_lib.data.splitting.splits import Split

_NEVER = ("user_id", "item_id", "behaviour", "row", "part")
_OF_THE_PLACE = ("user_id", "timestamp", "session_id", "week", "row", "part")


def blinded(
    split: Split, without: Sequence[str] = (), shuffle: bool = False, seed: int = 0
) -> Split:
    """The same split without some columns, or without the order of the training events.

    A model that is asked without something it was trained with may be merely surprised; a model
    that is *trained* on this split shows what can be done without it. Queries, targets and their
    order stay, so results can be compared by person.

    Args:
        split: a split of a log.
        without: columns to take away, such as ``"rating"`` or ``"timestamp"``. Without times the
            order of the events is kept.
        shuffle: put each person's training events into random order; times stay in their places.
        seed: of that order.

    Returns:
        A split of a log of its own, under the same protocol.

    Raises:
        ParameterError: a column that the log has not or cannot do without.

    >>> import mtrec_lib as mt
    >>> split = mt.data.leave_last_out(mt.data.load("simulator", users=20, events=400))
    >>> blinded(split, without=["rating", "timestamp"]).log.has("rating")
    False

    Taught in chapter 04.
    """
    _check(split, without)
    events = _shuffled(split.events, seed) if shuffle else split.events
    if "timestamp" in without:
        none = pl.lit(None, events.schema["timestamp"])
        row = pl.int_range(pl.len(), dtype=pl.UInt32)  # keeps the order without times
        events = events.with_columns(timestamp=none, row=row)
    events = events.drop(name for name in without if name != "timestamp")
    return replace(split, log=replace(split.log, events=events.drop("part")), events=events)


def _shuffled(events: pl.DataFrame, seed: int) -> pl.DataFrame:
    user = events["user_id"].rank("dense").to_numpy()
    held = (events["part"] != "train").to_numpy()
    place = np.arange(events.height)
    draw = np.where(held, place, generator(seed, "blinded").random(events.height))
    order = np.lexsort((draw, held, user))  # training events first: no part stands before it
    moving = [name for name in events.columns if name not in _OF_THE_PLACE]
    return events.with_columns(events.select(moving)[order])


def _check(split: Split, without: Sequence[str]) -> None:
    names = [name for name in split.events.columns if name not in _NEVER]
    wrong = [name for name in without if name not in names]
    if wrong or isinstance(without, str):
        raise ParameterError(f"without must be a list of columns out of {names}, got {without!r}")
    lost = sorted(set(without) & set(split.protocol.needs))
    if lost:
        raise ParameterError(
            f"without holds {lost}, by which {split.protocol} splits; use leave_last_out"
        )
