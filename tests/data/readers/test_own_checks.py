"""``mtrec data check`` names everything that is odd about a log, in one report."""

import re
import subprocess
import sys

import pytest
from click.testing import CliRunner

import mtrec_lib as mt
from mtrec_lib.cli import main
from mtrec_lib.core import package_data
from mtrec_lib.core.errors import MtrecError, ParameterError, SchemaError
from mtrec_lib.data.readers.own_checks import check
from tests.data.readers.conftest import described

PLAIN = "user_id=u item_id=i timestamp=t"
ITEMS = '[items]\nfile = "i.csv"\n[items.columns]\nitem_id = "i"\ntitle = "n"\ncategories = "c"\n'
USERS = '[users]\nfile = "us.csv"\n[users.columns]\nuser_id = "u"\nage = "a"\n'


def table(rows, header="u,i,t"):
    return "\n".join([header, *(",".join(map(str, row)) for row in rows)]) + "\n"


def ordinary(people=12, items=13, each=5):
    """Nothing is odd here: everybody takes five of thirteen items, an hour and more apart."""
    return [
        (u, (u * 5 + n * (1 + u % 3)) % items, f"2024-0{1 + n}-{20 + u % 9} {n + 5}:{u + 10}")
        for u in range(people)
        for n in range(each)
    ]


def found(path, severity=None):
    wanted = {severity} if severity else {"refused", "odd", "note"}
    return "\n".join(str(each) for each in check(path).findings if each.severity in wanted)


def test_nothing_is_odd_about_an_ordinary_log(own_log):
    checked = check(own_log(described(PLAIN), e=table(ordinary())))
    assert [str(f) for f in checked.findings if f.severity != "note"] == []
    assert checked.log is not None
    assert str(checked).startswith("Log('mine': 60 events, 12 users, 13 items)")


@pytest.mark.parametrize("name", ["films", "visits"])
def test_the_fixtures_are_not_refused(name):
    assert not check(package_data(f"fixtures/{name}.toml")).refused


def test_all_that_is_wrong_stands_in_one_report(own_log):
    # Loading stops at the first of these; the check names each.
    rows = [(1, 5, "soon", 9), ("", 6, "2024-01-02", "good"), (2, 77, "2024-01-03", 3)]
    items = "i,n,c\n5,A,x\n5,B,y\n"
    toml = described(PLAIN + " rating=r", "grades = [1, 2, 3]\nlike_at = 3\n", "", ITEMS + USERS)
    path = own_log(toml, e=table(rows, "u,i,t,r"), i=items, us="u,a\n100,20\n")
    text = found(path, "refused")
    for part in (
        "events.user_id       must not be empty, broken in 1 row (line 3",
        "events.timestamp     must be a time",
        "events.rating        must be a number",
        "items.item_id        must stand once; write one row for each id, broken in 2 rows (line 2",
        "users.user_id        no user_id of the events stands in the users",
    ):
        assert part in text
    assert "item not in the items' table" in found(path, "odd")  # the rest is looked at, too
    with pytest.raises(SchemaError):
        mt.data.load(path)


@pytest.mark.parametrize(
    ("rows", "log", "part"),
    [
        ([(u, u % 3, "2024-01-01") for u in range(9)], "", "one event a person"),
        ([(u, n, "2024-01-01") for u in range(4) for n in range(3)], "", "the one time 2024-01-01"),
        ([*ordinary(), *[(n % 12, 99, f"2024-06-{n % 28 + 1:02d} {n // 28:02d}:00")
                         for n in range(300)]],
         "repeats = true", "99 has 300 of 360 (83%) events"),
        ([*ordinary(), *[(99, n, f"2023-06-{n % 28 + 1:02d}") for n in range(200)]],
         "", "99 has 200 of 260 (77%) events"),
        ([*ordinary(), (1, 5, "")], "", "of 61 events without a time"),
        ([*ordinary(), (1, 5, "1970-01-20")], "", "time before 1990"),
        ([*ordinary(), (1, 5, "2999-01-01")], "", "time in the future"),
        ([*ordinary(), ordinary()[0]], "", "exact duplicate"),
        (ordinary(), "repeats = true", "no event repeats an item"),
        ([(u, 100 * u + n, f"2024-01-{n + 1:02d} 10:0{n}") for u in range(5) for n in range(4)],
         "", "one event an item"),
        ([(1, n, f"2024-01-{n + 1:02d} 10:0{n}") for n in range(9)], "", "only one value, 1"),
        ([(u, n, f"2020-{n % 12 + 1:02d}-{(u + n) % 12 + 1:02d} 10:10") for u in range(9)
          for n in range(9)], "", "day and month look swapped"),
        (ordinary(), "currency = 'EUR'", "no column is a price"),
        (ordinary(), "grades = [1, 2]", "no column is a rating"),
    ],
)  # fmt: skip
def test_legal_and_odd(own_log, rows, log, part):
    path = own_log(described(PLAIN, log), e=table(rows))
    assert part in found(path)
    assert not check(path).refused


@pytest.mark.parametrize(
    ("column", "value", "log", "part"),
    [
        ("rating=r", lambda n: 4, "grades = [1, 2, 3, 4]", "the one value 4.0 in 60 events"),
        ("rating=r", lambda n: 1 + n % 2, "grades = [1, 2, 3]", "nobody gave 3 of the grades"),
        ("rating=r", lambda n: 10 ** (n % 5), "", "are these ratings, or counts?"),
        ("quantity=r", lambda n: n % 2, "", "of quantity 0"),
        ("price=r", lambda n: 9 if n else 99999, "", "from 9 to 99999"),
        ("price=r", lambda n: "" if n % 2 else n, "", "30 of 60 (50%) events without a value"),
        ("mood=r", lambda n: "", "", "every cell is empty"),
        ("mood=r", lambda n: "NULL" if n % 7 else "good", "", "'NULL', which is text here"),
        ("tags=r", lambda n: "[a; b]", "", "look like lists"),
    ],
)
def test_numbers_and_text_that_are_odd(own_log, column, value, log, part):
    rows = [(*row, value(n)) for n, row in enumerate(ordinary())]
    path = own_log(described(f"{PLAIN} {column}", log), e=table(rows, "u,i,t,r"))
    assert part in found(path)


@pytest.mark.parametrize(
    ("columns", "rows", "log", "part"),
    [
        ("click=x buy=y", [(0, 1), (1, 1)], "", "1 event bought without a click"),
        ("rating=x like=y", [(5, 0), (5, 1), (1, 1)], "grades = [1, 5]\nlike_at = 5",
         "2 events whose like is not rating"),
        ("session_id=x", [(1,), (2,), (2,)], "", "sessions belong to several people"),
        ("behaviour=x", [("Buy",), ("buy",), ("buy",)], "", "'Buy' and 'buy'"),
        ("week=x", [(1,), (2,), (2,)], 'split = "global_time"', "global_time: train 2"),
    ],
)  # fmt: skip
def test_columns_that_contradict_one_another(own_log, columns, rows, log, part):
    full = [(n, n, f"2024-01-0{n + 1}", *row) for n, row in enumerate(rows)]
    header = "u,i,t," + ",".join("xy"[: len(rows[0])])
    assert part in found(own_log(described(f"{PLAIN} {columns}", log), e=table(full, header)))


def test_a_session_that_comes_back_after_months(own_log):
    rows = [(1, 5, "2024-01-01", 1), (1, 6, "2024-02-01", 2), (1, 7, "2024-05-01", 1)]
    path = own_log(described(PLAIN + " session_id=s"), e=table(rows, "u,i,t,s"))
    assert "1 of 2 (50%) sessions last longer than a day" in found(path, "odd")


def test_the_parts_of_the_declared_split_are_counted(own_log):
    path = own_log(described(PLAIN), e=table(ordinary()))
    assert "leave_last_out: train 36, validation 12, test 12" in found(path, "note")
    path = own_log(described(PLAIN), e=table([(1, 5, "2024-01-01"), (1, 6, "2024-01-02")]))
    assert "leave_last_out leaves no event for validation and test" in found(path, "odd")


def test_a_split_that_is_refused_is_named_once(own_log):
    toml = described(PLAIN, 'split = "by_week"')
    where = [each.where for each in check(own_log(toml, e=table(ordinary()))).findings]
    assert where.count("log.split") == 1


def test_a_key_and_a_column_of_one_meaning(own_log):
    toml = described(f"{PLAIN} behaviour=b").replace("[events]\n", '[events]\nbehaviour = "buy"\n')
    rows = [(*row, "view") for row in ordinary()]
    assert "the key does nothing" in found(own_log(toml, e=table(rows, "u,i,t,b")), "odd")


@pytest.mark.parametrize("column", ["user_id", "item_id"])
def test_ids_that_a_spreadsheet_rounded(own_log, column):
    rows = [(f"{u}.5E+11", f"{i}.5E+11", t) for u, i, t in ordinary()]
    text = found(own_log(described(PLAIN), e=table(rows)), "odd")
    assert re.search(rf"events\.{column} +1\d ids as a power of ten", text)


@pytest.mark.parametrize(
    ("ids", "part"),
    [
        (("a1", "A1"), "'A1' and 'a1'"),
        (("07", "7"), "'07' and '7'"),
    ],
)
def test_ids_that_look_alike(own_log, ids, part):
    rows = [(u, ids[0] if n == 0 else i, t) for n, (u, i, t) in enumerate(ordinary())]
    path = own_log(
        described(PLAIN), e=table([*rows, (1, ids[1], "2024-07-01"), (2, "x", "2024-07-02")])
    )
    assert part in found(path, "odd")


def test_a_second_header_in_the_middle(own_log):
    rows = [(f"u{u}", f"i{i}", t, "x") for u, i, t in ordinary()]
    toml = described("user_id=u item_id=i mood=m")
    path = own_log(toml, e=table([*rows[:30], ("u", "i", "t", "m"), *rows[30:]], "u,i,t,m"))
    assert "header" in found(path, "refused")


def test_what_is_odd_about_items_and_people(own_log):
    items = "i,n,c\n" + "".join(f"{n},Title,\"['a', 'b']\"\n" for n in range(13)) + "77,X,\n"
    path = own_log(
        described(PLAIN, rest=ITEMS + USERS), e=table(ordinary()), i=items, us="u,a\n1,20\n77,3\n"
    )
    text = found(path)
    for part in (
        "13 items with the title of another: 'Title'",
        "1 item without a category",
        "1 of 14 (7%) items without an event",
        "55 × person not in the users' table",
        "1 person without an event",
    ):
        assert part in text


def test_titles_that_are_turned_are_named(own_log):
    items = "i,n,c\n" + "".join(f'{n},"Vitamin {n}, A",x\n' for n in range(13))
    path = own_log(described(PLAIN, rest=ITEMS), e=table(ordinary()), i=items)
    assert ("shown otherwise" in found(path)) == (
        "A Vitamin 0" in mt.data.load(path).catalogue.titles
    )


@pytest.mark.parametrize(
    ("toml", "part"),
    [
        (described("user_id=u item_id=i"), "the order of the file is taken for the order in time"),
        (described("user_id=u item_id=i timestamp=t mood=t"), "read from the one column 't'"),
        (described(PLAIN).replace("licence", ""), "not stated"),
    ],
)
def test_keys_that_do_nothing_or_twice(own_log, toml, part):
    assert part in found(own_log(toml, e=table(ordinary())))


def test_a_time_zone_of_seconds_since_1970_does_nothing(own_log):
    toml = described(PLAIN, time='unit = "s"\ntimezone = "Asia/Shanghai"')
    rows = [(u, i, 1_700_000_000 + 999 * n) for n, (u, i, _) in enumerate(ordinary())]
    assert "timezone = 'Asia/Shanghai' does nothing" in found(own_log(toml, e=table(rows)))


def test_what_loading_refuses_the_check_refuses(own_log):
    toml = described(PLAIN, rest='[cleaning]\nrepeated = "summ"\n')
    path = own_log(toml, e=table(ordinary()))
    assert "did you mean 'sum'" in found(path, "refused")
    with pytest.raises(ParameterError):
        mt.data.load(path)


@pytest.mark.parametrize("events", ["", "u,i,t\n", "a,b\n1,2\n", "u,i,t\n1,2,3,4\n", "\x00\xff"])
def test_a_file_that_cannot_be_read_is_a_finding_and_no_traceback(own_log, events):
    path = own_log(described(PLAIN, rest=ITEMS), e=events)  # the items' file is missing, too
    checked = check(path)
    assert checked.refused
    assert checked.findings[0].severity == "refused"
    with pytest.raises(MtrecError):
        mt.data.load(path)


def test_the_command_prints_the_report_and_ends_with_0_or_1(own_log, tmp_path):
    path = own_log(described(PLAIN), e=table(ordinary()))
    done = CliRunner().invoke(main, ["data", "check", str(path)])
    assert done.exit_code == 0
    assert done.output.splitlines()[-1] == "0 refused, 0 odd, 4 note"
    done = CliRunner().invoke(main, ["data", "check", str(tmp_path / "none.toml")])
    assert done.exit_code == 1
    assert "refused  description" in done.output
    assert CliRunner().invoke(main, ["data", "check", "events.csv"]).exit_code == 1


def test_the_command_is_quick_to_start(own_log):
    path = own_log(described(PLAIN), e=table(ordinary()))
    code = f"from mtrec_lib.data.readers.own_checks import check; check({str(path)!r})\n"
    code += "import sys; print(*{'tensorflow', 'keras'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""
