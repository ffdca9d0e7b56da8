"""Times that are text: ISO 8601, or a format whose directives mean what Python's strptime says."""

import re
from contextlib import suppress
from datetime import datetime

import polars as pl

from mtrec_lib.core.errors import ParameterError

_UTC = pl.Datetime("us", "UTC")
_NAIVE = pl.Datetime("us")
_ISO = [
    "%Y-%m-%d %H:%M:%S%.f",
    "%Y-%m-%dT%H:%M:%S%.f",
    "%Y-%m-%d %H:%M",
    "%Y-%m-%dT%H:%M",
    "%Y-%m-%d",
    "%Y-%m-%d %H:%M:%S%.f UTC",
    "%Y-%m-%d %H:%M:%S%.f%#z",
    "%Y-%m-%dT%H:%M:%S%.f%#z",
    "%Y-%m-%d %H:%M:%S%.f %#z",
    "%Y-%m-%dT%H:%M%#z",
    "%Y-%m-%d %H:%M%#z",
]
_DIRECTIVE = re.compile(r"%([-_0#:]*\.?[0-9]?)([A-Za-z%+])")
_DAY = set("YyCGDFcxv+")
_TRIED = 100
_COMMON = [
    *("%d.%m.%Y", "%d.%m.%Y %H:%M", "%d.%m.%Y %H:%M:%S"),
    *("%d/%m/%Y", "%d/%m/%Y %H:%M", "%d/%m/%Y %H:%M:%S"),
    *("%m/%d/%Y", "%m/%d/%Y %H:%M", "%m/%d/%Y %H:%M:%S", "%m/%d/%Y %I:%M %p"),
    *("%d-%m-%Y", "%d-%m-%Y %H:%M", "%d-%m-%Y %H:%M:%S"),
    *("%Y/%m/%d", "%Y/%m/%d %H:%M", "%Y/%m/%d %H:%M:%S", "%Y.%m.%d"),
    *("%d %b %Y", "%d-%b-%Y", "%b %d, %Y", "%d %B %Y", "%B %d, %Y"),
    *("%Y-%m-%d %H:%M:%S,%f", "%Y%m%dT%H%M%S", "%Y%m%dT%H%M%SZ", "%m/%d/%y", "%d.%m.%y"),
    *("%a %b %d %H:%M:%S %Y", "%a %b %d %H:%M:%S %z %Y", "%d/%b/%Y:%H:%M:%S %z"),
]


def parsed(column: pl.Series, format: str | None) -> tuple[pl.Series, pl.Series]:
    """Text as times that a clock showed, and as UTC where the text says its distance from UTC.

    Returns:
        ``(naive, aware)``, each ``(n,)`` µs; null where the text is of the other kind or no time.

    Raises:
        ParameterError: a directive that would be read otherwise than Python reads it.
    """
    return _iso(column) if format is None else _by(column, format)


def _iso(column: pl.Series) -> tuple[pl.Series, pl.Series]:
    """Each text by the first format that fits it; those that fit the first texts come first."""
    naive, aware = (
        pl.Series([None], dtype=kind).new_from_index(0, len(column)) for kind in (_NAIVE, _UTC)
    )
    left = column.is_not_null().arg_true()
    sample = column.gather(left.head(_TRIED))
    for format in sorted(_ISO, key=lambda each: _one(sample, each).null_count()):
        if left.is_empty():
            break
        time = _one(column.gather(left), format)
        fits, place = time.is_not_null(), left.filter(time.is_not_null())
        if time.dtype == _NAIVE:
            naive = naive.scatter(place, time.filter(fits))
        else:
            aware = aware.scatter(place, time.filter(fits))
        left = left.filter(~fits)
    return naive, aware


def _one(column: pl.Series, format: str) -> pl.Series:
    """Text by one format of ISO 8601: UTC where it tells the distance from it."""
    kind = _UTC if format.endswith("z") else _NAIVE
    time = column.str.strptime(kind, format, strict=False)
    return time.dt.replace_time_zone("UTC") if format.endswith("UTC") else time


def _by(column: pl.Series, format: str) -> tuple[pl.Series, pl.Series]:
    directives = {letter for _, letter in _DIRECTIVE.findall(format)}
    _refuse(format, directives)
    kind = _UTC if "z" in directives else _NAIVE
    time = pl.Series([None], dtype=kind).new_from_index(0, len(column))
    if "f" not in directives or "%f" not in format.replace(".%f", "").replace("%.f", ""):
        chrono = format.replace(".%f", "%.f").replace("%z", "%#z")
        with suppress(pl.exceptions.ComputeError):  # chrono wants minutes beside hours
            time = _century(column.str.strptime(kind, chrono, strict=False), directives)
    time = _what_python_reads(column, time, format)
    if time.null_count() == len(time) > column.null_count():
        _refuse_unknown(format)
    other = pl.Series([None], dtype=_NAIVE if kind == _UTC else _UTC)
    nothing = other.new_from_index(0, len(column))
    return (nothing, time) if kind == _UTC else (time, nothing)


def _refuse(format: str, directives: set[str]) -> None:
    if "Z" in directives:
        raise ParameterError(
            f"[events.timestamp] format = {format!r}: names of time zones (%Z) are not read, "
            'because many mean several; write the name itself, as in "%H:%M UTC", and set timezone'
        )
    if "s" in directives:
        raise ParameterError(
            f"[events.timestamp] format = {format!r}: seconds since 1970 are a number; "
            'delete format and set unit = "s"'
        )
    if not directives & _DAY:
        raise ParameterError(
            f"[events.timestamp] format = {format!r} names no year; a time needs its day, as in "
            '"%Y-%m-%d %H:%M:%S"'
        )


def _refuse_unknown(format: str) -> None:
    """Refuse what Python does not know either."""
    try:
        datetime.strptime("", format)
    except (ValueError, re.error) as reason:
        if "does not match" not in str(reason):
            raise ParameterError(
                f"[events.timestamp] format = {format!r} is no format of strptime: {reason}"
            ) from reason


def _century(time: pl.Series, directives: set[str]) -> pl.Series:
    """Python reads the two digits 69 as 1969, chrono as 2069."""
    if "y" not in directives:
        return time
    earlier = time.dt.offset_by("-100y")
    return earlier.zip_with((time.dt.year() == 2069).fill_null(False), time)


def _what_python_reads(column: pl.Series, time: pl.Series, format: str) -> pl.Series:
    """Cells that Python reads and chrono does not, as 12:30:00,900 or a year alone, one by one."""
    left = (time.is_null() & column.is_not_null()).arg_true()
    if all(_python(text, format) is None for text in column.gather(left.head(_TRIED)).to_list()):
        return time
    datetimes = [_python(text, format) for text in column.gather(left).to_list()]
    return time.scatter(left, pl.Series(datetimes, dtype=time.dtype))


def _python(text: str | None, format: str) -> datetime | None:
    """One text by Python's own reader, which may know directives that chrono does not."""
    try:
        return None if text is None else datetime.strptime(text, format)
    except ValueError:
        return None


def plain_format(cells: pl.Series) -> list[str]:
    """The common formats that read nine tenths of the cells; two where day and month may swap.

    >>> plain_format(pl.Series(["01.03.2024", "25.03.2024"]))
    ['%d.%m.%Y']
    """
    sample = cells.drop_nulls().head(1000)
    fitting = []
    for format in _COMMON:
        naive, aware = _by(sample, format)
        good = (naive.is_not_null() | aware.is_not_null()).mean()
        if len(sample) and float(good or 0) >= 0.9:  # type: ignore[arg-type]
            fitting.append(format)
    return fitting[:2]


def says_utc(format: str) -> bool:
    """Whether the text itself says that it is in UTC, by a letter that no directive reads.

    >>> says_utc("%Y-%m-%dT%H:%M:%SZ"), says_utc("%Y-%m-%dT%H:%M:%S%z")
    (True, False)
    """
    return re.search(r"(Z|UTC|GMT)\s*$", _DIRECTIVE.sub("", format)) is not None
