"""Dropout from random bytes: the Keras layer's generator is slow when compiled for a CPU."""

from typing import Any

import keras
import tensorflow as tf
from keras import ops

from mtrec_lib.core.types import Shape, Tensor


@keras.saving.register_keras_serializable("mtrec")
class ByteDropout(keras.layers.Layer):
    """Inverted dropout with masks from random bytes (Philox).

    Sets each number to zero with probability ``round(256 · rate) / 256`` and divides the rest by
    the probability to stay, so that the expectation is kept. One byte a number, where the Keras
    layer draws four; the masks are the same compiled or not.

    Args:
        rate: in [0, 1).
        seed: seed of the layer's ``SeedGenerator``.

    Shapes: ``(...)`` → ``(...)``.

    >>> import numpy as np
    >>> float(np.sum(ByteDropout(0.5)(np.ones(3))))  # identity outside training
    3.0

    Source: Srivastava et al., JMLR 15 (2014).
    Taught in chapter 04.
    """

    def __init__(self, rate: float, seed: int | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        if not 0 <= rate < 1:
            raise ValueError(f"rate must be in [0, 1), got {rate}; 0.2 is usual")
        self.rate = rate
        self.seed = seed
        self.cut = round(256 * rate)
        self.seed_generator = keras.random.SeedGenerator(seed) if self.cut else None
        self.supports_masking = True

    def build(self, input_shape: Shape) -> None:
        """Nothing to build."""

    def call(self, inputs: Tensor, training: bool = False) -> Tensor:
        """Drop numbers in training, pass them through otherwise."""
        if not training or self.seed_generator is None:
            return inputs
        seed = ops.cast(self.seed_generator.next(), "int32")
        shape = tf.shape(inputs)
        words = (tf.size(inputs) + 3) // 4
        bits = tf.random.stateless_uniform(
            [words], seed, minval=None, maxval=None, dtype=tf.uint32, alg="philox"
        )
        bytes_ = tf.reshape(tf.bitcast(bits, tf.uint8), [-1])[: tf.size(inputs)]
        stays = tf.reshape(bytes_ >= tf.cast(self.cut, tf.uint8), shape)
        return tf.where(stays, inputs * (256 / (256 - self.cut)), tf.zeros_like(inputs))

    def compute_output_shape(self, input_shape: Shape) -> Shape:
        """The shape of the input."""
        return input_shape

    def get_config(self) -> dict[str, Any]:
        """Constructor arguments."""
        return super().get_config() | {"rate": self.rate, "seed": self.seed}
