"""Experts that remember: a mixture of sequence models."""

from typing import Any

import keras
from keras import ops

from mtrec_lib.core.types import Shape, States, Tensor
from mtrec_lib.layers.linear_recurrence import piece_starts
from mtrec_lib.layers.min_gru_block import remember, slow_biases
from mtrec_lib.models.mixers.dense_bank import DenseBank
from mtrec_lib.models.mixers.gated_mixer import blend
from mtrec_lib.models.mixers.multi_gate import MultiGate


@keras.saving.register_keras_serializable("mtrec")
class MoSE(MultiGate):
    """A mixture of sequential experts: task k reads Σ_e g_k,e(x_t) · f_e(x_1 … x_t).

    Every expert is a small recurrent network over the states, so tasks may remember different
    things for different times: the next item the last hour, the rating a whole life. The published
    experts are LSTMs; here each is a gated linear recurrence (minGRU) with a gated output, whose
    gates depend on the states alone: one matrix product makes those of all experts and events, and
    one pass over the row runs all memories.

    Args:
        experts: experts, at least 1.
        hidden: numbers that an expert remembers, and width of the task states; None takes that of
            the state.
        horizon: events after which the slowest number of an untrained memory has forgotten.

    Shapes: states ``(batch, length, width)``, ``tasks`` = m and ``segment`` ``(batch, length)``
    int, where 0 is padding and another number another person's piece → m states
    ``(batch, length, hidden)``. Nothing flows from one piece to the next, nor from a later event
    to an earlier one. Without ``segment`` a row is one piece, its padding included.

    Raises:
        ParameterError: no expert.

    >>> import numpy as np
    >>> states, segment = np.ones((1, 4, 8), "float32"), np.array([[0, 1, 1, 2]])
    >>> one, two = MoSE(experts=2)(states, tasks=2, segment=segment)
    >>> bool(ops.all(one[:, 1] == one[:, 3]))  # both are the first of their piece
    True

    Source: Qin et al., KDD 2020, doi 10.1145/3394486.3403359; Feng et al., arXiv:2410.01201
    (minGRU).
    Taught in chapter 07.
    """

    sequential = True

    def __init__(
        self, experts: int = 4, hidden: int | None = None, horizon: int = 200, **kwargs: Any
    ) -> None:
        super().__init__(experts, hidden, **kwargs)
        self.horizon = horizon

    def make_bank(self, units: int) -> DenseBank:
        """What the memories of the experts are made of: update, candidate and output gate."""

        def biases(shape: Shape, dtype: str | None = None) -> Tensor:
            one = slow_biases(units, self.horizon)
            return ops.broadcast_to(ops.convert_to_tensor(one, dtype=dtype), shape)

        return DenseBank(
            self.experts,
            3 * units,
            bias_initializer=biases,
            dtype=self.dtype_policy,
            name="experts",
        )

    def call(
        self, states: States, tasks: int = 1, training: bool = False, segment: Tensor | None = None
    ) -> tuple[States, ...]:
        """Each task's mixture of memories."""
        starts = None if segment is None else piece_starts(segment)
        parts = self.bank(states)  # (B, L, E, 3H)
        update, candidate, gate = ops.split(parts, 3, axis=-1)
        rows = (*ops.shape(states)[:2], -1)
        memory = remember(ops.reshape(update, rows), ops.reshape(candidate, rows), starts)
        memory = ops.reshape(ops.cast(memory, gate.dtype), ops.shape(gate))  # (B, L, E, H)
        return blend(self.shares(states), memory * ops.silu(gate))

    def get_config(self) -> dict[str, Any]:
        """Constructor arguments."""
        return super().get_config() | {"horizon": self.horizon}
