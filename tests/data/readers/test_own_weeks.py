"""Weeks of a reader's own log: whole numbers that rise in time, or counted from the times."""

import pytest

import mtrec_lib as mt
from mtrec_lib.core.errors import ParameterError
from tests.data.readers.conftest import described

LOG = 'repeats = true\nsplit = "by_week"\n'
PARTS = "validation_weeks = [3, 3]\ntest_weeks = [4, 4]\n"
COLUMNS = "user_id=u item_id=i timestamp=t session_id=s week=w"


def rows(*weeks):
    """One basket a week of one person, a week apart, from Monday, 1 January 2024."""
    lines = [f"1,{n},2024-01-{1 + 7 * n:02d},{n},{week}" for n, week in enumerate(weeks)]
    return "u,i,t,s,w\n" + "\n".join(lines) + "\n"


def parts(path):
    return mt.data.split(mt.data.load(path)).events["part"].to_list()


@pytest.mark.parametrize("weeks", [(1, 2, 3, 4), (2817, 2818, 2819, 2820), (0, 1, 2, 3)])
def test_declared_weeks_count_from_the_first_of_the_log(own_log, weeks):
    path = own_log(described(COLUMNS, LOG + PARTS), e=rows(*weeks))
    assert parts(path) == ["train", "train", "validation", "test"]


def test_without_the_column_weeks_are_counted_from_the_times(own_log):
    toml = described(COLUMNS.replace(" week=w", ""), LOG + PARTS)
    assert parts(own_log(toml, e=rows(52, 53, 1, 2))) == ["train", "train", "validation", "test"]


def test_a_basket_lies_whole_in_the_week_of_its_first_event(own_log):
    # 7 January 23:30 is the end of week 1, half an hour later week 2 begins.
    lines = "u,i,t,s\n1,1,2024-01-01,0\n1,2,2024-01-07 23:30,1\n1,3,2024-01-08 00:10,1\n"
    lines += "1,4,2024-01-08 12:00,2\n1,5,2024-01-16,3\n"
    declared = "validation_weeks = [2, 2]\ntest_weeks = [3, 3]\n"
    toml = described(COLUMNS.replace(" week=w", ""), LOG + declared)
    log = mt.data.load(own_log(toml, e=lines))
    assert log.events["week"].to_list() == [1, 1, 1, 2, 3]


@pytest.mark.parametrize(
    ("declared", "weeks", "message"),
    [
        (PARTS, ("2024-W01", "2024-W02", "2024-W03", "2024-W04"), "whole number.*'2024-W01'"),
        (PARTS, (1.5, 2, 3, 4), r"whole number.*got 1\.5"),
        (PARTS, (51, 52, 1, 2), r"runs backwards in time in 1 event.*delete the line week"),
        (PARTS, (1, "", 3, 4), "week is empty in 1 event"),
        ("", (10, 11, 12, 13), "run from 10 to 13.*set validation_weeks"),
        (PARTS, (1, 2, 3, 5), "a week lies in no part"),
        (PARTS, (1, 2, 4, 4), "a part holds no event"),
    ],
)
def test_weeks_that_cannot_be_split_are_refused_at_loading(own_log, declared, weeks, message):
    with pytest.raises(ParameterError, match=message):
        mt.data.load(own_log(described(COLUMNS, LOG + declared), e=rows(*weeks)))


@pytest.mark.parametrize(
    ("log", "message"),
    [
        (PARTS, "belong to split = 'by_week'"),
        (LOG + "validation_weeks = [3, 3]\n", "first and the last week of each part"),
        (LOG + "validation_weeks = [1, 3]\ntest_weeks = [4, 5]\n", "at least one week that trains"),
        (LOG + "validation_weeks = [3, 5]\ntest_weeks = [5, 6]\n", "first and the last week"),
        (LOG + "validation_weeks = [3]\ntest_weeks = [4, 5]\n", "first and the last week"),
        (LOG + 'validation_weeks = ["a", 4]\ntest_weeks = [5, 6]\n', "first and the last week"),
    ],
)
def test_declared_weeks_must_follow_each_other(own_log, log, message):
    with pytest.raises(ParameterError, match=message):
        mt.data.load(own_log(described(COLUMNS, log), e=rows(1, 2, 3, 4)))


@pytest.mark.parametrize(
    ("columns", "split", "message"),
    [
        ("user_id=u item_id=i week=w", "by_week", "needs session_id"),
        ("user_id=u item_id=i session_id=s", "by_week", "needs a time in every event"),
        ("user_id=u item_id=i", "global_time", "4 of 4 have none"),
    ],
)
def test_a_declared_split_needs_its_columns(own_log, columns, split, message):
    with pytest.raises(ParameterError, match=message):
        mt.data.load(own_log(described(columns, f'split = "{split}"\n'), e=rows(1, 2, 3, 4)))


def test_by_week_refuses_text_for_any_log(own_log):
    text = rows("a", "b", "c", "d")
    log = mt.data.load(own_log(described(COLUMNS, "repeats = true"), e=text))
    with pytest.raises(ParameterError, match="week must be a whole number"):
        mt.data.by_week(log)


def test_a_basket_in_weeks_of_two_parts_is_refused(own_log):
    text = rows(1, 2, 3, 4).replace(",2,3\n", ",1,3\n")  # the basket of week 2 goes on in week 3
    with pytest.raises(ParameterError, match="session 1 of user_id 1 lies in weeks of two parts"):
        mt.data.load(own_log(described(COLUMNS, LOG + PARTS), e=text))


def test_weeks_of_the_year_and_week_are_refused_over_the_turn_of_a_year(own_log):
    # 202452 is followed by 202501, which would be the 50th week and not the third.
    with pytest.raises(ParameterError, match="run from 202451 to 202502"):
        mt.data.load(
            own_log(described(COLUMNS, LOG + PARTS), e=rows(202451, 202452, 202501, 202502))
        )
