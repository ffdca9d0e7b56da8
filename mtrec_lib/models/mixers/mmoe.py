"""Soft sharing: experts that all tasks read, and a gate a task."""

from collections.abc import Callable
from typing import Any

import keras

from mtrec_lib.core.types import States, Tensor
from mtrec_lib.models.mixers.dense_bank import DenseBank
from mtrec_lib.models.mixers.gated_mixer import blend
from mtrec_lib.models.mixers.multi_gate import MultiGate


@keras.saving.register_keras_serializable("mtrec")
class MMoE(MultiGate):
    """A multi-gate mixture of experts: task k reads Σ_e g_k,e(x) · f_e(x).

    Expert f_e is a dense layer, gate g_k = softmax(x · G_k) without a bias, as published. Tasks
    that agree can read the same experts and tasks that quarrel different ones; nothing makes them,
    so look at ``use(gates(states, tasks))`` and at ``collapsed``.

    Args:
        experts: experts, at least 1; with one it is a shared layer.
        hidden: units of an expert, and width of the task states; None takes that of the state.
        activation: of the experts.

    Shapes: states ``(batch, length, width)`` and ``tasks`` = m → m states
    ``(batch, length, hidden)``.

    Raises:
        ParameterError: no expert.

    >>> import numpy as np
    >>> mixer, states = MMoE(experts=3), np.ones((2, 5, 8), "float32")
    >>> [tuple(state.shape) for state in mixer(states, tasks=2)]
    [(2, 5, 8), (2, 5, 8)]
    >>> tuple(mixer.gates(states, tasks=2).shape)
    (2, 2, 5, 3)

    Source: Ma et al., KDD 2018, doi 10.1145/3219819.3220007.
    Taught in chapter 07.
    """

    def __init__(
        self,
        experts: int = 4,
        hidden: int | None = None,
        activation: str | Callable[[Tensor], Tensor] = "gelu",
        **kwargs: Any,
    ) -> None:
        super().__init__(experts, hidden, **kwargs)
        self.activation = keras.activations.get(activation)

    def make_bank(self, units: int) -> DenseBank:
        """Dense experts."""
        policy = self.dtype_policy
        return DenseBank(self.experts, units, self.activation, dtype=policy, name="experts")

    def call(
        self, states: States, tasks: int = 1, training: bool = False, segment: Tensor | None = None
    ) -> tuple[States, ...]:
        """Each task's mixture."""
        return blend(self.shares(states), self.bank(states))

    def get_config(self) -> dict[str, Any]:
        """Constructor arguments."""
        return super().get_config() | {
            "activation": keras.activations.serialize(self.activation),
        }
