"""One vector an item, shared by the input and the output of a language model of behaviour."""

from typing import TYPE_CHECKING, Any, cast

import keras
import numpy as np
from keras import ops
from numpy.typing import NDArray

from mtrec_lib.core import sha256_bytes
from mtrec_lib.core.errors import ParameterError
from mtrec_lib.core.types import Shape, Tensor
from mtrec_lib.features.sequences.spec import InputSpec

if TYPE_CHECKING:
    from mtrec_lib.features.inputs import Inputs
    from mtrec_lib.features.sequences.spec_source import SpecSource

TRAINED = "trained"
MARKS = 3  # padding, unknown, begin: rows of a table that are no items


@keras.saving.register_keras_serializable("mtrec")
class ItemTable(keras.layers.Layer):
    """Item vectors: an embedding of the id plus linear maps of what else is known of the item.

    Called without inputs it returns the whole table; the input embedding takes rows of it and the
    output layer multiplies by it (weight tying), so an item that is rarely chosen still learns
    from its categories and its year. Given vectors, such as a language model's embeddings of item
    texts, enter in the same way: they stay as they are, and a map to ``width`` is learned.

    Args:
        spec: sizes (``InputSpec``, fitted ``Inputs``, or the dictionary of a spec). Fitted
            ``Inputs`` also bring the side information itself; from a configuration alone it is
            zero until weights are loaded.
        width: length of a vector.
        vectors: ``(items, columns)`` of any finite numbers, one row an item, best about 1 long;
            or, from a configuration, their columns and hash: zero until weights are loaded.
        item_ids: which items have an embedding of their own: all (True); none (False), padding,
            unknown and the begin mark excepted; or ``"trained"``, those with a training event in
            fitted ``Inputs``: an item that nobody has chosen then has no noise in its row, only
            what its vector and side information say.

    Shapes: nothing → ``(items + 3, width)``.

    Raises:
        ParameterError: ``vectors`` of another shape or with a number that is not finite, or no
            ids and nothing else that tells items apart.

    >>> from mtrec_lib.features import InputSpec
    >>> table = ItemTable(InputSpec(items=2), 4, vectors=np.eye(2), item_ids=False)
    >>> tuple(table().shape)  # padding, unknown, two items, the begin mark
    (5, 4)

    Source: Press and Wolf, arXiv:1608.05859 (tying).
    Taught in chapter 04.
    """

    def __init__(
        self,
        spec: "SpecSource",
        width: int,
        vectors: NDArray[Any] | dict[str, Any] | None = None,
        item_ids: bool | str = True,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        if item_ids not in (True, False, TRAINED):
            raise ParameterError(f"item_ids must be True, False or {TRAINED!r}, got {item_ids!r}")
        self.spec, self.width, self.item_ids = InputSpec.of(spec), width, item_ids
        self.vectors, self._given_vectors = _described(vectors, self.spec.items)
        self._given_side = self._given_trained = None
        if hasattr(spec, "catalogue"):
            inputs = cast("Inputs", spec)
            self._given_side = np.asarray(inputs.side)
            trained = np.pad(inputs.popularity > 0, (2, 1), constant_values=True)
            self._given_trained = trained[:, None].astype(np.float32)
        if not item_ids and self.vectors is None and not self.spec.side:
            raise ParameterError("a table without ids needs vectors or side information, got none")

    def build(self, input_shape: Shape | None = None) -> None:
        """Create the embeddings, the maps, and what is mapped."""
        rows = self.spec.rows if self.item_ids else MARKS
        self.ids = self._learned((rows, self.width), "ids")
        if self.item_ids == TRAINED:
            self.trained = self._given((rows, 1), "trained", self._given_trained)
        if self.spec.side:
            self.side_map = self._learned((self.spec.side, self.width), "side_map")
            self.side = self._given((self.spec.rows, self.spec.side), "side", self._given_side)
        if self.vectors is not None:
            columns = self.vectors["columns"]
            shape = (self.spec.items, columns)
            self.vector_map = self._learned((columns, self.width), "vector_map")
            self.item_vectors = self._given(shape, "item_vectors", self._given_vectors)
        self.built = True

    def _learned(self, shape: tuple[int, int], name: str) -> keras.Variable:
        normal = keras.initializers.RandomNormal(stddev=0.02)
        return self.add_weight(shape=shape, initializer=normal, name=name)

    def _given(
        self, shape: tuple[int, ...], name: str, values: np.ndarray | None
    ) -> keras.Variable:
        """What is not learned: zero until it is given, or loaded with the weights."""
        weight = self.add_weight(shape=shape, initializer="zeros", trainable=False, name=name)
        if values is not None:
            weight.assign(values)
        return weight

    def call(self, inputs: Tensor | None = None) -> Tensor:
        """The whole table ``(items + 3, width)``."""
        table = ops.convert_to_tensor(self.ids)
        if not self.item_ids:  # padding, unknown, no item, the begin mark
            nothing = ops.zeros((self.spec.items, self.width), table.dtype)
            table = ops.concatenate([table[:2], nothing, table[2:]], axis=0)
        elif self.item_ids == TRAINED:
            table = table * self.trained
        if self.spec.side:
            side = ops.convert_to_tensor(self.side)
            items = self._mapped(side[2:-1], self.side_map)
            table = table + ops.pad(items, ((2, 1), (0, 0)))  # the three marks have none
        if self.vectors is not None:
            items = self._mapped(ops.convert_to_tensor(self.item_vectors), self.vector_map)
            table = table + ops.pad(items, ((2, 1), (0, 0)))
        return table

    def _mapped(self, rows: Tensor, weights: Tensor) -> Tensor:
        """``(items, width)``; items that were added are a product of their own.

        A product of other sizes may round its rows otherwise, and those that were there must not
        move by a bit.
        """
        parts = [ops.matmul(rows[block], weights) for block in self.spec.blocks]
        return parts[0] if len(parts) == 1 else ops.concatenate(parts, axis=0)

    def compute_output_shape(self, input_shape: Shape | None = None) -> Shape:
        """``(items + 3, width)``."""
        return (self.spec.rows, self.width)

    def get_config(self) -> dict[str, Any]:
        """Constructor arguments; what is known of the items travels with the weights."""
        return super().get_config() | {
            "spec": self.spec.to_dict(),
            "width": self.width,
            "vectors": self.vectors,
            "item_ids": self.item_ids,
        }


def _described(
    vectors: NDArray[Any] | dict[str, Any] | None, items: int
) -> tuple[dict[str, Any] | None, NDArray[Any] | None]:
    """Columns and hash of given vectors, for a configuration, and the vectors themselves."""
    if vectors is None or isinstance(vectors, dict):
        return vectors, None
    values = np.asarray(vectors, np.float32)
    if values.ndim != 2 or len(values) != items or not values.shape[1]:
        raise ParameterError(
            f"vectors must have one row an item, ({items}, columns), got shape {values.shape}; "
            "take them from mt.features.item_texts of the same catalogue"
        )
    if not np.isfinite(values).all():
        bad = int((~np.isfinite(values)).any(axis=1).sum())
        raise ParameterError(f"vectors must be finite, got {bad:,} rows with NaN or infinity")
    return described(values), values


def described(vectors: np.ndarray) -> dict[str, Any]:
    """Columns and hash of given vectors, as they stand in a configuration."""
    return {"columns": vectors.shape[1], "sha256": sha256_bytes(vectors.tobytes())}
