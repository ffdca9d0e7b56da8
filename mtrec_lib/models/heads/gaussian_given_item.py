"""A Gaussian for a number that belongs to an event, given its item."""

from typing import Any

import keras
from keras import ops

from mtrec_lib.models.heads.given_item import GivenItem


@keras.saving.register_keras_serializable("mtrec")
class GaussianGivenItem(GivenItem):
    """Mean from state and item, one learned σ for all events.

    Args:
        hidden: hidden units.
        dropout: rate after the hidden layer.
        start: the mean before training, in the units of the target.

    Shapes: states ``(..., width)`` and item vectors ``(..., width)`` → ``(..., 2)``: the mean and
    log σ.

    Taught in chapter 07.
    """

    def __init__(self, hidden: int = 64, dropout: float = 0.0, start: float = 0.0, **kwargs: Any):
        kwargs.pop("units", None)
        super().__init__(hidden=hidden, units=1, dropout=dropout, start=start, **kwargs)

    def build(self, states_shape: Any, item_shape: Any = None) -> None:
        """Create log σ beside the layers of the mean; it stays float32 in mixed precision."""
        super().build(states_shape, item_shape)
        self.log_sigma = self.add_weight(
            shape=(1,), initializer="zeros", name="log_sigma", dtype="float32", autocast=False
        )

    def call(self, states: Any, item: Any, training: bool = False) -> Any:
        """Mean and log σ of each pair."""
        mean = ops.cast(super().call(states, item, training=training), "float32")
        return ops.concatenate([mean, ops.zeros_like(mean) + self.log_sigma], axis=-1)

    def compute_output_shape(self, states_shape: Any, item_shape: Any = None) -> Any:
        """``(..., 2)``."""
        return (*states_shape[:-1], 2)
