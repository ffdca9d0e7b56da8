import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mtrec_lib.core.errors import SchemaError
from mtrec_lib.data import About, Report
from mtrec_lib.data.cleaning import clean

ONCE = About(title="films", licence="x", grades=(1.0, 2.0, 3.0, 4.0, 5.0))
AGAIN = About(title="songs", licence="x", grades=(1.0, 2.0, 3.0, 4.0, 5.0), repeats=True)


def cleaned(events, about=ONCE):
    return clean(events, Report(events.height), about)


@pytest.mark.fault(29)
def test_exact_duplicates_go_and_are_counted(make_events):
    # rows 1 and 3 repeat row 0.
    events = make_events([(1, 7, 5), (1, 7, 5), (1, 8, 5), (1, 7, 5)], rating=[3.0, 3.0, 3.0, 3.0])
    cleaned_events, report = cleaned(events)
    assert cleaned_events["row"].to_list() == [0, 2]
    assert [(step.action, step.reason, step.count) for step in report.steps] == [
        ("dropped", "exact duplicate", 2)
    ]
    assert report.rows_out == cleaned_events.height


def test_of_two_ratings_of_one_film_the_latest_stays(make_events):
    # film 7: rated at 5 s and, later in time though earlier in the file, at 9 s.
    events = make_events([(1, 7, 9), (1, 7, 5), (2, 7, 1)], rating=[2.0, 4.0, 5.0])
    cleaned_events, report = cleaned(events)
    assert cleaned_events["rating"].to_list() == [2.0, 5.0]
    assert report.steps[0].count == 1
    assert "rating=4.0" in report.steps[0].examples[0]


def test_at_one_time_the_later_row_stays(make_events):
    cleaned_events, _ = cleaned(make_events([(1, 7, 5), (1, 7, 5)], rating=[2.0, 4.0]))
    assert cleaned_events["rating"].to_list() == [4.0]


def test_where_people_come_back_only_one_time_conflicts(make_events):
    events = make_events([(1, 7, 5), (1, 7, 6), (1, 7, 6)], rating=[2.0, 3.0, 4.0])
    assert cleaned(events, AGAIN)[0]["rating"].to_list() == [2.0, 4.0]


def test_without_times_coming_back_is_no_duplicate(make_events):
    events = make_events([(1, 7, 5), (1, 7, 5), (1, 7, 5)], rating=[2.0, 2.0, 3.0])
    timeless = events.with_columns(timestamp=pl.lit(None, events.schema["timestamp"]))
    assert cleaned(timeless, AGAIN)[0]["row"].to_list() == [0, 1, 2]
    assert cleaned(timeless, ONCE)[0]["row"].to_list() == [2]


def test_events_without_a_rating_never_conflict(make_events):
    events = make_events([(1, 7, 5), (1, 7, 6), (1, 7, 7)], rating=[None, None, 4.0])
    assert cleaned(events)[0].height == 3


@pytest.mark.fault(30)
def test_the_order_is_user_time_row(make_events):
    cleaned_events, _ = cleaned(make_events([(2, 1, 5), (1, 9, 5), (1, 3, 5), (1, 4, 2)]))
    assert cleaned_events["row"].to_list() == [3, 1, 2, 0]


@pytest.mark.fault(35)
@pytest.mark.parametrize("value", [float("nan"), float("inf"), -float("inf")])
def test_numbers_that_are_none_are_refused_with_column_and_count(make_events, value):
    events = make_events([(1, 7, 5), (1, 8, 6)], rating=[1.0, value], price=[value, value])
    with pytest.raises(SchemaError, match=r"(?s)rating: 1 value not.*price: 2 values not.*rows \["):
        cleaned(events)


def test_odd_times_are_flagged_and_kept(make_events):
    cleaned_events, report = cleaned(make_events([(1, 7, 0), (1, 8, 4_000_000_000), (1, 9, 100)]))
    assert cleaned_events.height == 3
    assert [(step.action, step.count) for step in report.steps] == [("flagged", 1), ("flagged", 1)]
    assert report.rows_out == 3


rows = st.lists(
    st.tuples(st.integers(1, 3), st.integers(1, 3), st.integers(1, 3), st.sampled_from([1.0, 2.0])),
    min_size=1,
)


@given(rows)
def test_the_report_adds_up_and_cleaning_twice_changes_nothing(make_events, rows):
    events = make_events([row[:3] for row in rows], rating=[row[3] for row in rows])
    cleaned_events, report = cleaned(events)
    assert report.rows_in == events.height
    assert report.rows_out == cleaned_events.height
    again, second = cleaned(cleaned_events)
    assert again.equals(cleaned_events)
    assert second.steps == ()


def test_steps_are_added_functionally():
    first = Report(10)
    second = first.dropped("fuel", pl.DataFrame({"row": [1, 2, 3, 4]})).repaired("year", 2)
    assert first.steps == ()
    assert second.rows_out == 6
    assert second.steps[0].examples == ("row=1", "row=2", "row=3")
    assert second.flagged("nothing", 0) == second


def test_a_report_reads_as_a_table():
    report = Report(1000).dropped("exact duplicate", 12).flagged("time in the future", 1)
    assert str(report).splitlines() == [
        "rows in   1,000",
        "dropped      12  exact duplicate",
        "flagged       1  time in the future",
        "rows out    988",
    ]
    assert report.table()["count"].to_list() == [1000, 12, 1, 988]
