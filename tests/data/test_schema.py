import polars as pl
import pytest

from mtrec_lib.core.errors import ParameterError, SchemaError
from mtrec_lib.data import About, Log, validate
from mtrec_lib.data.schema import events_problems

ROWS = [(1, 7, 1), (1, 8, 2), (2, 7, 3), (2, 8, 4)]


def with_events(log, **columns):
    events = log.events.with_columns(**{k: pl.Series(k, v) for k, v in columns.items()})
    return Log(log.name, events, log.items, log.users, log.about)


def problems(log):
    with pytest.raises(SchemaError) as caught:
        validate(log)
    return str(caught.value).splitlines()


def test_a_good_log_passes_as_itself(make_log):
    log = make_log(ROWS, rating=[1.0, None, 5.0, 2.0], buy=[True, False, None, True])
    assert validate(log) is log


@pytest.mark.fault(34)
def test_every_problem_is_listed_at_once(make_log):
    # Fault 34: rating 7 on a scale 1–5, a negative price, a missing column, a wrong type.
    log = with_events(
        make_log(ROWS),
        rating=[7.0, 3.0, 9.0, None],
        price=[-1.0, 2.0, -3.0, -4.0],
        session_id=["a", "b", "c", "d"],
    )
    log = Log("bad", log.events.drop("behaviour"), log.items, log.users.drop("user_id"), log.about)
    first, *rest = problems(log)
    assert first.startswith("bad: 5 problems; ")
    assert sorted(line.strip() for line in rest) == [
        "events.behaviour: missing column",
        "events.price: must be ≥ 0, broken in 3 rows (row 0: -1.0, row 2: -3.0, row 3: -4.0)",
        "events.rating: must be one of the grades 1, 2, 3, 4, 5, broken in 2 rows "
        "(row 0: 7.0, row 2: 9.0)",
        "events.session_id: must have type Int64, got String",
        "users.user_id: missing column",
    ]


def test_only_the_first_three_rows_are_shown(make_log):
    (line,) = problems(with_events(make_log(ROWS), rating=[7.0, 8.0, 9.0, 10.0]))[1:]
    assert "4 rows" in line
    assert line.count("row ") == 3


@pytest.mark.parametrize(
    ("column", "values", "rule"),
    [
        ("rating", [1.0, float("nan"), 2.0, 3.0], "must be finite, broken in 1 row (row 1: nan)"),
        ("quantity", [1.0, 1.0, 1.0, float("inf")], "must be finite"),
        ("distance", [1.0, float("-inf"), 2.0, 3.0], "must be finite"),
        ("item_id", [7, None, 7, 8], "must not be empty"),
        ("user_id", [1.0, 1.0, 2.0, 2.0], "must have type Int64, got Float64"),
        ("click", [0, 1, 2, 1], "must have type Boolean, got Int64"),
        ("like", pl.Series([0, 1, 2, 1], dtype=pl.Int8), "must be 0 or 1"),
        ("row", pl.Series([0, 1, 1, 2], dtype=pl.UInt32), "must not occur twice"),
        ("timestamp", [1, 2, 3, 4], "must have type Datetime"),
    ],
)
def test_one_rule_at_a_time(make_log, column, values, rule):
    (line,) = problems(with_events(make_log(ROWS), **{column: values}))[1:]
    assert line.startswith(f"  events.{column}: {rule}")


def test_items_must_ascend_and_be_single(make_log):
    log = make_log(ROWS)
    turned = Log("turned", log.events, log.items.reverse(), log.users, log.about)
    assert "items.item_id: must ascend" in problems(turned)[1]
    doubled = Log("twice", log.events, pl.concat([log.items, log.items]), log.users, log.about)
    assert any("must not occur twice" in line for line in problems(doubled))


def test_text_ids_and_missing_times_are_allowed(make_log):
    log = make_log([("007", "a", 1), ("7", "b", 2)])
    events = log.events.with_columns(timestamp=pl.lit(None, log.events.schema["timestamp"]))
    assert events_problems(events, log.about) == []


def test_an_empty_log_is_a_valid_one(make_log):
    log = make_log(ROWS)
    assert validate(Log("none", log.events.clear(), log.items, log.users, log.about))


@pytest.mark.parametrize(
    ("field", "rule"),
    [
        ({"split": "leave_last"}, "did you mean 'leave_last_out'"),
        ({"grades": (2.0, 1.0)}, "grades must ascend"),
        ({"like_at": 4.0}, "like_at must lie within"),
        ({"grades": (1.0, 2.0), "like_at": 4.0}, "like_at must lie within"),
    ],
)
def test_about_refuses_what_cannot_be(field, rule):
    with pytest.raises(ParameterError, match=rule):
        About(title="x", licence="x", **field)


def test_the_hash_sees_values_types_names_and_order(make_log):
    log = make_log(ROWS, rating=[1.0, None, 5.0, 2.0])

    def changed(**tables):
        events, items, users = (
            tables.get(name, getattr(log, name)) for name in ("events", "items", "users")
        )
        return Log("other name", events, items, users, log.about).hash

    assert changed() == log.hash
    hashes = {
        log.hash,
        changed(events=log.events.reverse()),
        changed(events=log.events.rename({"rating": "stars"})),
        changed(events=log.events.with_columns(rating=pl.col("rating").fill_null(0.0))),
        changed(events=log.events.with_columns(pl.col("user_id").cast(pl.String))),
        changed(items=log.items.with_columns(categories=pl.lit(["a"]))),
        changed(items=log.items.with_columns(title=pl.lit("t"))),
        changed(users=log.users.reverse()),
    }
    assert len(hashes) == 8


def test_the_hash_does_not_see_the_memory_layout(make_log):
    log = make_log(ROWS, rating=[1.0, None, 5.0, 2.0])
    pieces = pl.concat([log.events[:2], log.events[2:]], rechunk=False)
    assert Log("x", pieces, log.items, log.users, log.about).hash == log.hash


def test_text_cannot_move_between_cells_unseen(make_log):
    log = make_log(ROWS)
    left, right = (log.items.with_columns(title=pl.Series(t)) for t in (["ab", "c"], ["a", "bc"]))
    hashes = {Log("x", log.events, items, log.users, log.about).hash for items in (left, right)}
    assert len(hashes) == 2


def test_has_wants_a_value_not_only_a_column(make_log):
    log = make_log(ROWS, rating=[None, None, None, None], price=[None, 1.0, None, None])
    assert [log.has(name) for name in ("rating", "price", "week")] == [False, True, False]
