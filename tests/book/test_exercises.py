"""The registry of exercise checks."""

import pytest

from mtrec_lib.book.exercises import answer, chapter_file, checker, exercise, ids
from mtrec_lib.core import write_text
from mtrec_lib.core.errors import MtrecError, ParameterError

CHECKS = """
from mtrec_lib.book.exercises import exercise

@exercise("96.1")
def _(answer):
    return None if answer == 1 else "HINT"
"""


@pytest.fixture
def book(tmp_path, monkeypatch):
    """A folder of chapters with the checks of one chapter, 96."""
    monkeypatch.setenv("MTREC_CHAPTERS", str(tmp_path))
    monkeypatch.setattr("mtrec_lib.book.exercises._CHECKERS", {})
    write_text(tmp_path / "exercises" / "96.py", CHECKS)
    return tmp_path


@exercise("97.1")
def _two_and_two(value):
    return None if value + 0 == 4 else "count once more"


def test_an_open_answer_is_said_to_be_open(capsys):
    answer("97.1", ...)
    assert capsys.readouterr().out == "97.1 is not answered yet\n"


def test_a_right_answer_is_right(capsys):
    answer("97.1", 4)
    assert capsys.readouterr().out == "✓ 97.1 is right\n"


def test_a_wrong_answer_gets_its_hint(capsys):
    answer("97.1", 5)
    assert capsys.readouterr().out == "✗ 97.1: count once more\n"


def test_an_answer_that_breaks_the_check_is_wrong_and_does_not_raise(capsys):
    answer("97.1", "four")
    assert capsys.readouterr().out.startswith("✗ 97.1: the check cannot read this answer")


def test_an_unknown_exercise_is_refused_with_the_nearest():
    with pytest.raises(ParameterError, match=r"97\.1"):
        checker("97.2")


def test_the_checks_of_a_chapter_are_read_from_its_folder(book):
    assert ids("96") == ["96.1"]
    assert chapter_file("96") is chapter_file("96")  # once


def test_an_answer_finds_its_check(book, capsys):
    answer("96.1", 2)
    assert capsys.readouterr().out == "✗ 96.1: HINT\n"


def test_checks_that_are_not_at_hand_name_the_folder_and_the_cure(book):
    with pytest.raises(MtrecError, match=r"exercises.95\.py.*MTREC_CHAPTERS"):
        answer("95.1", 3)
    with pytest.raises(MtrecError, match="MTREC_CHAPTERS"):
        ids("95")


def test_an_open_answer_needs_no_checks(book, capsys):
    answer("95.1", ...)
    assert capsys.readouterr().out == "95.1 is not answered yet\n"


@pytest.mark.parametrize("chapter", ["4", "../04", "nn", ""])
def test_what_is_no_chapter_is_refused(chapter):
    with pytest.raises(ParameterError, match=r"as '04\.1'"):
        ids(chapter)


def test_an_installed_wheel_brings_the_checks_beside_its_cards(book, tmp_path, monkeypatch):
    installed = tmp_path / "site-packages" / "_data"
    write_text(installed / "exercises" / "94.py", CHECKS.replace("96.1", "94.1"))
    monkeypatch.setattr("mtrec_lib.book.exercises.package_data", lambda name: installed / name)
    assert ids("94") == ["94.1"]
