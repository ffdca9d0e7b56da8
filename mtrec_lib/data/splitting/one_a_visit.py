"""A split in which every visit tells one item: next-item models then predict the next basket."""

from dataclasses import replace

import numpy as np
import polars as pl

from mtrec_lib.core import generator
from mtrec_lib.core.errors import ParameterError
from mtrec_lib.data.splitting.splits import Split

_ADDED = ("spend", "quantity")


def one_a_visit(split: Split, draws: int = 1, seed: int = 0) -> Split:
    """One item of each visit, drawn by dice, each distinct item with the same chance.

    A receipt is a set, and a model of sequences would learn the till's order. Of a drawn item i
    of a visit B, p(draw = i) = E[1(i ∈ B) / |B|], which is what Recall@k wants ranked, and
    p(i ∈ B) = p(draw = i) · E[|B| | draw = i].

    Args:
        split: a split of a log. A visit is a session of one person and one part; an event of no
            session is a visit by itself.
        draws: how often all visits are drawn anew (≥ 1). Each draw is a person of its own: person
            number p (from 1, in the order of ``user_id``) becomes ``user_id`` p · draws + draw, so
            that with one draw people keep their order.
        seed: of the dice.

    Returns:
        A split of a log of its own, under the same protocol. ``size`` is the number of distinct
        items of the visit; ``spend`` and ``quantity``, where there are any, are the visit's sums
        for the drawn item.

    Raises:
        ParameterError: ``draws`` below 1.

    >>> import mtrec_lib as mt
    >>> split = mt.data.split(mt.data.load("simulator", users=20, events=400))
    >>> thinned = one_a_visit(split)
    >>> thinned.events.select("user_id", "part", "session_id").is_unique().all()
    True

    Taught in chapter 10.
    """
    if draws < 1:
        raise ParameterError(f"draws must be ≥ 1, got {draws}")
    items, visit = _items(split.events)
    person = pl.col("user_id").rank("dense").cast(pl.Int64)
    parts = []
    for draw in range(draws):
        dice = generator(seed, "one a visit", draw).random(items.height)
        drawn = items[_lowest(visit, dice)]
        parts.append(drawn.with_columns(user_id=person * draws + draw))
    events = pl.concat(parts).sort("user_id", "timestamp", "row")
    log = replace(split.log, events=events.drop("part"), users=_renamed(split, draws))
    about = f"{split.about}; one item of each visit, by dice"
    return replace(split, log=log, events=events, about=about)


def _renamed(split: Split, draws: int) -> pl.DataFrame:
    """The people of the log under their new names, once a draw."""
    people = split.events.select(pl.col("user_id").unique().sort())
    named = people.with_row_index("person", offset=1)
    known = split.log.users.join(named, on="user_id", how="inner").sort("person")
    number = pl.col("person").cast(pl.Int64) * draws
    copies = [known.with_columns(user_id=number + draw).drop("person") for draw in range(draws)]
    return pl.concat(copies).sort("user_id")


def _items(events: pl.DataFrame) -> tuple[pl.DataFrame, np.ndarray]:
    """The distinct items of each visit, the visits one after the other, and each row's visit."""
    keys = [pl.col("user_id"), pl.col("part")]
    if "session_id" in events.columns:
        row = -1 - pl.col("row").cast(pl.Int64)  # an event of no session is a visit by itself
        keys.append(pl.col("session_id").fill_null(row))
    else:
        keys.append(pl.col("row").cast(pl.Int64))
    visit = events.select(pl.struct(keys).rank("dense")).to_series().alias("visit")
    sums = [
        pl.col(name).sum().over("visit", "item_id") for name in _ADDED if name in events.columns
    ]
    items = (
        events.with_columns(visit)
        .with_columns(sums)
        .unique(["visit", "item_id"], keep="first", maintain_order=True)
        .with_columns(size=pl.len().over("visit").cast(pl.Int64))
    )
    return items.drop("visit"), items["visit"].to_numpy()


def _lowest(visit: np.ndarray, dice: np.ndarray) -> np.ndarray:
    """Rows with the lowest dice of their visit, ascending."""
    order = np.lexsort((dice, visit))
    first = np.append(True, np.diff(visit[order]) != 0)[: len(order)]
    return np.sort(order[first])
