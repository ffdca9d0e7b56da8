import filecmp
import shutil
import subprocess
import sys
from datetime import UTC, datetime

import polars as pl
import pytest

import mtrec_lib as mt
from mtrec_lib.core import package_data
from mtrec_lib.core.errors import EncodingError, ParameterError, SchemaError

LOG = '[log]\nname = "mine"\n'
EVENTS = """
[events]
file = "e.csv"
[events.columns]
user_id = "u"
item_id = "i"
"""
TIME = 'timestamp = "t"\n'
ITEMS = """
[items]
file = "i.csv"
[items.columns]
item_id = "i"
title = "name"
"""


@pytest.fixture
def load(tmp_path):
    """Writes a description and its files, and loads it."""

    def load(toml, **files):
        (tmp_path / "my.toml").write_text(toml, encoding="utf-8")
        for name, content in files.items():
            data = content if isinstance(content, bytes) else content.encode("utf-8")
            (tmp_path / f"{name}.csv").write_bytes(data)
        return mt.data.load(tmp_path / "my.toml")

    return load


def test_the_fewest_keys(load):
    log = load(LOG + EVENTS, e="u,i\n1,5\n1,3\n2,5\n")
    assert log.name == "mine"
    assert log.events["item_id"].to_list() == [5, 3, 5]  # without times the file's order
    assert log.events["behaviour"].unique().to_list() == ["visit"]
    assert log.items["item_id"].to_list() == [3, 5]
    assert log.catalogue.titles == ["3", "5"]
    assert log.catalogue.categories == ()
    assert log.catalogue.category_matrix.shape == (2, 0)
    assert not log.has("timestamp")
    assert mt.data.leave_last_out(log).train.height == 3


@pytest.mark.fault(28)
def test_ids_with_leading_zeros_stay_text(load):
    log = load(LOG + EVENTS, e="u,i\n007,5\n7,3\n")
    assert log.users["user_id"].to_list() == ["007", "7"]


@pytest.mark.fault(28)
def test_large_ids_are_kept(load):
    log = load(LOG + EVENTS, e=f"u,i\n{2**63 - 1},{2**64}\n-3,{2**53 + 1}\n")
    assert log.events["user_id"].to_list() == [-3, 2**63 - 1]
    assert log.items["item_id"].to_list() == [str(2**64), str(2**53 + 1)]


@pytest.mark.fault(27)
def test_words_that_look_missing_stay_text(load):
    items = "i,name\nNone,None\nNA,NA\nnan,\n"
    log = load(LOG + EVENTS + ITEMS, e="u,i\nNA,None\nnull,nan\n", i=items)
    assert log.users["user_id"].to_list() == ["NA", "null"]
    assert log.catalogue.titles == ["NA", "None", "nan"]  # an empty title: the id


@pytest.mark.parametrize(
    ("options", "cell"),
    [
        ("", "2024-03-01T12:30:00Z"),
        ("", "2024-03-01 13:30:00+01:00"),
        ("", "2024-03-01 12:30"),
        ('timezone = "Asia/Shanghai"', "2024-03-01 20:30:00"),
        ('format = "%d.%m.%Y %H:%M"\ntimezone = "Europe/Vienna"', "01.03.2024 13:30"),
        ('unit = "s"', "1709296200"),
        ('unit = "s"', "1709296200.0"),
        ('unit = "ms"', "1709296200000"),
        ('unit = "ns"', "1709296200000000000"),
    ],
)
def test_times_become_utc(load, options, cell):
    toml = f"{LOG}{EVENTS}{TIME}[events.timestamp]\n{options}\n"
    time = load(toml, e=f"u,i,t\n1,5,{cell}\n").events["timestamp"][0]
    assert time == datetime(2024, 3, 1, 12, 30, tzinfo=UTC)


def test_a_local_time_that_never_was_is_refused(load):
    # On 31 March 2024 clocks in Vienna jumped from 2:00 to 3:00.
    toml = f'{LOG}{EVENTS}{TIME}[events.timestamp]\ntimezone = "Europe/Vienna"\n'
    with pytest.raises(SchemaError, match="the clock of Europe/Vienna showed"):
        load(toml, e="u,i,t\n1,5,2024-03-31 02:30\n")


def test_every_bad_cell_is_listed_at_once(load):
    columns = TIME + 'rating = "r"\nprice = "p"\nbuy = "b"\n'
    cells = 'u,i,t,r,p,b\n1,5,soon,good,1.5,maybe\n,6,2024-03-01,3,"2,50",yes\n'
    with pytest.raises(SchemaError) as caught:
        load(LOG + EVENTS + columns, e=cells)
    text = str(caught.value)
    assert "my.toml: 5 problems; correct the files" in text
    for part in (
        "events.user_id: must not be empty, broken in 1 row (line 3: None), in column 'u' of e.csv",
        "events.timestamp: must be a time",
        "events.rating: must be a number with a decimal point, broken in 1 row (line 2: 'good')",
        'events.price: must be a number with a decimal point; decimal = "," in the description '
        "reads a comma, broken in 1 row (line 3: '2,50')",
        "events.buy: must be one of 1, true, yes",
    ):
        assert part in text


def test_a_rating_outside_the_scale_is_refused(load):
    toml = LOG + "grades = [1, 2, 3]\nlike_at = 3\n" + EVENTS + 'rating = "r"\n'
    with pytest.raises(SchemaError, match=r"must be one of the grades 1, 2, 3, broken in 1 row"):
        load(toml, e="u,i,r\n1,5,7\n1,6,3\n")


def test_latin_1_is_read_when_it_is_declared(load):
    items = "i,name\n5,Misérables, Les\n".replace("Misérables, Les", '"Misérables, Les (1995)"')
    toml = (
        LOG + EVENTS + ITEMS.replace('"i.csv"', '"i.csv"\nencoding = "latin-1"\nfilm_titles = true')
    )
    log = load(toml, e="u,i\n1,5\n", i=items.encode("latin-1"))
    assert log.catalogue.titles == ["Les Misérables (1995)"]
    assert log.items["year"].to_list() == [1995]


@pytest.mark.fault(26)
def test_a_wrong_encoding_names_byte_file_and_cure(load):
    # "i,name\n5,Mis" is 12 bytes long, so é in Latin-1 is byte 12.
    with pytest.raises(EncodingError, match=r"i\.csv: byte 12 \(0xe9\).*latin-1"):
        load(LOG + EVENTS + ITEMS, e="u,i\n1,5\n", i="i,name\n5,Misérables\n".encode("latin-1"))


def test_a_byte_order_mark_is_no_part_of_the_first_name(load):
    assert load(LOG + EVENTS, e="\N{BYTE ORDER MARK}u,i\n1,5\n").events.height == 1


def test_separators_and_categories(load):
    toml = LOG + EVENTS.replace('"e.csv"', '"e.csv"\nseparator = ";"')
    toml += ITEMS.replace('"i.csv"', '"i.csv"\ncategories_separator = "/"') + 'categories = "c"\n'
    log = load(toml, e="u;i\n1;5\n1;6\n1;7\n", i="i,name,c\n5,A,x / y\n6,B,\n7,C,y/\n")
    assert log.items["categories"].to_list() == [["x", "y"], [], ["y"]]
    assert log.catalogue.categories == ("y", "x")


def test_parquet_keeps_its_types(tmp_path):
    time = [datetime(2024, 3, 1, tzinfo=UTC), datetime(2024, 3, 2, tzinfo=UTC)]
    frame = pl.DataFrame({"u": ["a", "a"], "i": [1, 2], "t": time, "s": ["x", "y"], "w": [1, 2]})
    frame.write_parquet(tmp_path / "e.parquet")
    toml = LOG + EVENTS.replace("e.csv", "e.parquet") + TIME + 'session_id = "s"\nweek = "w"\n'
    (tmp_path / "my.toml").write_text(toml, encoding="utf-8")
    log = mt.data.load(tmp_path / "my.toml")
    assert log.events["timestamp"].to_list() == time
    assert log.events["session_id"].to_list() == [0, 1]  # names of sessions are numbered
    assert mt.data.by_week(log, (0, 0), (1, 1), (2, 2)).test.height == 1


def test_users_and_further_columns(load):
    toml = LOG + EVENTS + 'mood = "m"\nplace = "p"\n'
    toml += '[users]\nfile = "us.csv"\n[users.columns]\nuser_id = "u"\nage = "a"\n'
    log = load(toml, e="u,i,m,p\n1,5,2,Rome\n2,5,,Wien\n", us="u,a\n2,30\n1,40\n")
    assert log.events["mood"].to_list() == [2.0, None]
    assert log.events["place"].to_list() == ["Rome", "Wien"]
    assert log.users.rows() == [(1, 40.0), (2, 30.0)]


def test_strange_items_stay_as_unknown_and_are_counted(load):
    log = load(LOG + EVENTS + ITEMS, e="u,i\n1,5\n1,6\n", i="i,name\n5,A\n")
    assert log.catalogue.encode(log.events["item_id"]).tolist() == [2, 1]
    assert [(step.action, step.count) for step in log.report.steps] == [("flagged", 1)]


def test_items_of_another_numbering_are_refused(load):
    with pytest.raises(ParameterError, match="no item_id of the events stands in the items"):
        load(LOG + EVENTS + ITEMS, e="u,i\n1,5\n", i="i,name\n500,A\n")


@pytest.mark.parametrize(
    ("toml", "message"),
    [
        (LOG, r"the table \[events\] is missing"),
        (LOG + "titel = 'x'\n" + EVENTS, r"\[log\] in .*unknown key 'titel'.*mean 'title'"),
        (LOG + "repeats = 1\n" + EVENTS, r"repeats must be bool, got 1"),
        (LOG + "like_at = true\n" + EVENTS, r"like_at must be int or float, got True"),
        (LOG + "split = 'by_weak'\n" + EVENTS, r"\[log\].*did you mean 'by_week'"),
        (LOG + "grades = ['a']\n" + EVENTS, r"\[log\].*'a'"),
        (LOG + EVENTS.replace("e.csv", "x.csv"), r"\[events\].*x\.csv does not exist"),
        (LOG + EVENTS.replace('"u"', '"who"'), r"names 'who', but .*e\.csv has u, i"),
        (LOG + EVENTS.replace('"u"', "0"), r"user_id must be the name of a column, .*got 0"),
        (LOG + EVENTS.replace('item_id = "i"', ""), r"'item_id' is missing; write item_id ="),
        (
            LOG + EVENTS.replace('"e.csv"', '"e.csv"\nformat = "xls"'),
            "csv, tsv, parquet, jsonl, got 'xls'",
        ),
        (
            LOG + EVENTS.replace('"e.csv"', '"e.csv"\nencoding = "utf-9"'),
            "unknown encoding 'utf-9'",
        ),
        (LOG + EVENTS + TIME + "[events.timestamp]\nunit = 'h'", "unit must be one of"),
        (LOG + EVENTS + TIME + "[events.timestamp]\ntimezone = 'Mars/Base'", "got 'Mars/Base'"),
        (LOG + EVENTS + TIME + "[events.timestamp]\nzone = 'UTC'", "unknown key 'zone'"),
        ("[log\n", "is not TOML"),
    ],
)
def test_a_wrong_description_says_where_what_and_how(load, toml, message):
    with pytest.raises(ParameterError, match=message):
        load(toml, e="u,i,t\n1,5,2024-03-01 10:00\n")


def test_a_file_that_is_no_table_is_named(load):
    with pytest.raises(ParameterError, match=r"e\.csv is empty"):
        load(LOG + EVENTS, e="")
    with pytest.raises(ParameterError, match=r"e\.csv is not parquet"):
        load(LOG + EVENTS.replace('"e.csv"', '"e.csv"\nformat = "parquet"'), e="u,i\n")


def test_no_such_description():
    with pytest.raises(ParameterError, match=r"no file nowhere\.toml; copy data/templates/my"):
        mt.data.load("nowhere.toml")


def test_an_unknown_name_lists_the_names_and_the_nearest():
    with pytest.raises(
        ParameterError, match=r"complete-journey, simulator.*did you mean 'ml-100k'"
    ):
        mt.data.load("ml100k")


@pytest.mark.parametrize(("name", "option"), [("ml-100k", "item"), ("complete-journey", "itm")])
def test_an_unknown_option_is_refused_before_anything_is_read(name, option):
    with pytest.raises(ParameterError, match=f"got {option}"):
        mt.data.load(name, **{option: 1})


@pytest.mark.parametrize("name", ["films", "visits"])
def test_the_fixtures_hold_what_real_files_hold(name):
    log = mt.data.load(package_data(f"fixtures/{name}.toml"))
    counts = log.events.group_by("user_id").len()["len"]
    assert (log.users.height, log.items.height) == (40, 30)
    assert counts.min() >= 6
    assert counts.max() <= 25
    assert log.about.simulated
    assert log.events.select(pl.struct("user_id", "timestamp").is_duplicated()).sum().item() > 50
    assert log.has("rating") == (name == "films")
    titles = " ".join(log.catalogue.titles)
    assert "None" in log.catalogue.titles
    assert "The " in titles
    assert any(ord(letter) > 0x1F000 for letter in titles)
    assert any(0x4E00 <= ord(letter) <= 0x9FFF for letter in titles)


def test_the_rule_writes_the_same_fixtures_again(tmp_path):
    shutil.copy(package_data("fixtures/make.py"), tmp_path)
    subprocess.run([sys.executable, tmp_path / "make.py"], check=True)
    names = sorted(path.name for path in tmp_path.glob("*.csv"))
    assert len(names) == 4
    same, other, missing = filecmp.cmpfiles(tmp_path, package_data("fixtures"), names, False)
    assert (same, other, missing) == (names, [], [])


def test_the_template_describes_a_log(tmp_path):
    shutil.copy(package_data("templates/my.toml"), tmp_path)
    (tmp_path / "events.csv").write_text(
        "customer,product,when,stars\n01,7,2024-03-01 10:00:00,5\n", encoding="utf-8"
    )
    (tmp_path / "items.csv").write_text("product,name,department\n7,Tea,Food\n", encoding="utf-8")
    log = mt.data.load(tmp_path / "my.toml")
    assert log.name == "my-log"
    assert log.catalogue.categories == ("Food",)
