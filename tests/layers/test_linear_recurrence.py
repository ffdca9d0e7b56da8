"""The recurrence by hand, its gradient by finite differences, and where a memory begins."""

import numpy as np
import tensorflow as tf

import mtrec_lib as mt
from mtrec_lib.models.trunks.min_gru import piece_starts


def test_the_recurrence_by_hand():
    # 1, 0.5·1 + 2 = 2.5, forgotten: 3, 2·3 − 1 = 5
    keep = np.array([9.0, 0.5, 0.0, 2.0], np.float32).reshape(1, 4, 1)
    add = np.array([1.0, 2.0, 3.0, -1.0], np.float32).reshape(1, 4, 1)
    found = np.asarray(mt.layers.linear_recurrence(keep, add)).ravel()
    assert found.tolist() == [1.0, 2.5, 3.0, 5.0]


def test_its_gradient_is_that_of_the_plain_loop():
    rng = np.random.default_rng(0)
    keep = tf.constant(rng.uniform(0, 1, (2, 7, 3)).astype(np.float32))
    add = tf.constant(rng.normal(size=(2, 7, 3)).astype(np.float32))

    def plain(keep, add):
        state, states = tf.zeros_like(add[:, 0]), []
        for place in range(7):
            state = keep[:, place] * state + add[:, place]
            states.append(state)
        return tf.stack(states, axis=1)

    def gradients(of):
        with tf.GradientTape() as tape:
            tape.watch((keep, add))
            value = tf.reduce_sum(tf.sin(of(keep, add)))
        return tape.gradient(value, (keep, add))

    for mine, theirs in zip(gradients(mt.layers.linear_recurrence), gradients(plain), strict=True):
        np.testing.assert_allclose(mine, theirs, atol=1e-5)


def test_a_piece_begins_where_the_segment_changes():
    starts = piece_starts(np.array([[0, 0, 1, 1, 2, 3]]))
    assert np.asarray(starts).tolist() == [[True, False, True, False, True, True]]


def test_an_untrained_memory_forgets_at_speeds_from_one_event_to_the_horizon():
    # z = sigmoid(−log s) = 1 / (1 + s): half of a number is replaced at speed 1, a hundredth at 99
    block = mt.layers.MinGRUBlock(4, horizon=99)
    block.build((None, None, 4))
    bias = np.asarray(block.project_in.bias)
    update = 1 / (1 + np.exp(-bias[:4]))
    np.testing.assert_allclose(update[[0, -1]], [0.5, 0.01], rtol=1e-5)
    assert (bias[4:] == 0).all()


def test_a_row_of_one_place_begins_a_memory():
    # one event is the whole row: h = z · candidate, and it is its own start
    assert np.asarray(piece_starts(np.array([[1], [2]]))).tolist() == [[True], [True]]
    block = mt.layers.MinGRUBlock(4)
    assert tuple(block(np.ones((1, 1, 4), np.float32), np.array([[True]])).shape) == (1, 1, 4)
