"""Which function checks which exercise."""

import re
from collections.abc import Callable
from importlib import import_module
from typing import Any

from mtrec_lib.core.errors import ParameterError
from mtrec_lib.core.suggest import nearest

Checker = Callable[[Any], str | None]
_CHECKERS: dict[str, Checker] = {}


def exercise(id: str) -> Callable[[Checker], Checker]:
    """Register the function below as the check of exercise ``id``, such as ``"04.1"``.

    The function takes the reader's answer and returns None if it is right, else a hint that does
    not give the answer away.

    >>> @exercise("99.1")
    ... def _(answer):
    ...     return None if answer == 4 else "count once more"
    """

    def register(check: Checker) -> Checker:
        _CHECKERS[id] = check
        return check

    return register


def answer(id: str, answer: Any) -> None:
    """Check a reader's answer and print what to do next.

    Args:
        id: the exercise, such as ``"04.1"``.
        answer: the answer; ``...`` means that there is none yet.

    >>> answer("00.1", ...)
    00.1 is not answered yet

    Taught in chapter 00.
    """
    if answer is ...:
        print(f"{id} is not answered yet")
        return
    hint = verdict_on(id, answer)
    print(f"✓ {id} is right" if hint is None else f"✗ {id}: {hint}")


def verdict_on(id: str, answer: Any) -> str | None:
    """None if the answer to exercise ``id`` is right, else the hint."""
    check = checker(id)
    try:
        return check(answer)
    except Exception as error:
        # A reader's answer may be anything at all; whatever it breaks is a wrong answer.
        return f"the check cannot read this answer ({type(error).__name__}: {error})"


def checker(id: str) -> Checker:
    """The check of exercise ``id``.

    Raises:
        ParameterError: there is no such exercise; names the nearest.
    """
    if id not in _CHECKERS:
        known = ids(id.partition(".")[0])
        if id not in known:
            near = nearest(id, known) or known
            raise ParameterError(
                f"no exercise {id!r}; this chapter has {', '.join(near) or 'none'}"
            )
    return _CHECKERS[id]


def ids(chapter: str) -> list[str]:
    """The exercises of a chapter, such as ``"04"``, in order."""
    name = f"mtrec_lib.book.exercises.ch{chapter}"
    if re.fullmatch(r"\d\d(_\d)?", chapter):
        try:
            import_module(name)
        except ModuleNotFoundError as error:
            if error.name != name:
                raise
    return sorted(id for id in _CHECKERS if id.partition(".")[0] == chapter)
