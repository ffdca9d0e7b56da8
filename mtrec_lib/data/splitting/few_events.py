"""A split whose people have hardly trained."""

from dataclasses import replace

import polars as pl

from mtrec_lib.core.errors import ParameterError
from mtrec_lib.data.splitting.protocol import FewEvents
from mtrec_lib.data.splitting.splits import Split


def few_events(split: Split, first: int = 5) -> Split:
    """The same questions, with each person's training part cut to its first events.

    The later training events are gone from the log: they are neither trained on nor part of a
    past, and their items are candidates like all others.

    Args:
        split: a split of a log.
        first: training events of a person that stay (≥ 1).

    Returns:
        A split of a smaller log, under the same protocol, but that nobody is followed beyond
        their last training event: whether they came back soon after it is not known any more.

    Raises:
        ParameterError: ``first`` below 1.

    >>> import mtrec_lib as mt
    >>> split = mt.data.leave_last_out(mt.data.load("simulator", users=20, events=400))
    >>> few_events(split, first=2).train["user_id"].value_counts()["count"].max()
    2

    Taught in chapter 05.
    """
    if first < 1:
        raise ParameterError(f"first must be ≥ 1 events of a person, got {first}")
    early = pl.int_range(pl.len()).over("user_id") < first  # training stands before the rest
    events = split.events.filter((pl.col("part") != "train") | early)
    about = f"{split.about}; the first {first} training events of each person"
    log = replace(split.log, events=events.drop("part"))
    rule = FewEvents.of(split.protocol)
    return replace(split, log=log, protocol=rule, events=events, about=about)
