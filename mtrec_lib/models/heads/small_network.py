"""What heads with one hidden layer share, whether they see an item or not."""

from typing import Any

import keras
from keras import ops

from mtrec_lib.core.types import Shape, States, Tensor
from mtrec_lib.layers import ByteDropout


class SmallNetwork(keras.layers.Layer):
    """W · relu(A state [+ B item] + b) + c.

    The first layer is split into a part for the state and, where ``sees_item``, a part for the
    item, so that a whole catalogue is scored without repeating the state beside every item.

    Args:
        hidden: hidden units.
        units: numbers of the answer.
        dropout: rate after the hidden layer.
        start: what the output says before training, a constant.
    """

    sees_item = False

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
        if self.sees_item:
            self.of_item = keras.layers.Dense(hidden, use_bias=False, name="of_item")
        constant = keras.initializers.Constant(start)
        self.out = keras.layers.Dense(units, bias_initializer=constant, name="out")
        self.drop = ByteDropout(dropout)

    def build(self, states_shape: Shape, item_shape: Shape | None = None) -> None:
        """Build the parts of the first layer, and the output."""
        self.of_state.build(states_shape)
        if self.sees_item:
            self.of_item.build(item_shape or states_shape)
        self.out.build((*states_shape[:-1], self.hidden))
        self.built = True

    def hidden_of(self, states: States, item: Tensor | None = None) -> Tensor:
        """What the answer is read from, ``(..., hidden)``."""
        hidden = self.of_state(states)
        return ops.relu(hidden + self.of_item(item) if self.sees_item else hidden)

    def call(self, states: States, item: Tensor | None = None, training: bool = False) -> Tensor:
        """Score states, or pairs of a state and an item vector."""
        return self.out(self.drop(self.hidden_of(states, item), training=training))

    def compute_output_shape(self, states_shape: Shape, item_shape: Shape | None = None) -> Shape:
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
