"""Separators, headers, quotes and lines of text files; each refusal says where and what to do."""

import csv
import io

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from mtrec_lib.core.errors import MtrecError, ParameterError
from mtrec_lib.data.readers.description import Table
from mtrec_lib.data.readers.files import layout
from mtrec_lib.data.readers.files.layout import Dialect, layout_of
from tests.data.readers.conftest import LOG, events, items, table


@pytest.mark.parametrize("sign", [";", "|", "::", "||", "§", "；", " | ", "\\t"])
def test_any_separator_is_read(own, sign):
    between = sign.replace("\\t", "\t")
    log = own(events(keys=f'separator = "{sign}"'), {"e.csv": f"u{between}i\n1{between}5\n"})
    assert log.events["item_id"].to_list() == [5]


def test_a_quoted_cell_keeps_a_separator_of_two_characters(own):
    toml = events() + items('title = "n"', keys='separator = "::"')
    log = own(toml, {"e.csv": "u,i\n1,5\n", "i.csv": 'i::n\n5::"a::b"\n'})
    assert log.catalogue.titles == ["a::b"]


@pytest.mark.parametrize("name", ["e.tsv", "e.tab"])
def test_tabs_by_the_ending(own, name):
    assert own(events(file=name), {name: "u\ti\n1\t5\n"}).events["item_id"].to_list() == [5]


@pytest.mark.parametrize("name", ["e.txt", "e.dat", "e.data"])
def test_other_endings_of_text(own, name):
    assert own(events(file=name), {name: "u,i\n1,5\n"}).events["item_id"].to_list() == [5]


def test_columns_by_number_without_a_header(own):
    columns = "user_id = 1\nitem_id = 3\nrating = 2"
    toml = LOG + table("events", "e.csv", columns, "header = false")
    log = own(toml, {"e.csv": "1,4,7\n2,3,8\n"})
    assert log.events.select("user_id", "rating", "item_id").rows() == [(1, 4.0, 7), (2, 3.0, 8)]


def test_names_that_stand_in_the_description(own):
    log = own(events(keys='header = ["i", "u"]'), {"e.csv": "5,1\n6,2\n"})
    assert log.events.select("user_id", "item_id").rows() == [(1, 5), (2, 6)]


def test_a_number_chooses_between_two_columns_of_one_name(own):
    toml = events().replace('item_id = "i"', "item_id = 3")
    assert own(toml, {"e.csv": "u,i,i\n1,5,50\n"}).events["item_id"].to_list() == [50]


@pytest.mark.parametrize(
    ("data", "ids"),
    [
        (b"u,i\r\n1,5\n2,6\r3,7\r\n", [5, 6, 7]),  # three kinds of line ends
        (b"u,i\r1,5\r2,6", [5, 6]),  # old Macs; no end of the last line
        (b"\n\nu,i\n\n1,5\n\n2,6\n\n\n", [5, 6]),
        (b"u , i\n1,5\n", [5]),
        (b'"u","i"\n"1","5"\n', [5]),
    ],
)
def test_line_ends_blank_lines_and_spaced_names(own, data, ids):
    assert own(events(), {"e.csv": data}).events["item_id"].to_list() == ids


def test_lines_count_as_an_editor_counts_them(own):
    # The first row takes lines 2 and 3, line 4 is blank: the bad cell stands in line 5.
    with pytest.raises(MtrecError, match=r"line 5: 'bad'\), in column 'r' of e\.csv"):
        own(events('rating = "r"\nx = "x"'), {"e.csv": 'u,i,x,r\n1,5,"a\nb",3\n\n2,6,c,bad\n'})


@pytest.mark.parametrize(
    ("keys", "text", "message"),
    [
        ("separator = 'tab'", "u\ti\n", r'write separator = "\\t", in double quotes'),
        ("separator = '\\t'", "u\ti\n", r'write separator = "\\t", in double quotes'),
        ('separator = ""', "u,i\n", "separator must be one or more characters .* got ''"),
        ('separator = "\\n"', "u,i\n", "separator must be one or more characters"),
        ("separator = '\"'", "u,i\n", "separator must be one or more characters"),
        ("separator = '\\s+'", "u i\n1 5\n", r"does not stand in its first line.*no pattern"),
        ("quote = \"''\"", "u,i\n", "quote must be one character"),
        ('quote = "”"', "u,i\n", "quote must be one character"),
        ('decimal = ";"', "u,i\n", r'decimal must be "\." or ",", got ";"'.replace('"', "['\"]")),
        ('missing = "NA"', "u,i\n", "missing must be list, got 'NA'"),
        ("missing = [1]", "u,i\n", "missing must list texts"),
        ('header = ["u"]', "1,5\n", "header lists 1 names, but the first line of .* has 2 cells"),
        ('header = ["u", "u"]', "1,5\n", "2 columns of that name, numbers 1 and 2"),
        ("header = false", "1,5\n", "write the number of the column, from 1 to 2"),
        ("", "u;i\n1;5\n", 'if ; stands between the cells, set separator = ";"'),
        ("", "1,5\n2,6\n", "this looks like data: .* set header = false"),
        ("", "U,I\n1,5\n", "did you mean 'U'"),
        ('separator = ";"', "sep=;\nu;i\n1;5\n", "delete the first line, a note for Excel"),
        ("", '{"u": 1, "i": 2}\n', 'seems to be JSON lines; set format = "jsonl"'),
        ("", "u,i,i\n1,5,50\n", r"2 columns of that name, numbers 2 and 3; .* as in item_id = 2"),
        ("", "u,i\n1,5\nu,i\n2,6\n", "repeats its header in line 3"),
        ("", "u,i\n1,5\n2,6,\n", r"line 3 has 3 cells where the first line has 2.*into quotes"),
        ("", "u,i,r\n1,5,3\n2,6\n", r"line 3 has 2 cells .* 1 of 3 lines: '2,6'; the line is cut"),
        ("", 'u,i\n1,5" x\n', r'line 2: the quote " stands inside a cell.*set quote = ""'),
        ("", 'u,i\n1,"5" x\n', r'line 2: the quote " stands inside a cell.*set quote = ""'),
        ("", 'u,i\n1,"a \\" b"\n', r"line 2: .* escapes quotes by a backslash; double them"),
        ("", 'u,i\n1,5\n1,"5\n2,6\n', r'line 3: the quote " is never closed'),
        # Two stray quotes, which would make one cell of two lines.
        ("", 'u,i\n1,12" a\n2,7" b\n', r"line 2: the quote"),
    ],
)
def test_a_wrong_key_or_line_says_where_and_what_to_do(own, keys, text, message):
    with pytest.raises(ParameterError, match=message):
        own(events(keys=keys), {"e.csv": text})


def test_quotes_are_letters_where_the_description_says_so(own):
    toml = events() + items('title = "n"', keys='quote = ""')
    log = own(toml, {"e.csv": "u,i\n1,5\n", "i.csv": 'i,n\n5,12" "Heroes" (live)\n'})
    assert log.catalogue.titles == ['12" "Heroes" (live)']


def test_a_column_number_beyond_the_last_is_refused(own):
    toml = LOG + table("events", "e.csv", "user_id = 1\nitem_id = 9", "header = false")
    with pytest.raises(ParameterError, match=r"item_id names column 9, but .* has 2"):
        own(toml, {"e.csv": "1,5\n"})


@pytest.mark.parametrize("ids", ["2,8\n4,9\n", "2,8\n4,\u00e9\n"])
def test_a_header_that_is_taken_for_data_is_seen(own, ids):
    toml = LOG + table("events", "e.csv", "user_id = 1\nitem_id = 2", "header = false")
    with pytest.raises(MtrecError, match=r"user_id: looks like a header.*line 1: 'person'"):
        own(toml, {"e.csv": "person,film\n" + ids})


@given(st.text('a",\n', max_size=14), st.integers(3, 9))
@example('"a""b",c\n', 4)
def test_the_layout_is_that_of_the_csv_module(text, piece):
    # Whatever the length of the pieces: what is not refused has the cells that the module reads.
    data, before = text + "\n", layout._PIECE
    where = Table("events", path="e.csv", where="[events]", columns={})  # type: ignore[arg-type]
    layout._PIECE = piece
    try:
        cells = layout_of(data.encode(), Dialect(ord(","), ord('"'), ","), where).cells.tolist()
    except ParameterError:
        return
    finally:
        layout._PIECE = before
    rows = [row for row in csv.reader(io.StringIO(data), strict=True) if row]
    assert cells == [len(row) for row in rows]
