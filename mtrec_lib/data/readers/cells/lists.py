"""Categories: lists, texts with a separator, and lists that somebody wrote as text."""

import ast
import json

import polars as pl

from mtrec_lib.data.cleaning import EXAMPLES
from mtrec_lib.data.readers.cells.problems import Problems

_NONE = pl.List(pl.String)
_RULE = "categories must be text, or lists of texts; write their names"
_BRACKETS = r"^\s*(\[.*\]|\{.*\}|\(.*\))\s*$"
_MISSING = ("[]", "{}", "()", "set()")


def categories(raw: pl.Series, separator: str, problems: Problems) -> pl.Series:
    """The categories of each item as a list of texts, none of them empty.

    Args:
        raw: lists, arrays, or text: parts between separators, or a list as Python or JSON write
            it, ``['x', 'y']`` or ``["x", "y"]``.
        separator: between the categories of a text.
        problems: takes columns of other types; a text that begins like a list and is none is
            flagged, and cut at the separators.
    """
    if isinstance(raw.dtype, pl.List | pl.Array):
        return _tidy(_from_lists(raw, problems))
    if raw.dtype.is_nested() or isinstance(raw.dtype, pl.Binary | pl.Object):
        problems.wrong_type(raw, _RULE)
        return empty(len(raw))
    text = raw.cast(pl.String)
    split = text.str.split(separator)
    listed = text.str.contains(f"(?s){_BRACKETS}").fill_null(False)
    if listed.any():
        split = _with_lists(raw, text, split, listed, problems)
    return _tidy(split)


def empty(height: int) -> pl.Series:
    """A column of no categories."""
    return pl.Series("categories", [[]], dtype=_NONE).new_from_index(0, height)


def _from_lists(raw: pl.Series, problems: Problems) -> pl.Series:
    inner = raw.dtype.inner  # type: ignore[attr-defined]
    if inner.is_nested() or isinstance(inner, pl.Binary | pl.Object):
        problems.wrong_type(raw, _RULE)
        return empty(len(raw))
    return raw.cast(pl.List(inner)).cast(_NONE)


def _with_lists(
    raw: pl.Series, text: pl.Series, split: pl.Series, listed: pl.Series, problems: Problems
) -> pl.Series:
    """Each different list is read once; what is none stays cut at the separators."""
    words = text.filter(listed).unique().to_list()
    lists = {word: _parsed(word) for word in words}
    objects = [word for word, value in lists.items() if value and not _plain(value)]
    problems.add(raw, text.is_in(objects), "is a list of objects or lists; write their names")
    odd = [word for word in words if lists[word] is None and word.lstrip()[0] in "[{"]
    problems.remark(
        "flagged",
        f"{problems.table}.{raw.name} that begin like a list and are none",
        int(text.is_in(odd).sum() or 0),
        tuple(sorted(odd)[:EXAMPLES]),
    )
    good = {word: list(map(_name, v)) for word, v in lists.items() if v is not None and _plain(v)}
    table = pl.DataFrame(
        {"text": list(good), "list": list(good.values())},
        schema={"text": pl.String, "list": _NONE},
    )
    joined = pl.DataFrame({"text": text, "split": split}).join(
        table, on="text", how="left", maintain_order="left"
    )
    return joined.select(pl.coalesce("list", "split")).to_series()


def _parsed(text: str) -> list[object] | None:
    """The list that a text writes down, in JSON or in Python; None where it writes none."""
    if text.strip() in _MISSING:
        return []
    for read in (json.loads, ast.literal_eval):
        try:
            value = read(text.strip())
        except (ValueError, SyntaxError, MemoryError, RecursionError):
            continue
        if isinstance(value, dict):
            return [value]
        if isinstance(value, list | tuple | set):
            return sorted(value, key=str) if isinstance(value, set) else list(value)
    return None


def _plain(values: list[object]) -> bool:
    return all(value is None or isinstance(value, str | int | float) for value in values)


def _name(value: object) -> str | None:
    return None if value is None else str(value)


def _tidy(lists: pl.Series) -> pl.Series:
    parts = pl.col("categories").list.drop_nulls().fill_null([])
    stripped = parts.list.eval(pl.element().str.strip_chars())
    full = stripped.list.eval(pl.element().filter(pl.element() != ""))
    return pl.DataFrame({"categories": lists}).select(full).to_series()
