"""Text cells into the types of the schema, every cell that does not fit kept for one error."""

from typing import Any

import polars as pl

from mtrec_lib.core.errors import ParameterError
from mtrec_lib.data.readers.cells.problems import Problems

_UTC_MICROSECONDS = pl.Datetime("us", "UTC")
_UNITS = ("s", "ms", "us", "ns")
_ISO = [
    "%Y-%m-%d %H:%M:%S%.f",
    "%Y-%m-%dT%H:%M:%S%.f",
    "%Y-%m-%d %H:%M",
    "%Y-%m-%dT%H:%M",
    "%Y-%m-%d",
]
_ISO_WITH_OFFSET = ["%Y-%m-%d %H:%M:%S%.f%#z", "%Y-%m-%dT%H:%M:%S%.f%#z"]


def sessions(raw: pl.Series) -> pl.Series:
    """Session ids as Int64: themselves where they are whole numbers, else numbered from 0."""
    number = raw.cast(pl.Int64, strict=False)
    if number.null_count() == raw.null_count():
        return number
    first_seen = raw.drop_nulls().unique(maintain_order=True).to_list()
    codes = {name: code for code, name in enumerate(first_seen)}
    return raw.replace_strict(codes, default=None, return_dtype=pl.Int64)


def times(raw: pl.DataFrame, options: dict[str, Any], problems: Problems) -> pl.Series:
    """Times in UTC: numbers since 1970 in a ``unit``, or text in a ``format`` of a ``timezone``."""
    if "timestamp" not in raw.columns:
        return pl.Series("timestamp", [None], dtype=_UTC_MICROSECONDS).new_from_index(0, raw.height)
    column = raw["timestamp"]
    unit, zone = options.get("unit"), options.get("timezone", "UTC")
    if unit is not None and unit not in _UNITS:
        raise ParameterError(f"[events.timestamp] unit must be one of {_UNITS}, got {unit!r}")
    if isinstance(column.dtype, pl.Datetime | pl.Date):
        own_zone = getattr(column.dtype, "time_zone", None)
        time = _localised(column.cast(pl.Datetime("us", own_zone)), zone)
    elif unit is not None or column.dtype.is_numeric():
        time = _since_1970(column, unit or "s")
    else:
        time = _parsed(column, options.get("format"), zone)
    rule = f"must be a time that the clock of {zone} showed, as "
    rule += f"a number of {unit}" if unit else options.get("format", "ISO 8601")
    problems.add(column, time.is_null() & column.is_not_null(), rule)
    return time


def _since_1970(column: pl.Series, unit: str) -> pl.Series:
    """Whole numbers by whole-number arithmetic, so that no microsecond is lost; others rounded."""
    per_unit = {"s": 1_000_000, "ms": 1_000, "us": 1, "ns": 0}[unit]
    whole = column.cast(pl.Int64, strict=False)
    if whole.null_count() == column.null_count():
        micro = whole * per_unit if per_unit else whole // 1_000
    else:
        number = column.cast(pl.Float64, strict=False)
        micro = (number * (per_unit or 0.001)).round().cast(pl.Int64, strict=False)
    return micro.cast(_UTC_MICROSECONDS)


def _parsed(column: pl.Series, format: str | None, zone: str) -> pl.Series:
    """Text as UTC; a cell that fits no format is null."""
    text = column.str.strip_chars()
    aware = [format] if format and "%z" in format else ([] if format else _ISO_WITH_OFFSET)
    naive = [format] if format and not aware else ([] if format else _ISO)
    found = pl.Series([None], dtype=_UTC_MICROSECONDS).new_from_index(0, len(text))
    for pattern in naive:
        time = text.str.strptime(pl.Datetime("us"), pattern, strict=False)
        found = found.zip_with(found.is_not_null(), _localised(time, zone))
    for pattern in aware:
        time = text.str.strptime(_UTC_MICROSECONDS, pattern, strict=False)
        found = found.zip_with(found.is_not_null(), time)
    return found


def _localised(time: pl.Series, zone: str) -> pl.Series:
    """Local times as UTC: the earlier of two equal readings, null for one that never was."""
    try:
        if time.dtype.time_zone is None:  # type: ignore[attr-defined]
            time = time.dt.replace_time_zone(zone, ambiguous="earliest", non_existent="null")
        return time.dt.convert_time_zone("UTC")
    except pl.exceptions.ComputeError as error:
        raise ParameterError(
            f"[events.timestamp] timezone must be a name like Asia/Shanghai, got {zone!r}"
        ) from error
