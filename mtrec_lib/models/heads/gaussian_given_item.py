"""A Gaussian for a number that belongs to an event, given its item."""

from typing import Any

import keras
from keras import ops

from mtrec_lib.core.types import Shape, States, Tensor
from mtrec_lib.models.heads.given_item import GivenItem


@keras.saving.register_keras_serializable("mtrec")
class GaussianGivenItem(GivenItem):
    """Mean from state and item; one learned σ for all events, or one a pair.

    The two numbers serve other families too: the mean and spread of log spend, or the log mean of a
    gamma and its relative spread.

    Args:
        hidden: hidden units.
        dropout: rate after the hidden layer.
        start: the mean before training, in the units of the target.
        varying: whether σ too is read from state and item.

    Shapes: states ``(..., width)`` and item vectors ``(..., width)`` → ``(..., 2)``: the mean and
    log σ.

    Taught in chapter 07.
    """

    def __init__(
        self,
        hidden: int = 64,
        dropout: float = 0.0,
        start: float = 0.0,
        varying: bool = False,
        **kwargs: Any,
    ) -> None:
        kwargs["units"] = 1 + varying
        super().__init__(hidden=hidden, dropout=dropout, start=start, **kwargs)
        self.varying = varying

    def build(self, states_shape: Shape, item_shape: Shape | None = None) -> None:
        """Create log σ beside the layers of the mean; it stays float32 in mixed precision."""
        super().build(states_shape, item_shape)
        if self.varying:
            self.out.bias.assign([self.start, 0.0])
            return
        self.log_sigma = self.add_weight(
            shape=(1,), initializer="zeros", name="log_sigma", dtype="float32", autocast=False
        )

    def call(self, states: States, item: Tensor | None = None, training: bool = False) -> Tensor:
        """Mean and log σ of each pair."""
        numbers = ops.cast(super().call(states, item, training=training), "float32")
        if self.varying:
            return numbers
        return ops.concatenate([numbers, ops.zeros_like(numbers) + self.log_sigma], axis=-1)

    def compute_output_shape(self, states_shape: Shape, item_shape: Shape | None = None) -> Shape:
        """``(..., 2)``."""
        return (*states_shape[:-1], 2)

    def get_config(self) -> dict[str, Any]:
        """Constructor arguments."""
        return super().get_config() | {"varying": self.varying}
