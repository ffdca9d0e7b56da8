"""Repeated events are joined and rare ones left out, as a description asks, and counted."""

import json

import polars as pl
import pytest

import mtrec_lib as mt
from mtrec_lib.core.errors import ParameterError
from tests.data.readers.conftest import described

COLUMNS = "user_id=u item_id=i timestamp=t quantity=q"
# Person 1 takes item 7 three times, on two days; person 2 once.
ROWS = """u,i,t,q
1,7,2024-01-01 10:00,2
1,7,2024-01-01 11:00,
1,8,2024-01-01 12:00,1
1,7,2024-01-02 10:00,4
2,7,2024-01-01 10:00,1
"""


def cleaning(**keys):
    lines = [f"{key} = {json.dumps(value)}" for key, value in keys.items()]
    return "\n".join(["[cleaning]", *lines])


def of(log, *names):
    return log.events.select(names).rows()


def test_quantities_are_summed_and_a_missing_one_counts_as_one(own_log):
    log = mt.data.load(own_log(described(COLUMNS, rest=cleaning(repeated="sum")), e=ROWS))
    # 2 + 1 + 4 pieces of item 7, at the last time; item 8 stays.
    assert of(log, "user_id", "item_id", "quantity") == [(1, 8, 1.0), (1, 7, 7.0), (2, 7, 1.0)]
    assert log.events["timestamp"].dt.day().to_list() == [1, 2, 1]
    dropped = [step.count for step in log.report.steps if "summed" in step.reason]
    assert dropped == [2]


def test_within_a_day(own_log):
    toml = described(
        COLUMNS, "repeats = true", rest=cleaning(repeated="sum", repeated_within="day")
    )
    log = mt.data.load(own_log(toml, e=ROWS))
    assert of(log, "user_id", "item_id", "quantity") == [
        (1, 7, 3.0),
        (1, 8, 1.0),
        (1, 7, 4.0),
        (2, 7, 1.0),
    ]


def test_the_day_is_that_of_the_clock_on_the_wall(own_log):
    # 15:00 and 17:00 in UTC are 23:00 and 1:00 of the next day in Shanghai: two days.
    rows = "u,i,t\n1,7,2024-01-01T15:00Z\n1,7,2024-01-01T17:00Z\n"
    rest = cleaning(repeated="last", repeated_within="day")
    toml = described(
        "user_id=u item_id=i timestamp=t", "repeats = true", 'timezone="Asia/Shanghai"', rest
    )
    assert mt.data.load(own_log(toml, e=rows)).events.height == 2
    assert mt.data.load(own_log(toml.replace("Asia/Shanghai", "UTC"), e=rows)).events.height == 1


@pytest.mark.parametrize(("keep", "row"), [("first", 0), ("last", 3)])
def test_the_first_or_the_last_is_kept(own_log, keep, row):
    log = mt.data.load(own_log(described(COLUMNS, rest=cleaning(repeated=keep)), e=ROWS))
    pair = log.events.filter((pl.col("user_id") == 1) & (pl.col("item_id") == 7))
    assert pair["row"].to_list() == [row]


def test_without_quantities_events_are_counted(own_log):
    rows = "u,i\n1,7\n1,7\n1,8\n"  # no times: equal rows are what a count of plays is made of
    toml = described("user_id=u item_id=i", rest=cleaning(repeated="sum"))
    assert of(mt.data.load(own_log(toml, e=rows)), "item_id", "quantity") == [(7, 2.0), (8, 1.0)]


def test_further_columns_prices_and_flags(own_log):
    rows = "u,i,t,q,p,n,b\n1,7,2024-01-01,1,4.0,10,no\n1,7,2024-01-02,3,2.0,5,yes\n"
    rows += "1,7,2024-01-03,1,,1,no\n"
    columns = "user_id=u item_id=i timestamp=t quantity=q price=p plays=n buy=b"
    rest = cleaning(repeated="sum", summed=["plays"])
    log = mt.data.load(own_log(described(columns, rest=rest), e=rows))
    # The mean price of a piece is (1 · 4 + 3 · 2) / 4 = 2.5: an unknown price tells nothing.
    assert of(log, "quantity", "price", "plays", "buy") == [(5.0, 2.5, 16.0, True)]


def test_a_view_and_a_purchase_are_not_summed(own_log):
    rows = "u,i,t,a\n1,7,2024-01-01,view\n1,7,2024-01-02,buy\n1,7,2024-01-03,buy\n"
    toml = described("user_id=u item_id=i timestamp=t behaviour=a", rest=cleaning(repeated="sum"))
    log = mt.data.load(own_log(toml, e=rows))
    assert of(log, "behaviour", "quantity") == [("view", 1.0), ("buy", 2.0)]


def test_events_of_no_session_stay_as_they_are(own_log):
    rows = (
        "u,i,t,s,q\n1,7,2024-01-01,,1\n1,7,2024-01-02,,2\n1,7,2024-01-03,5,3\n1,7,2024-01-04,5,4\n"
    )
    columns = "user_id=u item_id=i timestamp=t session_id=s quantity=q"
    rest = cleaning(repeated="sum", repeated_within="session")
    log = mt.data.load(own_log(described(columns, "repeats = true", rest=rest), e=rows))
    assert log.events["quantity"].to_list() == [1.0, 2.0, 7.0]


# People 1 to 3 took item 7; person 4 took 8 and 9; item 8 has two events, item 9 one.
CORE = "u,i\n1,7\n1,8\n2,7\n2,10\n3,7\n3,10\n4,8\n4,9\n"


def test_once_counts_in_the_log_as_it_is(own_log):
    keys = {"min_events_per_user": 2, "min_events_per_item": 2, "min_events_rule": "once"}
    log = mt.data.load(own_log(described("user_id=u item_id=i", rest=cleaning(**keys)), e=CORE))
    # Only item 9 has fewer than two events; person 4 keeps the one that is left.
    assert of(log, "user_id", "item_id") == [
        (1, 7),
        (1, 8),
        (2, 7),
        (2, 10),
        (3, 7),
        (3, 10),
        (4, 8),
    ]
    assert log.items["item_id"].to_list() == [7, 8, 10]
    assert [(s.count, s.reason) for s in log.report.steps] == [
        (1, "item with fewer than 2 events, counted once")
    ]


def test_the_core_counts_again_until_all_have_enough(own_log):
    keys = {"min_events_per_user": 2, "min_events_per_item": 2}
    log = mt.data.load(own_log(described("user_id=u item_id=i", rest=cleaning(**keys)), e=CORE))
    # Without 9 person 4 has one event, without person 4 item 8 has one, without 8 person 1 has one.
    assert of(log, "user_id", "item_id") == [(2, 7), (2, 10), (3, 7), (3, 10)]
    assert [(s.count, s.reason) for s in log.report.steps] == [
        (2, "item with fewer than 2 events, k-core"),
        (2, "person with fewer than 2 events, k-core"),
    ]
    assert log.report.rows_out == log.events.height


def test_rare_items_leave_the_catalogue_and_rare_people_the_users(own_log):
    tables = '[items]\nfile = "i.csv"\n[items.columns]\nitem_id = "i"\n'
    tables += '[users]\nfile = "us.csv"\n[users.columns]\nuser_id = "u"\n'
    keys = {"min_events_per_user": 2, "min_events_per_item": 2}
    toml = described("user_id=u item_id=i", rest=tables + cleaning(**keys))
    log = mt.data.load(own_log(toml, e=CORE, i="i\n10\n9\n8\n7\n6\n", us="u\n4\n3\n2\n1\n"))
    assert log.items["item_id"].to_list() == [7, 10]
    assert log.users["user_id"].to_list() == [2, 3]
    assert [s.count for s in log.report.steps if "left out" in s.reason] == [3, 2]


@pytest.mark.parametrize(
    ("keys", "message"),
    [
        ({"repeated": "summ"}, "did you mean 'sum'"),
        ({"repeated": "last", "repeated_within": "week"}, "must be one of log, day, session"),
        ({"repeated": "last", "repeated_within": "session"}, "needs the column session_id"),
        ({"repeated": "last", "repeated_within": "day"}, "needs the column timestamp"),
        ({"repeated": "sum", "summed": ["plays"]}, "summed must name columns of numbers"),
        ({"repeated": "sum", "summed": ["user_id"]}, "summed must name.*got 'user_id'"),
        ({"repeated": "sum", "summed": [3]}, "summed must name columns of numbers"),
        ({"summed": ["quantity"]}, 'needs repeated = "sum"'),
        ({"min_events_per_user": 0}, "must be ≥ 1, got 0"),
        ({"min_events_per_item": 99}, "leave none of 8 events"),
        ({"min_event_per_item": 2}, "did you mean 'min_events_per_item'"),
    ],
)
def test_a_wrong_key_says_what_may_stand_there(own_log, keys, message):
    with pytest.raises(ParameterError, match=message):
        mt.data.load(own_log(described("user_id=u item_id=i", rest=cleaning(**keys)), e=CORE))
