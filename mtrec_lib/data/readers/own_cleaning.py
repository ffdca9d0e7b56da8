"""What a description asks to be done with events: repeated ones joined, rare ones left out."""

from dataclasses import dataclass
from typing import Any

import polars as pl

from mtrec_lib.core.errors import ParameterError
from mtrec_lib.core.suggest import nearest
from mtrec_lib.data.cleaning import Report

_CHOICES = {
    "repeated": ("keep", "sum", "first", "last"),
    "repeated_within": ("log", "day", "session"),
    "min_events_rule": ("core", "once"),
}
_SAME = ("user_id", "item_id", "behaviour")
_NO_SUM = ("user_id", "item_id", "session_id", "row", "week", "price")
_FLAGS = ("like", "click", "buy")


@dataclass(frozen=True)
class Cleaning:
    """The table ``[cleaning]`` of a description; ``data/templates/my.toml`` explains its keys.

    Raises:
        ParameterError: a value that is none of those that a key may have.
    """

    repeated: str = "keep"
    repeated_within: str = "log"
    summed: tuple[str, ...] = ()
    min_events_per_user: int = 1
    min_events_per_item: int = 1
    min_events_rule: str = "core"

    def __post_init__(self) -> None:
        for key, choices in _CHOICES.items():
            value = getattr(self, key)
            if value not in choices:
                close = nearest(str(value), choices, n=1)
                hint = f"; did you mean {close[0]!r}?" if close else ""
                raise ParameterError(
                    f"[cleaning] {key} must be one of {', '.join(choices)}, got {value!r}{hint}"
                )
        for key in ("min_events_per_user", "min_events_per_item"):
            if getattr(self, key) < 1:
                raise ParameterError(f"[cleaning] {key} must be ≥ 1, got {getattr(self, key)}")
        if self.summed and self.repeated != "sum":
            raise ParameterError(
                f'[cleaning] summed = {list(self.summed)} needs repeated = "sum", got '
                f"{self.repeated!r}"
            )

    @classmethod
    def of(cls, options: dict[str, Any]) -> "Cleaning":
        """The cleaning that a table of a description asks for."""
        values = dict(options)
        return cls(**values | {"summed": tuple(values.get("summed", ()))})


def joined(
    events: pl.DataFrame, cleaning: Cleaning, zone: str, report: Report
) -> tuple[pl.DataFrame, Report]:
    """One event in place of several of one person, item and behaviour (and day, or session).

    ``first`` and ``last`` keep that event by (time, row in the file). ``sum`` keeps the last one
    with the sum of the quantities (an event that tells none counts as 1) and of the columns that
    ``summed`` names, the mean price a piece, and a flag that is true if one of them was. Events of
    an unknown day or session stay as they are.

    Raises:
        ParameterError: a column that is needed is missing or no number.
    """
    if cleaning.repeated == "keep":
        return events, report
    keys = [*map(pl.col, _SAME), *_within(events, cleaning.repeated_within, zone)]
    known = pl.all_horizontal(key.is_not_null() for key in keys)
    ordered = events.sort("timestamp", "row", nulls_last=False)
    if cleaning.repeated == "sum":
        ordered = ordered.with_columns(_sums(ordered, cleaning, keys, known))
    place = pl.int_range(pl.len()).over(keys)
    chosen = place == (0 if cleaning.repeated == "first" else pl.len().over(keys) - 1)
    keep = ordered.select((chosen | ~known).fill_null(True)).to_series()
    how = "summed into the last one" if cleaning.repeated == "sum" else f"{cleaning.repeated} kept"
    where = "" if cleaning.repeated_within == "log" else f", {cleaning.repeated_within}"
    reason = f"repeated event of one person, item, behaviour{where}: {how}"
    return ordered.filter(keep).sort("row"), report.dropped(reason, ordered.filter(~keep))


def _within(events: pl.DataFrame, within: str, zone: str) -> list[pl.Expr]:
    if within == "log":
        return []
    column = {"day": "timestamp", "session": "session_id"}[within]
    if column not in events.columns or events[column].null_count() == events.height:
        raise ParameterError(
            f'[cleaning] repeated_within = "{within}" needs the column {column} in '
            '[events.columns]; name it, or set repeated_within = "log"'
        )
    day = pl.col("timestamp").dt.convert_time_zone(zone).dt.date()
    return [day if within == "day" else pl.col(column)]


def _sums(
    events: pl.DataFrame, cleaning: Cleaning, keys: list[pl.Expr], known: pl.Expr
) -> list[pl.Expr]:
    numbers = [n for n, kind in events.schema.items() if kind.is_numeric() and n not in _NO_SUM]
    for name in cleaning.summed:
        if name not in numbers:
            raise ParameterError(
                f"[cleaning] summed must name columns of numbers out of {numbers}, got {name!r}"
            )
    one = pl.col("row").is_not_null().cast(pl.Float64)
    quantity = pl.col("quantity") if "quantity" in events.columns else one
    pieces = quantity.fill_null(1.0)
    new = {"quantity": (pieces.sum(), quantity)}
    for name in cleaning.summed:
        new[name] = (pl.col(name).sum(), pl.col(name))
    for name in _FLAGS:
        if name in events.columns:
            new[name] = (pl.col(name).max(), pl.col(name))
    if "price" in events.columns:
        priced = pl.when(pl.col("price").is_not_null()).then(pieces)
        mean = (pl.col("price") * priced).sum() / priced.sum()
        new["price"] = (pl.when(priced.sum() > 0).then(mean), pl.col("price"))
    several = known & (pl.len().over(keys) > 1)
    return [
        pl.when(several).then(together.over(keys)).otherwise(alone).alias(name)
        for name, (together, alone) in new.items()
    ]


def filtered(
    events: pl.DataFrame, cleaning: Cleaning, report: Report
) -> tuple[pl.DataFrame, Report]:
    """Events of people and items that have at least so many events.

    ``once`` counts both in the log as it is and leaves out whatever has too few. ``core`` counts
    again until everybody and everything that is left has enough: the k-core.

    Raises:
        ParameterError: nothing is left.
    """
    people, items = cleaning.min_events_per_user, cleaning.min_events_per_item
    if people == items == 1:
        return events, report
    left, by_item, by_person = events, events.clear(), events.clear()
    while True:
        rare = left.select(pl.len().over("item_id") < items).to_series()
        few = left.select(pl.len().over("user_id") < people).to_series()
        by_item = pl.concat([by_item, left.filter(rare)])
        by_person = pl.concat([by_person, left.filter(few & ~rare)])
        left = left.filter(~(rare | few))
        if cleaning.min_events_rule == "once" or not (rare | few).any():
            break
    if left.is_empty():
        raise ParameterError(
            f"[cleaning] min_events_per_user = {people} and min_events_per_item = {items} leave "
            f"none of {events.height:,} events; set smaller numbers"
        )
    rule = "k-core" if cleaning.min_events_rule == "core" else "counted once"
    report = report.dropped(f"item with fewer than {items} events, {rule}", by_item)
    return left, report.dropped(f"person with fewer than {people} events, {rule}", by_person)
