"""Windows: every target once an epoch, with exactly the past it had."""

from dataclasses import replace

import numpy as np
import polars as pl
import pytest

import mtrec_lib as mt
from mtrec_lib.features.sequences.spec import gap_ids


def _gather(windows, epoch):
    return [
        tuple({name: np.asarray(value) for name, value in part.items()} for part in batch)
        for batch in windows.dataset(epoch)
    ]


@pytest.mark.parametrize("epoch", [0, 1, 7])
def test_every_training_event_is_a_target_exactly_once(films_inputs, films_split, epoch):
    counted = []
    for _, y in _gather(films_inputs.windows(films_split, batch_size=4), epoch):
        counted += y["item"][y["counted"] > 0].tolist()
    ids = films_split.log.catalogue.encode(films_split.train["item_id"])
    assert sorted(counted) == sorted(ids.tolist())


def test_the_target_is_the_event_after_the_position(films_inputs, films_split):
    # within a row the item read at position t + 1 is the item due at position t
    for x, y in _gather(films_inputs.windows(films_split, batch_size=4), 3):
        real = (x["item"][:, :-1] > 0) & (x["item"][:, 1:] > 0)
        np.testing.assert_array_equal(x["item"][:, 1:][real], y["item"][:, :-1][real])


def test_a_short_history_begins_with_the_begin_mark(films_inputs, films_split):
    begin = films_inputs.spec.begin
    x, y = films_inputs.windows(films_split, batch_size=1).batch(
        np.array([0]), np.array([0]), np.array([2])
    )
    assert x["item"][0, -2] == begin
    assert (x["item"][0, :-2] == 0).all()
    assert y["counted"][0].tolist() == [0, 0, 0, 1, 1]


def test_validation_windows_count_only_validation_events(films_inputs, films_split):
    windows = films_inputs.windows(films_split, part="validation", batch_size=4)
    assert windows.targets == films_split.validation.height
    counted = sum(y["counted"].sum() for _, y in _gather(windows, 0))
    assert counted == films_split.validation.height


def test_training_windows_never_hold_a_later_event(films_split, films_inputs):
    later = films_split.events.with_columns(
        pl.when(pl.col("part") == "train").then("rating").otherwise(1.0).alias("rating")
    )
    other = mt.data.leave_last_out(replace(films_split.log, events=later.drop("part")))
    mine, theirs = (_gather(films_inputs.windows(split), 0) for split in (films_split, other))
    for (x, y), (other_x, other_y) in zip(mine, theirs, strict=True):
        for name in x:
            np.testing.assert_array_equal(x[name], other_x[name])
        np.testing.assert_array_equal(y["rating"], other_y["rating"])


def test_same_seed_and_epoch_same_order_other_epoch_other_cuts(films_inputs, films_split):
    windows = films_inputs.windows(films_split, seed=5)
    same = films_inputs.windows(films_split, seed=5)
    for left, right in zip(windows.cuts(2), same.cuts(2), strict=True):
        np.testing.assert_array_equal(left, right)
    assert [cut.tolist() for cut in windows.cuts(2)] != [cut.tolist() for cut in windows.cuts(3)]


def test_histories_and_windows_read_the_same(films_inputs, films_split):
    # the arrays of a person's history before the validation event are the window that ends there
    queries = films_split.queries("validation")
    x = films_inputs.arrays(queries.histories)
    person = np.arange(len(queries))
    last = queries.histories.lengths
    windows = films_inputs.windows(films_split, part="validation", batch_size=4)
    read, _ = windows.batch(person, last, last + 1)
    for name in ("item", "rating", "gap"):
        np.testing.assert_array_equal(x[name], read[name])


def test_unknown_part_is_refused(films_inputs, films_split):
    with pytest.raises(mt.core.errors.ParameterError, match="part must be one of"):
        films_inputs.windows(films_split, part="tests")


def test_gap_buckets_are_logarithms_of_seconds():
    # 0 s → 1, 1 s → 2, 3 s → 3, unknown → 0
    time = np.array([[-1, 10, 10, 11, 14]])
    assert gap_ids(time).tolist() == [[0, 1, 2, 3]]


def test_grades_are_nearest_and_zero_where_missing():
    spec = mt.features.InputSpec(items=3, grades=(1.0, 2.0, 3.0))
    assert spec.grade_ids(np.array([1.0, 2.4, 9.0, np.nan])).tolist() == [1, 2, 3, 0]


def test_the_end_of_an_epoch_waits_for_no_tuner(films_inputs, films_split):
    # tf.data's tuner sleeps up to a minute, and whoever ends the iterator waits for it to wake
    for feed in (films_inputs.windows(films_split), films_inputs.packed(films_split)):
        assert feed.dataset(0).options().autotune.enabled is False
