"""A checkpoint goes on only with the very training it belongs to, or with more epochs of it."""

import keras
import numpy as np
import polars as pl
import pytest

import mtrec_lib as mt
from mtrec_lib.core.errors import CheckpointError, ParameterError
from mtrec_lib.training.checkpoint import Checkpoints
from mtrec_lib.training.identity import identity_of

Settings = mt.training.Settings


@pytest.fixture(scope="module")
def model(films_inputs):
    keras.utils.set_random_seed(1)
    trunk = mt.models.GPT(films_inputs, width=8, layers=1)
    return mt.models.MultiTask(trunk, tasks=[mt.tasks.NextItem(), mt.tasks.Rating()])


def _identity(model, split, **changes):
    return identity_of(model, split, Settings(**changes), None)


def _differing(left, right):
    return {name for name in left if left[name] != right[name]}


def test_two_shares_of_one_protocol_are_two_trainings(model, films):
    # the same log and the same name of the protocol, other rows that train
    one, other = (mt.data.global_time(films, f) for f in ((0.8, 0.1, 0.1), (0.5, 0.25, 0.25)))
    assert _differing(_identity(model, one), _identity(model, other)) == {"split"}


@pytest.mark.parametrize(
    "changes",
    [{"monitor": "loss"}, {"patience": 3}, {"every": 2}, {"hide_ratings": 0.5}, {"seed": 1}],
)
def test_what_decides_the_weights_is_part_of_the_identity(model, films_split, changes):
    found = _differing(_identity(model, films_split), _identity(model, films_split, **changes))
    assert found == set(changes)


@pytest.mark.parametrize("changes", [{"epochs": 99}, {"max_seconds": 1}, {"jit_compile": False}])
def test_what_only_ends_or_speeds_a_training_is_not(model, films_split, changes):
    assert _identity(model, films_split) == _identity(model, films_split, **changes)


def test_two_functions_of_one_name_are_two_monitors(model, films_split):
    one, same, other = (lambda m, s: 0.5), (lambda m, s: 0.5), (lambda m, s: 0.25)
    first = _identity(model, films_split, monitor=one)
    assert first == _identity(model, films_split, monitor=same)
    assert _differing(first, _identity(model, films_split, monitor=other)) == {"monitor"}


def test_a_checkpoint_of_another_split_is_refused_by_name(tmp_path, model, films):
    one, other = (mt.data.global_time(films, f) for f in ((0.8, 0.1, 0.1), (0.5, 0.25, 0.25)))
    Checkpoints(tmp_path, _identity(model, one)).save(1, {"a": np.zeros(1)}, {})
    with pytest.raises(CheckpointError, match=r"split: 'global_time \w+' there"):
        Checkpoints(tmp_path, _identity(model, other)).latest()


def test_a_folder_that_cannot_be_made_is_refused_before_training(tmp_path):
    (tmp_path / "file").write_text("in the way", encoding="utf-8")
    with pytest.raises(CheckpointError, match=r"cannot write checkpoints in .*name a folder"):
        Checkpoints(tmp_path / "file", {})


def test_a_manifest_without_its_keys_is_passed_over(tmp_path):
    store = Checkpoints(tmp_path, {"seed": 1})
    store.save(1, {"a": np.ones(2)}, {"waited": 0})
    (tmp_path / "epoch_00002.json").write_text('{"epoch": 2}', encoding="utf-8")
    assert store.latest()[0] == 1


def test_a_split_of_other_items_is_refused_before_the_first_epoch(model, films):
    items = films.items.with_columns(title=pl.col("title").reverse())
    other = mt.data.leave_last_out(
        mt.data.Log("others", films.events, items, films.users, films.about)
    )
    with pytest.raises(ParameterError, match=r"hold other items: 8 of 9 differ.*fit again"):
        mt.training.fit(model, other, epochs=1)


def test_a_task_without_labels_is_refused_before_the_first_epoch(model, films):
    events = films.events.drop("rating")
    bare = mt.data.Log("films", events, films.items, films.users, films.about)
    with pytest.raises(ParameterError, match="task 'rating' has nothing to learn"):
        mt.training.fit(model, mt.data.leave_last_out(bare), epochs=1)
