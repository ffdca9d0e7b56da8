"""Any encoder of KerasHub, run as it is: a text a row, texts of similar length together."""

from typing import Any

import numpy as np
import tensorflow as tf

from mtrec_lib.pretrained.batches import by_length, next_of, padded

LENGTHS = (16, 32, 64, 128, 256, 512)  # each is compiled once; between two of them a text is padded


class PaddedEncoder:
    """Mean states of texts under an encoder.

    Args:
        backbone: of KerasHub, float32.
    """

    def __init__(self, backbone: Any) -> None:
        self.backbone = backbone
        self._traced: list[Any] = []  # the variables that the compiled function knows
        self._compiled: Any = None

    def vectors(self, tokens: list[list[int]], batch_size: int) -> np.ndarray:
        """The mean of the states of each text at length one, ``(n, width)`` float32."""
        found = np.zeros((len(tokens), int(self.backbone.hidden_dim)), np.float32)
        mean = self._mean()
        lengths = [len(ids) for ids in tokens]
        for rows, height, length in by_length(lengths, next_of(LENGTHS), lambda _: batch_size):
            means = mean(*padded([tokens[row] for row in rows], height, length))
            found[rows] = means.numpy()[: len(rows)]
        return found

    def _mean(self) -> Any:
        """The compiled function from tokens to vectors, made anew when layers were replaced."""
        now = list(self.backbone.variables)
        if list(map(id, now)) != list(map(id, self._traced)):
            self._traced, self._compiled = now, tf.function(self._means, jit_compile=True)
        return self._compiled

    def _means(self, ids: Any, lengths: Any) -> Any:
        """``(batch, length)`` tokens and ``(batch,)`` their numbers to ``(batch, width)``."""
        real = tf.range(ids.shape[1])[None, :] < lengths[:, None]  # (batch, length)
        told = named(self.backbone, ids, tf.cast(real, tf.int32), tf.zeros_like(ids))
        found = self.backbone(told, training=False)
        states = found["sequence_output"] if isinstance(found, dict) else found
        summed = tf.reduce_sum(states * tf.cast(real, states.dtype)[:, :, None], axis=1)
        return tf.math.l2_normalize(summed, axis=-1)  # the direction of the sum is the mean's


def named(backbone: Any, ids: Any, mask: Any, zeros: Any) -> dict[str, Any]:
    """Inputs by the names that a backbone has for them; not every encoder has segments."""
    every = {"token_ids": ids, "padding_mask": mask, "segment_ids": zeros}
    return {name: every[name] for name in backbone.input}
