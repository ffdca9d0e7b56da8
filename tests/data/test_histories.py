import time

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mtrec_lib.core.errors import ParameterError
from mtrec_lib.data import Histories

pasts = st.lists(st.lists(st.integers(2, 9), max_size=6), max_size=6)


def test_from_lists_pads_on_the_left():
    past = Histories.from_lists([[2, 3, 4], [], [5]])
    assert past.last(2, "item").tolist() == [[3, 4], [0, 0], [0, 5]]
    assert past.lengths.tolist() == [3, 0, 1]


@given(pasts, st.integers(0, 8))
def test_last_is_the_tail_of_each_list(lists, length):
    last = Histories.from_lists(lists).last(length, "item")
    want = [([0] * length + row)[len(row) :] if length else [] for row in lists]
    assert last.shape == (len(lists), length)
    assert last.tolist() == want


@given(pasts)
def test_flat_and_seen_mask_agree_with_the_lists(lists):
    past = Histories.from_lists(lists)
    row, item = past.flat("item")
    assert list(zip(row, item, strict=True)) == [(i, x) for i, r in enumerate(lists) for x in r]
    mask = past.seen_mask(8)
    assert [set(np.flatnonzero(line) + 2) for line in mask] == [set(r) for r in lists]


def test_seen_mask_ignores_padding_unknown_and_what_lies_beyond():
    assert Histories.from_lists([[0, 1, 2, 9]]).seen_mask(3).tolist() == [[True, False, False]]


def test_pads_of_the_other_columns():
    past = Histories.from_lists([[2]], rating=[[4.0]], timestamp=[[7]], session_id=[[3]])
    assert np.isnan(past.last(2, "rating")[0, 0])
    assert past.last(2, "timestamp").tolist() == [[-1, 7]]
    assert past.last(2, "session_id").tolist() == [[-1, 3]]
    assert past.columns["rating"].dtype == np.float32


def test_time_and_rating_are_always_there():
    past = Histories.from_lists([[2, 3]])
    assert past.columns["timestamp"].tolist() == [-1, -1]
    assert np.isnan(past.columns["rating"]).all()


def test_choosing_shares_the_columns():
    past = Histories.from_lists([[2], [3, 4], [5]], users=["a", "b", "c"])
    for key, users in [
        (1, ["b"]),
        (-1, ["c"]),
        (slice(1), ["a"]),
        (np.array([2, 0]), ["c", "a"]),
        (np.array([True, False, True]), ["a", "c"]),
    ]:
        assert past[key].users.tolist() == users
        assert past[key].columns is past.columns


def test_an_empty_past():
    assert Histories.empty(2).last(3, "item").tolist() == [[0, 0, 0], [0, 0, 0]]
    assert Histories.empty(2).seen_mask(4).sum() == 0
    assert len(Histories.empty(0)) == 0


def test_ragged_columns_are_refused():
    with pytest.raises(ParameterError, match="rating must hold one value an item"):
        Histories.from_lists([[2, 3]], rating=[[1.0]])


def test_an_unknown_column_is_named():
    with pytest.raises(ParameterError, match="no column 'prize'; this log has"):
        Histories.empty().last(2, "prize")


def test_from_events_orders_by_user_time_row(make_log):
    # user 1 has three events at second 5: the order of the file decides.
    log = make_log([(2, 7, 1), (1, 9, 5), (1, 8, 5), (1, 7, 5), (1, 8, 0)], price=[1, 2, 3, 4, 5])
    past = Histories.from_events(log.events.reverse(), log.catalogue)
    assert past.users.tolist() == [1, 2]
    assert past.last(4, "item").tolist() == [[3, 4, 3, 2], [0, 0, 0, 2]]
    assert past.last(4, "price").tolist()[0] == [5, 2, 3, 4]
    assert past.columns["timestamp"].tolist() == [0, 5, 5, 5, 1]
    assert not {"row", "user_id", "behaviour"} & set(past.columns)


def test_from_events_of_nothing(make_log):
    log = make_log([(1, 2, 3)])
    assert len(Histories.from_events(log.events.clear(), log.catalogue)) == 0


def test_a_million_prefixes_take_well_under_a_second():
    n = 1_000_000
    columns = {"item": np.full(n, 2, np.int32)}
    begin = time.perf_counter()
    past = Histories(np.zeros(n), np.zeros(n, np.int64), np.arange(n), columns)
    tail = past[::10].last(20, "item")
    assert tail.shape == (100_000, 20)
    assert time.perf_counter() - begin < 1
