"""From a few dials to a log with its truth."""

import numpy as np
import polars as pl

from mtrec_lib.core.seeds import generator
from mtrec_lib.data.about import About
from mtrec_lib.data.simulator import draw
from mtrec_lib.data.simulator.impressions import outcomes
from mtrec_lib.data.simulator.parameters import Parameters
from mtrec_lib.data.simulator.simulated_log import SimulatedLog
from mtrec_lib.data.simulator.world import GRADES, LIKE_AT, World

_BEGIN = 1_704_067_200  # 2024-01-01 00:00 UTC, in seconds
_NAMES = (
    "Lamp Kettle Blanket Chair Clock Basket Mug Mirror Rug Vase Candle Pillow Shelf Bowl Towel "
    "Desk Jar Curtain Tray Stool Frame Plate Bench Hook"
).split()


def simulate(
    users: int = 1000,
    events: int = 100_000,
    seed: int = 0,
    types: int = 6,
    drift: float = 0.02,
    order: int = 1,
    symbols: int | None = None,
    items: int = 300,
    categories: int = 12,
    feed: float = 0.3,
    positions: int = 10,
    confounding: float = 0.0,
    temperature: float = 1.0,
    session_length: float | None = None,
) -> SimulatedLog:
    """A made-up log of people whose true probabilities are known.

    Each person has a taste type that moves by a Markov chain. An event is a choice (behaviour
    ``choose``: item, rating) or an impression (``view``: item shown at a position, then click,
    like, rating, buy, spend). ``log.truth`` and ``log.oracle`` give the exact probabilities.

    Args:
        users: people, 1 … 10⁷.
        events: rows in all, roughly, ≥ 3 a person; people differ in how active they are.
        seed: of the world and of the log, ≥ 0.
        types: taste types K, 1 … 100.
        drift: probability that the type changes between two events, 0 … 1; with one type it has
            nowhere to go.
        order: how many choices of the session the next choice depends on, 0 … 4.
        symbols: number of items of a plain world, 2 … 100,000, in which a choice depends on
            exactly the last ``order`` items through a random table; None for a shop, in which it
            depends on the categories of the last items, taste and popularity.
        items: number of items of a shop, 2 … 100,000; not used with ``symbols``.
        categories: of the items of a shop, 1 … 24; not used with ``symbols``.
        feed: probability that an event is an impression, 0 … 1.
        positions: places in the feed, 1 … 100.
        confounding: ρ, logits by which a hidden mood (±1, drawn anew for every impression) moves
            both click and buy, 0 … 5; at 0 they have no hidden common cause.
        temperature: divides the logits of a choice, 0.05 … 20; higher is more random.
        session_length: mean events of a session, 1 … ∞; None means 8 in a shop and ∞ (one session
            a person) with ``symbols``.

    Returns:
        The log; prices and spend in an invented currency, times in UTC, invented titles.

    Raises:
        ParameterError: a value outside its range, or a choice table that would be too large.

    >>> log = simulate(users=20, events=400, seed=1)
    >>> sorted(log.events["behaviour"].unique())
    ['choose', 'view']

    Taught in chapter 01.
    """
    return _log(Parameters(**locals()))  # each argument is the dial of its name


def _log(p: Parameters) -> SimulatedLog:
    """Draw the world, then everybody's types, then the rows."""
    world = World.build(p)
    lengths = draw.lengths(p.users, p.events, generator(p.seed, "simulator", "lengths"))
    walked = draw.states(world, lengths + 1, generator(p.seed, "simulator", "types"))
    ends = np.cumsum(lengths + 1) - 1
    states = np.delete(walked, ends)
    return SimulatedLog(
        name="simulator",
        events=_events(world, lengths, states),
        items=_items(world),
        users=pl.DataFrame({"user_id": np.arange(1, p.users + 1, dtype=np.int64)}),
        about=_about(p),
        world=world,
        states=states,
        next_states=walked[ends],
    )


def _events(world: World, lengths: np.ndarray, states: np.ndarray) -> pl.DataFrame:
    """All rows, person after person, in canonical order."""
    p, total = world.parameters, len(states)
    rng = generator(p.seed, "simulator", "rows")
    opens = rng.random(total) < p.restart
    opens[np.cumsum(lengths) - lengths] = True
    views = rng.random(total) < p.feed
    item = draw.items(world, lengths, states, opens, views, p.seed)
    seconds = _seconds(lengths, opens, p.restart, generator(p.seed, "simulator", "times"))
    frame = {
        "user_id": np.repeat(np.arange(1, p.users + 1, dtype=np.int64), lengths),
        "item_id": item + 1,
        "timestamp": pl.Series(seconds * 1_000_000).cast(pl.Datetime("us", "UTC")),
        "behaviour": pl.Series(views).replace_strict({True: "view", False: "choose"}),
        "row": np.arange(total, dtype=np.uint32),
        "price": world.price[item],
        "session_id": np.cumsum(opens),
    }
    return pl.DataFrame(frame | outcomes(world, states, item, views))


def _seconds(
    lengths: np.ndarray, opens: np.ndarray, restart: float, rng: np.random.Generator
) -> np.ndarray:
    """``(events,)`` int64: a minute or so between events, never a tie.

    Everybody begins in the first month and spreads the sessions over about two months, so that
    the end of the log is not left to the active alone.
    """
    first = np.cumsum(lengths) - lengths
    # By the expected number of sessions: the true one would tell whether another is to come, and
    # the truth, which does not read times, would no longer be exact.
    sessions = np.repeat(np.maximum(lengths * restart, 1), lengths)
    between = 60 * 86_400 / sessions  # mean seconds
    pause = np.where(opens, 1800 + between * rng.exponential(1, len(opens)), 0)
    gap = 1 + (pause + rng.exponential(60, len(opens))).astype(np.int64)
    gap[first] = rng.integers(0, 30 * 86_400, len(lengths))
    walked = np.cumsum(gap)
    return _BEGIN + walked - np.repeat(walked[first] - gap[first], lengths)


def _items(world: World) -> pl.DataFrame:
    kind = world.category
    if world.parameters.symbols is not None:
        titles = [f"Symbol {number + 1}" for number in range(len(kind))]
        names = ["Symbol"]
    else:
        names = _NAMES
        titles = [
            f"{names[group]} {1 + number // world.parameters.categories}"
            for number, group in enumerate(kind)
        ]
    return pl.DataFrame(
        {
            "item_id": np.arange(1, len(kind) + 1, dtype=np.int64),
            "title": titles,
            "categories": [[names[group]] for group in kind],
            "price": world.price,
        }
    )


def _about(p: Parameters) -> About:
    return About(
        title="Simulated shop" if p.symbols is None else "Simulated symbols",
        licence="made up by mtrec; no terms",
        source=f"mtrec_lib.data.simulate(users={p.users}, events={p.events}, seed={p.seed}, …)",
        unit="product" if p.symbols is None else "symbol",
        caveats=("Simulated: the people, the items and their titles are invented.",),
        repeats=True,
        grades=tuple(float(grade) for grade in range(1, GRADES + 1)),
        like_at=float(LIKE_AT),
        currency="invented currency",
        simulated=True,
    )
