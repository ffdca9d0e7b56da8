"""Cells that do not fit are kept for one error; what was mended or is odd goes to the report."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

import numpy as np
import polars as pl

from mtrec_lib.core.errors import MtrecError, SchemaError
from mtrec_lib.data.cleaning import EXAMPLES, Report, Step, counted

if TYPE_CHECKING:
    from mtrec_lib.data.readers.description import Table

T = TypeVar("T")


@dataclass(frozen=True)
class Rows:
    """Where the rows of a table stand in its file, as a person counts them, from 1.

    Args:
        noun: ``line`` of a text file, ``row`` of a Parquet file.
        numbers: ``(rows,)``; left out, rows are counted from 1.
        header: whether the names of the columns stand in a line of the file.
        json: whether the file holds JSON, in which numbers and texts differ.
    """

    noun: str = "row"
    numbers: np.ndarray | None = None
    header: bool = True
    json: bool = False

    def number(self, row: int) -> int:
        """The number of a row that is counted from 0 here."""
        return row + 1 if self.numbers is None else int(self.numbers[row])


class Problems:
    """Collects the cells that do not fit, and raises them together."""

    def __init__(self, path: str, lenient: bool = False) -> None:
        """``lenient``: errors of :meth:`attempt` are collected, too, and not raised."""
        self.lenient = lenient
        self.path, self.table, self._lines = path, "events", list[str]()
        self.source: Table | None = None
        self.rows = Rows()
        self._steps: list[Step] = []

    def enter(self, source: "Table", rows: Rows) -> None:
        """From here on cells come from ``source``, whose rows stand where ``rows`` says."""
        self.table, self.source, self.rows = source.name, source, rows

    @property
    def decimal(self) -> str:
        """The decimal sign of the table that is read."""
        return self.source.options.get("decimal", ".") if self.source else "."

    def add(self, raw: pl.Series, bad: pl.Series, rule: str) -> None:
        """Note the cells of ``raw`` where ``bad`` holds."""
        places = bad.fill_null(False).arg_true().to_list()
        if places:
            examples = ", ".join(
                f"{self.rows.noun} {self.rows.number(n)}: {_short(raw[n])}"
                for n in places[:EXAMPLES]
            )
            rows = counted(len(places), "row")
            self._lines.append(
                f"  {self.table}.{raw.name}: {rule}, broken in {rows} ({examples})"
                f"{self._origin(raw)}"
            )

    def wrong_type(self, raw: pl.Series, rule: str) -> None:
        """Note a whole column whose type does not fit."""
        self._lines.append(
            f"  {self.table}.{raw.name}: has type {raw.dtype}; {rule}{self._origin(raw)}"
        )

    def note(self, line: str) -> None:
        """Note a problem that is in words already."""
        self._lines.append(f"  {line}")

    def attempt(self, where: str, make: Callable[[], T], otherwise: T) -> T:
        """What ``make`` makes; where a lenient collector meets its error, ``otherwise``."""
        try:
            return make()
        except (MtrecError, pl.exceptions.PolarsError, ValueError) as error:
            if not self.lenient:
                raise
            self.note(f"{where}: {'; '.join(str(error).splitlines())}")
            return otherwise

    def flag(self, reason: str, count: int) -> None:
        """Note what is odd and legal: it goes into the log's report."""
        self.remark("flagged", reason, count)

    @property
    def found(self) -> list[str]:
        """A line a column and rule, as in ``events.rating: must be a number, broken in 1 row``."""
        return [line.strip() for line in self._lines]

    def remark(self, action: str, reason: str, count: int, examples: tuple[str, ...] = ()) -> None:
        """Something for the report: ``repaired`` or ``flagged``, why, how many rows."""
        if count:
            self._steps.append(Step(action, reason, count, examples))

    def report(self, rows_in: int) -> Report:
        """The report of cleaning, begun with what was noted while reading."""
        return Report(rows_in, tuple(self._steps))

    def refuse(self) -> None:
        """Raise what was found."""
        if self._lines:
            listed = "\n".join(self._lines)
            raise SchemaError(
                f"{self.path}: {counted(len(self._lines), 'problem')}; correct the files (lines "
                "and rows count from 1, as an editor shows them), or the columns that the "
                f"description names\n{listed}"
            )

    def _origin(self, raw: pl.Series) -> str:
        if self.source is None:
            return ""
        theirs = self.source.columns.get(raw.name)
        named = f"column {theirs!r} of " if theirs is not None else ""
        return f", in {named}{self.source.path.name}"


def _short(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 60 else text[:59] + "…"
