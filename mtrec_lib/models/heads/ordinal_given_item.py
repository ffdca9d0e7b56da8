"""Ordered grades of an event, given its item."""

from typing import Any

import keras
import numpy as np
from keras import ops

from mtrec_lib.core.errors import ParameterError
from mtrec_lib.core.types import Shape, States, Tensor
from mtrec_lib.losses import ordered_thresholds
from mtrec_lib.models.heads.given_item import GivenItem


@keras.saving.register_keras_serializable("mtrec")
class OrdinalGivenItem(GivenItem):
    """η from state and item, and thresholds θ that all events share: logits of P(r ≤ k).

    Before training η is about 0 and every grade has the same probability.

    Args:
        grades: number of grades, two or more.
        hidden: hidden units.
        dropout: rate after the hidden layer.

    Shapes: states ``(..., width)`` and item vectors ``(..., width)`` → ``(..., grades − 1)``, the
    ascending θ_k − η of :func:`ordinal_nll`.

    Source: McCullagh, "Regression models for ordinal data", JRSS B 42 (1980).
    Taught in chapter 07.
    """

    def __init__(self, grades: int, hidden: int = 64, dropout: float = 0.0, **kwargs: Any) -> None:
        if grades < 2:
            raise ParameterError(f"grades must be ≥ 2, got {grades}; one grade tells nothing")
        super().__init__(hidden=hidden, dropout=dropout, **kwargs)
        self.grades = grades

    def build(self, states_shape: Shape, item_shape: Shape | None = None) -> None:
        """Create the thresholds beside the layers of η; they stay float32 in mixed precision."""
        super().build(states_shape, item_shape)
        share = np.arange(1, self.grades) / self.grades
        even = np.log(share / (1 - share))
        raw = np.concatenate([even[:1], np.log(np.expm1(np.diff(even)))])
        # "bias" in its name keeps weight decay from pulling the grades apart or together
        self.thresholds = self.add_weight(
            shape=(self.grades - 1,),
            initializer=lambda shape, dtype=None: ops.convert_to_tensor(raw, dtype=dtype),
            name="thresholds_bias",
            dtype="float32",
            autocast=False,
        )

    def call(self, states: States, item: Tensor | None = None, training: bool = False) -> Tensor:
        """θ − η of each pair."""
        eta = ops.cast(super().call(states, item, training=training), "float32")
        return ordered_thresholds(self.thresholds) - eta

    def compute_output_shape(self, states_shape: Shape, item_shape: Shape | None = None) -> Shape:
        """``(..., grades − 1)``."""
        return (*states_shape[:-1], self.grades - 1)

    def get_config(self) -> dict[str, Any]:
        """Constructor arguments."""
        config = super().get_config() | {"grades": self.grades}
        return {name: value for name, value in config.items() if name not in {"units", "start"}}
