"""What every trunk shares: the item table, the event embedding, the configuration."""

from typing import Any

import keras

from mtrec_lib.features.spec import InputSpec
from mtrec_lib.models.layers import EventEmbedding, ItemTable


class Trunk(keras.layers.Layer):
    """Maps histories to states; a subclass says how in ``mix``.

    A trunk is causal: the state at a position depends on the events up to that position. So one
    pass over a history gives the state before every one of its events.

    Args:
        inputs: fitted ``Inputs`` (or an ``InputSpec``, or its dictionary).
        width: model dimension.
        dropout: rate.

    Shapes: ``{"item", "rating", "gap"}`` each ``(batch, length)`` int →
    ``(batch, length, width)``; ``length`` at most ``max_length`` of the inputs.

    Taught in chapter 04.
    """

    uses_positions = True

    def __init__(self, inputs: Any, width: int = 64, dropout: float = 0.2, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.spec, self.width, self.dropout = InputSpec.of(inputs), width, dropout
        self.fitted = inputs if hasattr(inputs, "catalogue") else None
        self.table = ItemTable(inputs, width, name="table")
        self.embedding = EventEmbedding(
            self.spec, width, dropout, positions=self.uses_positions, name="embedding"
        )

    def build(self, input_shape: Any = None) -> None:
        """Build table and embedding, then what the subclass adds."""
        for layer in (self.table, self.embedding):
            if not layer.built:
                layer.build()
        self.build_mixing((None, None, self.width))
        self.built = True

    def build_mixing(self, state_shape: tuple[int | None, ...]) -> None:
        """Build the layers that ``mix`` uses."""
        raise TypeError(f"{type(self).__name__} must define build_mixing")

    def mix(self, vectors: Any, present: Any, training: bool) -> Any:
        """From event vectors ``(batch, length, width)`` to states of the same shape."""
        raise TypeError(f"{type(self).__name__} must define mix")

    def call(self, inputs: dict[str, Any], training: bool = False) -> Any:
        """States after each event."""
        vectors = self.embedding(inputs, self.table(), training=training)
        return self.mix(vectors, inputs["item"] > 0, training)

    def compute_output_shape(self, input_shape: Any) -> Any:
        """``(batch, length, width)``."""
        return (*input_shape["item"], self.width)

    def get_config(self) -> dict[str, Any]:
        """Constructor arguments, the inputs as their spec."""
        return super().get_config() | {
            "inputs": self.spec.to_dict(),
            "width": self.width,
            "dropout": self.dropout,
        }
