import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mtrec_lib.core.errors import LeakError, ParameterError
from mtrec_lib.data import About, Split, by_week, global_time, leave_last_out, split

# user, item, second: user 1 has four events, the last three at one time; user 2 only two.
ROWS = [(1, 50, 9), (2, 10, 1), (1, 40, 9), (1, 30, 9), (1, 10, 2), (2, 20, 8)]


def parts(split):
    return dict(zip(split.events["row"], split.events["part"], strict=True))


@pytest.mark.fault(30)
def test_leave_last_out_keeps_the_file_order_of_ties(make_log):
    # in time and file order user 1 has rows 4, 0, 2, 3: test is row 3 although item 30 is smallest.
    part_of = parts(leave_last_out(make_log(ROWS)))
    assert part_of == {4: "train", 0: "train", 2: "validation", 3: "test", 1: "train", 5: "train"}


def test_leave_last_out_with_three_events(make_log):
    assert parts(leave_last_out(make_log([(1, i, i) for i in range(3)]))) == {
        0: "train",
        1: "validation",
        2: "test",
    }


def test_global_time_cuts_rows_by_time_then_row(make_log):
    # in time: rows 1 (1 s), 4 (2 s), 5 (8 s), then 0, 2, 3 at 9 s; a half is 3, two thirds are 4.
    part_of = parts(global_time(make_log(ROWS), (1 / 2, 1 / 6, 1 / 3)))
    assert part_of == {1: "train", 4: "train", 5: "train", 0: "validation", 2: "test", 3: "test"}


@pytest.mark.parametrize("fractions", [(0.8, 0.1), (0.9, 0.2, -0.1), (0.5, 0.1, 0.1)])
def test_fractions_must_be_shares(make_log, fractions):
    with pytest.raises(ParameterError, match="three shares"):
        global_time(make_log(ROWS), fractions)


def test_global_time_needs_times(make_log):
    log = make_log(ROWS)
    timeless = type(log)(
        "timeless",
        log.events.with_columns(timestamp=pl.lit(None, log.events.schema["timestamp"])),
        log.items,
        log.users,
        log.about,
    )
    with pytest.raises(ParameterError, match="needs a time in every event"):
        global_time(timeless)


@pytest.fixture
def shop(make_log):
    # user 1: basket 5 in week 1; basket 8 in week 2, holding item 10 twice, and its row before it
    # in the file belongs to basket 9; basket 9 also in week 2. user 2 buys in week 3 only.
    rows = [(1, 10, 1), (1, 20, 5), (1, 10, 5), (1, 10, 5), (1, 30, 6), (2, 10, 9), (2, 30, 9)]
    return make_log(
        rows, session_id=[5, 8, 8, 8, 9, 3, 3], week=[1, 2, 2, 2, 2, 3, 3], price=[1.0] * 7
    )


WEEKS = ((1, 1), (2, 2), (3, 3))


def test_by_week(shop):
    made = by_week(shop, *WEEKS)
    assert made.train.height == 1
    assert made.validation.height == 4
    assert made.test.height == 2


def test_a_basket_query_sees_nothing_of_its_basket(shop):
    queries = by_week(shop, *WEEKS).queries("validation")
    assert len(queries) == 1
    # ids: item 10 → 2, 20 → 3, 30 → 4. Basket 8 is {20, 10}, distinct; only basket 5 lies before.
    assert sorted(queries.target_items.tolist()) == [2, 3]
    assert queries.histories.last(2, "item").tolist() == [[0, 2]]
    assert not queries.single


def test_every_event_of_a_shop(shop):
    queries = by_week(shop, *WEEKS).queries("validation", every_event=True)
    assert queries.target_items.tolist() == [3, 2, 2, 4]
    assert queries.histories.lengths.tolist() == [1, 2, 3, 4]
    assert queries.single


def test_a_newcomer_has_an_empty_past(shop):
    queries = by_week(shop, *WEEKS).queries("test")
    assert queries.histories.users.tolist() == [2]
    assert queries.histories.lengths.tolist() == [0]


def test_a_week_outside_the_parts_is_refused(shop):
    with pytest.raises(ParameterError, match=r"weeks \[3\] lie in no part"):
        by_week(shop, (1, 1), (2, 2), (4, 5))


def test_weeks_must_follow_each_other(shop):
    with pytest.raises(ParameterError, match="must follow each other"):
        by_week(shop, (1, 2), (2, 2), (3, 3))


def test_by_week_names_the_missing_columns(make_log):
    with pytest.raises(ParameterError, match=r"needs the columns \['week', 'session_id'\]"):
        by_week(make_log(ROWS))


def test_split_follows_the_log(make_log):
    about = About(title="x", licence="x", split="global_time")
    assert split(make_log(ROWS, about)).protocol.name == "global_time"


events = st.lists(st.tuples(st.integers(1, 4), st.integers(1, 6), st.integers(1, 5)), min_size=3)


@given(events, st.sampled_from(["train", "validation", "test"]), st.booleans())
def test_a_query_sees_all_before_its_target_and_nothing_after(make_log, rows, part, every_event):
    log = make_log(rows)
    for made in (leave_last_out(log), global_time(log, (0.4, 0.3, 0.3))):
        queries = made.queries(part, every_event)
        users = made.events["user_id"].to_numpy()
        items = log.catalogue.encode(made.events["item_id"])
        for query in queries:
            row = query.rows[0]
            before = np.flatnonzero(users[:row] == users[row])
            assert query.target_items.tolist() == [items[row]]
            assert query.histories.flat()[1].tolist() == items[before].tolist()


def test_at_test_time_the_validation_event_is_known(make_log):
    queries = leave_last_out(make_log([(1, i, i) for i in range(1, 4)])).queries("test")
    assert queries.histories.last(3, "item").tolist() == [[0, 2, 3]]


def test_queries_can_be_chosen(shop):
    queries = by_week(shop, *WEEKS).queries("train", every_event=True)
    baskets = by_week(shop, *WEEKS).queries("validation")
    assert len(queries[:0]) == 0
    assert baskets[[0, 0]].target_items.tolist() == baskets.target_items.tolist() * 2
    assert [len(targets) for targets in baskets[0].targets] == [2]


def test_an_unknown_part_is_refused(make_log):
    with pytest.raises(ParameterError, match="got 'dev'"):
        leave_last_out(make_log(ROWS)).queries("dev")


def with_parts(made, **rows):
    """The split with the parts of some rows of the file changed."""
    part = pl.col("part")
    for row, name in rows.items():
        part = pl.when(pl.col("row") == int(row[1:])).then(pl.lit(name)).otherwise(part)
    return made.events.with_columns(part=part)


@pytest.mark.parametrize("rows", [{"r4": "test"}, {"r2": "test"}, {"r3": "train"}, {"r0": "dev"}])
def test_a_leak_in_leave_last_out_is_found(make_log, rows):
    made = leave_last_out(make_log(ROWS))
    with pytest.raises(LeakError):
        Split(made.log, made.protocol, with_parts(made, **rows))


@pytest.mark.parametrize("rows", [{"r5": "test"}, {"r3": "train"}])
def test_a_leak_in_time_is_found(make_log, rows):
    made = global_time(make_log(ROWS), (1 / 2, 1 / 6, 1 / 3))
    with pytest.raises(LeakError):
        Split(made.log, made.protocol, with_parts(made, **rows))


def test_a_basket_in_two_parts_is_found(shop):
    made = by_week(shop, *WEEKS)
    with pytest.raises(LeakError, match="a basket is cut"):
        Split(shop, "by_week", with_parts(made, r1="train"))


@pytest.mark.parametrize(
    "change",
    [
        lambda frame: frame[1:],
        lambda frame: frame.reverse(),
        lambda frame: pl.concat([frame, frame[:1]]),
        lambda frame: frame.with_columns(item_id=pl.col("item_id").shift(1).fill_null(50)),
        lambda frame: frame.drop("part"),
    ],
)
def test_events_that_are_not_the_logs_are_found(make_log, change):
    made = leave_last_out(make_log(ROWS))
    with pytest.raises(LeakError):
        Split(made.log, made.protocol, change(made.events))


def test_a_log_out_of_order_cannot_be_split(make_log):
    log = make_log(ROWS)
    turned = type(log)("turned", log.events.reverse(), log.items, log.users, log.about)
    with pytest.raises(LeakError):
        leave_last_out(turned)
