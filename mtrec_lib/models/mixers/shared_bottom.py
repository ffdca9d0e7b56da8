"""Hard sharing: every task reads the same state."""

from typing import Any

import keras


@keras.saving.register_keras_serializable("mtrec")
class SharedBottom(keras.layers.Layer):
    """One state for all tasks, as it is or after one shared hidden layer.

    Args:
        hidden: units of a shared layer between trunk and heads; None passes the state on.

    Shapes: states ``(batch, length, width)`` and the number of tasks → that many
    ``(batch, length, width)`` (``hidden`` instead of ``width`` where given).

    Source: Caruana, Machine Learning 28 (1997).
    Taught in chapter 07.
    """

    def __init__(self, hidden: int | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.supports_masking = True  # an LSTM trunk hands its mask on
        self.hidden = hidden
        self.dense = keras.layers.Dense(hidden, activation="gelu") if hidden else None

    def build(self, input_shape: Any) -> None:
        """Build the shared layer."""
        if self.dense is not None:
            self.dense.build(input_shape)
        self.built = True

    def call(self, states: Any, tasks: int = 1, training: bool = False) -> tuple[Any, ...]:
        """The same state, once a task."""
        shared = self.dense(states) if self.dense is not None else states
        return (shared,) * tasks

    def compute_output_shape(self, input_shape: Any, tasks: int = 1) -> Any:
        """One state shape a task."""
        return ((*input_shape[:-1], self.hidden or input_shape[-1]),) * tasks

    def get_config(self) -> dict[str, Any]:
        """Constructor arguments."""
        return super().get_config() | {"hidden": self.hidden}
