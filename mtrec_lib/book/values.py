"""Values of parameters: read from words, checked against type and range."""

import math
import re

from mtrec_lib.book.parameter_table import KNOWN, Known, Value
from mtrec_lib.core.errors import ParameterError
from mtrec_lib.core.suggest import nearest

_WORDS = {"true": True, "yes": True, "on": True, "1": True}
_WORDS |= {"false": False, "no": False, "off": False, "0": False}
_INTEGER = re.compile(r"[+-]?(0|[1-9][0-9]*)")


def lookup(name: str) -> Known:
    """The entry of ``name``.

    Raises:
        ParameterError: no such parameter; names the nearest.
    """
    if name in KNOWN:
        return KNOWN[name]
    near = nearest(name, KNOWN)
    hint = (
        f"did you mean {near[0]!r}?"
        if near
        else "see mtrec_lib/book/parameter_table.py for all names"
    )
    raise ParameterError(f"unknown parameter {name!r}; {hint}")


def parse(name: str, kind: str, words: str) -> Value:
    """Read ``words``, as typed in a terminal, as a value of ``kind``.

    Leading zeros stay in a text and are refused in a number.

    >>> parse("epochs", "int", "3"), parse("use_text", "bool", "yes")
    (3, True)

    Raises:
        ParameterError: names the parameter, the type wanted and the words received.
    """
    try:
        if kind == "str":
            return words
        if kind == "bool":
            return _WORDS[words.strip().lower()]
        if kind == "int" and not _INTEGER.fullmatch(words.strip()):
            raise ValueError
        return int(words) if kind == "int" else float(words)
    except (KeyError, ValueError):
        raise ParameterError(f"parameter {name} wants {_article(kind)}, got {words!r}") from None


def checked(name: str, value: object, kind: str | None = None) -> Value:
    """``value`` as a plain Python value, once its type and range are right.

    >>> checked("epochs", 3)
    3

    Raises:
        ParameterError: names the parameter, the rule and the value received.
    """
    known = lookup(name)
    plain = value.item() if hasattr(value, "item") else value
    kinds = (kind,) if kind else known.kinds
    if isinstance(plain, int) and not isinstance(plain, bool) and kinds == ("float",):
        plain = float(plain)
    if type(plain).__name__ not in kinds:
        wanted = " or ".join(_article(each) for each in kinds)
        raise ParameterError(f"parameter {name} wants {wanted}, got {value!r}")
    _check_range(name, known, plain)
    return plain  # type: ignore[return-value]


def _check_range(name: str, known: Known, value: object) -> None:
    if isinstance(value, str):
        fine = (not known.choices or value in known.choices) and _has_parts(known, value)
    else:
        number = float(value)  # type: ignore[arg-type]
        fine = known.low <= number <= known.high and not (known.positive and number <= 0)
    if not fine or (value == "" and name == "dataset"):
        raise ParameterError(f"parameter {name} must be {known.range}, got {value!r}")


def _has_parts(known: Known, value: str) -> bool:
    if not known.parts:
        return True
    parts = [part.strip() for part in value.split(",")]
    if known.parts == "name":
        return all(parts)
    number = _INTEGER.fullmatch if known.parts == "whole number" else _finite
    return all(part and number(part) for part in parts)


def _finite(part: str) -> bool:
    try:
        return math.isfinite(float(part))
    except ValueError:
        return False


def _article(kind: str) -> str:
    names = {"int": "a whole number", "float": "a number", "str": "a text"}
    return names.get(kind, "true or false")
