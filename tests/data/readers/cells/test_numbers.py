"""Numbers, years, flags, texts and columns of the reader's own, in text and Parquet alike."""

from datetime import date, datetime, time, timedelta
from decimal import Decimal

import polars as pl
import pytest

from mtrec_lib.core.errors import SchemaError
from tests.data.readers.conftest import events, items, table

TABLES = ("rating", "price", "quantity")


def _cells(own, name: str, text: str, keys: str = "") -> list:
    lines = "".join(f"{n};5;{cell}\n" for n, cell in enumerate(text.split("\n")))
    toml = events(f'{name} = "x"', keys=f'separator = ";"\n{keys}')
    return own(toml, {"e.csv": "u;i;x\n" + lines}).events[name].to_list()


def _column(own, name: str, column: list | pl.Series, **options) -> list:
    frame = pl.DataFrame({"u": range(len(column)), "i": [5] * len(column), "x": column})
    toml = events(f'{name} = "x"', "e.parquet", **options)
    return own(toml, {"e.parquet": frame}).events[name].to_list()


@pytest.mark.parametrize("name", [*TABLES, "mood"])
def test_a_decimal_comma_where_it_is_declared(own, name):
    assert _cells(own, name, "2,50\n 3\n\n1e1", 'decimal = ","') == [2.5, 3.0, None, 10.0]


@pytest.mark.parametrize("name", [*TABLES, "mood"])
def test_declared_words_for_missing(own, name):
    text = "NA\n3\n - \nnull"
    assert _cells(own, name, text, 'missing = ["NA", "-", "null"]') == [None, 3.0, None, None]


@pytest.mark.parametrize("name", [*TABLES, "mood", "like"])
def test_a_column_of_missing_cells_alone(own, name):
    assert _cells(own, name, "\n\n") == [None, None, None]
    assert _column(own, name, [None, None]) == [None, None]


@pytest.mark.parametrize("name", TABLES)
@pytest.mark.parametrize(
    ("cell", "keys", "message"),
    [
        ("2,50", "", 'must be a number with a decimal point; decimal = ","'),
        ("1.250", 'decimal = ","', r"a decimal comma.*line 3: '1\.250'"),
        ("1.250,50", 'decimal = ","', "a decimal comma"),
        ("NA", "", r'missing = \["NA"\] in the description'),
        ("inf", "", "must be finite.*line 3: 'inf'"),
        ("nan", "", "must be finite.*key missing"),
        ("€3", "", "must be a number.*'€3'"),
    ],
)
def test_cells_that_are_no_numbers(own, name, cell, keys, message):
    with pytest.raises(SchemaError, match=rf"events\.{name}: .*{message}.*in column 'x' of e\.csv"):
        _cells(own, name, f"1\n{cell}", keys)


@pytest.mark.parametrize("name", ["price", "quantity"])
def test_amounts_are_not_negative(own, name):
    with pytest.raises(SchemaError, match=r"must be ≥ 0, broken in 1 row \(line 3: '-2'\)"):
        _cells(own, name, "1\n-2")


@pytest.mark.parametrize("name", [*TABLES, "mood"])
@pytest.mark.parametrize(
    "column",
    [
        [Decimal("1.50"), Decimal("2.00")],
        pl.Series(["1.5", "2"], dtype=pl.Categorical),
        pl.Series([1.5, 2.0], dtype=pl.Float32),
    ],
)
def test_parquet_numbers(own, name, column):
    if name == "mood" and column[0] == "1.5":
        column = column.cast(pl.String)
    assert _column(own, name, column) == [1.5, 2.0]


@pytest.mark.parametrize("name", TABLES)
@pytest.mark.parametrize(
    "cell", [date(2024, 1, 1), datetime(2024, 1, 1), time(1), timedelta(1), True, b"1", [1.0]]
)
def test_parquet_types_that_are_no_numbers(own, name, cell):
    with pytest.raises(SchemaError, match=rf"events\.{name}: has type .*of e\.parquet"):
        _column(own, name, [cell])


def test_nan_is_refused_and_read_as_missing_where_declared(own):
    with pytest.raises(SchemaError, match=r"must be finite.*row 2: nan"):
        _column(own, "rating", [1.0, float("nan")])
    assert _column(own, "rating", [1.0, float("nan")], keys='missing = ["nan"]') == [1.0, None]


@pytest.mark.parametrize(
    ("cells", "flags"),
    [
        ("1\n0\n1.0\n0.0", [True, False, True, False]),
        ("True\nFALSE\nt\nF", [True, False, True, False]),
        ("yes\nNo\ny\n ", [True, False, True, None]),
    ],
)
def test_flags_in_text(own, cells, flags):
    assert _cells(own, "like", cells) == flags


@pytest.mark.parametrize(
    "column", [[1, 0], [1.0, 0.0], [True, False], [Decimal("1.0"), Decimal(0)]]
)
def test_flags_in_parquet(own, column):
    assert _column(own, "buy", column) == [True, False]


@pytest.mark.parametrize("cell", [2, 0.5, "maybe", date(2024, 1, 1), [True]])
def test_what_is_no_flag(own, cell):
    with pytest.raises(SchemaError, match=r"events\.click: .*must be one of 1, true"):
        _column(own, "click", [cell])


def _years(own, column: pl.Series) -> list:
    toml = events() + items('year = "y"', "i.parquet")
    frame = pl.DataFrame({"i": range(5, 5 + len(column)), "y": column})
    return own(toml, {"e.csv": "u,i\n1,5\n", "i.parquet": frame}).items["year"].to_list()


@pytest.mark.parametrize(
    "column",
    [
        pl.Series([date(1995, 3, 1), None]),
        pl.Series([datetime(1995, 3, 1), None]),
        pl.Series([1995, None]),
        pl.Series([1995.0, None]),
        pl.Series(["1995-03-01", ""]),
        pl.Series(["1995", None], dtype=pl.Categorical),
    ],
)
def test_years_are_numbers_or_those_of_dates(own, column):
    assert _years(own, column) == [1995, None]


@pytest.mark.parametrize("cell", [99_999_999_999, 1995.5, "1995-13", "soon", time(1), True])
def test_what_is_no_year(own, cell):
    with pytest.raises(SchemaError, match=r"items\.year: .*in column 'y' of i\.parquet"):
        _years(own, pl.Series([cell]))


@pytest.mark.parametrize(
    ("cells", "kept"),
    [
        (["02134", "90210"], ["02134", "90210"]),  # a zip code
        (["12345678901234567890", "1"], ["12345678901234567890", "1"]),
        (["1.5", " 2"], [1.5, 2.0]),
        (["a", "2"], ["a", "2"]),
        (["-0.5", "0"], [-0.5, 0.0]),
    ],
)
def test_further_columns_of_text(own, cells, kept):
    toml = events() + table("users", "t.csv", 'user_id = "u"\nplace = "x"')
    text = "".join(f"{n},{cell}\n" for n, cell in enumerate(cells))
    log = own(toml, {"e.csv": "u,i\n0,5\n1,5\n", "t.csv": "u,x\n" + text})
    assert log.users["place"].to_list() == kept


@pytest.mark.parametrize(
    ("column", "kept"),
    [
        (pl.Series([5, None], dtype=pl.Int128), [5.0, None]),
        (pl.Series([[1, 2], None], dtype=pl.Array(pl.Int64, 2)), [[1, 2], None]),
        (pl.Series([["a"], []], dtype=pl.List(pl.Categorical)), [["a"], []]),
        (pl.Series([date(2024, 1, 1), None]), [date(2024, 1, 1), None]),
        (pl.Series([True, None]), [True, None]),
    ],
)
def test_further_columns_of_parquet_have_a_hash(own, column, kept):
    frame = pl.DataFrame({"u": [1, 2], "i": [5, 5], "x": column})
    log = own(events('mood = "x"', "e.parquet"), {"e.parquet": frame})
    assert log.events["mood"].to_list() == kept
    assert len(log.hash) == 64


@pytest.mark.parametrize("kind", ["events", "items", "users"])
@pytest.mark.parametrize("cell", [b"\xff", {"a": 1}, [[1]], [{"a": 1}]])
def test_further_columns_of_no_use_are_refused_by_name(own, kind, cell):
    frame = pl.DataFrame({"u": [5], "i": [5], "x": [cell]})
    files = {"e.csv": "u,i\n5,5\n", "t.parquet": frame}
    toml = events()
    if kind == "events":
        toml = events('mood = "x"', "t.parquet")
    else:
        key = "user_id" if kind == "users" else "item_id"
        toml += table(kind, "t.parquet", f'{key} = "u"\nmood = "x"')
    with pytest.raises(SchemaError, match=rf"{kind}\.mood: has type .*in column 'x' of t\.parquet"):
        own(toml, files)


@pytest.mark.parametrize(
    ("name", "cell"),
    [
        ("timestamp", time(1)),
        ("timestamp", b"1"),
        ("timestamp", [1]),
        ("session_id", b"1"),
        ("session_id", [1]),
        ("session_id", date(2024, 1, 1)),
        ("behaviour", b"1"),
        ("behaviour", ["buy"]),
    ],
)
def test_times_visits_and_behaviours_of_other_types(own, name, cell):
    with pytest.raises(SchemaError, match=rf"events\.{name}: has type .*in column 'x'"):
        _column(own, name, [cell])


@pytest.mark.parametrize("name", ["timestamp", "session_id", "behaviour"])
def test_categoricals_are_read_through_their_text(own, name):
    column = pl.Series(["2024-03-01", "2024-03-02"], dtype=pl.Categorical)
    assert len(_column(own, name, column)) == 2


def test_a_behaviour_is_never_empty(own):
    with pytest.raises(SchemaError, match=r"events\.behaviour: must not be empty.*line 3"):
        own(events('behaviour = "b"'), {"e.csv": "u,i,b\n1,5,buy\n1,6, \n"})
