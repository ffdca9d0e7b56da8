"""Times of a reader's own log, whatever they count or show, as UTC; and the ids of its visits."""

import re
from difflib import get_close_matches
from typing import Any
from zoneinfo import available_timezones

import polars as pl

from mtrec_lib.core.errors import ParameterError
from mtrec_lib.data.readers.cells.problems import Problems
from mtrec_lib.data.readers.times.formats import parsed, plain_format, says_utc
from mtrec_lib.data.readers.times.units import UNITS, better_unit, canonical, counted

UTC = pl.Datetime("us", "UTC")
_IN_UTC = ("UTC", "GMT", "Etc/UTC", "Etc/GMT", "Zulu")
_SPELT = {"s": "second", "ms": "millisecond", "us": "microsecond", "ns": "nanosecond"}
_SPELT |= {"excel days": "excel"}
_POWER = r"[0-9.][eE][+-]?[0-9]+$"
_WHOLE = r"^(0|[1-9][0-9]{0,18})(\.0+)?$"


def times(raw: pl.DataFrame, options: dict[str, Any], problems: Problems) -> pl.Series:
    """Times in UTC: numbers in a ``unit``, or text in a ``format`` read in a ``timezone``.

    Args:
        raw: a table with or without the column ``timestamp``.
        options: ``unit``, ``format`` and ``timezone`` of the description, each optional.
        problems: takes the cells that are no time.

    Raises:
        ParameterError: a unit or a format that does not fit the column, with the one that would.
    """
    if "timestamp" not in raw.columns:
        return pl.Series("timestamp", [None], dtype=UTC).new_from_index(0, raw.height)
    unit, format = _unit_or_format(options)
    zone = options.get("timezone", "UTC")
    if not zone:
        raise ParameterError('[events.timestamp] timezone is empty; delete it, or set "UTC"')
    localised(pl.Series([None], dtype=pl.Datetime("us")), zone, problems)
    column = _readable(raw["timestamp"], format)
    if isinstance(column.dtype, pl.Datetime | pl.Date):
        own_zone = getattr(column.dtype, "time_zone", None)
        time = localised(column.cast(pl.Datetime("us", own_zone)), zone, problems)
        rule = f"must be a time that the clock of {zone} showed"
    elif column.dtype.is_numeric() or unit is not None:
        return _from_numbers(column, unit or "s", zone, problems)
    else:
        naive, aware = parsed(column, format)
        if format is not None and says_utc(format) and zone not in _IN_UTC:
            reason = f"time that ends as those of UTC do, read as the clock of {zone}"
            problems.flag(reason, len(naive) - naive.null_count())
        time = aware.zip_with(aware.is_not_null(), localised(naive, zone, problems))
        rule = f"must be a time that the clock of {zone} showed, as {format or 'ISO 8601'}"
        rule += _cure(column, format, naive.is_null() & aware.is_null())
    problems.add(raw["timestamp"], time.is_null() & column.is_not_null(), rule)
    return time


def _unit_or_format(options: dict[str, Any]) -> tuple[str | None, str | None]:
    unit, format = options.get("unit"), options.get("format")
    if unit is not None and canonical(unit) not in UNITS:
        close = [each for each in UNITS if _SPELT.get(each) == str(unit).lower().rstrip("s")]
        hint = f"; did you mean {close[0]!r}?" if close else ""
        raise ParameterError(
            f"[events.timestamp] unit must be one of {', '.join(UNITS)}, got {unit!r}{hint}"
        )
    if unit is not None and format is not None:
        raise ParameterError(
            f"[events.timestamp] has both unit = {unit!r} and format = {format!r}; keep unit for "
            "numbers, format for text, and delete the other"
        )
    return canonical(unit), format


def _readable(column: pl.Series, format: str | None) -> pl.Series:
    """A column as text, number or time; gaps that other programs write as NaN are empty."""
    kind = column.dtype
    if isinstance(kind, pl.Categorical | pl.Enum):
        column = column.cast(pl.String)
    elif kind.is_float():
        column = column.fill_nan(None)
    elif kind == pl.Null:
        column = column.cast(pl.String)
    elif not (kind == pl.String or kind.is_numeric() or isinstance(kind, pl.Datetime | pl.Date)):
        raise ParameterError(
            f"events.timestamp has type {kind}; a time must be text, a number, a date or a date "
            "with its time of day: write the column anew"
        )
    if format is not None and column.dtype.is_numeric():
        whole = column.cast(pl.Int64, strict=False)  # 20240301 may come as a number
        same = whole.null_count() == column.null_count()
        return (whole if same else column).cast(pl.String)
    return column.str.strip_chars() if column.dtype == pl.String else column


def _from_numbers(column: pl.Series, unit: str, zone: str, problems: Problems) -> pl.Series:
    """Numbers since 1970 count in UTC; days of Excel show the clock of a time zone."""
    better = better_unit(column, unit)
    if better is not None:
        raise ParameterError(f"[events.timestamp] {better}")
    if column.dtype == pl.String:
        rounded = int(column.drop_nulls().str.contains(_POWER).sum())
        problems.flag("time as a power of ten, as 1.7E+09: its last digits are lost", rounded)
    time, outside = counted(column, unit)
    if unit == "excel days":
        time = localised(time, zone, problems)
    rule = f"must be a number of {unit}"
    problems.add(column, time.is_null() & column.is_not_null() & ~outside, rule)
    rule = f"as a number of {unit} lies outside the years 1 to 9999: is it another unit?"
    problems.add(column, outside, rule)
    return time.cast(UTC) if unit == "excel days" else time.dt.replace_time_zone("UTC")


def _cure(column: pl.Series, format: str | None, bad: pl.Series) -> str:
    """The key that would read most of the cells, where one is known."""
    cells = column.filter(bad.fill_null(False) & column.is_not_null())
    if format is not None or cells.len() == 0:
        return ""
    better = better_unit(cells, None)
    if better is not None:
        return f"; [events.timestamp] {better}"
    formats = plain_format(cells)
    return f"; set {' or '.join(f'format = {f!r}' for f in formats)}" if formats else ""


def localised(time: pl.Series, zone: str, problems: Problems) -> pl.Series:
    """Local times as UTC: the earlier of two equal readings, null for one that never was."""
    try:
        if time.dtype.time_zone is None:  # type: ignore[attr-defined]
            first, last = (
                time.dt.replace_time_zone(zone, ambiguous=which, non_existent="null")
                for which in ("earliest", "latest")
            )
            twice = int((first != last).sum() or 0)
            problems.flag("time that the clock showed twice, the earlier one taken", twice)
            time = first
        return time.dt.convert_time_zone("UTC")
    except pl.exceptions.ComputeError as error:
        raise ParameterError(
            f"[events.timestamp] timezone must be a name like Asia/Shanghai, got {zone!r}"
            f"{_zone_hint(zone)}"
        ) from error


def _zone_hint(zone: str) -> str:
    """The name of the zone in its own case, or a distance from UTC as it is written here."""
    folded = {name.casefold(): name for name in available_timezones()}
    distance = re.fullmatch(r"(?:UTC|GMT)?\s*([+-])(\d{1,2})(?::?(\d\d))?", zone)
    if distance:
        sign, hours, minutes = distance.groups()
        return f"; did you mean '{sign}{int(hours):02d}:{minutes or '00'}'?"
    close = get_close_matches(zone.casefold(), folded, n=1, cutoff=0.8)
    return f"; did you mean {folded[close[0]]!r}?" if close else ""


def sessions(raw: pl.Series) -> pl.Series:
    """Session ids as Int64: themselves where all are whole numbers, else numbered from 0.

    No digit is lost: 1.1 and 1.9 are two visits, and so are "07" and "7". Negative ids are
    numbered, too, because −1 stands for no session. Numbers follow the order of the file.
    """
    column = raw.fill_nan(None) if raw.dtype.is_float() else raw
    text = _as_text(column)
    if bool(text.drop_nulls().str.contains(_WHOLE).all()):
        number = text.str.replace(r"\.0+$", "").cast(pl.Int64, strict=False)
        if number.null_count() == text.null_count():
            return number
    first_seen = text.drop_nulls().unique(maintain_order=True)
    codes = dict(zip(first_seen.to_list(), range(len(first_seen)), strict=True))
    return text.replace_strict(codes, default=None, return_dtype=pl.Int64)


def _as_text(column: pl.Series) -> pl.Series:
    """Each value as text that no other value has; a nested or binary one is refused."""
    kind = column.dtype
    if kind == pl.Binary:
        return column.bin.encode("hex")
    if kind.is_nested() or kind == pl.Object:
        raise ParameterError(
            f"events.session_id has type {kind}; ids must be whole numbers or text: write the "
            "column anew"
        )
    if kind.is_temporal():
        return column.to_physical().cast(pl.String)
    return column.cast(pl.String).str.strip_chars()
