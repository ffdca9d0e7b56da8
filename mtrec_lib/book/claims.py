"""The only ways in which a chapter states a result: ``check``, ``claim``, ``show``, ``table``."""

import math
import re
from collections.abc import Mapping
from typing import Any

import numpy as np

from mtrec_lib.book.context import current
from mtrec_lib.book.errors import CheckError, ClaimError
from mtrec_lib.book.silent_display import Number, Sentence
from mtrec_lib.core.errors import ParameterError

# The nbval sanitiser blanks what follows this mark: these numbers vary with the machine.
MARK = "≈"
_NAME = re.compile(r"[a-z0-9_@-]+(\.[a-z0-9_@-]+)*")


def check(what: str, a: Any, b: Any, tol: float = 1e-6) -> None:
    """An identity or a step of a derivation: print it, and raise whenever it is false.

    Numbers agree when ``|a - b| <= tol * max(1, |b|)`` everywhere and the shapes are equal (a
    single number compares with every entry); a NaN agrees with nothing; anything else must be
    equal.

    Args:
        what: the identity in words; no number that varies.
        a, b: the two sides: numbers, arrays, tensors, or plain values.
        tol: the allowed difference.

    Raises:
        CheckError: shows both sides.

    >>> check("one and one are two", 1 + 1, 2)
    ✓ one and one are two

    Taught in chapter 03.
    """
    if not _agree(a, b, tol):
        raise CheckError(f"not so: {what}\n  left:  {_brief(a)}\n  right: {_brief(b)}\n  tol {tol}")
    run = current()
    run.checks += 1
    print(f"✓ {what}")


def claim(sentence: str, truth: object) -> str:
    """An empirical sentence: print whether it holds, and record it.

    At the stored parameters a false claim raises. With other parameters it prints ✗ and goes on.

    Args:
        sentence: what the chapter says.
        truth: whether it holds, or None where it cannot be tested here.

    Returns:
        The sentence for the title of a figure; where it does not hold, it says so.

    Raises:
        ClaimError: the sentence is false at the stored parameters.

    >>> claim("a model that has seen the data beats one that has not", 0.1 > 0.04)
    ✓ a model that has seen the data beats one that has not
    'a model that has seen the data beats one that has not'

    Taught in chapter 00.
    """
    held = None if truth is None else bool(truth)
    run = current()
    run.claims[sentence] = held
    run.record()
    if held is None:
        print(f"– {sentence} (not tested here)")
        return Sentence(f"Not tested here: {sentence}")
    if held:
        print(f"✓ {sentence}")
        return Sentence(sentence)
    if run.defaults:
        raise ClaimError(f"false at the stored parameters: {sentence}; write what is true instead")
    print(f"✗ {sentence}")
    return Sentence(f"Not so here: {sentence}")


def show(name: str, value: Any, tol: float) -> Number:
    """A number that training made: print it behind the mark ≈ and record it exactly.

    A run at the stored parameters is compared with ``chapters/expected`` within ``tol``.

    Args:
        name: dotted, lower case, such as ``gpt.ndcg@10``.
        value: the number.
        tol: how far another machine's number may lie from it, in the unit of the number.

    Returns:
        The number; at the end of a cell it is not displayed a second time.

    Raises:
        ParameterError: the name or the tolerance is not of that form.

    >>> half = show("coin.heads", 0.5, tol=0.01)
    coin.heads ≈ 0.5

    Taught in chapter 00.
    """
    _note(name, value, tol)
    current().record()
    print(f"{name} {MARK} {_figures(value)}")
    return Number(value)


def table(rows: Mapping[str, Mapping[str, Any]], tol: float, prefix: str = "") -> None:
    """Several ``show`` at once: one line a row, one column a measure, every number recorded.

    A cell of row ``gpt`` and column ``ndcg@10`` is recorded as ``gpt.ndcg@10``, with ``prefix.``
    before it if there is one. A missing or null cell is printed as a dash.

    Args:
        rows: row name → column name → number.
        tol: as in ``show``.
        prefix: goes before every recorded name.

    >>> table({"popularity": {"hr@10": 0.08}, "gpt": {"hr@10": 0.2}}, tol=0.01)
                hr@10
    popularity  ≈ 0.08
    gpt         ≈ 0.2

    Taught in chapter 04.
    """
    columns = list(dict.fromkeys(name for row in rows.values() for name in row))
    for row, cells in rows.items():
        for column, value in cells.items():
            if value is not None:
                _note(".".join(filter(None, [prefix, row, column])), value, tol)
    current().record()
    first = max(map(len, rows), default=0)
    widths = [max(len(column), 10) for column in columns]
    print(_line("", columns, first, widths))
    for row, cells in rows.items():
        words = [_cell(cells.get(column)) for column in columns]
        print(_line(row, words, first, widths))


def _note(name: str, value: Any, tol: float) -> None:
    if not _NAME.fullmatch(name):
        raise ParameterError(f"name must be lower case with dots, as in gpt.ndcg@10, got {name!r}")
    if not (math.isfinite(tol) and tol >= 0):
        raise ParameterError(f"tol of {name} must be finite and at least 0, got {tol!r}")
    number = float(value)
    exact = number if math.isfinite(number) else None
    current().metrics[name] = {"value": exact, "tol": float(tol)}


def _line(head: str, words: list[str], first: int, widths: list[int]) -> str:
    cells = (word.ljust(width) for word, width in zip(words, widths, strict=True))
    return "  ".join([head.ljust(first), *cells]).rstrip()


def _cell(value: Any) -> str:
    return "–" if value is None else f"{MARK} {_figures(value)}"


def _figures(value: Any) -> str:
    number = float(value)
    return f"{number:,.0f}" if number.is_integer() and abs(number) >= 1000 else f"{number:.4g}"


def _agree(a: Any, b: Any, tol: float) -> bool:
    left, right = np.asarray(a), np.asarray(b)
    if left.shape != right.shape and left.ndim and right.ndim:
        return False
    if left.dtype.kind not in "fiuc" or right.dtype.kind not in "fiuc":
        return bool(np.all(left == right))
    left, right = (
        left.astype(np.result_type(left, np.float64)),
        right.astype(np.result_type(right, np.float64)),
    )
    with np.errstate(invalid="ignore"):
        same = (left == right) | (np.abs(left - right) <= tol * np.maximum(1.0, np.abs(right)))
    return bool(np.all(same))


def _brief(value: Any) -> str:
    array = np.asarray(value)
    with np.printoptions(precision=8, threshold=12, edgeitems=4):
        return f"{array!r}" if array.ndim else repr(value)
