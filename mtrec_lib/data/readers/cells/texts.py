"""Cells that are text, and columns of a reader's own that may be numbers or text."""

import polars as pl

from mtrec_lib.data.readers.cells.numbers import filled, numbers, parsed
from mtrec_lib.data.readers.cells.problems import Problems

_WIDE = (pl.Int128, pl.UInt128)
_TEXTS = (pl.String, pl.Categorical, pl.Enum, pl.Null)
_EXACT = 2**53  # below it every whole number is a Float64


def texts(raw: pl.Series, problems: Problems) -> pl.Series:
    """Cells as text without spaces around; an empty cell is null."""
    if raw.dtype.is_nested() or isinstance(raw.dtype, pl.Binary | pl.Object):
        problems.wrong_type(raw, f"{raw.name} must be text; write it so in the export")
        return pl.Series(raw.name, [None], dtype=pl.String).new_from_index(0, len(raw))
    whole = raw.dtype.is_float() and bool((raw == raw.floor()).fill_null(True).all())
    text = (raw.cast(pl.Int64, strict=False) if whole else raw).cast(pl.String)
    text = text.str.strip_chars().str.replace_all(r"\s+", " ")
    return text.set(text == "", None)


def extra(raw: pl.Series, problems: Problems) -> pl.Series:
    """A column of the reader's own: a number where every cell is one, else as it is.

    Text with leading zeros or more digits than a Float64 keeps stays text.
    """
    if raw.dtype == pl.String:
        return _extra_from_text(raw, problems)
    if isinstance(raw.dtype, pl.Categorical | pl.Enum | pl.Null):
        return raw.cast(pl.String)
    if raw.dtype.is_float() or raw.dtype.is_decimal() or isinstance(raw.dtype, _WIDE):
        return numbers(raw, problems)
    if isinstance(raw.dtype, pl.List | pl.Array):
        inner = raw.dtype.inner
        if not (inner.is_nested() or isinstance(inner, pl.Binary | pl.Object)):
            return raw.cast(pl.List(pl.String if isinstance(inner, _TEXTS) else inner))
    if raw.dtype.is_nested() or isinstance(raw.dtype, pl.Binary | pl.Object):
        rule = "further columns must be numbers, text, times or lists of these; leave it out"
        problems.wrong_type(raw, rule)
        return pl.Series(raw.name, [None], dtype=pl.String).new_from_index(0, len(raw))
    return raw


def _extra_from_text(raw: pl.Series, problems: Problems) -> pl.Series:
    number = parsed(raw, problems.decimal)
    if bool((number.is_null() & filled(raw)).any()) or number.null_count() == len(raw):
        return raw
    text = raw.str.strip_chars()
    exact = number.abs() < _EXACT
    is_name = text.str.contains(r"^[+-]?0\d") | (text.str.contains(r"^[+-]?\d+$") & ~exact)
    return raw if is_name.any() else numbers(raw, problems)
