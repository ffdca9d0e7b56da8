"""The machinery of causal features: running sums that end before the row they stand on.

Two clocks decide what is earlier. **Within a person** it is the canonical order of the log: every
event of that person in a row above. **Across people** it is the clock alone: rows with a strictly
smaller timestamp, for rows of one instant are in no order that a feature may use; and only rows
that the protocol of the split makes visible: where held-out events lie scattered over the whole
time of the log (leave-last-out, cold items, new people), those are the training rows alone. A log
without times has no statistics across people.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

if TYPE_CHECKING:
    from mtrec_lib.data import Split

DAY = 86_400_000_000  # microseconds
OUTCOMES = ("like", "click", "buy")
NEVER = -1.0


@dataclass(frozen=True)
class Feature:
    """A named number of an event, and how it comes out of the working table.

    Args:
        name: column name.
        unit: of the values.
        meaning: a sentence for the reader, the fill for "nothing yet" included.
        value: a polars expression over the table that :func:`table` makes.

    Taught in chapter 02.
    """

    name: str
    unit: str
    meaning: str
    value: pl.Expr


def compute(frame: pl.DataFrame, features: Sequence[Feature]) -> pl.DataFrame:
    """The features as float32 columns, one row an event.

    >>> doubled = Feature("doubled", "events", "Twice the count.", 2 * pl.col("count"))
    >>> compute(pl.DataFrame({"count": [1, 2]}), [doubled])["doubled"].to_list()
    [2.0, 4.0]

    Taught in chapter 02.
    """
    return frame.select(f.value.cast(pl.Float32).alias(f.name) for f in features)


def so_far(values: pl.Expr) -> pl.Expr:
    """Sum over the person's earlier rows; nulls count as zero.

    >>> frame = pl.DataFrame({"person": [0, 0, 0, 1], "spend": [5.0, 2.0, 1.0, 9.0]})
    >>> frame.select(so_far(pl.col("spend")))["spend"].to_list()
    [0.0, 5.0, 7.0, 0.0]

    Taught in chapter 02.
    """
    return values.fill_null(0).cum_sum().shift(1, fill_value=0).over("person")


def back(values: pl.Expr, steps: int = 1) -> pl.Expr:
    """The value that stands ``steps`` of the person's rows earlier; null where there is none.

    >>> frame = pl.DataFrame({"person": [0, 0, 1], "spend": [5.0, 2.0, 9.0]})
    >>> frame.select(back(pl.col("spend")))["spend"].to_list()
    [None, 5.0, None]

    Taught in chapter 02.
    """
    return values.shift(steps).over("person")


def days(later: pl.Expr, earlier: pl.Expr) -> pl.Expr:
    """Days from ``earlier`` to ``later``, both microseconds; −1 where ``earlier`` is null."""
    return ((later - earlier) / DAY).fill_null(NEVER)


def ratio(part: pl.Expr, whole: pl.Expr, otherwise: float | pl.Expr = 0.0) -> pl.Expr:
    """``part / whole``, and ``otherwise`` where the whole is zero."""
    return pl.when(whole > 0).then(part / whole).otherwise(otherwise)


def before(frame: pl.DataFrame, keys: Sequence[str], sums: Mapping[str, pl.Expr]) -> pl.DataFrame:
    """Sums over all people's visible rows of the same ``keys`` at strictly earlier times.

    Args:
        frame: a table with ``time`` (any ordered type, no nulls), ``visible`` and the keys.
        keys: columns that must agree; none of them means the whole log.
        sums: what to add up, by name of the result; nulls count as zero.

    Returns:
        A float64 column a sum, one row a row of ``frame``, in its order.

    >>> frame = pl.DataFrame({"time": [1, 2, 2, 3], "spend": [1.0, 2.0, 4.0, 8.0]})
    >>> frame = frame.with_columns(visible=True)
    >>> before(frame, [], {"spend": pl.col("spend")})["spend"].to_list()
    [0.0, 1.0, 1.0, 7.0]

    Taught in chapter 02.
    """
    clock = [*keys, "time"]
    ordered = frame.with_row_index("at").sort(clock, maintain_order=True)
    changes = pl.any_horizontal(pl.col(key).ne_missing(pl.col(key).shift()) for key in clock)
    new = ordered.select(changes | (pl.col("at").cum_count() == 1)).to_series().to_numpy()
    instant = np.maximum.accumulate(np.where(new, np.arange(len(new)), 0))
    place = np.empty(len(new), np.int64)
    place[ordered["at"].to_numpy()] = instant  # the first row of its instant, for each row
    totals = []
    for name, value in sums.items():
        seen = pl.when("visible").then(value.cast(pl.Float64)).otherwise(0).fill_null(0)
        total = seen.cum_sum().shift(1, fill_value=0)
        totals.append((total.over(*keys) if keys else total).alias(name))
    return ordered.select(totals)[place]


def is_timed(split: "Split") -> bool:
    """Whether the log has times, hence days and statistics across people."""
    return split.log.has("timestamp")


def outcomes(split: "Split") -> tuple[str, ...]:
    """Which of like, click and buy the log carries; a like may be read off the rating."""
    return tuple(name for name in OUTCOMES if split.log.label(name) is not None)


def table(split: "Split") -> pl.DataFrame:
    """The working table: the columns that feature expressions read, one row an event.

    ``person``, ``item`` (catalogue ids), ``time`` (microseconds), ``past`` (the person's earlier
    events), ``visible`` (may be read by statistics across people) and, where the log has them,
    ``rating``, ``rated`` and ``mean`` (number and mean of the person's earlier ratings), ``price``,
    ``spend``, ``session_id``, ``like``, ``click``, ``buy``, and the ``prior:`` columns: the mean
    over all people until then, which stands in for whatever has no past of its own.
    """
    item = pl.Series("item", split.log.catalogue.encode(split.events["item_id"]))
    frame = split.events.select(
        item,
        pl.col("user_id").rle_id().alias("person"),
        pl.col("timestamp").cast(pl.Int64).alias("time"),
        split.protocol.visible(split.events).alias("visible"),
        "behaviour",
        *_measured(split),
    ).with_columns(pl.int_range(pl.len()).over("person").alias("past"))
    frame = frame.with_columns(_priors(frame, split))
    if "rating" not in frame.columns:
        return frame
    rated, total = so_far(pl.col("rating").is_not_null().cast(pl.Int64)), so_far(pl.col("rating"))
    mean = ratio(total, rated, pl.col("prior:rating"))
    return frame.with_columns(rated=rated, mean=mean)


def _measured(split: "Split") -> list[pl.Expr]:
    """What was measured on an event: its outcomes, never read on the row they belong to."""
    log = split.log
    columns = [pl.col(name).cast(pl.Float64) for name in ("rating", "price") if log.has(name)]
    if log.has("spend"):
        columns.append(pl.col("spend").cast(pl.Float64))
    elif log.has("price"):
        pieces = pl.col("quantity").fill_null(1) if log.has("quantity") else pl.lit(1.0)
        columns.append((pl.col("price") * pieces).cast(pl.Float64).alias("spend"))
    for name in OUTCOMES:
        label = log.label(name)
        if label is not None:
            columns.append(label.alias(name))
    return columns + [pl.col("session_id")] * log.has("session_id")


def _priors(frame: pl.DataFrame, split: "Split") -> list[pl.Series | pl.Expr]:
    """``prior:NAME`` for the rating and each outcome: its mean over everybody so far."""
    grades = split.log.about.grades
    middle = {"rating": (grades[0] + grades[-1]) / 2} if grades else {"rating": 0.0}
    names = [name for name in ("rating", *outcomes(split)) if name in frame.columns]
    start = {name: middle.get(name, 0.5) for name in names}
    if not (names and is_timed(split)):
        return [pl.lit(value).alias(f"prior:{name}") for name, value in start.items()]
    sums = {name: pl.col(name) for name in names}
    sums |= {f"known {name}": pl.col(name).is_not_null() for name in names}
    totals = before(frame, [], sums)
    means = (
        ratio(pl.col(name), pl.col(f"known {name}"), value).alias(f"prior:{name}")
        for name, value in start.items()
    )
    return list(totals.select(means))
