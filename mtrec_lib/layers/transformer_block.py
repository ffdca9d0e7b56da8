"""A transformer block, before-normalised, that knows distances and not places."""

from typing import Any

import keras
from keras import ops

from mtrec_lib.core.types import Shape, States, Tensor
from mtrec_lib.layers.dropout import ByteDropout
from mtrec_lib.layers.rotary import rotate


@keras.saving.register_keras_serializable("mtrec")
class TransformerBlock(keras.layers.Layer):
    """x + attention(norm(x)), then x + feed-forward(norm(x)).

    Queries and keys are rotated by their place in the row (RoPE), so that their product knows how
    far apart two events are and nothing else of where they stand.

    Args:
        width: model dimension, a multiple of ``2 · heads``.
        heads: attention heads.
        dropout: rate after attention and after the feed-forward part.
        expansion: hidden units of the feed-forward part, in multiples of ``width``.

    Shapes: states ``(batch, length, width)`` and mask ``(batch, length, length)`` bool, true where
    the row may look at the column → ``(batch, length, width)``. Every row must see something.

    Source: Vaswani et al., arXiv:1706.03762, with the norms before (Radford et al. 2019); Su et
    al., arXiv:2104.09864 (RoPE).
    Taught in chapter 04.
    """

    def __init__(
        self, width: int, heads: int = 2, dropout: float = 0.0, expansion: int = 4, **kwargs: Any
    ) -> None:
        super().__init__(**kwargs)
        if width % (2 * heads):
            raise ValueError(
                f"width must be a multiple of 2 · heads, got {width} and {heads} heads"
            )
        self.width, self.heads, self.dropout, self.expansion = width, heads, dropout, expansion
        self.attention_norm = keras.layers.LayerNormalization(epsilon=1e-6)
        self.feed_norm = keras.layers.LayerNormalization(epsilon=1e-6)
        self.project_in = keras.layers.Dense(3 * width)
        self.project_out = keras.layers.Dense(width)
        self.feed_in = keras.layers.Dense(expansion * width, activation="gelu")
        self.feed_out = keras.layers.Dense(width)
        self.attention_drop, self.feed_drop = ByteDropout(dropout), ByteDropout(dropout)

    def build(self, states_shape: Shape, mask_shape: Shape | None = None) -> None:
        """Build the sublayers."""
        for layer in (self.attention_norm, self.feed_norm, self.project_in, self.feed_in):
            layer.build(states_shape)
        self.project_out.build(states_shape)
        self.feed_out.build((*states_shape[:-1], self.expansion * self.width))
        self.built = True

    def call(self, states: States, mask: Tensor, training: bool = False) -> States:
        """Apply the block."""
        weight, value = self._look(states, mask)
        mixed = ops.einsum("bhqk,bkhd->bqhd", weight, value)
        mixed = self.project_out(ops.reshape(mixed, (-1, states.shape[1], self.width)))
        states = states + self.attention_drop(mixed, training=training)
        fed = self.feed_out(self.feed_in(self.feed_norm(states)))
        return states + self.feed_drop(fed, training=training)

    def attention(self, states: States, mask: Tensor) -> Tensor:
        """How much each event looks at each other one: ``(batch, heads, length, length)``."""
        return self._look(states, mask)[0]

    def _look(self, states: States, mask: Tensor) -> tuple[Tensor, Tensor]:
        """Weights ``(batch, heads, length, length)``, values ``(batch, length, heads, size)``."""
        length, size = states.shape[1], self.width // self.heads
        packed = self.project_in(self.attention_norm(states))
        packed = ops.reshape(packed, (-1, length, 3, self.heads, size))
        query, key, value = (packed[:, :, part] for part in range(3))
        score = ops.einsum("bqhd,bkhd->bhqk", rotate(query) * size**-0.5, rotate(key))
        score = ops.where(mask[:, None], score, ops.cast(-1e9, score.dtype))
        weight = ops.softmax(ops.cast(score, "float32"), axis=-1)
        return ops.cast(weight, value.dtype), value

    def compute_output_shape(self, states_shape: Shape, mask_shape: Shape | None = None) -> Shape:
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
