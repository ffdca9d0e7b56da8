"""Times that are numbers: what they count, and which unit they were rather meant in."""

from datetime import UTC, datetime

import polars as pl

MICROSECONDS = {
    "s": 1_000_000.0,
    "ms": 1_000.0,
    "us": 1.0,
    "ns": 0.001,
    "excel days": 86_400_000_000.0,
}
UNITS = tuple(MICROSECONDS)
EXCEL_ZERO = -25_569  # days from 1970-01-01 to 1899-12-30, where Excel's days begin
_SECOND, _DAY, _YEAR = 1_000_000, 86_400_000_000, 31_556_952_000_000
_FIRST, _LAST = -62_135_596_800 * _SECOND, 253_402_300_799 * _SECOND  # the years 1 to 9999
_FROM = datetime(1990, 1, 1, tzinfo=UTC).timestamp() * _SECOND
_DIGITS = {4: "%Y", 8: "%Y%m%d", 12: "%Y%m%d%H%M", 14: "%Y%m%d%H%M%S"}
_MOST = 0.9


def canonical(unit: str | None) -> str | None:
    """A unit by its short name: "days since 1899-12-30" are Excel's."""
    return "excel days" if unit == "days since 1899-12-30" else unit


def counted(column: pl.Series, unit: str) -> tuple[pl.Series, pl.Series]:
    """Numbers as naive times (µs), and which of them lie outside the years 1 to 9999.

    Whole numbers since 1970 are turned by whole-number arithmetic, so that no microsecond is lost;
    others are rounded to the nearest microsecond.
    """
    number = column.cast(pl.Float64, strict=False)
    about = _micro(number, unit)
    outside = ((about < _FIRST) | (about > _LAST)).fill_null(False)
    inside = ~outside & number.is_finite().fill_null(False)
    whole = column.cast(pl.Int64, strict=False) if not column.dtype.is_float() else None
    exact = None if whole is None else whole.zip_with(inside, whole.clear(len(whole)))
    per_unit = {"s": 1_000_000, "ms": 1_000, "us": 1}.get(unit)
    rounded = about.zip_with(inside, about.clear(len(about))).round().cast(pl.Int64)
    if exact is not None and unit != "excel days":
        micro = exact * per_unit if per_unit else exact // 1_000
        rounded = micro.zip_with(micro.is_not_null(), rounded)
    return rounded.cast(pl.Datetime("us")), outside


def _micro(number: pl.Series, unit: str) -> pl.Series:
    days = EXCEL_ZERO if unit == "excel days" else 0
    return (number + days) * MICROSECONDS[unit]


def better_unit(column: pl.Series, unit: str | None) -> str | None:
    """In words, what the times would be and which key is the cure; None where nothing is better.

    Another reading is better if it puts nine tenths of the numbers between 1990 and next year, and
    the given one fewer than a tenth. Zeros stand for missing times, and are left out.

    Args:
        column: numbers, or text that holds numbers.
        unit: how they are read now; None for text that is no time as it stands.
    """
    number = column.cast(pl.Float64, strict=False)
    number = number.filter((number.is_finite() & (number != 0)).fill_null(False))
    if len(number) <= _MOST * (len(column) - column.null_count()) - 1 or len(number) == 0:
        return None
    if unit is not None and _plausible(number, unit) >= 1 - _MOST:
        return None
    fitting = [f'unit = "{each}"' for each in UNITS if _plausible(number, each) >= _MOST]
    fitting += [f'format = "{form}"' for form in _DIGITS.values() if _shows(number, form)]
    if not fitting:
        return None
    if unit is None:
        return f"takes numbers only by a unit: set {fitting[0]}"
    middle = float(_micro(number, unit).median())  # type: ignore[arg-type]
    year = int(1970 + middle / _YEAR)
    drop = "" if fitting[0].startswith("unit") else " in place of unit"
    return f'unit = "{unit}" makes times of the year {year}; set {fitting[0]}{drop}'


def _plausible(number: pl.Series, unit: str) -> float:
    """The share of the numbers that lie between 1990 and next year."""
    latest = datetime.now(UTC).timestamp() * _SECOND + _YEAR
    return float(_micro(number, unit).is_between(_FROM, latest).mean() or 0)  # type: ignore[arg-type]


def _shows(number: pl.Series, format: str) -> bool:
    """Whether the digits of most numbers are a date, as 20240301 is."""
    whole = number.filter(number == number.round()).cast(pl.Int64)
    digits = next(count for count, form in _DIGITS.items() if form == format)
    text = whole.cast(pl.String).filter(whole.is_between(10 ** (digits - 1), 10**digits - 1))
    if len(text) < _MOST * len(number):
        return False
    if format == "%Y":
        years = text.cast(pl.Int64).is_between(1990, datetime.now(UTC).year + 1)
    else:
        time = text.str.strptime(pl.Datetime("us"), format, strict=False)
        years = time.dt.year().is_between(1990, datetime.now(UTC).year + 1)
    return bool((years.fill_null(False).mean() or 0) >= _MOST)  # type: ignore[operator]
