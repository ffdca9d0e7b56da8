"""Exercises that check themselves, offline.

A chapter's checks, worked solutions and typical wrong answers stand together in
``chapters/exercises/NN.py``: outside the library, so that a mended hint changes no result's
identity. The file is read when an answer of its chapter is first checked.
"""

import importlib.util
import re
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

from mtrec_lib.book.context import chapters_folder
from mtrec_lib.core.errors import MtrecError, ParameterError
from mtrec_lib.core.paths import package_data
from mtrec_lib.core.suggest import nearest

Checker = Callable[[Any], str | None]
_CHECKERS: dict[str, Checker] = {}
_MODULES: dict[Path, ModuleType] = {}
_CHAPTER = re.compile(r"\d\d(_\d)?")


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


def answer(id: str, answer: object) -> None:
    """Check a reader's answer and print what to do next.

    Args:
        id: the exercise, such as ``"04.1"``.
        answer: the answer; ``...`` means that there is none yet.

    Raises:
        ParameterError: there is no such exercise.
        MtrecError: the chapter's checks are not at hand; says where they are looked for.

    >>> answer("00.1", ...)
    00.1 is not answered yet

    Taught in chapter 00.
    """
    if answer is ...:
        print(f"{id} is not answered yet")
        return
    hint = verdict_on(id, answer)
    print(f"✓ {id} is right" if hint is None else f"✗ {id}: {hint}")


def verdict_on(id: str, answer: object) -> str | None:
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
        MtrecError: the chapter's checks are not at hand.
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
    """The exercises of a chapter, such as ``"04"``, in order.

    Raises:
        ParameterError: this is not the number of a chapter.
        MtrecError: the chapter's checks are not at hand.
    """
    known = _registered(chapter)
    if not known:
        chapter_file(chapter)
    return known or _registered(chapter)


def chapter_file(chapter: str) -> ModuleType:
    """The file ``exercises/NN.py`` of a chapter, read once: its checks are registered.

    It lies in the folder of the chapters, and in an installed wheel beside the cards of the data.

    Raises:
        ParameterError: this is not the number of a chapter.
        MtrecError: there is no such file.
    """
    if not _CHAPTER.fullmatch(chapter):
        raise ParameterError(
            f"a chapter is a number such as '04' or '04_2', got {chapter!r}; "
            "an exercise is called by its chapter and its number, as '04.1'"
        )
    places = [folder / f"{chapter}.py" for folder in _folders()]
    path = next((place for place in places if place.is_file()), None)
    if path is None:
        raise MtrecError(
            f"the checks of chapter {chapter} are in none of {', '.join(map(str, places))}; set "
            "MTREC_CHAPTERS to the folder chapters/ of a checkout of mtrec"
        )
    if path not in _MODULES:
        _MODULES[path] = _read(path)
    return _MODULES[path]


def _folders() -> list[Path]:
    return [chapters_folder().absolute() / "exercises", package_data("exercises")]


def _read(path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(f"mtrec_exercises_{path.stem}", path)
    if spec is None or spec.loader is None:
        raise MtrecError(f"{path} cannot be read as Python")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _registered(chapter: str) -> list[str]:
    return sorted(id for id in _CHECKERS if id.partition(".")[0] == chapter)
