"""The chunked softmax is the plain one: values, gradients, compiled or not."""

import numpy as np
import pytest
import tensorflow as tf

import mtrec_lib as mt

RNG = np.random.default_rng(0)
STATES = RNG.normal(size=(2, 3, 4)).astype("float32")
VECTORS = (3 * RNG.normal(size=(11, 4))).astype("float32")
BIAS = RNG.normal(size=11).astype("float32")
TARGET = np.array([[0, 10, 5], [9, 3, 3]])
WEIGHT = np.array([[1.0, 0.5, 0.0], [2.0, -1.0, 1.0]], np.float32)


def _plain(states, vectors, bias):
    return mt.losses.softmax_cross_entropy(tf.einsum("blw,iw->bli", states, vectors) + bias, TARGET)


def _with_gradients(loss):
    given = [tf.constant(each) for each in (STATES, VECTORS, BIAS)]
    with tf.GradientTape() as tape:
        tape.watch(given)
        value = loss(*given)
        total = tf.reduce_sum(WEIGHT * value)
    return [value, *(tf.convert_to_tensor(each) for each in tape.gradient(total, given))]


@pytest.mark.parametrize("chunk", [1, 3, 4, 11, 100])
@pytest.mark.parametrize("mode", ["eager", "graph", "xla"])
def test_equals_the_plain_loss_and_its_gradients(chunk, mode):
    def run():
        return _with_gradients(
            lambda *given: mt.losses.chunked_softmax_cross_entropy(*given, TARGET, chunk=chunk)
        )

    found = run() if mode == "eager" else tf.function(run, jit_compile=mode == "xla")()
    for left, right in zip(found, _with_gradients(_plain), strict=True):
        np.testing.assert_allclose(left, right, atol=1e-5)


def test_extreme_logits_stay_finite():
    # logits 1000 and 0: the loss of the second is 1000
    states, vectors = np.array([[1.0]], "float32"), np.array([[1000.0], [0.0]], "float32")
    found = mt.losses.chunked_softmax_cross_entropy(states, vectors, np.zeros(2), [1], chunk=1)
    assert float(found[0]) == pytest.approx(1000.0)


def test_no_tensor_of_positions_times_items_is_made():
    given = [tf.TensorSpec(np.shape(each), tf.float32) for each in (STATES, VECTORS, BIAS)]
    graph = tf.function(
        lambda *each: mt.losses.chunked_softmax_cross_entropy(*each, TARGET, chunk=4)
    )
    concrete = graph.get_concrete_function(*given)
    graphs = [concrete.graph, *(f.graph for f in concrete.graph._functions.values())]
    sizes = [
        np.prod(output.shape)
        for each in graphs
        for operation in each.get_operations()
        for output in operation.outputs
        if output.shape.is_fully_defined()
    ]
    assert max(sizes) < TARGET.size * len(VECTORS)


def test_bfloat16_states_are_near():
    states, vectors = tf.cast(STATES, tf.bfloat16), tf.cast(VECTORS, tf.bfloat16)
    found = mt.losses.chunked_softmax_cross_entropy(states, vectors, BIAS, TARGET, chunk=4)
    np.testing.assert_allclose(found, _plain(STATES, VECTORS, BIAS), atol=0.2)


def test_a_chunk_of_nothing_is_refused():
    with pytest.raises(ValueError, match="chunk must be ≥ 1"):
        mt.losses.chunked_softmax_cross_entropy(STATES, VECTORS, BIAS, TARGET, chunk=0)
