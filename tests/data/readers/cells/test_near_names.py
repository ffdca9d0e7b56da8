"""Names that are nearly ours are refused with ours; others are the reader's own."""

import pytest

from mtrec_lib.core.errors import ParameterError
from mtrec_lib.data.readers.cells.near_names import check_columns

EVENTS = {"user_id": "u", "item_id": "i"}


@pytest.mark.parametrize(
    ("table", "written", "meant"),
    [
        ("events", "time", "timestamp"),
        ("events", "timestmp", "timestamp"),
        ("events", "ratings", "rating"),
        ("events", "Rating", "rating"),
        ("events", "behavior", "behaviour"),
        ("events", "event_type", "behaviour"),
        ("events", "prices", "price"),
        ("events", "session", "session_id"),
        ("events", "sessionId", "session_id"),
        ("events", "likes", "like"),
        ("items", "name", "title"),
        ("items", "genres", "categories"),
        ("items", "catagories", "categories"),
        ("items", "release_year", "year"),
    ],
)
def test_another_spelling_or_word(table, written, meant):
    columns = {**(EVENTS if table == "events" else {"item_id": "i"}), written: "x"}
    with pytest.raises(ParameterError, match=rf"{written}' \(did you mean '{meant}'\?\)"):
        check_columns(table, columns, "e.csv", "[events.columns]")


@pytest.mark.parametrize(
    ("table", "written"), [("events", "userid"), ("items", "item"), ("users", "customer_id")]
)
def test_a_needed_name_in_another_spelling(table, written):
    with pytest.raises(ParameterError, match=r"did you mean '(user|item)_id'"):
        check_columns(table, {written: "x"}, "e.csv", "[columns]")


def test_all_of_a_table_are_named_at_once():
    with pytest.raises(ParameterError, match=r"'time' .*'ratings' .*no names of ours"):
        check_columns("events", {**EVENTS, "time": "t", "ratings": "r"}, "e.csv", "[events]")


@pytest.mark.parametrize(
    ("table", "columns"),
    [
        ("events", {**EVENTS, "timestamp": "t", "date": "d"}),
        ("events", {**EVENTS, "mood": "m", "weekday": "w", "place": "p", "price_class": "c"}),
        ("items", {"item_id": "i", "title": "t", "name": "n", "colour": "c"}),
        ("users", {"user_id": "u", "name": "n", "rating": "r", "age": "a"}),
    ],
)
def test_further_columns_keep_their_names(table, columns):
    check_columns(table, columns, "e.csv", "[events.columns]")


@pytest.mark.parametrize("value", [0, -1, True, "", 1.0, ["u"]])
def test_a_column_is_a_name_or_a_number_from_1(value):
    with pytest.raises(ParameterError, match="user_id must be the name of a column, or its number"):
        check_columns("events", {**EVENTS, "user_id": value}, "e.csv", "[events.columns]")
