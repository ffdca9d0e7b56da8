"""From the parts of past events to one vector an event."""

from typing import TYPE_CHECKING, Any

import keras
from keras import ops

from mtrec_lib.core.types import Batch, Shape, Tensor
from mtrec_lib.features.sequences.spec import GAP_BUCKETS, InputSpec
from mtrec_lib.layers.dropout import ByteDropout

if TYPE_CHECKING:
    from mtrec_lib.features.sequences.spec_source import SpecSource


@keras.saving.register_keras_serializable("mtrec")
class EventEmbedding(keras.layers.Layer):
    """Sum of what is known of a past event: item, time since the event before, how it went.

    How it went is its rating and, where the log has them, flags such as click and buy: a table of
    grades, and one of three vectors (missing, no, yes) a flag.

    Where in a row the event stands is left to the trunk, which looks at distances alone: "the
    event before" means the same in a short history, in a window cut out of a long one and in a
    packed row.

    Args:
        spec: sizes (``InputSpec``, fitted ``Inputs`` or a dictionary).
        width: length of a vector.
        dropout: rate.

    Shapes: ``{"item", "rating", "gap", flags of the spec}`` each ``(batch, length)`` int, and the
    item table ``(items + 3, width)`` → ``(batch, length, width)``.

    Taught in chapter 04.
    """

    def __init__(self, spec: "SpecSource", width: int, dropout: float = 0.0, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.spec, self.width, self.dropout = InputSpec.of(spec), width, dropout
        self.drop = ByteDropout(dropout)

    def build(self, input_shape: Shape | dict[str, Shape] | None = None) -> None:
        """Create the vectors of grades, gaps and flags."""
        self.grades = self._vectors(len(self.spec.grades) + 1, "grades")
        self.gaps = self._vectors(GAP_BUCKETS, "gaps")
        self.flags = [self._vectors(3, name) for name in self.spec.flags]
        if self.spec.people:
            self.person_map = self._vectors(len(self.spec.people), "person_map")
        self.built = True

    def _vectors(self, count: int, name: str) -> keras.Variable:
        normal = keras.initializers.RandomNormal(stddev=0.02)
        return self.add_weight(shape=(count, self.width), initializer=normal, name=name)

    def call(self, inputs: Batch, table: Tensor, training: bool = False) -> Tensor:
        """Embed events; ``table`` is what :class:`ItemTable` returns."""
        vectors = ops.take(table, inputs["item"], axis=0) * self.width**0.5
        vectors = vectors + ops.take(self.grades, inputs["rating"], axis=0)
        vectors = vectors + ops.take(self.gaps, inputs["gap"], axis=0)
        for name, answers in zip(self.spec.flags, self.flags, strict=True):
            vectors = vectors + ops.take(answers, inputs[name], axis=0)
        if self.spec.people and "person" in inputs:
            person = ops.cast(inputs["person"], vectors.dtype)
            vectors = vectors + ops.matmul(person, self.person_map)
        return self.drop(vectors, training=training)

    def compute_output_shape(
        self, input_shape: Shape | dict[str, Shape], table: Shape | None = None
    ) -> Shape:
        """``(batch, length, width)``."""
        shape = input_shape["item"] if isinstance(input_shape, dict) else input_shape
        return (*shape, self.width)

    def get_config(self) -> dict[str, Any]:
        """Constructor arguments."""
        return super().get_config() | {
            "spec": self.spec.to_dict(),
            "width": self.width,
            "dropout": self.dropout,
        }
