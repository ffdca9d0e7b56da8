"""The only ways in which a chapter states a result: ``check``, ``claim``, ``show``, ``table``."""

import math
import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, SupportsFloat

import numpy as np

from mtrec_lib.book.context import current
from mtrec_lib.book.errors import CheckError, ClaimError
from mtrec_lib.book.silent_display import Number, Sentence
from mtrec_lib.core.errors import ParameterError

if TYPE_CHECKING:
    from mtrec_lib.evaluation import Comparison

# The nbval sanitiser blanks what follows this mark: these numbers vary with the machine.
MARK = "≈"
_NAME = re.compile(r"[a-z0-9_@-]+(\.[a-z0-9_@-]+)*")
# Words that say which of two models or settings is better. Only a comparison writes them.
COMPARING = re.compile(
    r"\b(?:better|worse|beat(?:s|en|ing)?|ahead|behind|level|hardly|as good|told apart|"
    r"holds? zero|outperforms?)\b",
    flags=re.IGNORECASE,
)
PLACE = re.compile(r"\{[a-z]+\}")  # where a comparison writes its word, or names stand


def check(what: str, a: object, b: object, tol: float = 1e-6) -> None:
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


def claim(sentence: str, found: "Comparison | Mapping[str, Comparison] | object") -> str:
    """An empirical sentence: print what holds, and record it.

    A sentence that compares nothing is handed its truth. At the stored parameters a false one
    raises; with other parameters it prints ✗ and goes on.

    A sentence that compares models or settings is handed the comparison, which writes the word:
    better, worse, no worse, level, or cannot be told apart. It holds a verb in braces in place of
    the word, and ``{names}`` where several comparisons are handed over by name. Such a sentence is
    never false: with other data it says something else.

    Args:
        sentence: what the chapter says.
        found: whether it holds; or a :class:`~mtrec_lib.evaluation.Comparison`, or name →
            comparison; None (or no comparison) where it cannot be tested here.

    Returns:
        The sentence for the title of a figure; where it does not hold, it says so.

    Raises:
        ClaimError: the sentence is false at the stored parameters.
        ParameterError: the sentence has a comparing word of its own, or is handed a comparison and
            has no place for the word.

    >>> half = claim("half of the events are the first of their person", 0.5 > 0.4)
    ✓ half of the events are the first of their person
    >>> from mtrec_lib.evaluation import compare_values
    >>> lead = compare_values([0.5, 0.6, 0.8], [0.1, 0.3, 0.2], "hr@10")
    >>> sentence = claim("counts {rank} dice", lead)
    ✓ Counts rank better than dice (1 seed)
      ≈ ahead by 0.43 (0.05 to 0.81), hr@10, 3 people, 1 seed

    Taught in chapter 00.
    """
    own = COMPARING.search(sentence)
    if own:
        raise ParameterError(_refusal(sentence, f"may not say {own[0]!r} by itself"))
    if isinstance(found, Mapping):
        known = {name: each for name, each in found.items() if each is not None}
        return _compared(sentence, known) if known else _open(sentence)
    if found is None:
        return _open(sentence)
    if hasattr(found, "word"):
        return _compared(sentence, found)
    if PLACE.search(sentence):
        raise ParameterError(_refusal(sentence, f"has a place for a word, and was handed {found}"))
    return _claimed(sentence, bool(found))


def _refusal(sentence: str, fault: str) -> str:
    return (
        f"a claim {fault}: {sentence!r}. Write the verb in braces and hand over the comparison, "
        "which writes the word from its paired interval: claim('Counts {rank} item-kNN', "
        "mt.evaluation.compare(counts, item_knn)); several by name: claim('{names} {rank} "
        "item-kNN', {'counts': …, 'GPT': …}); of a recorded study: mt.book.recorded(id); of values "
        "of rows: mt.evaluation.compare_values. Where there is no paired interval, state the two "
        "numbers without a comparing word"
    )


def _compared(sentence: str, compared: Any) -> str:
    from mtrec_lib.evaluation.comparisons.sentences import written

    several = compared if isinstance(compared, Mapping) else {"": compared}
    wrong = [each for each in several.values() if not hasattr(each, "word")]
    if wrong:
        raise ParameterError(_refusal(sentence, f"of several was handed {wrong[0]!r}"))
    text = written(sentence, compared)
    _note_claim(text, True)
    print(f"✓ {text}")
    for name, each in several.items():
        of, runs = f"{name}: " if name else "", f", {each.runs}" if any(each.seeds) else ""
        print(f"  {of}{MARK} {each.figures}, {each.metric}, {each.users:,} people{runs}")
    return Sentence(text)


def _open(sentence: str) -> str:
    from mtrec_lib.evaluation.comparisons.sentences import open_question

    sentence = open_question(sentence) if PLACE.search(sentence) else sentence
    _note_claim(sentence, None)
    print(f"– {sentence} (not tested here)")
    return Sentence(f"Not tested here: {sentence}")


def _claimed(sentence: str, held: bool) -> str:
    _note_claim(sentence, held)
    if held:
        print(f"✓ {sentence}")
        return Sentence(sentence)
    if current().defaults:
        raise ClaimError(f"false at the stored parameters: {sentence}; write what is true instead")
    print(f"✗ {sentence}")
    return Sentence(f"Not so here: {sentence}")


def _note_claim(sentence: str, held: bool | None) -> None:
    run = current()
    run.claims[sentence] = held
    run.record()


def show(name: str, value: SupportsFloat, tol: float) -> Number:
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


def table(
    rows: Mapping[str, Mapping[str, SupportsFloat | None]], tol: float, prefix: str = ""
) -> None:
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


def _note(name: str, value: SupportsFloat, tol: float) -> None:
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


def _cell(value: SupportsFloat | None) -> str:
    return "–" if value is None else f"{MARK} {_figures(value)}"


def _figures(value: SupportsFloat) -> str:
    number = float(value)
    return f"{number:,.0f}" if number.is_integer() and abs(number) >= 1000 else f"{number:.4g}"


def _agree(a: object, b: object, tol: float) -> bool:
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


def _brief(value: object) -> str:
    array = np.asarray(value)
    with np.printoptions(precision=8, threshold=12, edgeitems=4):
        return f"{array!r}" if array.ndim else repr(value)
