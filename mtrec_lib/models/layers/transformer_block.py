"""A causal transformer block, before-normalised."""

from typing import Any

import keras
from keras import ops

from mtrec_lib.models.layers.dropout import ByteDropout


@keras.saving.register_keras_serializable("mtrec")
class TransformerBlock(keras.layers.Layer):
    """x + attention(norm(x)), then x + feed-forward(norm(x)).

    Args:
        width: model dimension, a multiple of ``heads``.
        heads: attention heads.
        dropout: rate after attention and after the feed-forward part.
        expansion: hidden units of the feed-forward part, in multiples of ``width``.

    Shapes: states ``(batch, length, width)`` and mask ``(batch, length, length)`` bool, true where
    the row may look at the column → ``(batch, length, width)``. Every row must see something.

    Source: Vaswani et al., arXiv:1706.03762, with the norms before (Radford et al. 2019).
    Taught in chapter 04.
    """

    def __init__(
        self, width: int, heads: int = 2, dropout: float = 0.0, expansion: int = 4, **kwargs: Any
    ) -> None:
        super().__init__(**kwargs)
        if width % heads:
            raise ValueError(f"width must be a multiple of heads, got {width} and {heads}")
        self.width, self.heads, self.dropout, self.expansion = width, heads, dropout, expansion
        self.attention_norm = keras.layers.LayerNormalization(epsilon=1e-6)
        self.feed_norm = keras.layers.LayerNormalization(epsilon=1e-6)
        self.project_in = keras.layers.Dense(3 * width)
        self.project_out = keras.layers.Dense(width)
        self.feed_in = keras.layers.Dense(expansion * width, activation="gelu")
        self.feed_out = keras.layers.Dense(width)
        self.attention_drop, self.feed_drop = ByteDropout(dropout), ByteDropout(dropout)

    def build(self, states_shape: Any, mask_shape: Any = None) -> None:
        """Build the sublayers."""
        for layer in (self.attention_norm, self.feed_norm, self.project_in, self.feed_in):
            layer.build(states_shape)
        self.project_out.build(states_shape)
        self.feed_out.build((*states_shape[:-1], self.expansion * self.width))
        self.built = True

    def call(self, states: Any, mask: Any, training: bool = False) -> Any:
        """Apply the block."""
        mixed = self.project_out(self._attend(self.attention_norm(states), mask))
        states = states + self.attention_drop(mixed, training=training)
        fed = self.feed_out(self.feed_in(self.feed_norm(states)))
        return states + self.feed_drop(fed, training=training)

    def _attend(self, states: Any, mask: Any) -> Any:
        length, size = states.shape[1], self.width // self.heads
        packed = ops.reshape(self.project_in(states), (-1, length, 3, self.heads, size))
        query, key, value = (packed[:, :, part] for part in range(3))
        score = ops.einsum("bqhd,bkhd->bhqk", query * size**-0.5, key)
        score = ops.where(mask[:, None], score, ops.cast(-1e9, score.dtype))
        weight = ops.cast(ops.softmax(ops.cast(score, "float32"), axis=-1), value.dtype)
        mixed = ops.einsum("bhqk,bkhd->bqhd", weight, value)
        return ops.reshape(mixed, (-1, length, self.width))

    def compute_output_shape(self, states_shape: Any, mask_shape: Any = None) -> Any:
        """The shape of the states."""
        return states_shape

    def get_config(self) -> dict[str, Any]:
        """Constructor arguments."""
        return super().get_config() | {
            "width": self.width,
            "heads": self.heads,
            "dropout": self.dropout,
            "expansion": self.expansion,
        }
