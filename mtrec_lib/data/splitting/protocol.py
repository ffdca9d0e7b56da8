"""What a rule of splitting says: one object a rule, and nobody else compares its name."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from mtrec_lib.data.splitting.parts import HELD_OUT, PLACE, places

if TYPE_CHECKING:
    from mtrec_lib.data.queries import Queries
    from mtrec_lib.data.splitting.splits import Split

_PART = pl.col("part").replace_strict(PLACE, return_dtype=pl.Int8)
Fault = tuple[pl.DataFrame, str]


@dataclass(frozen=True)
class Protocol:
    """The rule by which a log was split, and what follows from it.

    A split says by its column ``part`` which rows train. Its protocol says the rest: which rows
    break the rule (:meth:`faults`), what is asked (:meth:`queries`), which rows a statistic across
    people may read (:meth:`visible`), and when the observation of each person ends
    (:meth:`ends`).

    A split that somebody makes by hand, under a name of its own, gets this class itself. It takes
    for granted only that each person's parts follow each other, so it is careful: held-out events
    may lie anywhere in time, and nobody but their own person knows them.

    Args:
        name: of the rule, as it stands in files and checkpoints.

    >>> str(Protocol("pages")), protocol_of("by_week").needs
    ('pages', ('session_id', 'week'))

    Taught in chapter 01.
    """

    name: str
    needs: tuple[str, ...] = ()
    """Columns of the log by which the rule splits."""

    def __str__(self) -> str:
        return self.name

    def faults(self, split: "Split") -> Iterator[Fault]:
        """Rows that break the rule, possibly none, each with the words for it."""
        yield from ()

    def queries(self, split: "Split", part: str, every_event: bool) -> "Queries":
        """What a model is asked: by default every event of the part, from its person's past."""
        return split.queries_of_events(part)

    def visible(self, events: pl.DataFrame) -> pl.Series:
        """Which rows a statistic across people may read, provided that they happened earlier.

        Args:
            events: those of the split.

        Returns:
            ``(events,)`` bool. By default training rows alone, because held-out events lie
            scattered over the whole time of the log: a later training event must not know them.
        """
        return events["part"] == "train"

    def ends(self, events: pl.DataFrame, part: str, users: np.ndarray) -> np.ndarray:
        """When the observation of each person ends, for labels that look ahead.

        Args:
            events: those of the split.
            part: whose labels are made.
            users: ``(people,)`` ascending.

        Returns:
            ``(people,)`` second: by default of the person's own first event in a later part, or
            of the last event of the log where there is none; NaN in a log without times.
        """
        seconds, later = _seconds(events), places(events) > PLACE[part]
        ends = np.full(len(users), _last(seconds))
        owners = events["user_id"].to_numpy()[later]
        place = np.searchsorted(users, owners)
        known = place < len(users)
        known[known] &= users[place[known]] == owners[known]
        np.fmin.at(ends, place[known], seconds[later][known])
        return ends


@dataclass(frozen=True)
class LeaveLastOut(Protocol):
    """Each person's last event is the test, the one before it the validation."""

    name: str = "leave_last_out"

    def faults(self, split: "Split") -> Iterator[Fault]:
        """At most one event of a person in a held-out part."""
        held_out = split.events.filter(pl.col("part") != "train")
        twice = held_out.filter(pl.len().over("user_id", "part") > 1)
        yield twice, "a user has more than one event in a held-out part"


@dataclass(frozen=True)
class OneCut(Protocol):
    """Everybody is cut at the same moments: whatever happened earlier was known."""

    name: str = "global_time"
    needs: tuple[str, ...] = ("timestamp",)

    def faults(self, split: "Split") -> Iterator[Fault]:
        """No event may stand after one of a later part in time."""
        timed = split.events.filter(pl.col("timestamp").is_not_null())
        ordered = timed.sort("timestamp", *self._within_an_instant())
        yield ordered.filter(_PART.diff() < 0), "an event stands after one of a later part in time"

    def _within_an_instant(self) -> list[pl.Expr]:
        return [pl.col("row")]

    def visible(self, events: pl.DataFrame) -> pl.Series:
        """Every row: what is earlier than an event belongs to its part or to one before it."""
        return pl.repeat(True, events.height, eager=True)

    def ends(self, events: pl.DataFrame, part: str, users: np.ndarray) -> np.ndarray:
        """The first event of anybody in a later part; else the last of the log."""
        seconds, later = _seconds(events), places(events) > PLACE[part]
        after = seconds[later]
        end = _last(seconds) if np.isnan(after).all() else np.nanmin(after)
        return np.full(len(users), end)


@dataclass(frozen=True)
class ByWeek(OneCut):
    """Whole weeks and whole baskets; a query is a person's first basket in the part."""

    name: str = "by_week"
    needs: tuple[str, ...] = ("session_id", "week")

    def faults(self, split: "Split") -> Iterator[Fault]:
        """Baskets stay whole, and weeks follow the time."""
        known = split.events.filter(pl.col("session_id").is_not_null())
        cut = known.filter(pl.col("part").n_unique().over("user_id", "session_id") > 1)
        yield cut, "a basket is cut into several parts"
        yield split.events.filter(pl.col("week").diff().over("user_id") < 0), "weeks run backwards"
        yield from super().faults(split)

    def _within_an_instant(self) -> list[pl.Expr]:
        return [_PART]  # rows of one second may stand in any order in the file

    def queries(self, split: "Split", part: str, every_event: bool) -> "Queries":
        """One query a person, unless every event is wanted."""
        return split.queries_of_events(part) if every_event else split.queries_of_baskets(part)


@dataclass(frozen=True)
class NewPeople(Protocol):
    """Each person is whole in one part, so nobody's observation is cut short by another part."""

    name: str = "new_people"

    def faults(self, split: "Split") -> Iterator[Fault]:
        """A person stands in one part."""
        several = split.events.filter(pl.col("part").n_unique().over("user_id") > 1)
        yield several, "a person stands in several parts"

    def ends(self, events: pl.DataFrame, part: str, users: np.ndarray) -> np.ndarray:
        """The last event of the log."""
        return np.full(len(users), _last(_seconds(events)))


@dataclass(frozen=True)
class ColdQueries(Protocol):
    """Questions are about items that nobody trained on; each person is cut in their own time."""

    name: str = "cold_items"

    def faults(self, split: "Split") -> Iterator[Fault]:
        """An event of a cold item stands in the part that asks about it, and nowhere else."""
        ids, part = split.item_ids, split.events["part"].to_numpy()
        for name, items in split.cold_of.items():
            elsewhere = np.isin(ids, items) & (part != name)
            rule = f"an item that is new in {name} occurs in another part"
            yield split.events.filter(pl.Series(elsewhere, dtype=pl.Boolean)), rule

    def queries(self, split: "Split", part: str, every_event: bool) -> "Queries":
        """The events of a held-out part whose item is new in it; of training, all."""
        queries = split.queries_of_events(part)
        if part not in split.cold_of:
            return queries
        return queries[np.isin(queries.target_items, split.cold_of[part])]


@dataclass(frozen=True)
class FewEvents(Protocol):
    """Another rule, after which the later training events of each person were taken away.

    Args:
        name: of the other rule.
        rule: the other rule.
    """

    rule: Protocol = Protocol("")

    @classmethod
    def of(cls, rule: Protocol) -> "FewEvents":
        """This rule on top of another."""
        return cls(rule.name, rule.needs, rule)

    def faults(self, split: "Split") -> Iterator[Fault]:
        """Those of the other rule."""
        return self.rule.faults(split)

    def queries(self, split: "Split", part: str, every_event: bool) -> "Queries":
        """Those of the other rule."""
        return self.rule.queries(split, part, every_event)

    def visible(self, events: pl.DataFrame) -> pl.Series:
        """As under the other rule."""
        return self.rule.visible(events)

    def ends(self, events: pl.DataFrame, part: str, users: np.ndarray) -> np.ndarray:
        """In training, the last event that is left: what came after it is gone, not absent."""
        ends = self.rule.ends(events, part, users)
        if part in HELD_OUT:
            return ends
        train = events.filter(pl.col("part") == "train")
        last = np.full(len(users), -np.inf)
        np.fmax.at(last, np.searchsorted(users, train["user_id"].to_numpy()), _seconds(train))
        return np.minimum(ends, np.where(np.isinf(last), np.nan, last))


RULES: dict[str, Protocol] = {
    rule.name: rule for rule in (LeaveLastOut(), OneCut(), ByWeek(), NewPeople(), ColdQueries())
}
DECLARED = tuple(rule.name for rule in (LeaveLastOut(), OneCut(), ByWeek()))
"""Names of the rules that a log may declare as its own."""


def protocol_of(rule: "Protocol | str") -> Protocol:
    """The rule of this name; a name that is not known stands for the careful :class:`Protocol`.

    >>> protocol_of("global_time").needs
    ('timestamp',)
    """
    return rule if isinstance(rule, Protocol) else RULES.get(rule, Protocol(rule))


def _seconds(events: pl.DataFrame) -> np.ndarray:
    """``(events,)`` float64, NaN where the time is unknown."""
    return events["timestamp"].dt.epoch("s").cast(float).fill_null(np.nan).to_numpy()


def _last(seconds: np.ndarray) -> float:
    return float("nan") if np.isnan(seconds).all() else float(np.nanmax(seconds))
