"""A head of a later step of an event that hears the head of the step before."""

from typing import Any

import keras
from keras import ops

from mtrec_lib.core.types import Shape, States, Tensor
from mtrec_lib.models.heads.given_item import GivenItem


@keras.saving.register_keras_serializable("mtrec")
class AdaptiveTransfer(GivenItem):
    """AITM's adaptive transfer between two heads that see the past and the item.

    q = relu(A state + B item + c) is what this head sees, p = relu(G q' + g) what the head of the
    task before, whose hidden layer is q', hands over. Both are asked what they are worth,

        w = softmax over u ∈ {p, q} of ⟨h₁(u), h₂(u)⟩ / √hidden,   z = Σ w_u h₃(u),

    with h₁, h₂, h₃ linear, and the answer is read from z.

    Args:
        hidden: hidden units, as many as the head of the task before has.
        units: numbers a pair gets.
        dropout: rate after z.
        start: what the output says before training, a constant.

    Shapes: states and item vectors ``(..., width)``, and ``transferred (..., hidden)`` →
    ``(..., units)``.

    Source: Xi et al., arXiv:2105.08489, equations 2 to 4.
    Taught in chapter 07.
    """

    def __init__(self, hidden: int = 64, **kwargs: Any) -> None:
        super().__init__(hidden, **kwargs)
        self.handed = keras.layers.Dense(hidden, activation="relu", name="handed")
        self.asked = keras.layers.Dense(3 * hidden, use_bias=False, name="asked")  # h₁, h₂, h₃

    def build(self, states_shape: Shape, item_shape: Shape | None = None) -> None:
        """Build the parts of the first layer, the transfer and the output."""
        super().build(states_shape, item_shape)
        for layer in (self.handed, self.asked):
            layer.build((*states_shape[:-1], self.hidden))

    def hidden_of(
        self, states: States, item: Tensor | None = None, transferred: Tensor | None = None
    ) -> Tensor:
        """z, ``(..., hidden)``."""
        both = ops.stack([self.handed(transferred), super().hidden_of(states, item)], axis=-2)
        one, two, three = ops.split(self.asked(both), 3, axis=-1)  # (..., 2, hidden)
        worth = ops.softmax(ops.sum(one * two, axis=-1) / self.hidden**0.5, axis=-1)
        return ops.sum(worth[..., None] * three, axis=-2)

    def call(  # type: ignore[override]  # a third thing is given
        self,
        states: States,
        item: Tensor | None = None,
        transferred: Tensor | None = None,
        training: bool = False,
    ) -> Tensor:
        """Score pairs of a state and an item vector."""
        return self.out(self.drop(self.hidden_of(states, item, transferred), training=training))

    def compute_output_shape(
        self,
        states_shape: Shape,
        item_shape: Shape | None = None,
        transferred_shape: Shape | None = None,
    ) -> Shape:
        """``(..., units)``."""
        return super().compute_output_shape(states_shape, item_shape)
