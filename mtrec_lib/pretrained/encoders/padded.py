"""Any encoder of KerasHub, run as it is: a text a row, texts of similar length together."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import tensorflow as tf

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
        for rows, height, length in _batches([len(ids) for ids in tokens], batch_size):
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


def padded(tokens: list[list[int]], height: int, length: int) -> tuple[np.ndarray, np.ndarray]:
    """``(height, length)`` ids and ``(height,)`` their numbers; rows beyond the texts hold one."""
    ids = np.zeros((height, length), np.int32)
    lengths = np.ones(height, np.int32)
    for row, found in enumerate(tokens):
        ids[row, : len(found)] = found
        lengths[row] = len(found)
    return ids, lengths


def _batches(lengths: list[int], size: int) -> Iterator[tuple[np.ndarray, int, int]]:
    """Which rows, and the height and length to pad them to."""
    order = np.argsort(lengths, kind="stable")
    height = min(size, 1 << max(len(order) - 1, 0).bit_length())
    for first in range(0, len(order), size):
        rows = order[first : first + size]
        longest = lengths[rows[-1]]
        yield rows, height, next((n for n in LENGTHS if n >= longest), longest)
