"""A block whose memory is a gated linear recurrence."""

from typing import Any

import keras
import numpy as np
from keras import ops

from mtrec_lib.core.types import Shape, States, Tensor
from mtrec_lib.layers.dropout import ByteDropout
from mtrec_lib.layers.linear_recurrence import linear_recurrence


@keras.saving.register_keras_serializable("mtrec")
class MinGRUBlock(keras.layers.Layer):
    """x + out(memory(norm(x)) · gate(norm(x))), then x + feed-forward(norm(x)).

    The memory is h_t = (1 − z_t) · h_{t−1} + z_t · candidate_t with z_t = sigmoid(W x_t + b). Gate
    and candidate depend on the event and not on the memory: so the recurrence is linear in h, and
    one matrix product makes them for all events at once. b starts so that the numbers of the memory
    forget at different speeds, after 1 to ``horizon`` events.

    Args:
        width: model dimension and numbers of the memory.
        dropout: rate after the memory and after the feed-forward part.
        expansion: hidden units of the feed-forward part, in multiples of ``width``.
        horizon: events after which the slowest number of an untrained memory has forgotten.

    Shapes: states ``(batch, length, width)`` and starts ``(batch, length)`` bool, true where a new
    piece begins and all memory ends → ``(batch, length, width)``.

    Source: Feng et al., arXiv:2410.01201 (minGRU); De et al., arXiv:2402.19427 (the gated output);
    Tallec and Ollivier, arXiv:1804.11188 (the start of b).
    Taught in chapter 04.
    """

    def __init__(
        self,
        width: int,
        dropout: float = 0.0,
        expansion: int = 4,
        horizon: int = 200,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.width, self.dropout = width, dropout
        self.expansion, self.horizon = expansion, horizon
        self.memory_norm = keras.layers.LayerNormalization(epsilon=1e-6)
        self.feed_norm = keras.layers.LayerNormalization(epsilon=1e-6)
        self.project_in = keras.layers.Dense(3 * width, bias_initializer=self._biases)
        self.project_out = keras.layers.Dense(width)
        self.feed_in = keras.layers.Dense(expansion * width, activation="gelu")
        self.feed_out = keras.layers.Dense(width)
        self.memory_drop, self.feed_drop = ByteDropout(dropout), ByteDropout(dropout)

    def _biases(self, shape: Shape, dtype: str | None = None) -> Tensor:
        return ops.convert_to_tensor(slow_biases(self.width, self.horizon), dtype=dtype)

    def build(self, states_shape: Shape, starts_shape: Shape | None = None) -> None:
        """Build the sublayers."""
        for layer in (self.memory_norm, self.feed_norm, self.project_in, self.feed_in):
            layer.build(states_shape)
        self.project_out.build(states_shape)
        self.feed_out.build((*states_shape[:-1], self.expansion * self.width))
        self.built = True

    def call(self, states: States, starts: Tensor, training: bool = False) -> States:
        """Apply the block."""
        memory, gate = self._remember(self.memory_norm(states), starts)
        mixed = self.project_out(memory * ops.silu(gate))
        states = states + self.memory_drop(mixed, training=training)
        fed = self.feed_out(self.feed_in(self.feed_norm(states)))
        return states + self.feed_drop(fed, training=training)

    def _remember(self, normed: Tensor, starts: Tensor) -> tuple[Tensor, Tensor]:
        """The memory, in float32 while it runs, and the gate of the output."""
        update, candidate, gate = ops.split(self.project_in(normed), 3, axis=-1)
        return ops.cast(remember(update, candidate, starts), gate.dtype), gate

    def compute_output_shape(self, states_shape: Shape, starts_shape: Shape | None = None) -> Shape:
        """The shape of the states."""
        return states_shape

    def get_config(self) -> dict[str, Any]:
        """Constructor arguments."""
        return super().get_config() | {
            "width": self.width,
            "dropout": self.dropout,
            "expansion": self.expansion,
            "horizon": self.horizon,
        }


def remember(update: Tensor, candidate: Tensor, starts: Tensor | None = None) -> Tensor:
    """h_t = (1 − z_t) · h_{t−1} + z_t · candidate_t with z = sigmoid(update), in float32.

    Args:
        update, candidate: ``(batch, length, width)``.
        starts: ``(batch, length)`` bool, where all memory ends; None: at the first place alone.

    Returns:
        h, ``(batch, length, width)`` float32.
    """
    update = ops.sigmoid(ops.cast(update, "float32"))
    keep = 1.0 - update
    if starts is not None:
        keep = ops.where(ops.cast(starts, "bool")[..., None], 0.0, keep)
    return linear_recurrence(keep, update * ops.cast(candidate, "float32"))


def slow_biases(width: int, horizon: int) -> np.ndarray:
    """Biases ``(3 width,)``: −log of speeds from 1 to ``horizon`` for z, 0 for the other two."""
    speeds = np.geomspace(1, max(horizon, 1), width)
    return np.concatenate([-np.log(speeds), np.zeros(2 * width)])
