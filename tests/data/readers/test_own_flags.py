"""What is legal and odd about rows is counted in the report, and what cannot be is refused."""

import pytest

import mtrec_lib as mt
from mtrec_lib.core.errors import ParameterError, SchemaError
from tests.data.readers.conftest import described

PLAIN = "user_id=u item_id=i timestamp=t"


def steps(log):
    return [(step.action, step.count, step.reason) for step in log.report.steps]


def test_repeats_that_are_not_declared_are_counted(own_log):
    rows = "u,i,t\n1,7,2024-01-01\n1,8,2024-01-02\n1,7,2024-01-03\n2,7,2024-01-01\n1,7,2024-01-04\n"
    (step,) = steps(mt.data.load(own_log(described(PLAIN), e=rows)))
    assert step[:2] == ("flagged", 2)
    assert step[2].startswith("of 5 events repeat an item of the same person: set repeats = true")
    assert steps(mt.data.load(own_log(described(PLAIN, "repeats = true"), e=rows))) == []


def test_an_event_without_a_time_is_counted(own_log):
    rows = "u,i,t\n1,7,2024-01-01\n1,8,\n2,9,2024-01-02\n"
    (step,) = steps(mt.data.load(own_log(described(PLAIN), e=rows)))
    assert step[:2] == ("flagged", 1)
    assert "of 3 events without a time: each stands first" in step[2]


def test_a_log_without_any_time_is_not_flagged(own_log):
    assert steps(mt.data.load(own_log(described(PLAIN), e="u,i,t\n1,7,\n1,8,\n"))) == []


def test_times_of_1970_are_named_with_their_span(own_log):
    toml = described(PLAIN, time='unit = "s"')
    (step,) = steps(mt.data.load(own_log(toml, e="u,i,t\n1,7,100\n1,8,90000\n")))
    assert step[:2] == ("flagged", 2)
    assert "between 1970-01-01 and 1970-01-02" in step[2]


TABLES = '[users]\nfile = "us.csv"\n[users.columns]\nuser_id = "u"\nage = "a"\n'


def test_a_users_table_of_other_people_is_refused_with_an_example_of_each(own_log):
    path = own_log(described("user_id=u item_id=i", rest=TABLES), e="u,i\n3,7\n", us="u,a\n99,20\n")
    with pytest.raises(ParameterError, match=r"no user_id.*the events have 3, the users 99"):
        mt.data.load(path)


def test_people_whom_the_users_table_does_not_know_are_counted(own_log):
    path = own_log(
        described("user_id=u item_id=i", rest=TABLES),
        e="u,i\n3,7\n4,7\n4,8\n",
        us="u,a\n3,20\n",
    )
    (step,) = steps(mt.data.load(path))
    assert step == ("flagged", 2, "person not in the users' table, of whom nothing is known")


@pytest.mark.parametrize("table", ["e", "i", "us"])
def test_a_table_with_a_header_alone_is_refused_by_name(own_log, table):
    rest = '[items]\nfile = "i.csv"\n[items.columns]\nitem_id = "i"\n' + TABLES
    files = {"e": "u,i\n3,7\n", "i": "i\n7\n", "us": "u,a\n3,20\n"}
    files[table] = files[table].splitlines()[0] + "\n"
    with pytest.raises(ParameterError, match=rf"{table}\.csv has no rows"):
        mt.data.load(own_log(described("user_id=u item_id=i", rest=rest), **files))


def test_rows_of_items_and_people_count_as_in_their_files(own_log):
    rest = '[items]\nfile = "i.csv"\n[items.columns]\nitem_id = "i"\nprice = "p"\n' + TABLES
    items = "i,p\n9,1\n3,nan\n8,-2\n3,5\n"  # item 3 stands twice
    path = own_log(
        described("user_id=u item_id=i", rest=rest),
        e="u,i\n2,9\n",
        i=items,
        us="u,a\n5,1\n2,1\n5,2\n",
    )
    with pytest.raises(SchemaError) as caught:
        mt.data.load(path)
    text = str(caught.value)
    assert (
        "items.item_id: must stand once; write one row for each id, broken in 2 rows (line 3: "
        in text
    )
    assert "items.price: must be finite; " in text
    assert "items.price: must be ≥ 0, broken in 1 row (line 4: '-2')" in text
    assert (
        "users.user_id: must stand once; write one row for each id, broken in 2 rows (line 2: "
        in text
    )
    assert "ascend" not in text
