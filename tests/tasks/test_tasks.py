"""Each task: its target, its mask, its loss, and what it says of a log."""

import numpy as np
import polars as pl
import pytest

import mtrec_lib as mt
from mtrec_lib.core.errors import ParameterError

WANTED = [mt.tasks.NextItem(), mt.tasks.Rating(), mt.tasks.Like(at=None)]
Y = {
    "item": np.array([[2, 0, 1]], np.int32),
    "rating": np.array([[4.0, np.nan, 3.0]], np.float32),
}


def test_next_item_counts_catalogue_items_only():
    # id 0 is padding, id 1 is outside the catalogue
    assert np.asarray(mt.tasks.NextItem().mask(Y)).tolist() == [[1, 0, 0]]


def test_like_is_rating_at_least_the_threshold():
    task = mt.tasks.Like(at=4)
    assert np.asarray(task.target(Y)).tolist() == [[1, 0, 0]]
    assert np.asarray(task.mask(Y)).tolist() == [[1, 0, 1]]


def test_like_takes_the_threshold_from_the_log(films_inputs):
    task = mt.tasks.Like()
    task.prepare(films_inputs)
    assert task.at == 4.0
    with pytest.raises(ParameterError, match=r"write mt\.tasks\.Like"):
        mt.tasks.Like().prepare(None)


def test_rating_starts_in_the_middle_of_the_scale(films_inputs):
    task = mt.tasks.Rating()
    head = task.make_head(films_inputs.spec, 8)
    output = head(np.zeros((1, 1, 8)), np.zeros((1, 1, 8)))
    assert float(task.expectation(output)[0, 0]) == 3.0


def test_a_missing_rating_puts_no_nan_into_the_loss():
    output = np.zeros((1, 3, 2), np.float32)
    assert np.isfinite(np.asarray(mt.tasks.Rating().loss(output, Y))).all()


@pytest.mark.parametrize(
    "task", [mt.tasks.NextItem(), mt.tasks.Rating(start=2.0), mt.tasks.Like(at=3)]
)
def test_configs_round_trip(task):
    assert type(task).from_config(task.get_config()).get_config() == task.get_config()


def test_tasks_that_a_log_cannot_carry_are_left_out_and_said_so(films):
    bare = mt.data.Log(
        "visits", films.events.drop("rating"), films.items, films.users,
        mt.data.About(title="Made up", licence="CC0", acknowledgement="", source="", unit="page"),
    )  # fmt: skip
    kept, left_out = mt.tasks.carried(
        [mt.tasks.NextItem(), mt.tasks.Rating(), mt.tasks.Like()], bare
    )
    assert [task.name for task in kept] == ["next_item"]
    assert left_out["rating"] == "the log visits has no rating"
    assert "from which rating" in left_out["like"]
    assert isinstance(bare.events, pl.DataFrame)
