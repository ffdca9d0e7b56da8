"""What a row of a history shows, and how likely each type makes it."""

from dataclasses import dataclass, fields

import numpy as np

from mtrec_lib.core.errors import ParameterError
from mtrec_lib.data.catalogue import FIRST
from mtrec_lib.data.histories import Histories
from mtrec_lib.data.simulator import context
from mtrec_lib.data.simulator.world import GRADES, LIKE_AT, World

_OUTCOMES = ("position", "click", "like", "buy", "rating", "spend")


@dataclass(frozen=True)
class Observed:
    """Rows of histories one after the other; NaN, or item −1, is "not observed".

    Args:
        item: ``(m,)`` int64 catalogue row.
        view: ``(m,)`` bool, the row is an impression: it has a position, a click or a buy.
        opened: ``(m,)`` int64 first row of the session that the row belongs to.
        position, click, like, buy, rating, spend: ``(m,)`` float64.
    """

    item: np.ndarray
    view: np.ndarray
    opened: np.ndarray
    position: np.ndarray
    click: np.ndarray
    like: np.ndarray
    buy: np.ndarray
    rating: np.ndarray
    spend: np.ndarray

    @classmethod
    def gather(
        cls, world: World, histories: Histories, rows: np.ndarray, first: np.ndarray
    ) -> "Observed":
        """Read ``rows`` of the shared columns; ``first`` marks those that begin a history.

        Without a ``session_id`` a history is read as one session.

        Raises:
            ParameterError: an id, a rating, a position, a truth value or a spend that this world
                does not have.
        """
        columns = histories.columns
        item = columns["item"][rows].astype(np.int64) - FIRST
        read = {
            name: columns[name][rows].astype(np.float64)
            if name in columns
            else np.full(len(rows), np.nan)
            for name in _OUTCOMES
        }
        _check(world, item, read)
        _imply(read)
        view = ~(np.isnan(read["position"]) & np.isnan(read["click"]) & np.isnan(read["buy"]))
        _click_where_rated(read, view)
        opens = first.copy()
        if "session_id" in columns and len(rows):
            session = columns["session_id"][rows]
            opens[1:] |= session[1:] != session[:-1]
        opened = np.maximum.accumulate(np.where(opens, np.arange(len(rows)), 0))
        return cls(item=np.maximum(item, -1), view=view, opened=opened, **read)

    def __getitem__(self, rows: np.ndarray) -> "Observed":
        return Observed(*[getattr(self, field.name)[rows] for field in fields(self)])

    @property
    def chosen(self) -> np.ndarray:
        """Rows that are choices of a known item, ascending."""
        return np.flatnonzero(~self.view & (self.item >= 0))


def likelihood(world: World, seen: Observed) -> np.ndarray:
    """``(m, K)`` p(all that a row shows | type, past) up to a factor that no type changes.

    A row whose item is unknown says nothing. The mood of an impression is summed out.
    """
    evidence = np.ones((len(seen.item), world.parameters.types))
    chosen = seen.chosen
    evidence[chosen] = _choice(world, seen, chosen) * _outcome(world, seen[chosen], clicked=False)
    views = np.flatnonzero(seen.view & (seen.item >= 0))
    evidence[views] = _impression(world, seen[views])
    return evidence


def _choice(world: World, seen: Observed, chosen: np.ndarray) -> np.ndarray:
    """``(n, K)`` p(chosen item | type, context)."""
    p = world.parameters
    codes = world.codes[seen.item]
    number = context.number(codes, chosen, seen.opened[chosen], chosen, p.base, p.order)
    return world.choice[:, number, seen.item[chosen]].T


def _impression(world: World, seen: Observed) -> np.ndarray:
    """``(n, K)`` p(click, like, rating, buy, spend | shown item, position, type)."""
    place = np.nan_to_num(seen.position, nan=1.0).astype(np.int64) - 1
    examined = np.where(np.isnan(seen.position), world.shown[seen.item], world.seen[place])
    click = examined[:, None] * world.click[:, seen.item].T
    after = click * _outcome(world, seen, clicked=True)
    not_clicked, clicked = (seen.click == 0)[:, None], (seen.click == 1)[:, None]
    return np.where(not_clicked, 1 - click, np.where(clicked, after, 1 - click + after))


def _outcome(world: World, seen: Observed, clicked: bool) -> np.ndarray:
    """``(n, K)`` p(rating or like, buy, spend | clicked or chosen item, type)."""
    grade = np.nan_to_num(seen.rating, nan=1.0).astype(np.int64) - 1
    rated = world.grades[:, seen.item, grade]  # (K, n)
    total = np.zeros_like(rated)
    for like in (0, 1):
        fits = np.where(np.isnan(seen.like), 1.0, seen.like == like)
        by_rating = rated * ((grade >= LIKE_AT - 1) == like)
        part = np.where(np.isnan(seen.rating), world.like[like][:, seen.item] * fits, by_rating)
        if clicked:
            buy = world.buy[like][:, seen.item]
            part = part * np.where(seen.buy == 1, buy, np.where(seen.buy == 0, 1 - buy, 1.0))
        total += part
    return (total * _spend(world, seen)).T


def _spend(world: World, seen: Observed) -> np.ndarray:
    """``(K, n)`` density of log spend, up to a factor common to all types; 1 where unobserved."""
    amount = np.log(np.where(np.isnan(seen.spend), 1.0, seen.spend))
    distance = ((amount - world.spend[:, seen.item]) / world.spend_sd) ** 2
    distance -= distance.min(0)  # keeps an outlandish amount from underflowing for every type
    return np.where(np.isnan(seen.spend), 1.0, np.exp(-distance / 2))


def _imply(read: dict[str, np.ndarray]) -> None:
    """Fill in what an observed outcome proves: who spent has bought, who bought has clicked."""
    read["buy"] = np.where(np.isnan(read["spend"]), read["buy"], 1.0)
    read["click"] = np.where(read["buy"] == 1, 1.0, read["click"])


def _click_where_rated(read: dict[str, np.ndarray], view: np.ndarray) -> None:
    """An impression that was rated or liked was clicked."""
    rated = view & ~(np.isnan(read["rating"]) & np.isnan(read["like"]))
    read["click"] = np.where(np.isnan(read["click"]) & rated, 1.0, read["click"])


def _check(world: World, item: np.ndarray, read: dict[str, np.ndarray]) -> None:
    size, positions = world.parameters.size, world.parameters.positions
    if len(item) and item.max() >= size:
        raise ParameterError(
            f"item ids must lie in 0 … {size + FIRST - 1}, got {item.max() + FIRST}; "
            "take them from this log's catalogue"
        )
    allowed = {
        "rating": (np.arange(1.0, GRADES + 1), f"one of 1 … {GRADES}"),
        "position": (np.arange(1.0, positions + 1), f"one of 1 … {positions}"),
        **{name: (np.array([0.0, 1.0]), "0 or 1") for name in ("click", "like", "buy")},
    }
    for name, (values, rule) in allowed.items():
        wrong = ~(np.isnan(read[name]) | np.isin(read[name], values))
        if wrong.any():
            raise ParameterError(f"{name} must be {rule} or missing, got {read[name][wrong][0]:g}")
    if (read["spend"] <= 0).any():
        raise ParameterError(
            f"spend must be positive or missing, got {read['spend'][read['spend'] <= 0][0]:g}"
        )
