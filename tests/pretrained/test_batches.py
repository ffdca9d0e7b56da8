"""Texts of similar length together: every text once, few shapes, little padding."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mtrec_lib.pretrained.batches import by_length, next_of, padded

lengths = st.lists(st.integers(1, 40), max_size=30)
ROUNDED = next_of((8, 16, 32))


def _most(length):
    return max(64 // length, 1)


@given(lengths, st.booleans())
def test_every_text_once_and_all_fit(lengths, apart):
    found = list(by_length(lengths, ROUNDED, _most, apart))
    assert sorted(row for rows, _, _ in found for row in rows) == list(range(len(lengths)))
    for rows, height, length in found:
        assert len(rows) <= height <= _most(length)
        assert max(lengths[row] for row in rows) <= length


@given(lengths)
def test_apart_no_text_is_padded_beyond_its_own_length(lengths):
    for rows, _, length in by_length(lengths, ROUNDED, _most, apart=True):
        assert {ROUNDED(lengths[row]) for row in rows} == {length}


@given(lengths, st.booleans())
def test_one_length_has_one_height(lengths, apart):
    shapes = {}
    for _, height, length in by_length(lengths, ROUNDED, _most, apart):
        assert shapes.setdefault(length, height) == height


@pytest.mark.parametrize(("apart", "batches"), [(False, [[0, 1]]), (True, [[0], [1]])])
def test_a_few_texts_of_many_lengths_are_one_batch_unless_apart(apart, batches):
    found = by_length([3, 30], ROUNDED, lambda length: 4, apart)
    assert [rows.tolist() for rows, _, _ in found] == batches


def test_rows_without_a_text_count_one_token():
    ids, sizes = padded([[7], [8, 9]], height=3, length=2)
    np.testing.assert_array_equal(ids, [[7, 0], [8, 9], [0, 0]])
    assert sizes.tolist() == [1, 2, 1]
