"""What happens after an item is shown or chosen: click, like, rating, buy, spend."""

import numpy as np
import polars as pl

from mtrec_lib.core.seeds import generator
from mtrec_lib.data.simulator.draw import Rows
from mtrec_lib.data.simulator.world import LIKE_AT, World


def outcomes(
    world: World, states: np.ndarray, item: np.ndarray, views: np.ndarray
) -> dict[str, pl.Series]:
    """The outcome columns of every row, null where a row has no such outcome.

    A chosen or clicked item is rated; only a clicked one can be bought, and spend follows a buy. A
    world without a feed has no columns ``position``, ``click``, ``buy`` and ``spend``.

    Args:
        world: the tables.
        states: ``(events,)`` types.
        item: ``(events,)`` catalogue rows.
        views: ``(events,)`` bool, the row is an impression.
    """
    p, total = world.parameters, len(item)
    rng = generator(p.seed, "simulator", "outcomes")
    grade = 1 + Rows(world.grades).draw(states * p.size + item, rng.random(total))
    like = grade >= LIKE_AT
    if p.feed == 0:
        return {"rating": pl.Series(grade.astype(np.float64)), "like": pl.Series(like)}
    position = Rows(world.place).draw(item, rng.random(total))
    mood = rng.integers(0, 2, total)
    click = views & (rng.random(total) < world.seen[position] * world.attracted[mood, states, item])
    buy = click & (rng.random(total) < world.bought[mood, like.astype(int), states, item])
    log_spend = world.spend[states, item] + world.spend_sd * rng.standard_normal(total)
    rated = click | ~views
    return {
        "rating": _where(rated, grade.astype(np.float64)),
        "position": _where(views, (position + 1).astype(np.int16)),
        "click": _where(views, click),
        "like": _where(rated, like),
        "buy": _where(click, buy),
        "spend": _where(buy, np.exp(log_spend)),
    }


def _where(known: np.ndarray, values: np.ndarray) -> pl.Series:
    """``values`` with null where not ``known``."""
    return pl.select(pl.when(pl.Series(known)).then(pl.Series(values))).to_series()
