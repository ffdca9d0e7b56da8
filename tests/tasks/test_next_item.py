"""The losses that ``NextItem`` trains with: configuration, memory, saving, resume."""

import keras
import numpy as np
import pytest
import tensorflow as tf

import mtrec_lib as mt
from mtrec_lib.core.errors import ParameterError

KINDS = {
    "softmax": {},
    "chunked": {},
    "sampled": {"negatives": 5, "draw": "popularity"},
    "uncorrected": {"loss": "sampled", "negatives": 4, "corrected": False},
    "bce": {},
    "gbce": {"negatives": 3, "t": 1.0},
}


def _task(kind):
    return mt.tasks.NextItem(**({"loss": kind} | KINDS[kind]))


def _model(inputs, kind):
    keras.utils.set_random_seed(1)
    trunk = mt.models.GPT(inputs, width=8, layers=1)
    return mt.models.MultiTask(trunk, tasks=[_task(kind)])


def _fit(inputs, split, kind, **options):
    model = _model(inputs, kind)
    settings = {"epochs": 3, "batch_size": 8, "jit_compile": False, "progress": False} | options
    return model, mt.training.fit(model, split, **settings)


@pytest.fixture(scope="module")
def parts():
    """A head's arguments: states, table, labels; the second target is outside the catalogue."""
    rng = np.random.default_rng(0)
    states = rng.normal(size=(2, 3, 4)).astype("float32")
    table = rng.normal(size=(9 + 3, 4)).astype("float32")
    return states, tf.constant(table), {"item": np.array([[2, 1, 10], [5, 5, 0]], np.int32)}


@pytest.mark.parametrize("kind", KINDS)
def test_config_round_trip(kind):
    task = _task(kind)
    again = mt.tasks.NextItem.from_config(task.get_config())
    assert again.get_config() == task.get_config()


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("jitted", [False, True])
def test_a_position_gets_a_finite_loss_and_the_table_a_gradient(kind, jitted, parts, films_inputs):
    states, table, y = parts
    task = _task(kind)
    task.prepare(films_inputs)
    head = task.make_head(films_inputs.spec, 4)
    head.build()

    @tf.function(jit_compile=jitted)
    def run():
        with tf.GradientTape() as tape:
            tape.watch(table)
            loss = task.train_loss(head, tf.constant(states), table, y)
        return loss, tf.convert_to_tensor(tape.gradient(loss, table))

    loss, gradient = run()
    assert loss.shape == (2, 3)
    assert np.isfinite(loss).all()
    assert np.abs(gradient).sum() > 0


def test_chunked_trains_what_softmax_trains(parts, films_inputs):
    states, table, y = parts
    losses = []
    for kind in ("softmax", "chunked"):
        task = mt.tasks.NextItem(loss=kind)
        head = task.make_head(films_inputs.spec, 4)
        head.build()
        losses.append(task.train_loss(head, states, table, y))
    np.testing.assert_allclose(*losses, atol=1e-5)


@pytest.mark.parametrize("kind", ["sampled", "uncorrected", "bce", "gbce", "chunked"])
def test_no_array_of_positions_times_items(kind):
    spec = mt.features.InputSpec(items=50_000, max_length=4)
    task = _task(kind)
    task.prepare(None)
    head = task.make_head(spec, 4)
    head.build()
    y = {"item": tf.ones((8, 4), tf.int32) * 7}

    def run(states, table):
        return task.train_loss(head, states, table, y)

    traced = tf.function(run).get_concrete_function(
        tf.TensorSpec((8, 4, 4)), tf.TensorSpec((50_003, 4))
    )
    graphs = [traced.graph, *(f.graph for f in traced.graph._functions.values())]
    largest = max(
        np.prod(output.shape)
        for graph in graphs
        for operation in graph.get_operations()
        for output in operation.outputs
        if output.shape.is_fully_defined()
    )
    assert largest <= 50_003 * 4  # the table itself; positions × items would be 1,600,000


@pytest.mark.parametrize("kind", ["sampled", "gbce"])
def test_a_stopped_training_goes_on_to_the_same_weights(kind, tmp_path, films_inputs, films_split):
    whole, _ = _fit(films_inputs, films_split, kind)
    _fit(films_inputs, films_split, kind, checkpoint=tmp_path, max_seconds=0.0)
    again, _ = _fit(films_inputs, films_split, kind, checkpoint=tmp_path)
    for left, right in zip(whole.trainable_variables, again.trainable_variables, strict=True):
        np.testing.assert_array_equal(left, right)


def test_the_seed_decides_what_is_drawn(films_inputs, films_split):
    one, other, same = (
        _fit(films_inputs, films_split, "sampled", epochs=1, seed=seed)[1][0]["loss"]
        for seed in (0, 1, 0)
    )
    assert one == same != other


@pytest.mark.parametrize("kind", ["sampled", "uncorrected", "gbce"])
def test_save_and_load(kind, tmp_path, films_inputs, films_split):
    model, _ = _fit(films_inputs, films_split, kind, epochs=1)
    mt.save(model, tmp_path / "toy.mtrec")
    again = mt.load(tmp_path / "toy.mtrec")
    past = films_split.queries("test").histories
    np.testing.assert_array_equal(model.scores(past), again.scores(past))
    sampler = again.heads[0].sampler
    ids = np.arange(films_inputs.spec.items)
    np.testing.assert_allclose(sampler.log_q(ids), model.heads[0].sampler.log_q(ids), rtol=1e-6)


def test_validation_stays_the_full_softmax(films_inputs, films_split):
    model, _ = _fit(films_inputs, films_split, "bce", epochs=1)
    model.compile()
    feed = model.trunk.feed(films_split, part="validation")
    nats = model.evaluate(feed.dataset(0), verbose=0, return_dict=True)["loss"]
    bits = mt.evaluation.bits(model, films_split, "validation")
    assert nats / np.log(2) == pytest.approx(bits, rel=1e-3)


@pytest.mark.parametrize(
    "wrong",
    [
        {"loss": "hinge"},
        {"negatives": 0},
        {"draw": "luck"},
        {"loss": "bce", "draw": "popularity"},
        {"t": 1.5},
    ],
)
def test_what_makes_no_sense_is_refused(wrong):
    with pytest.raises(ParameterError, match=r"must be|draws uniformly"):
        mt.tasks.NextItem(**wrong)
