"""What is drawn, how often, and what the sampler says of it."""

import keras
import numpy as np
import pytest
import tensorflow as tf

import mtrec_lib as mt
from mtrec_lib.layers.negative_sampler import alias

COUNTS = np.array([7.0, 0.0, 2.0, 1.0])


def _shares(drawn, items=4):
    return np.bincount(np.ravel(drawn), minlength=items) / np.size(drawn)


@pytest.mark.parametrize("jitted", [False, True])
def test_draws_by_popularity_have_the_promised_shares(jitted):
    sampler = mt.layers.NegativeSampler(4, 40_000, by="popularity", popularity=COUNTS, seed=0)
    sampler.build()
    drawn = tf.function(sampler, jit_compile=jitted)(tf.zeros((2, 3), tf.int32))
    expected = (1 + COUNTS) / (1 + COUNTS).sum()  # what never occurs is drawn, too
    np.testing.assert_allclose(_shares(drawn), expected, atol=0.01)  # four standard errors
    np.testing.assert_allclose(sampler.log_q(np.arange(4)), np.log(expected), rtol=1e-6)


def test_uniform_draws():
    sampler = mt.layers.NegativeSampler(4, 40_000, seed=0)
    np.testing.assert_allclose(_shares(sampler(np.zeros(1, int))), 0.25, atol=0.01)
    np.testing.assert_allclose(sampler.log_q(np.array([0, 3])), np.log(0.25), rtol=1e-6)


def test_a_position_draws_among_the_others():
    sampler = mt.layers.NegativeSampler(4, 5_000, shared=False, seed=0)
    drawn = np.asarray(sampler(np.array([[0, 1], [2, 3]])))
    assert drawn.shape == (2, 2, 5_000)
    for target, row in enumerate(drawn.reshape(4, -1)):
        expected = np.where(np.arange(4) == target, 0, 1 / 3)
        np.testing.assert_allclose(_shares(row), expected, atol=0.03)
    np.testing.assert_allclose(sampler.log_q(np.array([0])), np.log(1 / 3), rtol=1e-6)


def test_the_draw_changes_at_every_call_and_starts_from_the_seed():
    first, second = (mt.layers.NegativeSampler(1000, 8, seed=3) for _ in range(2))
    one = np.asarray(first(np.zeros(1, int)))
    np.testing.assert_array_equal(one, second(np.zeros(1, int)))
    assert (one != np.asarray(first(np.zeros(1, int)))).any()
    compiled = tf.function(mt.layers.NegativeSampler(1000, 8, seed=3), jit_compile=True)
    np.testing.assert_array_equal(one, compiled(tf.zeros(1, tf.int32)))


@pytest.mark.parametrize("share", [[1.0], [0.1, 0.2, 0.3, 0.4], [0.0, 1.0], [1e-9, 1 - 1e-9]])
def test_alias_tables_give_back_the_shares(share):
    keep, other = alias(np.array(share))
    back = keep.astype(float)
    np.add.at(back, other, 1 - keep)
    np.testing.assert_allclose(back / len(share), share, atol=1e-6)


@pytest.mark.parametrize("arguments", [(1, 2), (5, 0), (5, 2, "luck"), (5, 2, "popularity", False)])
def test_what_makes_no_sense_is_refused(arguments):
    with pytest.raises(ValueError, match=r"must be|set shared"):
        mt.layers.NegativeSampler(*arguments)


def test_tables_travel_with_the_weights():
    made = mt.layers.NegativeSampler(4, 6, by="popularity", popularity=COUNTS, seed=5)
    made.build()
    again = mt.layers.NegativeSampler.from_config(made.get_config())
    again.build()
    for mine, theirs in zip(made.weights, again.weights, strict=True):
        theirs.assign(mine)
    np.testing.assert_array_equal(made(np.zeros(1, int)), again(np.zeros(1, int)))
    assert isinstance(again.seed_generator, keras.random.SeedGenerator)
