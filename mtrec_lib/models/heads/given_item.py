"""What is said of an event once its item is known: rating, like, click, …"""

from typing import Any

import keras
from keras import ops

from mtrec_lib.models.layers import ByteDropout


@keras.saving.register_keras_serializable("mtrec")
class GivenItem(keras.layers.Layer):
    """w · relu(A state + B item + c): a small network that sees the past and the item.

    Its first layer is split into a part for the state and a part for the item, so that a whole
    catalogue is scored without repeating the state beside every item.

    Args:
        hidden: hidden units.
        units: numbers a pair gets.
        dropout: rate after the hidden layer.
        start: what the output says before training, a constant.

    Shapes: states ``(..., width)`` and item vectors ``(..., width)`` → ``(..., units)``.

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
        self.of_item = keras.layers.Dense(hidden, use_bias=False, name="of_item")
        constant = keras.initializers.Constant(start)
        self.out = keras.layers.Dense(units, bias_initializer=constant, name="out")
        self.drop = ByteDropout(dropout)

    def build(self, states_shape: Any, item_shape: Any = None) -> None:
        """Build both halves of the first layer and the output."""
        self.of_state.build(states_shape)
        self.of_item.build(item_shape or states_shape)
        self.out.build((*states_shape[:-1], self.hidden))
        self.built = True

    def call(self, states: Any, item: Any, training: bool = False) -> Any:
        """Score pairs of a state and an item vector."""
        hidden = ops.relu(self.of_state(states) + self.of_item(item))
        return self.out(self.drop(hidden, training=training))

    def catalogue(self, states: Any, vectors: Any) -> Any:
        """Score every item for every state.

        Args:
            states: ``(batch, width)``.
            vectors: ``(items, width)``, or ``(batch, items, width)`` where what is known of an
                item differs from person to person.

        Returns:
            ``(batch, items, units)``.
        """
        return self.call(states[:, None, :], vectors)

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
