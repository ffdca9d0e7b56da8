"""Every exercise accepts its solution and meets typical wrong answers with a hint."""

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

from mtrec_lib.book.exercises import answer, ids
from mtrec_lib.book.exercises.registry import verdict_on
from mtrec_lib.book.runs.notebooks import all_notebooks
from tests.contracts.tree import ROOT

CHAPTERS = sorted({book.chapter for book in all_notebooks(ROOT / "chapters")})
EXERCISES = [id for chapter in CHAPTERS for id in ids(chapter)]


def _solutions(chapter: str) -> ModuleType:
    path: Path = ROOT / "chapters" / "solutions" / f"{chapter}.py"
    spec = importlib.util.spec_from_file_location(f"solutions_{chapter}", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def solutions():
    """The modules of chapters/solutions, by chapter."""
    return {chapter: _solutions(chapter) for chapter in CHAPTERS}


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_a_chapter_has_three_to_five_exercises_all_solved(solutions, chapter):
    assert 3 <= len(ids(chapter)) <= 5
    assert sorted(solutions[chapter].SOLUTIONS) == ids(chapter)
    assert sorted(solutions[chapter].WRONG) == ids(chapter)


@pytest.mark.parametrize("id", EXERCISES)
def test_the_solution_is_accepted(solutions, id, capsys):
    answer(id, solutions[id.partition(".")[0]].SOLUTIONS[id])
    assert capsys.readouterr().out == f"✓ {id} is right\n"


@pytest.mark.parametrize("id", EXERCISES)
def test_an_open_answer_is_open(id, capsys):
    answer(id, ...)
    assert "not answered yet" in capsys.readouterr().out


@pytest.mark.parametrize("id", EXERCISES)
def test_typical_wrong_answers_are_rejected_with_a_hint(solutions, id):
    wrong = solutions[id.partition(".")[0]].WRONG[id]
    assert len(wrong) >= 2
    for each in wrong:
        hint = verdict_on(id, each)
        assert hint, f"{id} accepts {each!r}"
        assert "cannot read" not in hint, f"{id} has no hint for {each!r}: {hint}"


@pytest.mark.parametrize("id", EXERCISES)
def test_no_hint_gives_the_answer_away(solutions, id):
    module = solutions[id.partition(".")[0]]
    right = module.SOLUTIONS[id]
    if isinstance(right, str | float) and len(str(right)) > 1:
        assert all(str(right) not in str(verdict_on(id, each)) for each in module.WRONG[id])
