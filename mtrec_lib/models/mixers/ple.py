"""Soft sharing with an order: experts of one task, and experts of all."""

from collections.abc import Callable
from typing import Any

import keras
import numpy as np
from keras import ops

from mtrec_lib.core.errors import ParameterError
from mtrec_lib.core.types import Shape, States, Tensor
from mtrec_lib.models.mixers.dense_bank import DenseBank
from mtrec_lib.models.mixers.gated_mixer import GatedMixer, blend, softmax


@keras.saving.register_keras_serializable("mtrec")
class PLE(GatedMixer):
    """Progressive layered extraction: a task reads its own experts and the shared ones.

    In every level the gate of task k weighs the ``experts`` of k and the ``shared`` ones, and their
    mean is the state that the experts of k read in the next. Below the last level a further gate
    weighs all experts of all tasks, for the shared experts of the next. So in the last level no
    gradient of another task reaches what k owns, and below it some does. One level is CGC
    (customized gate control). Gates have no bias, as published.

    Args:
        experts: experts that each task owns in a level.
        shared: experts in a level that all tasks read. With none, tasks are networks of their own.
        levels: levels, at least 1.
        hidden: units of an expert, and width of the task states; None takes that of the state.
        activation: of the experts.

    Shapes: states ``(batch, length, width)`` and ``tasks`` = m → m states
    ``(batch, length, hidden)``. The last axis of ``gates`` counts all experts of a level: those of
    the first task, …, of the last, the shared ones; a task has 0 at those of another.

    Raises:
        ParameterError: no level, a negative number, or nothing to read.

    >>> import numpy as np
    >>> mixer, states = PLE(experts=2, shared=1), np.ones((2, 5, 8), "float32")
    >>> [tuple(state.shape) for state in mixer(states, tasks=3)]
    [(2, 5, 8), (2, 5, 8), (2, 5, 8)]
    >>> np.asarray(mixer.gates(states, tasks=3)[1, 0, 0]).astype(bool).tolist()
    [False, False, True, True, False, False, True]

    Source: Tang et al., RecSys 2020, doi 10.1145/3383313.3412236.
    Taught in chapter 07.
    """

    def __init__(
        self,
        experts: int = 2,
        shared: int = 2,
        levels: int = 2,
        hidden: int | None = None,
        activation: str | Callable[[Tensor], Tensor] = "gelu",
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        if min(experts, shared) < 0 or experts + shared < 1 or levels < 1:
            raise ParameterError(
                "experts and shared must be at least 0 and together at least 1, levels at least 1, "
                f"got experts={experts}, shared={shared}, levels={levels}; 2 of each is usual"
            )
        self.experts, self.shared, self.levels, self.hidden = experts, shared, levels, hidden
        self.activation = keras.activations.get(activation)

    def build(self, input_shape: Shape, tasks: int = 1) -> None:
        """Create the levels."""
        self.built_for = tasks
        units: Any = self.hidden or input_shape[-1]
        self.stack = [
            Level(
                tasks,
                self.experts,
                self.shared,
                units,
                self.activation,
                last=number == self.levels - 1,
                dtype=self.dtype_policy,
                name=f"level_{number}",
            )
            for number in range(self.levels)
        ]
        for number, level in enumerate(self.stack):
            level.build((*input_shape[:-1], units) if number else input_shape)

    def shares(self, states: States, level: int = -1) -> Tensor:
        """Gates of the tasks in a level, ``(batch, length, tasks, tasks · experts + shared)``."""
        flow = states
        wanted = range(self.levels)[level]
        for below in self.stack[:wanted]:
            flow = ops.stack(below(flow), axis=-2)
        return self.stack[wanted].shares(flow)[..., : self.built_for, :]

    def gates(self, states: States, tasks: int, level: int = -1) -> Tensor:
        """How much each task takes from each expert of a level, by default of the last.

        Args:
            states: ``(batch, length, width)``, as the trunk hands them on.
            tasks: of the model.
            level: counted from 0, or from −1 backwards.

        Returns:
            ``(tasks, batch, length, tasks · experts + shared)`` float32.
        """
        self.prepare(states.shape, tasks)
        return ops.moveaxis(self.shares(states, level), -2, 0)

    def call(
        self, states: States, tasks: int = 1, training: bool = False, segment: Tensor | None = None
    ) -> tuple[States, ...]:
        """Level by level."""
        flow = states
        for level in self.stack[:-1]:
            flow = ops.stack(level(flow), axis=-2)
        return self.stack[-1](flow)

    def get_config(self) -> dict[str, Any]:
        """Constructor arguments."""
        return super().get_config() | {
            "experts": self.experts,
            "shared": self.shared,
            "levels": self.levels,
            "hidden": self.hidden,
            "activation": keras.activations.serialize(self.activation),
        }


class Level(keras.layers.Layer):
    """One level of PLE.

    A *reader* is a task or, below the last level, the shared state, which comes last.

    Shapes: what all read, ``(batch, length, width)``, or a vector a reader of the level below,
    ``(batch, length, readers, width)`` → ``(batch, length, units)`` for each reader.
    """

    def __init__(
        self,
        tasks: int,
        experts: int,
        shared: int,
        units: int,
        activation: str | Callable[[Tensor], Tensor],
        last: bool,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.supports_masking = True
        self.tasks, self.experts = tasks, experts
        total, policy = tasks * experts + shared, self.dtype_policy

        def gate(readers: int, sources: int, name: str) -> DenseBank:
            return DenseBank(readers, sources, use_bias=False, dtype=policy, name=name)

        self.bank = DenseBank(total, units, activation, dtype=policy, name="experts")
        self.gate = gate(tasks, experts + shared, "gates")
        self.shared_gate = gate(1, total, "shared_gate") if shared > 0 and not last else None
        self.owner = np.repeat(np.arange(tasks + 1), [experts] * tasks + [shared])

    def build(self, input_shape: Shape) -> None:
        """Create experts and gates, whose vectors have the width of the last axis."""
        for layer in (self.bank, self.gate, self.shared_gate):
            if layer is not None:
                layer.build((None, None, input_shape[-1]))

    def shares(self, flow: Tensor) -> Tensor:
        """Gates of the readers over all experts, ``(batch, length, readers, total)``."""
        own = len(flow.shape) == 4
        of_tasks = flow[:, :, : self.tasks] if own else flow
        of_experts = self._in_place(softmax(self.gate(of_tasks, own=own)))
        if self.shared_gate is None:
            return of_experts
        of_shared = flow[:, :, self.tasks :] if own else flow
        further = softmax(self.shared_gate(of_shared, own=own))
        return ops.concatenate([of_experts, further], axis=-2)

    def _in_place(self, shares: Tensor) -> Tensor:
        """``(…, tasks, experts + shared)`` with zeros at what other tasks own."""
        own, common = shares[..., : self.experts], shares[..., self.experts :]
        mine = ops.eye(self.tasks)[:, :, None]  # (m, m, 1)
        placed = own[..., None, :] * mine  # (B, L, m, m, E)
        shape = (*ops.shape(shares)[:-1], self.tasks * self.experts)
        return ops.concatenate([ops.reshape(placed, shape), common], axis=-1)

    def call(self, flow: Tensor) -> tuple[Tensor, ...]:
        """What each reader makes of the experts."""
        if len(flow.shape) == 4:
            outputs = self.bank(ops.take(flow, self.owner, axis=2), own=True)
        else:
            outputs = self.bank(flow)
        return blend(self.shares(flow), outputs)
