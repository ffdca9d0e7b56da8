"""The learning rate of an epoch whose number of steps is its own."""

import math

import numpy as np
import pytest

from mtrec_lib.training.rate import EpochCosine


def test_the_cosine_is_that_of_keras_where_epochs_are_alike():
    import keras

    rate, plain = EpochCosine(0.5, epochs=3), keras.optimizers.schedules.CosineDecay(0.5, 12, 0.1)
    for step in range(12):  # 3 epochs of 4 steps
        rate.begin(step // 4, step - step % 4, 4)
        assert float(rate(step)) == float(plain(step))


def test_it_ends_with_the_last_epoch_however_many_steps_came_before():
    # two epochs of 2 and 6 steps; over (2 · 2) steps it would have ended after the fourth of eight
    rate = EpochCosine(1.0, epochs=2)
    rate.begin(1, iteration=2, steps=6)
    half = 0.1 + 0.9 * 0.5  # the second epoch begins in the middle of the cosine
    last = 0.1 + 0.9 * 0.5 * (1 + math.cos(math.pi * 11 / 12))
    np.testing.assert_allclose([float(rate(2)), float(rate(7))], [half, last], rtol=1e-6)


def test_it_stays_at_a_tenth_after_the_end():
    rate = EpochCosine(1.0, epochs=1)
    rate.begin(0, iteration=0, steps=4)
    assert float(rate(9)) == pytest.approx(0.1)
