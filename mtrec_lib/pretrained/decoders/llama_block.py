"""A block of a Llama whose matrices are given and stay, with low-rank additions that learn."""

from typing import Any

import keras
from keras import ops

from mtrec_lib.core.errors import ParameterError
from mtrec_lib.core.types import Shape, States, Tensor
from mtrec_lib.layers.rotary import rotate
from mtrec_lib.pretrained.layer_weights import Weights
from mtrec_lib.pretrained.lora import LoRA


@keras.saving.register_keras_serializable("mtrec")
class LlamaBlock(keras.layers.Layer):
    """x + attention(norm(x)), then x + down(silu(gate(norm(x))) · up(norm(x))).

    The forward pass of one layer of a pretrained decoder, over rows that may hold the pieces of
    several people. Everything is frozen but for the additions to the query and value projections
    (:class:`LoRA`).

    Args:
        width: numbers of a state.
        heads: query heads; ``width / heads`` is even.
        groups: heads of keys and values, each shared by ``heads / groups`` query heads.
        inner: hidden units of the feed-forward part.
        base: of the rotary positions.
        epsilon: of the norms.
        rank: of the additions; 0 for none.

    Shapes: states ``(batch, length, width)`` and mask ``(batch, length, length)`` bool, true where
    the row may look at the column → ``(batch, length, width)``.

    Raises:
        ParameterError: sizes that do not divide each other.

    Source: Touvron et al., arXiv:2302.13971; Ainslie et al., arXiv:2305.13245 (groups).
    Taught in chapter 05.
    """

    def __init__(
        self,
        width: int,
        heads: int,
        groups: int,
        inner: int,
        base: float = 10_000.0,
        epsilon: float = 1e-5,
        rank: int = 8,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        if width % (2 * heads) or heads % groups:
            raise ParameterError(
                f"width must be a multiple of 2 · heads and heads one of groups, got {width}, "
                f"{heads} and {groups}"
            )
        self.width, self.heads, self.groups, self.inner = width, heads, groups, inner
        self.base, self.epsilon, self.rank = base, epsilon, rank
        shared = groups * (width // heads)
        self.query, self.value = self._tuned(width, "query"), self._tuned(shared, "value")
        self.key, self.out = _frozen(shared, "key"), _frozen(width, "out")
        self.gate, self.up = _frozen(inner, "gate"), _frozen(inner, "up")
        self.down = _frozen(width, "down")

    def _tuned(self, units: int, name: str) -> keras.layers.Layer:
        dense = _frozen(units, name)
        if not self.rank:
            return dense
        dense.build((None, None, self.width))
        return LoRA(dense, self.rank, alpha=2.0 * self.rank)

    def build(self, states_shape: Shape, mask_shape: Shape | None = None) -> None:
        """Build the projections and the scales of the norms."""
        for layer in (self.query, self.key, self.value, self.out, self.gate, self.up):
            if not layer.built:
                layer.build((None, None, self.width))
        self.down.build((None, None, self.inner))
        self.scale, self.scale_inner = (
            self.add_weight(shape=(self.width,), initializer="ones", trainable=False, name=name)
            for name in ("scale", "scale_inner")
        )
        self.built = True

    def assign(self, weights: Weights) -> None:
        """Take the matrices of a layer of a backbone: scale, q, k, v, out, scale, gate, up, down.

        Args:
            weights: each ``(read, written)``, scales ``(width,)``.
        """
        scale, *read, out, scale_inner, gate, up, down = weights
        self.scale.assign(scale)
        self.scale_inner.assign(scale_inner)
        layers = (self.query, self.key, self.value, self.out, self.gate, self.up, self.down)
        for layer, kernel in zip(layers, (*read, out, gate, up, down), strict=True):
            (layer.layer if isinstance(layer, LoRA) else layer).kernel.assign(kernel)

    def call(self, states: States, mask: Tensor, training: bool = False) -> Tensor:
        """Apply the block."""
        length, size = states.shape[1], self.width // self.heads
        normed = self._normed(states, self.scale)

        def split(layer: keras.layers.Layer, heads: int) -> Tensor:
            return ops.reshape(layer(normed), (-1, length, heads, size))

        query = rotate(split(self.query, self.heads), self.base) * size**-0.5
        key, value = split(self.key, self.groups), split(self.value, self.groups)
        query = ops.reshape(query, (-1, length, self.groups, self.heads // self.groups, size))
        score = ops.einsum("bqghd,bkgd->bghqk", query, rotate(key, self.base))
        score = ops.where(mask[:, None, None], score, ops.cast(-1e9, score.dtype))
        weight = ops.cast(ops.softmax(ops.cast(score, "float32"), axis=-1), value.dtype)
        mixed = ops.einsum("bghqk,bkgd->bqghd", weight, value)
        states = states + self.out(ops.reshape(mixed, (-1, length, self.width)))
        normed = self._normed(states, self.scale_inner)
        return states + self.down(ops.silu(self.gate(normed)) * self.up(normed))

    def _normed(self, states: States, scale: Tensor) -> Tensor:
        square = ops.mean(ops.square(states), axis=-1, keepdims=True)
        return states * ops.rsqrt(square + self.epsilon) * ops.cast(scale, states.dtype)

    def compute_output_shape(self, states_shape: Shape, mask_shape: Shape | None = None) -> Shape:
        """The shape of the states."""
        return states_shape

    def get_config(self) -> dict[str, Any]:
        """Constructor arguments."""
        names = ("width", "heads", "groups", "inner", "base", "epsilon", "rank")
        return super().get_config() | {name: getattr(self, name) for name in names}


def _frozen(units: int, name: str) -> keras.layers.Dense:
    return keras.layers.Dense(units, use_bias=False, name=name, trainable=False)
