"""Given vectors in the item table: what a row is made of, what learns, what is saved."""

import keras
import numpy as np
import pytest
import tensorflow as tf

import mtrec_lib as mt
from mtrec_lib.core.errors import ParameterError

VECTORS = np.random.default_rng(0).normal(size=(9, 4)).astype(np.float32)
FAST = {"epochs": 1, "batch_size": 4, "jit_compile": False, "progress": False}


@pytest.fixture(scope="module")
def cold_split(films):
    return mt.data.cold_items(films, share=0.3, fractions=(0.4, 0.3, 0.3))


def _model(inputs, **settings):
    keras.utils.set_random_seed(1)
    trunk = mt.models.GPT(inputs, width=8, layers=1, item_vectors=VECTORS, **settings)
    model = mt.models.MultiTask(trunk, tasks=[mt.tasks.NextItem(bias=False, cold="left out")])
    model.build()
    return model


def test_a_row_is_id_side_and_mapped_vector(films_inputs):
    table = mt.layers.ItemTable(films_inputs, 3, vectors=VECTORS)
    table.build()
    rows = np.asarray(table())
    for item in range(9):
        row = (
            np.asarray(table.ids)[item + 2]
            + films_inputs.side[item + 2] @ np.asarray(table.side_map)
            + VECTORS[item] @ np.asarray(table.vector_map)
        )
        np.testing.assert_allclose(rows[item + 2], row, atol=1e-6)
    marks = [0, 1, 11]  # padding, unknown, begin
    np.testing.assert_allclose(rows[marks], np.asarray(table.ids)[marks], atol=1e-7)


def test_without_ids_items_of_one_text_are_one(films_inputs):
    same = VECTORS.copy()
    same[4] = same[7]
    table = mt.layers.ItemTable(films_inputs.without_side(), 3, vectors=same, item_ids=False)
    table.build()
    rows = np.asarray(table())
    assert rows.shape == (12, 3)
    np.testing.assert_array_equal(rows[4 + 2], rows[7 + 2])
    assert np.abs(rows[[0, 1, 11]]).min() > 0  # the marks keep vectors of their own
    assert tuple(table.ids.shape) == (3, 3)


def test_an_item_that_nobody_trained_with_has_no_embedding_of_its_own(cold_split):
    inputs = mt.features.fit(cold_split, max_length=5)
    table = mt.layers.ItemTable(inputs, 3, vectors=VECTORS, item_ids="trained")
    table.build()
    told = inputs.side[2:11] @ np.asarray(table.side_map) + VECTORS @ np.asarray(table.vector_map)
    own = np.abs(np.asarray(table())[2:11] - told).max(axis=1) > 1e-4
    assert own.tolist() == (inputs.popularity > 0).tolist()
    assert not own.all()


def test_vectors_stay_and_their_map_learns(films_inputs, films_split):
    model = _model(films_inputs)
    table = model.trunk.table
    before = np.asarray(table.vector_map)
    mt.training.fit(model, films_split, **FAST)
    np.testing.assert_array_equal(table.item_vectors, VECTORS)
    assert np.abs(np.asarray(table.vector_map) - before).max() > 0


@pytest.mark.parametrize("name", ["BERT", "GPT", "LSTM", "MinGRU"])
@pytest.mark.parametrize("ids", [True, False, "trained"])
def test_a_saved_model_brings_its_vectors(films_inputs, films_split, tmp_path, name, ids):
    trunk = getattr(mt.models, name)(
        films_inputs, width=8, layers=1, item_vectors=VECTORS, item_ids=ids
    )
    model = mt.models.MultiTask(trunk, tasks=[mt.tasks.NextItem(bias=False)])
    model.build()
    past = films_split.queries("test").histories[:3]
    mt.save(model, tmp_path / "model.mtrec")
    again = mt.load(tmp_path / "model.mtrec")
    np.testing.assert_array_equal(again.trunk.table.item_vectors, VECTORS)
    np.testing.assert_array_equal(again.scores(past), model.scores(past))


def test_a_training_with_other_vectors_is_not_gone_on_with(films_inputs, films_split, tmp_path):
    mt.training.fit(_model(films_inputs), films_split, checkpoint=tmp_path, **FAST)
    trunk = mt.models.GPT(films_inputs, width=8, layers=1, item_vectors=VECTORS + 1)
    other = mt.models.MultiTask(trunk, tasks=[mt.tasks.NextItem(bias=False, cold="left out")])
    with pytest.raises(mt.core.errors.CheckpointError, match="model"):
        mt.training.fit(other, films_split, checkpoint=tmp_path, **FAST)


def test_a_model_without_vectors_has_the_weights_it_had(films_inputs):
    trunk = mt.models.GPT(films_inputs, width=8, layers=1)
    trunk.build()
    assert [w.name for w in trunk.table.weights] == ["ids", "side_map", "side"]


@pytest.mark.parametrize(
    ("vectors", "words"),
    [
        (VECTORS[:8], r"one row an item, \(9, columns\), got shape \(8, 4\)"),
        (VECTORS[0], r"got shape \(4,\)"),
        (np.where(np.eye(9, 4) > 0, np.nan, 1), "4 rows with NaN"),
    ],
)
def test_vectors_that_do_not_fit(films_inputs, vectors, words):
    with pytest.raises(ParameterError, match=words):
        mt.models.GPT(films_inputs, width=8, item_vectors=vectors)


def test_ids_are_a_choice_of_three(films_inputs):
    with pytest.raises(ParameterError, match="ids must be True, False or 'trained', got 'some'"):
        mt.models.GPT(films_inputs, width=8, item_ids="some")


def test_a_table_must_tell_items_apart(films_inputs):
    with pytest.raises(ParameterError, match="without ids needs vectors or side"):
        mt.models.GPT(films_inputs.without_side(), width=8, item_ids=False)


def test_the_bias_is_left_out(films_inputs, films_split):
    model = _model(films_inputs)
    mt.training.fit(model, films_split, **FAST)
    assert not np.asarray(model.heads[0].bias).any()
    assert "bias" not in {v.name for v in model.heads[0].trainable_variables}


@pytest.mark.parametrize("kind", ["softmax", "chunked"])
def test_an_item_nobody_trained_with_is_no_alternative_in_training(cold_split, kind):
    # gradients of the table: with "left out" a cold item's row gets none from the loss
    inputs = mt.features.fit(cold_split, max_length=5)
    absent = np.flatnonzero(inputs.popularity == 0)
    assert len(absent)
    for cold, moved in (("left out", False), ("negatives", True)):
        keras.utils.set_random_seed(1)
        trunk = mt.models.GPT(inputs, width=8, layers=1, dropout=0.0)
        task = mt.tasks.NextItem(loss=kind, cold=cold)
        model = mt.models.MultiTask(trunk, tasks=[task])
        model.build()
        x, y = next(iter(trunk.feed(cold_split, batch_size=4).dataset(0)))
        with tf.GradientTape() as tape:
            table = trunk.table()
            tape.watch(table)
            states = tf.stop_gradient(trunk(x))
            loss = task.train_loss(model.heads[0], states, table, y)
            value = tf.reduce_sum(loss * y["counted"])
        gradient = tf.convert_to_tensor(tape.gradient(value, table)).numpy()
        assert bool(np.abs(gradient[absent + 2]).max() > 1e-6) is moved


def test_sampled_losses_cannot_leave_items_out():
    with pytest.raises(ParameterError, match="'softmax' and 'chunked' only"):
        mt.tasks.NextItem(loss="sampled", cold="left out")
