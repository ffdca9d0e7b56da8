"""Text cells into the types of the schema, every cell that does not fit kept for one error."""

from collections.abc import Callable
from typing import TypeVar

import polars as pl

from mtrec_lib.core.errors import MtrecError, SchemaError
from mtrec_lib.data.cleaning import EXAMPLES, counted

_YES, _NO = ("1", "true", "yes", "1.0"), ("0", "false", "no", "0.0")
_PLAIN_INTEGER = r"^(0|-?[1-9][0-9]{0,18})$"

T = TypeVar("T")


class Problems:
    """Collects the cells that do not fit, and raises them together."""

    def __init__(self, path: str, lenient: bool = False) -> None:
        """``lenient``: errors of :meth:`attempt` are collected, too, and not raised."""
        self.lenient = lenient
        self.path, self.table, self._found = path, "events", list[str]()
        self.flags: list[tuple[str, int]] = []

    def add(self, raw: pl.Series, bad: pl.Series, rule: str) -> None:
        """Note the cells of ``raw`` where ``bad`` holds."""
        places = bad.fill_null(False).arg_true().to_list()
        if places:
            shown = ", ".join(f"row {n}: {raw[n]!r}" for n in places[:EXAMPLES])
            rows = counted(len(places), "row")
            self._found.append(f"  {self.table}.{raw.name}: {rule}, broken in {rows} ({shown})")

    def note(self, line: str) -> None:
        """Note a problem that is in words already."""
        self._found.append(f"  {line}")

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
        if count:
            self.flags.append((reason, count))

    @property
    def found(self) -> list[str]:
        """A line a column and rule, as in ``events.rating: must be a number, broken in 1 row``."""
        return [line.strip() for line in self._found]

    def refuse(self) -> None:
        """Raise what was found; rows count from 0, the header left out."""
        if self._found:
            listed = "\n".join(self._found)
            raise SchemaError(
                f"{self.path}: {counted(len(self._found), 'problem')}; correct the files (rows "
                "count from 0 after the header), or the columns that the description names\n"
                f"{listed}"
            )


def identities(raw: pl.Series, problems: Problems, like: pl.DataType | None = None) -> pl.Series:
    """Ids as Int64 where every one is a plain whole number, else as text.

    An id with leading zeros or beyond 64 bits makes all ids text, so none changes or overflows
    (fault 28). ``like`` is the type of the same ids in the events, which the other tables follow.
    """
    problems.add(raw, raw.is_null(), "must not be empty")
    text = raw.cast(pl.String)
    plain = bool(text.drop_nulls().str.contains(_PLAIN_INTEGER).all())
    number = text.cast(pl.Int64, strict=False)
    fits = plain and number.null_count() == text.null_count()
    if like is None:
        return number if fits else text
    if like == pl.Int64:
        problems.add(raw, number.is_null() & raw.is_not_null(), "must be a whole number")
        return number
    return text


def numbers(raw: pl.Series, problems: Problems) -> pl.Series:
    """Cells as Float64; an empty cell is null."""
    text = raw.str.strip_chars() if raw.dtype == pl.String else raw
    number = text.cast(pl.Float64, strict=False)
    bad = number.is_null() & raw.is_not_null()
    problems.add(raw, bad, "must be a number with a decimal point")
    return number


def flags(raw: pl.Series, problems: Problems) -> pl.Series:
    """Cells as Boolean from 1, 0, true, false, yes, no; an empty cell is null."""
    text = raw.cast(pl.String).str.strip_chars().str.to_lowercase()
    yes = text.is_in(_YES)
    problems.add(raw, ~(yes | text.is_in(_NO)), f"must be one of {', '.join(_YES + _NO)}")
    return yes
