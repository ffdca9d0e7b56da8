"""The registry of exercise checks."""

import pytest

from mtrec_lib.book.exercises import answer, checker, exercise
from mtrec_lib.core.errors import ParameterError


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
