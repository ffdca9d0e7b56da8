"""Cleaning that tells what it did: every step counts the rows that it dropped or repaired."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

import polars as pl

from mtrec_lib.core.errors import SchemaError
from mtrec_lib.data.about import About

CANONICAL = ("user_id", "timestamp", "row")
EXAMPLES = 3


@dataclass(frozen=True)
class Step:
    """One thing that cleaning did: ``dropped``, ``repaired`` or ``flagged``, why, how often."""

    action: str
    reason: str
    count: int
    examples: tuple[str, ...] = ()


@dataclass(frozen=True)
class Report:
    """What became of the rows of a file; steps are added functionally.

    Args:
        rows_in: rows read.
        steps: what was done, in order.

    >>> print(Report(rows_in=10).dropped("exact duplicate", 2))
    rows in   10
    dropped    2  exact duplicate
    rows out   8

    Taught in chapter 01.
    """

    rows_in: int
    steps: tuple[Step, ...] = ()

    @property
    def rows_out(self) -> int:
        """Rows that are left."""
        return self.rows_in - sum(step.count for step in self.steps if step.action == "dropped")

    def dropped(self, reason: str, rows: pl.DataFrame | int) -> "Report":
        """A report in which ``rows`` (the rows themselves, or their count) were dropped."""
        return self._with("dropped", reason, rows)

    def repaired(self, reason: str, rows: pl.DataFrame | int) -> "Report":
        """A report in which ``rows`` were changed and kept."""
        return self._with("repaired", reason, rows)

    def flagged(self, reason: str, rows: pl.DataFrame | int) -> "Report":
        """A report in which ``rows`` looked odd and were kept as they are."""
        return self._with("flagged", reason, rows)

    def _with(self, action: str, reason: str, rows: pl.DataFrame | int) -> "Report":
        count = rows if isinstance(rows, int) else rows.height
        examples = () if isinstance(rows, int) else examples_of(rows)
        if not count:
            return self
        return replace(self, steps=(*self.steps, Step(action, reason, count, examples)))

    def table(self) -> pl.DataFrame:
        """``action``, ``reason``, ``count``, ``examples``: rows in, every step, rows out."""
        rows = [Step("rows in", "", self.rows_in), *self.steps, Step("rows out", "", self.rows_out)]
        return pl.DataFrame(
            [(s.action, s.reason, s.count, list(s.examples)) for s in rows],
            schema={
                "action": pl.String,
                "reason": pl.String,
                "count": pl.Int64,
                "examples": pl.List(pl.String),
            },
            orient="row",
        )

    def __str__(self) -> str:
        rows = list(self.table().iter_rows())
        width = max(len(f"{count:,}") for _, _, count, _ in rows)
        lines = [f"{action:<9} {count:>{width},}  {why}" for action, why, count, _ in rows]
        return "\n".join(line.rstrip() for line in lines)


def examples_of(rows: pl.DataFrame, n: int = EXAMPLES) -> tuple[str, ...]:
    """The first ``n`` rows in words, short enough to print."""
    first = rows.head(n).iter_rows(named=True)
    return tuple(", ".join(f"{k}={_short(v)}" for k, v in row.items()) for row in first)


def counted(n: int, word: str) -> str:
    """A number and its noun: 1 row, 2 rows."""
    return f"{n:,} {word}" if n == 1 else f"{n:,} {word}s"


def _short(value: object) -> str:
    text = str(value)
    return text if len(text) <= 40 else text[:39] + "…"


def canonical(events: pl.DataFrame) -> pl.DataFrame:
    """Events by user, time, row in the file: the tie rule. Events without a time come first.

    Taught in chapter 01.
    """
    return events.sort(CANONICAL, maintain_order=True)


def drop_duplicates(events: pl.DataFrame, report: Report) -> tuple[pl.DataFrame, Report]:
    """Of rows equal in everything but ``row``, keep the first in the file (fault 29)."""
    keys = [name for name in events.columns if name != "row"]
    first = events.select(pl.col("row") == pl.col("row").min().over(keys)).to_series()
    return events.filter(first), report.dropped("exact duplicate", events.filter(~first))


def keep_latest(
    events: pl.DataFrame, report: Report, keys: Sequence[str], reason: str
) -> tuple[pl.DataFrame, Report]:
    """Of rated rows that share ``keys``, keep the latest by (timestamp, row) (fault 29)."""
    ordered = events.with_row_index("_place").sort("timestamp", "row", nulls_last=False)
    ordered = ordered.with_columns(_rated=pl.col("rating").is_not_null())
    is_last = pl.int_range(pl.len()).over([*keys, "_rated"]) == pl.len().over([*keys, "_rated"]) - 1
    kept = ordered.select("_place", kept=is_last | ~pl.col("_rated")).sort("_place")["kept"]
    return events.filter(kept), report.dropped(reason, events.filter(~kept))


def refuse_nonfinite(events: pl.DataFrame) -> None:
    """Refuse NaN and infinity in any number column, all columns at once (fault 35).

    Raises:
        SchemaError: names each column, how many values, the first rows.
    """
    problems = []
    for name, dtype in events.schema.items():
        if not dtype.is_float():
            continue
        bad = events.filter(~pl.col(name).is_finite())
        if bad.height:
            rows = bad["row"].head(EXAMPLES).to_list() if "row" in bad.columns else []
            problems.append(
                f"  {name}: {counted(bad.height, 'value')} not finite, first in rows {rows}"
            )
    if problems:
        listed = "\n".join(problems)
        raise SchemaError(
            f"numbers must be finite; leave a missing value empty or correct it:\n{listed}"
        )


def flag_times(events: pl.DataFrame, report: Report) -> Report:
    """Flag times at or before 1970-01-01 and times in the future (faults 28, 30)."""
    zero = events.filter(pl.col("timestamp").dt.epoch("s") <= 0)
    report = report.flagged("time at or before 1970-01-01", zero)
    return report.flagged(
        "time in the future", events.filter(pl.col("timestamp") > datetime.now(UTC))
    )


def clean(events: pl.DataFrame, report: Report, about: About) -> tuple[pl.DataFrame, Report]:
    """The steps that every reader takes, then canonical order.

    Exact duplicates go; of two ratings of one item by one person (at one time, where people come
    back to items) the latest stays; odd times are flagged; NaN and infinity are refused.

    Args:
        events: rows in the schema of :class:`Log`, in any order.
        report: the report so far.
        about: tells whether people come back to items.

    Returns:
        The events in canonical order, and the report.

    Raises:
        SchemaError: a number is NaN or infinite.

    Taught in chapter 01.
    """
    refuse_nonfinite(events)
    # Without times, the same thing done again looks like a duplicate and is none.
    again = pl.col("timestamp").is_null() & about.repeats
    untimed, events = events.filter(again), events.filter(~again)
    events, report = drop_duplicates(events, report)
    if "rating" in events.columns:
        keys = ["user_id", "item_id", *(["timestamp"] if about.repeats else [])]
        events, report = keep_latest(events, report, keys, "rated again later")
    events = canonical(pl.concat([untimed, events]))
    return events, flag_times(events, report)
