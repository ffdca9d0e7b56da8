"""The forward pass of a Llama over the weights of its KerasHub backbone.

Why not the backbone's own: its cached path wants keys and values for every row of a batch, so that
64 candidates after one past would hold and copy that past 64 times; and the whole backbone, for one
shape, takes as long to compile as thirty blocks. Here one block is traced for each shape and used
for every layer, and a past of batch 1 is shared by all rows: the products with its keys and values
are one matrix product for the whole batch.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import keras
import numpy as np
import tensorflow as tf
from keras import ops

from mtrec_lib.core.types import States, Tensor
from mtrec_lib.pretrained.decoders.networks import Network
from mtrec_lib.pretrained.layer_weights import Weights, weights_of_llama

HIDDEN = -1e9  # added to the scores of keys that a query must not see; its exponential is exactly 0


@dataclass
class Past:
    """Keys and values of tokens that were read, in every layer, for all rows alike.

    Attributes:
        keys, values: a layer each, ``(room, groups, size)``.
        length: how many places of ``room`` are filled.
        state: ``(width,)`` of the last token, normalised: its product with the table are the
            logits of the next.
    """

    keys: list[Tensor]
    values: list[Tensor]
    length: int
    state: Tensor


class Llama(Network[Past]):
    """States and logits of a Llama, with or without a shared past.

    Args:
        backbone: ``keras_hub.models.LlamaBackbone`` or ``Llama3Backbone``, float32. Dense layers of
            it may be wrapped in :class:`mtrec_lib.pretrained.LoRA`.

    Source: Touvron et al., arXiv:2302.13971; shared keys of a group of heads: Ainslie et al.,
    arXiv:2305.13245; rotary positions: Su et al., arXiv:2104.09864.
    Taught in chapter 05.
    """

    def __init__(self, backbone: keras.Model) -> None:
        super().__init__(backbone)
        self.layers = list(backbone.transformer_layers)
        self.groups = int(backbone.num_key_value_heads)
        self.size = int(backbone.hidden_dim) // int(backbone.num_query_heads)
        self._rotary = self.layers[0]._self_attention_layer.rotary_embedding_layer
        self._norm = tf.function(self._normed, jit_compile=True)
        self._gate = tf.function(_gated, jit_compile=True)
        self._block = tf.function(self._one_block)

    def states(self, tokens: np.ndarray, past: Past | None = None) -> tf.Tensor:
        """States after each token, those of ``past`` seen by every row."""
        return self._run(tokens, past)[0]

    def read(self, tokens: Sequence[int], room: int) -> Past:
        """Read one text."""
        padded = np.zeros((1, room), np.int32)
        padded[0, : len(tokens)] = tokens
        states, keys, values = self._run(padded, None)
        last = states[0, len(tokens) - 1]
        return Past([key[0] for key in keys], [value[0] for value in values], len(tokens), last)

    def go_on(self, past: Past, token: int) -> Past:
        """Read one token more."""
        states, keys, values = self._run(np.array([[token]], np.int32), past)
        place = np.array([[past.length]], np.int32)

        def grown(before: list[Tensor], new: list[Tensor]) -> list[Tensor]:
            pairs = zip(before, new, strict=True)
            return [tf.tensor_scatter_nd_update(old, place, one[0]) for old, one in pairs]

        keys, values = grown(past.keys, keys), grown(past.values, values)
        return Past(keys, values, past.length + 1, states[0, 0])

    def _turned_round(self, states: States) -> tf.Tensor:
        embedding = self.backbone.token_embedding
        rows = tf.reshape(states, (-1, states.shape[2]))
        if embedding.tie_weights:
            logits = tf.matmul(rows, embedding.embeddings, transpose_b=True)
        else:
            logits = tf.matmul(rows, embedding.reverse_embeddings)
        return tf.reshape(logits, (*tf.unstack(tf.shape(states)[:2]), -1))

    def _run(
        self, tokens: np.ndarray, past: Past | None
    ) -> tuple[Tensor, list[Tensor], list[Tensor]]:
        vectors = tf.gather(self.backbone.token_embedding.embeddings, tokens)
        keys, values = [], []
        length = tf.constant(past.length if past else 0)
        for number, layer in enumerate(self.layers):
            seen = (past.keys[number], past.values[number]) if past else ()
            vectors, key, value = self._block(vectors, weights_of_llama(layer), length, seen)
            keys.append(key)
            values.append(value)
        return self.backbone.layer_norm(vectors), keys, values

    def _one_block(
        self, vectors: Tensor, weights: Weights, length: Tensor, seen: tuple[Tensor, ...]
    ) -> tuple[Tensor, Tensor, Tensor]:
        """One layer: ``(batch, length, width)`` → the same, with its keys and values."""
        scale, query, key, value, out, scale_inner, gate, up, down = weights
        shape = (*vectors.shape[:2], -1, self.size)
        rows = tf.reshape(vectors, (-1, vectors.shape[2]))
        normed = self._norm(rows, scale)
        kernels = (query, key, value)
        query, key, value = (tf.reshape(normed @ kernel, shape) for kernel in kernels)
        mixed, key = self._attended(query, key, value, length, seen)
        rows += mixed @ out
        normed = self._norm(rows, scale_inner)
        rows += self._gate(normed @ gate, normed @ up) @ down
        return tf.reshape(rows, vectors.shape), key, value

    def _normed(self, rows: Tensor, scale: Tensor) -> Tensor:
        square = ops.mean(ops.square(rows), axis=-1, keepdims=True)
        return rows * ops.rsqrt(square + self.backbone.layer_norm.epsilon) * scale

    def _attended(
        self, query: Tensor, key: Tensor, value: Tensor, past: Tensor, seen: tuple[Tensor, ...]
    ) -> tuple[Tensor, Tensor]:
        """What each query takes, ``(batch · length, heads · size)``, and the turned keys."""
        batch, length = query.shape[:2]
        query = self._rotary(query, start_index=past) * self.size**-0.5
        key = self._rotary(key, start_index=past)
        # A group of query heads shares one key: query is (batch, length, groups, heads each, size).
        query = ops.reshape(query, (batch, length, self.groups, -1, self.size))
        place = ops.arange(length)
        own = ops.einsum("bqghd,bkgd->bghqk", query, key)
        scores = own + ops.where(place[:, None] >= place[None, :], 0.0, HIDDEN)
        if seen:
            before = ops.einsum("bqghd,kgd->bghqk", query, seen[0])
            real = ops.arange(seen[0].shape[0]) < past
            scores = ops.concatenate([before + ops.where(real, 0.0, HIDDEN), scores], axis=-1)
        weights = ops.softmax(scores, axis=-1)
        room = scores.shape[-1] - length
        mixed = ops.einsum("bghqk,bkgd->bqghd", weights[..., room:], value)
        if seen:
            mixed += ops.einsum("bghqk,kgd->bqghd", weights[..., :room], seen[1])
        return ops.reshape(mixed, (batch * length, -1)), key


def _gated(gate: Tensor, up: Tensor) -> Tensor:
    return ops.silu(gate) * up
