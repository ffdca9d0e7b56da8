"""Random numbers that are the same compiled and not."""

import keras
import tensorflow as tf
from keras import ops

from mtrec_lib.core.types import Tensor


def uniform(generator: keras.random.SeedGenerator, shape: list[int]) -> Tensor:
    """Numbers strictly between 0 and 1, float32, from a Keras ``SeedGenerator``.

    Only the bits of a draw are the same with XLA and without; of its floating-point numbers each
    takes others. So 23 bits are taken here.
    """
    seed = ops.cast(generator.next(), "int32")
    bits = tf.random.stateless_uniform(shape, seed, None, None, dtype=tf.uint32, alg="philox")
    high = tf.bitwise.right_shift(bits, tf.constant(9, tf.uint32))
    return (tf.cast(high, "float32") + 0.5) / 2**23


def normal(generator: keras.random.SeedGenerator, shape: list[int]) -> Tensor:
    """Standard normal numbers, float32: the quantiles of uniform ones."""
    return 2**0.5 * ops.erfinv(2.0 * uniform(generator, shape) - 1.0)
