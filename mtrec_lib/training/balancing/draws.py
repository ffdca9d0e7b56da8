"""Random numbers that are the same compiled and not."""

from typing import Any

import tensorflow as tf
from keras import ops


def uniform(generator: Any, shape: list[int]) -> Any:
    """Numbers strictly between 0 and 1, float32, from a Keras ``SeedGenerator``.

    Only the bits of a draw are the same with XLA and without; of its floating-point numbers each
    takes others. So 23 bits are taken here.
    """
    seed = ops.cast(generator.next(), "int32")
    bits = tf.random.stateless_uniform(shape, seed, None, None, dtype=tf.uint32, alg="philox")
    kept = tf.bitwise.right_shift(bits, tf.constant(9, tf.uint32))
    return (tf.cast(kept, "float32") + 0.5) / 2**23


def normal(generator: Any, shape: list[int]) -> Any:
    """Standard normal numbers, float32: the quantiles of uniform ones."""
    return 2**0.5 * ops.erfinv(2.0 * uniform(generator, shape) - 1.0)
