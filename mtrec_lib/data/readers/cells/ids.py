"""Ids of people and items: no digit is lost, and none of two spellings are joined in silence."""

import unicodedata
from collections.abc import Callable, Iterable

import polars as pl

from mtrec_lib.data.cleaning import EXAMPLES
from mtrec_lib.data.readers.cells.problems import Problems

_PLAIN_INTEGER = r"^(0|-?[1-9][0-9]{0,18})$"
_WHOLE_DECIMAL = r"^(0|-?[1-9][0-9]*)\.0*$"
_ANY_DECIMAL = r"^-?[0-9]+(\.[0-9]*)?$"
_FRACTIONAL = r"\.[0-9]*[1-9]"
_SCIENTIFIC = r"^-?[0-9]\.[0-9]+[eE]\+[0-9]{2}$"
_JSON = r'^(\{".*\}|\[.*\])$'
_UNUSUAL = r"^\s|\s$|[^\x20-\x7e]"
_INVISIBLE = dict.fromkeys(map(ord, "\u200b\u200c\u200d\u200e\u200f\u2060\ufeff\u00ad"))
_EXACT = {"Float32": 2**24, "Float64": 2**53}
_FRACTION = "ids that are decimals must be whole numbers, or else be written as text"
_TYPES = "ids must be whole numbers or text; write them so in the export"


def identities(raw: pl.Series, problems: Problems, distinct: bool = False) -> pl.Series:
    """Ids as Int64 where every one is a plain whole number, else as text.

    An id with leading zeros or beyond 64 bits makes all ids text, so none changes or overflows
    (fault 28). Whole numbers written with a fraction of zero (``5.0``) are read as the number
    where every id is one. Spaces around an id and its Unicode normal form are mended and counted;
    ids that still look alike are flagged.

    Args:
        raw: the cells, of any type.
        problems: takes the cells that are no ids.
        distinct: whether an id may stand once only, as in tables of items and users.
    """
    ids = _by_type(raw, problems)
    problems.add(raw, ids.is_null(), "must not be empty")
    if distinct:
        rule = "must stand once; write one row for each id"
        problems.add(raw, ids.is_duplicated() & ids.is_not_null(), rule)
    return ids


def same_type(events: pl.DataFrame, other: pl.DataFrame, name: str) -> tuple[pl.DataFrame, ...]:
    """Both tables with ``name`` as text where one of them has it as text."""
    if events.schema[name] == other.schema[name]:
        return events, other
    text = pl.col(name).cast(pl.String)
    return events.with_columns(text), other.with_columns(text)


def _by_type(raw: pl.Series, problems: Problems) -> pl.Series:
    dtype = raw.dtype
    if isinstance(dtype, pl.String | pl.Categorical | pl.Enum | pl.Null):
        return _from_text(raw.cast(pl.String).alias(raw.name), problems)
    if dtype.is_float():
        return _from_floats(raw, problems)
    if dtype.is_decimal():
        whole = raw.cast(pl.String).str.replace(r"\.0*$", "")
        problems.add(raw, whole.str.contains(".", literal=True), _FRACTION)
        return _from_text(whole.alias(raw.name), problems)
    if dtype.is_integer():
        number = raw.cast(pl.Int64, strict=False)
        return number if number.null_count() == raw.null_count() else raw.cast(pl.String)
    problems.wrong_type(raw, _TYPES)
    return pl.Series(raw.name, [""], dtype=pl.String).new_from_index(0, len(raw))


def _from_floats(raw: pl.Series, problems: Problems) -> pl.Series:
    """Floats as whole numbers, up to where two neighbours are still told apart."""
    limit = _EXACT.get(str(raw.dtype), 2**11)
    value = raw.fill_nan(None)
    whole = (value == value.floor()) & (value.abs() < limit)
    rule = f"must be whole numbers below {limit:,}, or else be written as whole numbers or text"
    problems.add(raw, ~whole, f"ids that are stored as decimals {rule}")
    return value.set(~whole.fill_null(True), 0.0).cast(pl.Int64)


def _from_text(raw: pl.Series, problems: Problems) -> pl.Series:
    text = _tidy(raw, problems)
    plain = text.str.contains(_PLAIN_INTEGER)
    if not plain.all():
        text, plain = _without_fractions(raw, text, plain, problems)
    number = text.cast(pl.Int64, strict=False)
    if plain.all() and number.null_count() == text.null_count():
        return number
    _refuse_header(raw, plain, problems)
    _refuse_scientific(raw, text, problems)
    problems.add(raw, text.str.contains(_JSON), "is a list or an object; " + _TYPES)
    _flag_alike(text, problems)
    return text


def _tidy(raw: pl.Series, problems: Problems) -> pl.Series:
    """Without spaces around, in normal form NFC; counted, the empty id null."""
    unusual = raw.filter(raw.str.contains(_UNUSUAL) | (raw == "")).unique()
    if not len(unusual):
        return raw
    pairs = {old: _written(old) for old in unusual.to_list()}
    pairs = {old: new for old, new in pairs.items() if old != new}
    if not pairs:
        return raw
    changed = raw.is_in(list(pairs))
    examples = sorted((old, new) for old, new in pairs.items() if new is not None)[:EXAMPLES]
    problems.remark(
        "repaired",
        f"spaces around {problems.table}.{raw.name}, or another Unicode form of it",
        int(changed.sum()),
        tuple(f"{old!r} is {new!r}" for old, new in examples),
    )
    return raw.replace(list(pairs), list(pairs.values()))


def _written(id: str) -> str | None:
    return unicodedata.normalize("NFC", id.strip().strip("\ufeff\u200b").strip()) or None


def _without_fractions(
    raw: pl.Series, text: pl.Series, plain: pl.Series, problems: Problems
) -> tuple[pl.Series, pl.Series]:
    """``5.0`` as ``5`` where each id is a whole number; refused where others are not whole.

    Numbers of JSON are refused with any fraction, since they do not keep that of 1.10; in other
    texts fractions alone may be names of groups and parts, and stay.
    """
    decimal = text.str.contains(_WHOLE_DECIMAL)
    if not text.str.contains(_ANY_DECIMAL).all():
        return text, plain
    whole = plain | decimal
    if not whole.all():
        fraction = text.str.contains(_FRACTIONAL)
        if decimal.any() or problems.rows.json:
            problems.add(raw, fraction, _FRACTION)
        reason = f"{problems.table}.{raw.name} with a decimal fraction, kept as text"
        problems.remark("flagged", reason, int(fraction.sum() or 0))
        return text, plain
    if not decimal.any():
        return text, plain
    short = text.str.replace(r"\.0*$", "")
    exact = short.cast(pl.Int64, strict=False).abs() < 2**53
    rule = "a decimal beyond 2^53 has lost digits; write ids as whole numbers or text"
    problems.add(raw, decimal & ~exact.fill_null(False), rule)
    first = text.filter(decimal)[0]
    reason = f"{problems.table}.{raw.name} written with a fraction, read as the whole number"
    example = f"{first!r} is {first.split('.')[0]!r}"
    problems.remark("repaired", reason, int(decimal.sum() or 0), (example,))
    return short, short.str.contains(_PLAIN_INTEGER)


def _refuse_header(raw: pl.Series, plain: pl.Series, problems: Problems) -> None:
    """A first id that alone is no number, in a file said to have no header."""
    alone = len(plain) > 1 and plain[0] is False and bool(plain[1:].all())
    if alone and problems.rows.noun == "line" and not problems.rows.header:
        first = pl.Series([True] + [False] * (len(raw) - 1))
        problems.add(raw, first, "looks like a header; leave the key header out of the description")


def _refuse_scientific(raw: pl.Series, text: pl.Series, problems: Problems) -> None:
    rule = (
        "is a number that a spreadsheet has shortened, and its last digits are lost; format the "
        "column as text and export it again"
    )
    problems.add(raw, text.str.contains(_SCIENTIFIC), rule)


def _flag_alike(text: pl.Series, problems: Problems) -> None:
    """Flag ids that differ in inner spaces, invisible characters or ``.0`` alone."""
    odd = text.filter(text.str.contains(r"\s|[^\x20-\x7e]|\.0*$")).unique()
    if not len(odd):
        return
    keys = {id: _look(id) for id in odd.drop_nulls().to_list()}
    others = text.filter(text.is_in(list(set(keys.values())))).unique().drop_nulls().to_list()
    groups = groups_alike([*keys, *others], _look)
    rows = text.is_in([id for group in groups for id in group]).sum()
    examples = tuple(" and ".join(map(repr, group)) for group in groups[:EXAMPLES])
    problems.remark(
        "flagged", f"{problems.table}.{text.name} that look alike", int(rows or 0), examples
    )


def groups_alike(ids: Iterable[str], look: Callable[[str], str]) -> list[list[str]]:
    """Two ids or more that ``look`` writes in one way, each group and all groups in order.

    >>> groups_alike(["a", "b", "A"], str.casefold)
    [['A', 'a']]
    """
    groups: dict[str, list[str]] = {}
    for id in sorted(set(ids)):
        groups.setdefault(look(id), []).append(id)
    return sorted(group for group in groups.values() if len(group) > 1)


def _look(id: str) -> str:
    visible = unicodedata.normalize("NFKC", id).translate(_INVISIBLE)
    head, dot, zeros = visible.partition(".")
    if dot and head.lstrip("-").isdecimal() and not zeros.strip("0"):
        visible = head
    return " ".join(visible.split())
