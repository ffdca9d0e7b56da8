"""What is said of an event before anything of it is known: its category, whether it repeats, …"""

from typing import Any

import keras
from keras import ops

from mtrec_lib.models.layers import ByteDropout


@keras.saving.register_keras_serializable("mtrec")
class GivenNothing(keras.layers.Layer):
    """W · relu(A state + b) + c: a small network that sees the past alone.

    Args:
        hidden: hidden units.
        units: numbers a state gets.
        dropout: rate after the hidden layer.
        start: what the output says before training, a constant.

    Shapes: states ``(..., width)`` → ``(..., units)``.

    >>> import numpy as np
    >>> tuple(GivenNothing(hidden=4, units=3)(np.zeros((2, 5, 8), "float32")).shape)
    (2, 5, 3)

    Taught in chapter 07.
    """

    def __init__(
        self,
        hidden: int = 64,
        units: int = 1,
        dropout: float = 0.0,
        start: float = 0.0,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.supports_masking = True  # an LSTM trunk hands its mask on
        self.hidden, self.units, self.dropout, self.start = hidden, units, dropout, start
        self.of_state = keras.layers.Dense(hidden, name="of_state")
        constant = keras.initializers.Constant(start)
        self.out = keras.layers.Dense(units, bias_initializer=constant, name="out")
        self.drop = ByteDropout(dropout)

    def build(self, states_shape: Any, item_shape: Any = None) -> None:
        """Build both layers."""
        self.of_state.build(states_shape)
        self.out.build((*states_shape[:-1], self.hidden))
        self.built = True

    def call(self, states: Any, item: Any = None, training: bool = False) -> Any:
        """Score states; of a given item it takes no notice."""
        return self.out(self.drop(ops.relu(self.of_state(states)), training=training))

    def compute_output_shape(self, states_shape: Any, item_shape: Any = None) -> Any:
        """``(..., units)``."""
        return (*states_shape[:-1], self.units)

    def get_config(self) -> dict[str, Any]:
        """Constructor arguments."""
        return super().get_config() | {
            "hidden": self.hidden,
            "units": self.units,
            "dropout": self.dropout,
            "start": self.start,
        }
