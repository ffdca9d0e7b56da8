"""Every exercise accepts its solution and meets typical wrong answers with a hint."""

from functools import cache
from pathlib import Path
from typing import Any

import pytest

import mtrec_lib
from mtrec_lib.book.exercises import answer, chapter_file, ids, verdict_on
from mtrec_lib.book.runs.notebooks import all_notebooks
from tests.contracts.tree import ROOT

CHAPTERS = sorted({book.chapter for book in all_notebooks(ROOT / "chapters")})
EXERCISES = [id for chapter in CHAPTERS for id in ids(chapter)]


@cache
def solutions(chapter: str) -> dict[str, Any]:
    """The worked solutions of a chapter, by exercise."""
    return chapter_file(chapter).solutions()


@cache
def wrong_answers(chapter: str) -> dict[str, list[Any]]:
    """The typical wrong answers of a chapter, by exercise."""
    return chapter_file(chapter).wrong_answers()


def test_every_chapter_has_its_file_and_no_file_is_left_over():
    files = {path.stem for path in (ROOT / "chapters" / "exercises").glob("*.py")}
    assert files == set(CHAPTERS)


def test_no_check_lies_in_the_library():
    # The identity of a run holds the whole library: a mended hint would run every chapter anew.
    library = Path(mtrec_lib.__file__).parent
    for chapter in CHAPTERS:
        path = Path(str(chapter_file(chapter).__file__))
        assert not path.is_relative_to(library)


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_a_chapter_has_three_to_five_exercises_all_solved(chapter):
    assert 3 <= len(ids(chapter)) <= 5
    assert sorted(solutions(chapter)) == ids(chapter)
    assert sorted(wrong_answers(chapter)) == ids(chapter)


@pytest.mark.parametrize("id", EXERCISES)
def test_the_solution_is_accepted(id, capsys):
    answer(id, solutions(id.partition(".")[0])[id])
    assert capsys.readouterr().out == f"✓ {id} is right\n"


@pytest.mark.parametrize("id", EXERCISES)
def test_an_open_answer_is_open(id, capsys):
    answer(id, ...)
    assert "not answered yet" in capsys.readouterr().out


@pytest.mark.parametrize("id", EXERCISES)
def test_typical_wrong_answers_are_rejected_with_a_hint(id):
    wrong = wrong_answers(id.partition(".")[0])[id]
    assert len(wrong) >= 2
    for each in wrong:
        hint = verdict_on(id, each)
        assert hint, f"{id} accepts {each!r}"
        assert "cannot read" not in hint, f"{id} has no hint for {each!r}: {hint}"


@pytest.mark.parametrize("id", EXERCISES)
def test_no_hint_gives_the_answer_away(id):
    chapter = id.partition(".")[0]
    right = solutions(chapter)[id]
    if isinstance(right, str | float) and len(str(right)) > 1:
        wrong = wrong_answers(chapter)[id]
        assert all(str(right) not in str(verdict_on(id, each)) for each in wrong)
