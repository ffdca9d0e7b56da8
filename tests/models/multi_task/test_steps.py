"""A training step, whichever way it goes back: one pass, one a task at the states, one a task."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import ops

import mtrec_lib as mt
from mtrec_lib.models.multi_task.steps import at_the_parameters, at_the_states, at_the_sum


class Looks(mt.training.Balancing):
    """Weighs by given numbers, and keeps the inner products that it was shown."""

    needs_gram = True

    def __init__(self, *values, at="representation"):
        super().__init__()
        self.values, self.at = values, at

    def build(self, tasks):
        self.seen = self.remember("gram", np.zeros((tasks, tasks)))

    def weights(self, losses, gram=None):
        self.seen.assign(gram)
        return ops.convert_to_tensor(self.values, dtype="float32")


def _model(inputs, mixer=None):
    keras.utils.set_random_seed(3)
    tasks = [mt.tasks.NextItem(), mt.tasks.Rating(dropout=0.0), mt.tasks.Like(dropout=0.0)]
    trunk = mt.models.GPT(inputs, width=8, layers=1, dropout=0.0)
    model = mt.models.MultiTask(trunk, mixer=mixer and mixer(), tasks=tasks)
    model.build()
    return model


@pytest.fixture(scope="module")
def batch(films_inputs, films_split):
    return next(iter(films_inputs.packed(films_split, batch_size=4).dataset(0)))


def _stepped(inputs, batch, balancing, jitted=False, mixer=None):
    model = _model(inputs, mixer)
    model.compile(keras.optimizers.SGD(0.1), balancing=balancing, jit_compile=False)
    model._jit_compile = jitted  # as fit does: Keras refuses XLA under op determinism
    model.train_on_batch(*batch)
    return model


@pytest.mark.parametrize("at", ["representation", "parameters"])
@pytest.mark.parametrize("jitted", [False, True])
def test_with_all_weights_one_the_step_is_the_plain_one(films_inputs, batch, at, jitted):
    plain = _stepped(films_inputs, batch, None, jitted)
    other = _stepped(films_inputs, batch, Looks(1.0, 1.0, 1.0, at=at), jitted)
    for left, right in zip(plain.weights, other.weights, strict=True):
        np.testing.assert_allclose(left, right, atol=2e-7, err_msg=left.path)


@pytest.mark.parametrize(
    "mixer",
    [
        lambda: mt.models.SharedBottom(hidden=8),
        lambda: mt.models.MMoE(experts=2, hidden=8),
        lambda: mt.models.PLE(experts=1, shared=1, levels=1, hidden=8),
        lambda: mt.models.MoSE(experts=2, hidden=8),
    ],
)
def test_shared_layers_of_a_mixer_are_weighed_too(films_inputs, batch, mixer):
    plain = _stepped(films_inputs, batch, None, mixer=mixer)
    other = _stepped(films_inputs, batch, Looks(1.0, 1.0, 1.0), mixer=mixer)
    for left, right in zip(plain.weights, other.weights, strict=True):
        np.testing.assert_allclose(left, right, atol=2e-7, err_msg=left.path)


@pytest.mark.parametrize("way", [at_the_states, at_the_parameters])
@pytest.mark.parametrize("form", ["esmm", "aitm"])
def test_a_head_that_another_task_reads_gets_that_gradient_too(form, way):
    # the buy's loss reaches into the click's head: weighed like all that is shared
    shop = mt.data.leave_last_out(mt.data.simulate(users=20, events=400, feed=0.6, items=15))
    inputs = mt.features.fit(shop, max_length=8)
    found = {}
    for name, balancing in {
        "each": Looks(1.0, 0.5),
        "click": mt.training.FixedWeights(click=1.0, buy=0.5),
    }.items():
        keras.utils.set_random_seed(3)
        tasks = [mt.tasks.Click(dropout=0.0), mt.tasks.Buy(form, dropout=0.0)]
        trunk = mt.models.GPT(inputs, width=8, layers=1, dropout=0.0)
        model = mt.models.MultiTask(trunk, tasks=tasks)
        model.compile("sgd", balancing=balancing)
        x, y = next(iter(inputs.packed(shop, batch_size=4).dataset(0)))
        step = way if name == "each" else at_the_sum
        places = {id(v): n for n, v in enumerate(model.learned)}
        gradients = step(model, x, y).gradients
        found[name] = [gradients[places[id(v)]] for v in model.heads[0].trainable_variables]
    for mine, plain in zip(found["each"], found["click"], strict=True):
        np.testing.assert_allclose(mine, plain, atol=1e-6)


@pytest.mark.parametrize("way", [at_the_states, at_the_parameters])
def test_weights_move_what_is_shared_and_leave_a_head_its_own_gradient(films_inputs, batch, way):
    # Σ λ_i g_i in the trunk is the gradient of the weighed sum; the heads' are those of the plain
    weights = (2.0, 0.5, 0.0)
    model, weighed, plain = (_model(films_inputs) for _ in range(3))
    model.compile("sgd", balancing=Looks(*weights))
    fixed = mt.training.FixedWeights(next_item=2.0, rating=0.5, like=0.0)
    weighed.compile("sgd", balancing=fixed)
    plain.compile("sgd")
    found = way(model, *batch).gradients
    by_sum = at_the_sum(weighed, *batch).gradients
    own = at_the_sum(plain, *batch).gradients
    heads = {id(v) for head in model.heads for v in head.trainable_variables}
    for variable, each, summed, alone in zip(model.learned, found, by_sum, own, strict=True):
        expected = alone if id(variable) in heads else summed
        np.testing.assert_allclose(
            tf.convert_to_tensor(each), tf.convert_to_tensor(expected), atol=1e-6,
            err_msg=variable.path,
        )  # fmt: skip


def test_inner_products_are_those_of_the_gradients_one_by_one(films_inputs, batch):
    model, looks = _model(films_inputs), Looks(1.0, 1.0, 1.0, at="parameters")
    model.compile("sgd", balancing=looks)
    at_the_parameters(model, *batch)
    shared = model.trunk.trainable_variables
    rows = []
    for n in range(3):
        with tf.GradientTape() as tape:
            loss = model.train_losses(*batch)[0][n]
        found = tape.gradient(loss, shared, unconnected_gradients=tf.UnconnectedGradients.ZERO)
        rows.append(np.concatenate([np.ravel(tf.convert_to_tensor(g)) for g in found]))
    rows = np.array(rows)
    np.testing.assert_allclose(looks.seen, rows @ rows.T, rtol=1e-4, atol=1e-8)


def test_losses_and_weights_are_logged_apart(films_inputs, films_split):
    model = _model(films_inputs)
    model.compile("adam", balancing=mt.training.FixedWeights(rating=0.25))
    data = films_inputs.packed(films_split, batch_size=8).dataset(0)
    logs = model.fit(data, verbose=0, shuffle=False).history
    assert logs["rating_weight"] == [0.25]
    assert logs["next_item_weight"] == [1.0]
    assert logs["rating_loss"][0] > 0.9  # raw: ½ log 2π and more


def test_a_method_weighs_one_model(films_inputs):
    fixed = mt.training.FixedWeights()
    fixed.bind(["a", "b"])
    fixed.bind(["a", "b"])
    with pytest.raises(mt.core.errors.ParameterError, match="make a new one"):
        fixed.bind(["a"])
