"""Hard sharing: every task reads the same state."""

from collections.abc import Callable
from typing import Any

import keras

from mtrec_lib.core.types import Shape, States, Tensor
from mtrec_lib.models.mixers.mixer import Mixer


@keras.saving.register_keras_serializable("mtrec")
class SharedBottom(Mixer):
    """One state for all tasks, as it is or after one shared hidden layer.

    Args:
        hidden: units of a shared layer between trunk and heads; None passes the state on.
        activation: of that layer.

    Shapes: states ``(batch, length, width)`` and the number of tasks → that many
    ``(batch, length, width)`` (``hidden`` instead of ``width`` where given).

    Source: Caruana, Machine Learning 28 (1997).
    Taught in chapter 07.
    """

    def __init__(
        self,
        hidden: int | None = None,
        activation: str | Callable[[Tensor], Tensor] = "gelu",
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.hidden, self.activation = hidden, keras.activations.get(activation)
        policy = self.dtype_policy
        self.dense = keras.layers.Dense(hidden, self.activation, dtype=policy) if hidden else None

    def build(self, input_shape: Shape, tasks: int = 1) -> None:
        """Build the shared layer; it serves any number of tasks."""
        if self.dense is not None:
            self.dense.build(input_shape)

    def call(
        self, states: States, tasks: int = 1, training: bool = False, segment: Tensor | None = None
    ) -> tuple[States, ...]:
        """The same state, once a task."""
        shared = self.dense(states) if self.dense is not None else states
        return (shared,) * tasks

    def get_config(self) -> dict[str, Any]:
        """Constructor arguments."""
        return super().get_config() | {
            "hidden": self.hidden,
            "activation": keras.activations.serialize(self.activation),
        }
