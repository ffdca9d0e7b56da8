"""The forward pass of a BERT over the weights of its KerasHub backbone, texts packed into rows.

Why not the backbone's own: it wants a text a row, padded, and is compiled anew as a whole for every
length. Here short texts lie side by side in a row, a query sees the keys of its own text alone, and
one block is compiled for each length of row and used for every layer.
"""

from collections.abc import Iterator

import keras
import numpy as np
import tensorflow as tf
from keras import ops

from mtrec_lib.core.types import Tensor
from mtrec_lib.features.sequences.packed import best_fit
from mtrec_lib.pretrained.batches import by_length
from mtrec_lib.pretrained.layer_weights import BertWeights, weights_of_bert

ROOM = 64  # tokens a row; a longer text goes into one of twice as many, and so on
HIDDEN = -1e9  # added to the score of a key of another text; its exponential is exactly 0


class PackedBert:
    """Mean states of texts under a BERT.

    Args:
        backbone: ``keras_hub.models.BertBackbone``, float32. Dense layers of it may be wrapped in
            :class:`mtrec_lib.pretrained.LoRA`.

    Source: Devlin et al., arXiv:1810.04805; packing: Krell et al., arXiv:2107.02027.
    Taught in chapter 05.
    """

    def __init__(self, backbone: keras.Model) -> None:
        self.backbone = backbone
        self.heads = int(backbone.num_heads)
        # Products are faster by TensorFlow's op than under XLA; all between two is one pass.
        self._run = tf.function(self._vectors)
        self._begin = tf.function(self._embedded, jit_compile=True)
        self._attend = tf.function(self._attended, jit_compile=True)
        self._join = tf.function(_joined, jit_compile=True)
        self._bend = tf.function(_bent, jit_compile=True)
        self._end = tf.function(_pooled, jit_compile=True)

    def vectors(self, tokens: list[list[int]], batch_size: int) -> np.ndarray:
        """The mean of the states of each text at length one, ``(n, width)`` float32.

        Args:
            tokens: of each text, two at least.
            batch_size: rows of 64 tokens at a time, or as many tokens in longer rows.
        """
        vectors = np.zeros((len(tokens), int(self.backbone.hidden_dim)), np.float32)
        weights = [weights_of_bert(layer) for layer in self.backbone.transformer_layers]
        for texts, (row, number), packed in _batches(tokens, batch_size):
            vectors[texts] = self._run(packed, weights).numpy()[row, number]
        return vectors

    def _vectors(self, packed: Tensor, weights: list[BertWeights]) -> Tensor:
        """``(3, rows, room)`` to ``(rows, texts a row, width)``; states are ``(tokens, width)``."""
        states, mask = self._begin(packed)
        for read, out, norm, up, down, norm_inner in weights:
            mixed = self._attend(states @ read[0], read[1], mask)
            states = self._join(states, mixed @ out[0], out[1], norm)
            inner = self._bend(states @ up[0], up[1])
            states = self._join(states, inner @ down[0], down[1], norm_inner)
        return self._end(states, packed[1])

    def _embedded(self, packed: Tensor) -> tuple[Tensor, Tensor]:
        """First states ``(tokens, width)`` and additions to scores ``(rows, room, room)``."""
        ids, text, place = (packed[n] for n in range(3))
        net = self.backbone
        states = ops.take(net.token_embedding.embeddings, ids, axis=0)
        states += ops.take(net.position_embedding.position_embeddings, place, axis=0)
        states += net.segment_embedding.embeddings[0]
        mask = ops.where(text[:, :, None] == text[:, None, :], 0.0, HIDDEN)
        states = net.embeddings_layer_norm(states)
        return ops.reshape(states, (-1, states.shape[-1])), mask

    def _attended(self, read: Tensor, bias: Tensor, mask: Tensor) -> Tensor:
        """Queries, keys and values ``(tokens, 3 · width)`` → what each query takes."""
        (rows, room), width = mask.shape[:2], read.shape[1] // 3
        size = width // self.heads
        split = ops.reshape(read + bias, (rows, room, 3, self.heads, size))
        query, key, value = (ops.transpose(split[:, :, n], (0, 2, 1, 3)) for n in range(3))
        scores = ops.matmul(query * size**-0.5, ops.swapaxes(key, 2, 3))
        mixed = ops.matmul(ops.softmax(scores + mask[:, None], axis=-1), value)
        return ops.reshape(ops.transpose(mixed, (0, 2, 1, 3)), (-1, width))


def _joined(
    states: Tensor, change: Tensor, bias: Tensor, norm: tuple[Tensor, Tensor, float]
) -> Tensor:
    """The sum, normalised (Ba et al., arXiv:1607.06450)."""
    gamma, beta, epsilon = norm
    states = states + change + bias
    centred = states - ops.mean(states, axis=-1, keepdims=True)
    square = ops.mean(ops.square(centred), axis=-1, keepdims=True)
    return centred * ops.rsqrt(square + epsilon) * gamma + beta


def _bent(inner: Tensor, bias: Tensor) -> Tensor:
    return ops.gelu(inner + bias, approximate=True)


def _pooled(states: Tensor, text: Tensor) -> Tensor:
    """Means at length one, ``(rows, texts a row, width)``; place ``n`` is of text ``n + 1``."""
    rows, room = text.shape
    own = text[:, None, :] == ops.arange(1, room // 2 + 1)[None, :, None]  # two tokens a text
    each = ops.reshape(states, (rows, room, -1))
    return tf.math.l2_normalize(ops.matmul(ops.cast(own, states.dtype), each), axis=-1)


def _batches(
    tokens: list[list[int]], batch_size: int
) -> Iterator[tuple[np.ndarray, tuple[np.ndarray, np.ndarray], np.ndarray]]:
    """Texts of one length of row together.

    Yields which texts; the row of each and its number in it, from 0; and ``(3, rows, room)`` int32:
    tokens, the number of the text in its row from 1 (0 is padding), the place in the text.
    """
    lengths = np.array([len(ids) for ids in tokens], np.int64)
    for which, _, room in by_length(lengths, _room, lambda room: len(tokens), apart=True):
        row, place = best_fit(lengths[which], room)
        most = max(batch_size * ROOM // room, 1)
        height = min(most, 1 << int(row.max()).bit_length())
        for first in range(0, int(row.max()) + 1, height):
            here = np.flatnonzero((row >= first) & (row < first + height))
            here = here[np.lexsort((place[here], row[here]))]
            rows = row[here] - first
            numbers = np.arange(len(here)) - np.searchsorted(rows, rows)
            filled = np.zeros((3, height, room), np.int32)
            for text, at, begin, one in zip(which[here], rows, place[here], numbers, strict=True):
                end = begin + lengths[text]
                filled[0, at, begin:end] = tokens[text]
                filled[1, at, begin:end] = one + 1
                filled[2, at, begin:end] = np.arange(lengths[text])
            yield which[here], (rows, numbers), filled


def _room(tokens: int) -> int:
    """The length of the row that a text goes into."""
    return max(ROOM, 1 << (tokens - 1).bit_length())
