"""Any encoder of KerasHub, run as it is: a text a row, texts of similar length together."""

from collections.abc import Callable
from typing import Any, TypeVar

import keras
import numpy as np
import tensorflow as tf

from mtrec_lib.core.types import Tensor
from mtrec_lib.pretrained.batches import by_length, next_of, padded

LENGTHS = (16, 32, 64, 128, 256, 512)  # each is compiled once; between two of them a text is padded


class PaddedEncoder:
    """Mean states of texts under an encoder.

    Args:
        backbone: of KerasHub, float32.
    """

    def __init__(self, backbone: keras.Model) -> None:
        self.backbone = backbone
        self._traced: list[keras.Variable] = []  # the variables that the compiled function knows
        self._compiled: Any = None

    def vectors(self, tokens: list[list[int]], batch_size: int) -> np.ndarray:
        """The mean of the states of each text at length one, ``(n, width)`` float32."""
        vectors = np.zeros((len(tokens), int(self.backbone.hidden_dim)), np.float32)
        mean = self._mean()
        lengths = [len(ids) for ids in tokens]
        for rows, height, length in by_length(lengths, next_of(LENGTHS), lambda _: batch_size):
            means = mean(*padded([tokens[row] for row in rows], height, length))
            vectors[rows] = means.numpy()[: len(rows)]
        return vectors

    def _mean(self) -> Callable[..., tf.Tensor]:
        """The compiled function from tokens to vectors, made anew when layers were replaced."""
        now = list(self.backbone.variables)
        if list(map(id, now)) != list(map(id, self._traced)):
            self._traced, self._compiled = now, tf.function(self._means, jit_compile=True)
        return self._compiled

    def _means(self, ids: Tensor, lengths: Tensor) -> Tensor:
        """``(batch, length)`` tokens and ``(batch,)`` their numbers to ``(batch, width)``."""
        real = tf.range(ids.shape[1])[None, :] < lengths[:, None]  # (batch, length)
        inputs = named(self.backbone, ids, tf.cast(real, tf.int32), tf.zeros_like(ids))
        outputs = self.backbone(inputs, training=False)
        states = outputs["sequence_output"] if isinstance(outputs, dict) else outputs
        summed = tf.reduce_sum(states * tf.cast(real, states.dtype)[:, :, None], axis=1)
        return tf.math.l2_normalize(summed, axis=-1)  # the direction of the sum is the mean's


Array = TypeVar("Array", bound=Tensor)


def named(backbone: keras.Model, ids: Array, mask: Array, zeros: Array) -> dict[str, Array]:
    """Inputs by the names that a backbone has for them; not every encoder has segments."""
    every = {"token_ids": ids, "padding_mask": mask, "segment_ids": zeros}
    return {name: every[name] for name in backbone.input}
