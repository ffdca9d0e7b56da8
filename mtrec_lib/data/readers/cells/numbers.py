"""Cells that are numbers, years or flags; every cell that is none is kept for one error."""

import polars as pl

from mtrec_lib.data.readers.cells.problems import Problems

_YES, _NO = ("1", "true", "yes", "t", "y", "1.0"), ("0", "false", "no", "f", "n", "0.0")
_COMMA = r"^[+-]?\d*,\d+$"
_DATE = r"^\s*(\d{4})-\d{2}-\d{2}([T ].*)?$"

MISSING = frozenset("na n/a #n/a null none nan nil - -- ? \\n <na> . unknown".split())
"""Words in lower case that people write where a value is missing."""


def numbers(
    raw: pl.Series,
    problems: Problems,
    least: float | None = None,
    among: tuple[float, ...] = (),
) -> pl.Series:
    """Cells as Float64; an empty cell is null.

    Args:
        raw: numbers of any type, or text with the decimal sign of the table.
        problems: takes the cells that are no finite number, below ``least`` or not ``among`` the
            grades.
        least: the smallest number allowed.
        among: the only numbers allowed; empty for any.
    """
    if not _is_number_or_text(raw.dtype):
        problems.wrong_type(raw, f"{raw.name} must be numbers; write them so in the export")
        return pl.Series(raw.name, [None], dtype=pl.Float64).new_from_index(0, len(raw))
    number = parsed(raw, problems.decimal)
    bad = number.is_null() & filled(raw)
    if bad.any():
        problems.add(raw, bad, _no_number(raw.filter(bad), problems.decimal))
    infinite = ~number.is_finite()
    rule = "must be finite; leave a missing value empty, or list its word in the key missing"
    problems.add(raw, infinite, rule)
    if least is not None:
        problems.add(raw, (number < least) & ~infinite, f"must be ≥ {least:g}")
    if among:
        rule = f"must be one of the grades {', '.join(f'{grade:g}' for grade in among)}"
        problems.add(raw, ~number.is_in(list(among)) & ~infinite, rule)
    return number


def years(raw: pl.Series, problems: Problems) -> pl.Series:
    """Years as Int32: whole numbers, or the years of dates."""
    if isinstance(raw.dtype, pl.Date | pl.Datetime):
        return raw.dt.year()
    if raw.dtype == pl.String:
        raw = raw.str.replace(_DATE, "$1")
    number = numbers(raw, problems)
    year = number.cast(pl.Int32, strict=False)
    problems.add(raw, (year.is_null() | (year != number)) & number.is_finite(), "must be a year")
    return year


def parsed(raw: pl.Series, decimal: str) -> pl.Series:
    """Cells as Float64 with this decimal sign; null where a cell is no number."""
    if raw.dtype.is_numeric() or raw.dtype == pl.Null:
        return raw.cast(pl.Float64, strict=False)
    text = raw.cast(pl.String).str.strip_chars()
    if decimal == ",":  # a point would be a sign between thousands: no number then
        text = pl.select(
            pl.when(~text.str.contains(".", literal=True)).then(
                text.str.replace(",", ".", literal=True)
            )
        ).to_series()
    return text.cast(pl.Float64, strict=False).alias(raw.name)


def _is_number_or_text(dtype: pl.DataType) -> bool:
    texts = pl.String | pl.Categorical | pl.Enum | pl.Null
    return dtype.is_numeric() or isinstance(dtype, texts)


def filled(raw: pl.Series) -> pl.Series:
    """Where a cell holds more than spaces."""
    if raw.dtype.is_numeric() or raw.dtype == pl.Null:
        return raw.is_not_null()
    return (raw.cast(pl.String).str.strip_chars() != "").fill_null(False)


def _no_number(bad: pl.Series, decimal: str) -> str:
    """The rule for numbers, with the key that would read these cells."""
    cells = bad.cast(pl.String).str.strip_chars().unique().sort().to_list()
    words = [cell for cell in cells if cell.lower() in MISSING]
    rule = f"must be a number with a decimal {'comma' if decimal == ',' else 'point'}"
    if words:
        return f"{rule}; missing = {words} in the description reads these as empty".replace(
            "'", '"'
        )
    if decimal == "." and bad.cast(pl.String).str.strip_chars().str.contains(_COMMA).all():
        return f'{rule}; decimal = "," in the description reads a comma'
    return rule


def flags(raw: pl.Series, problems: Problems) -> pl.Series:
    """Cells as Boolean from 1, 0, true, false, yes, no and their first letters; empty is null."""
    rule = f"must be one of {', '.join(_YES + _NO)}"
    if raw.dtype == pl.Boolean:
        return raw
    if not _is_number_or_text(raw.dtype):
        problems.wrong_type(raw, f"{raw.name} {rule}")
        return pl.Series(raw.name, [None], dtype=pl.Boolean).new_from_index(0, len(raw))
    if raw.dtype.is_numeric():
        number = raw.cast(pl.Float64)
        problems.add(raw, ~number.is_in([0.0, 1.0]), rule)
        return number == 1
    text = raw.cast(pl.String).str.strip_chars().str.to_lowercase()
    text = text.set(text == "", None)
    yes = text.is_in(_YES)
    problems.add(raw, ~(yes | text.is_in(_NO)), rule)
    return yes
