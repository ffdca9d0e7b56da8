"""A head for what an event holds once its item is known: rating, like, click, …"""

import keras

from mtrec_lib.core.types import States, Tensor
from mtrec_lib.models.heads.small_network import SmallNetwork


@keras.saving.register_keras_serializable("mtrec")
class GivenItem(SmallNetwork):
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

    sees_item = True

    def catalogue(self, states: States, vectors: Tensor) -> Tensor:
        """Score every item for every state.

        Args:
            states: ``(batch, width)``.
            vectors: ``(items, width)``, or ``(batch, items, width)`` where what is known of an
                item differs from person to person.

        Returns:
            ``(batch, items, units)``.
        """
        return self.call(states[:, None, :], vectors)
