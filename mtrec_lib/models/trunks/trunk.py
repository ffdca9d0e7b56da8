"""What every trunk shares: the item table, the event embedding, the configuration."""

from typing import TYPE_CHECKING, Any, cast

import keras
import numpy as np
from keras import ops
from numpy.typing import NDArray

from mtrec_lib.core.types import Batch, Shape, States, Tensor
from mtrec_lib.data import Histories, Split
from mtrec_lib.features import Feed, InputSpec, Packed, PairFeatures, Windows
from mtrec_lib.features.people import People
from mtrec_lib.features.sequences.tokens import Parts
from mtrec_lib.layers import EventEmbedding, ItemTable

if TYPE_CHECKING:
    from mtrec_lib.features.inputs import Inputs
    from mtrec_lib.features.sequences.spec_source import SpecSource


class Trunk(keras.layers.Layer):
    """Maps histories to states; a subclass says how in ``mix``.

    A trunk says of itself whether it is ``causal`` (the state at a position depends on the events
    up to it, so that one pass over a history gives the state before every one of its events), and
    whether it ``packs`` (reads rows that hold the pieces of several people, and lets nothing flow
    between them). Nothing depends on where in a row an event stands.

    Args:
        inputs: fitted ``Inputs`` (or an ``InputSpec``, or its dictionary).
        width: model dimension.
        dropout: rate.
        item_vectors: ``(items, columns)`` beside the item ids, such as embeddings of item texts,
            or None; they are kept as they are and travel with the model, a map to ``width`` is
            learned (:class:`ItemTable`).
        item_ids: which items have an embedding of their own: all (True), none (False), or those
            with a training event (``"trained"``). An item without is known by its vector and side
            information alone.

    Shapes: ``{"item", "rating", "gap", flags of the inputs}`` each ``(batch, length)`` int, and
    ``"segment"`` where rows are packed → ``(batch, length, width)``; ``length`` at most
    ``max_length`` of the inputs.

    Taught in chapter 04.
    """

    causal = True
    packs = True

    def __init__(
        self,
        inputs: "SpecSource",
        width: int = 64,
        dropout: float = 0.2,
        item_vectors: NDArray[Any] | dict[str, Any] | None = None,
        item_ids: bool | str = True,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.spec, self.width, self.dropout = InputSpec.of(inputs), width, dropout
        self.fitted = cast("Inputs", inputs) if hasattr(inputs, "catalogue") else None
        self.table = ItemTable(inputs, width, item_vectors, item_ids, name="table")
        self.embedding = EventEmbedding(self.spec, width, dropout, name="embedding")

    def build(self, input_shape: Shape | dict[str, Shape] | None = None) -> None:
        """Build table and embedding, then what the subclass adds."""
        for layer in (self.table, self.embedding):
            if not layer.built:
                layer.build()
        self.build_mixing((None, None, self.width))
        self.built = True

    def build_mixing(self, state_shape: tuple[int | None, ...]) -> None:
        """Build the layers that ``mix`` uses."""
        raise TypeError(f"{type(self).__name__} must define build_mixing")

    def mix(self, vectors: Tensor, segment: Tensor, training: bool) -> States:
        """From event vectors ``(batch, length, width)`` to states of the same shape.

        ``segment`` ``(batch, length)`` int: 0 at padding, else the number of the piece in its row.
        """
        raise TypeError(f"{type(self).__name__} must define mix")

    def call(self, inputs: Batch, training: bool = False) -> States:
        """States after each event."""
        vectors = self.embedding(inputs, self.table(), training=training)
        return self.mix(vectors, segment_of(inputs), training)

    def feed(self, split: Split, part: Parts = "train", **settings: Any) -> Feed:
        """The batches that this trunk is trained on: packed rows where it can read them."""
        kind = Packed if self.packs else Windows
        known = {"beside": self.beside, "people": self.people}
        return kind(self.spec, split, part, **(known | settings))

    @property
    def beside(self) -> PairFeatures | None:
        """What stands beside the states for heads that are given the item."""
        return None if self.fitted is None else self.fitted.beside

    @property
    def people(self) -> People | None:
        """What is known of people, where their attributes are read."""
        return None if self.fitted is None else self.fitted.people

    def arrays(self, histories: Histories) -> dict[str, np.ndarray]:
        """The pasts of people as this trunk reads them; the last state says what comes next."""
        return self.spec.arrays(histories) | self.of_people(histories)

    def of_people(self, histories: Histories) -> dict[str, np.ndarray]:
        """See :meth:`Inputs.of_people`; nothing where the inputs are not at hand."""
        return {} if self.fitted is None else self.fitted.of_people(histories)

    def compute_output_shape(self, input_shape: dict[str, Shape]) -> Shape:
        """``(batch, length, width)``."""
        return (*input_shape["item"], self.width)

    def get_config(self) -> dict[str, Any]:
        """Constructor arguments, the inputs as their spec."""
        return super().get_config() | {
            "inputs": self.spec.to_dict(),
            "width": self.width,
            "dropout": self.dropout,
            "item_vectors": self.table.vectors,
            "item_ids": self.table.item_ids,
        }


def segment_of(inputs: Batch) -> Tensor:
    """The pieces of a row, ``(batch, length)`` int; a row that names none is one piece."""
    if "segment" in inputs:
        return inputs["segment"]
    return ops.cast(ops.convert_to_tensor(inputs["item"]) > 0, "int32")
