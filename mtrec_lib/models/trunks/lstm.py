"""A recurrent trunk over events."""

from typing import TYPE_CHECKING, Any

import keras

from mtrec_lib.core.types import States, Tensor
from mtrec_lib.layers import ByteDropout
from mtrec_lib.models.trunks.trunk import Trunk

if TYPE_CHECKING:
    from mtrec_lib.features.sequences.spec_source import SpecSource


@keras.saving.register_keras_serializable("mtrec")
class LSTM(Trunk):
    """A long short-term memory that reads events from left to right.

    Args:
        inputs: fitted ``Inputs`` (or an ``InputSpec``, or its dictionary).
        width: model dimension and units of the memory.
        layers: LSTM layers.
        dropout: rate in the embedding and after each layer.
        kwargs: ``item_vectors`` and ``item_ids`` of every :class:`Trunk`, and what Keras takes.

    Shapes: ``{"item", "rating", "gap"}`` each ``(batch, length)`` → ``(batch, length, width)``.

    Source: Hochreiter and Schmidhuber, Neural Computation 9(8), 1997; Hidasi et al.,
    arXiv:1511.06939, for sessions.
    Taught in chapter 04.
    """

    packs = False  # the Keras layer cannot forget between two people in a row

    def __init__(
        self,
        inputs: "SpecSource",
        width: int = 64,
        layers: int = 1,
        dropout: float = 0.2,
        **kwargs: Any,
    ) -> None:
        super().__init__(inputs, width=width, dropout=dropout, **kwargs)
        self.layers = layers
        self.memories = [
            keras.layers.LSTM(
                width, return_sequences=True, use_cudnn=False, name=f"memory_{number}"
            )
            for number in range(layers)
        ]
        self.drops = [ByteDropout(dropout) for _ in range(layers)]
        self.norm = keras.layers.LayerNormalization(epsilon=1e-6, name="norm")

    def build_mixing(self, state_shape: tuple[int | None, ...]) -> None:
        """Build the memories and the last norm."""
        for layer in (*self.memories, self.norm):
            layer.build(state_shape)

    def mix(self, vectors: Tensor, segment: Tensor, training: bool) -> States:
        """Run the memories; a padded position leaves the memory as it is."""
        present = segment > 0
        for memory, drop in zip(self.memories, self.drops, strict=True):
            vectors = drop(memory(vectors, mask=present, training=training), training=training)
        return self.norm(vectors)

    def get_config(self) -> dict[str, Any]:
        """Constructor arguments."""
        return super().get_config() | {"layers": self.layers}
