"""Ids keep every digit, and no two spellings are joined in silence."""

from datetime import date
from decimal import Decimal

import polars as pl
import pytest

from mtrec_lib.core.errors import ParameterError, SchemaError
from tests.data.readers.conftest import LOG, events, items, table


def _steps(log) -> list[tuple[str, str, int]]:
    return [(step.action, step.reason, step.count) for step in log.report.steps]


def test_whole_numbers_with_a_fraction_of_zero(own):
    # What pandas writes once a column had a gap; here in the second of two exports.
    log = own(events(), {"e.csv": "u,i\n1,5\n2,6.0\n2.0,5.\n"})
    assert log.events.select("user_id", "item_id").rows() == [(1, 5), (2, 6), (2, 5)]
    reason = "written with a fraction, read as the whole number"
    assert _steps(log) == [
        ("repaired", f"events.user_id {reason}", 1),
        ("repaired", f"events.item_id {reason}", 2),
    ]


def test_tables_meet_where_one_of_them_wrote_fractions(own):
    toml = events() + items('title = "n"')
    log = own(toml, {"e.csv": "u,i\n1,5.0\n", "i.csv": "i,n\n5,Tea\n6,Milk\n"})
    assert log.catalogue.encode(log.events["item_id"]).tolist() == [2]


def test_an_item_with_letters_makes_all_items_text(own):
    toml = events() + items('title = "n"')
    log = own(toml, {"e.csv": "u,i\n1,7\n", "i.csv": "i,n\n7,Tea\nA17,Milk\n"})
    assert log.events["item_id"].to_list() == ["7"]
    assert log.items["item_id"].to_list() == ["7", "A17"]


def test_zeros_are_no_decoration_and_both_sides_are_shown(own):
    toml = events() + items('title = "n"')
    with pytest.raises(ParameterError, match="the events have '7', the items '007'"):
        own(toml, {"e.csv": "u,i\n1,7\n", "i.csv": "i,n\n007,Bond\n"})


def test_spaces_and_unicode_forms_are_mended_and_counted(own):
    text = "u,i\n1,caf\u00e9\n1 ,5\n\u00a01,cafe\u0301\n2,\ufeff5\u200b\n"
    log = own(events(), {"e.csv": text})
    # Person 1 has café twice: without a time and on a log without repeats, once.
    assert log.events.select("user_id", "item_id").rows() == [(1, "caf\u00e9"), (1, "5"), (2, "5")]
    reason = ", or another Unicode form of it"
    assert _steps(log)[:2] == [
        ("repaired", f"spaces around events.user_id{reason}", 2),
        ("repaired", f"spaces around events.item_id{reason}", 2),
    ]
    assert log.report.steps[0].examples == ("'1 ' is '1'", "'\\xa01' is '1'")


def test_ids_that_look_alike_are_flagged_with_their_pairs(own):
    text = "u,i\na b,5\na\u00a0b,5.0\nc,x\nd\u200be,y\n"
    log = own(events(), {"e.csv": text})
    assert log.users.height == 4
    assert [step.examples for step in log.report.steps] == [
        ("'a b' and 'a\\xa0b'",),
        ("'5' and '5.0'",),
    ]


@pytest.mark.parametrize(
    ("ids", "kept"),
    [
        ([1.0, 2.0**53 - 1], [1, 2**53 - 1]),
        ([Decimal("1.00"), Decimal("2.00")], [1, 2]),
        (pl.Series([2**64 - 1, 2], dtype=pl.UInt64), ["18446744073709551615", "2"]),
        (pl.Series(["b", "a"], dtype=pl.Categorical), ["a", "b"]),
        (pl.Series([1, 2], dtype=pl.Int8), [1, 2]),
    ],
)
def test_parquet_types_that_are_ids(own, ids, kept):
    log = own(events(file="e.parquet"), {"e.parquet": pl.DataFrame({"u": ids, "i": [1, 2]})})
    assert log.users["user_id"].to_list() == kept


@pytest.mark.parametrize(
    ("ids", "message"),
    [
        ([2.0, 1.5], r"row 2: 1\.5"),
        ([2.0**53, 1.0], "below 9,007,199,254,740,992.*row 1"),
        (pl.Series([2.0**24, 1.0], dtype=pl.Float32), "below 16,777,216"),
        ([1.0, float("inf")], "row 2: inf"),
        ([1.0, float("nan")], r"must not be empty.*row 2: nan"),
        ([Decimal("1.00"), Decimal("1.50")], "row 2: Decimal"),
        ([None, None], r"must not be empty.*row 1: None, row 2: None"),
        ([b"\xff\xfe", b"a"], "has type Binary; ids must be whole numbers or text"),
        ([[1], [2]], r"has type List\(Int64\)"),
        ([{"a": 1}, {"a": 2}], "has type Struct"),
        ([True, False], "has type Boolean"),
        ([date(2024, 1, 1)] * 2, "has type Date"),
    ],
)
@pytest.mark.parametrize("name", ["user_id", "item_id"])
def test_parquet_types_that_are_no_ids(own, ids, message, name):
    frame = pl.DataFrame({"u": ids, "i": [1, 2]})
    frame = frame if name == "user_id" else frame.rename({"u": "i", "i": "u"})
    with pytest.raises(SchemaError, match=rf"events\.{name}: .*{message}.*of e\.parquet"):
        own(events(file="e.parquet"), {"e.parquet": frame})


@pytest.mark.parametrize(
    ("ids", "message"),
    [
        ("1.23457E+11", "a spreadsheet has shortened"),
        ("12345678901234567890.0", r"beyond 2\^53 has lost digits"),
        ("1.5\n2.0", r"must be whole numbers.*line 2: '1\.5'"),
        ("  ", r"must not be empty.*line 2: '  '"),
    ],
)
def test_text_that_lost_digits_or_is_empty(own, ids, message):
    lines = "".join(f"{id},5\n" for id in ids.split("\n"))
    with pytest.raises(SchemaError, match=rf"user_id: .*{message}"):
        own(events(), {"e.csv": "u,i\n" + lines})


def test_texts_like_1_10_stay_as_they_are_and_are_flagged(own):
    log = own(events(), {"e.csv": "u,i\n1,1.10\n1,1.1\n"})
    assert log.items["item_id"].to_list() == ["1.1", "1.10"]
    assert _steps(log)[0] == ("flagged", "events.item_id with a decimal fraction, kept as text", 2)


@pytest.mark.parametrize("kind", ["items", "users"])
def test_an_id_stands_once_in_its_table(own, kind):
    key = "item_id" if kind == "items" else "user_id"
    toml = events() + table(kind, "t.csv", f'{key} = "k"')
    with pytest.raises(SchemaError, match=rf"{kind}\.{key}: must stand once.*line 2.*line 4"):
        own(toml, {"e.csv": "u,i\n5,5\n", "t.csv": "k,n\n5,a\n6,b\n5 ,c\n"})


def test_one_column_for_people_and_items_is_refused(own):
    toml = LOG + table("events", "e.csv", 'user_id = "u"\nitem_id = "u"')
    with pytest.raises(ParameterError, match="user_id and item_id name the same column 'u'"):
        own(toml, {"e.csv": "u\n1\n"})
