"""One vector an item, shared by the input and the output of a language model of behaviour."""

from typing import Any

import keras
import numpy as np
from keras import ops

from mtrec_lib.features.spec import InputSpec


@keras.saving.register_keras_serializable("mtrec")
class ItemTable(keras.layers.Layer):
    """Item vectors: an embedding of the id plus a linear map of the item's side information.

    Called without inputs it returns the whole table; the input embedding takes rows of it and the
    output layer multiplies by it (weight tying), so an item that is rarely chosen still learns
    from its categories and its year.

    Args:
        spec: sizes (``InputSpec``, fitted ``Inputs``, or the dictionary of a spec). Fitted
            ``Inputs`` also bring the side information itself; from a configuration alone it is
            zero until weights are loaded.
        width: length of a vector.

    Shapes: nothing → ``(items + 3, width)``.

    Source: Press and Wolf, arXiv:1608.05859 (tying).
    Taught in chapter 04.
    """

    def __init__(self, spec: Any, width: int, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.spec, self.width = InputSpec.of(spec), width
        self._given_side = np.asarray(spec.side) if hasattr(spec, "catalogue") else None

    def build(self, input_shape: Any = None) -> None:
        """Create the id embedding, the map of side information, and the side information."""
        normal = keras.initializers.RandomNormal(stddev=0.02)
        self.ids = self.add_weight(
            shape=(self.spec.rows, self.width), initializer=normal, name="ids"
        )
        if self.spec.side:
            self.side_map = self.add_weight(
                shape=(self.spec.side, self.width), initializer=normal, name="side_map"
            )
            self.side = self.add_weight(
                shape=(self.spec.rows, self.spec.side),
                initializer="zeros",
                trainable=False,
                name="side",
            )
            if self._given_side is not None:
                self.side.assign(self._given_side)
        self.built = True

    def call(self, inputs: Any = None) -> Any:
        """The whole table ``(items + 3, width)``."""
        table = ops.convert_to_tensor(self.ids)
        if self.spec.side:
            table = table + ops.matmul(self.side, self.side_map)
        return table

    def compute_output_shape(self, input_shape: Any = None) -> Any:
        """``(items + 3, width)``."""
        return (self.spec.rows, self.width)

    def get_config(self) -> dict[str, Any]:
        """Constructor arguments; the side information travels with the weights."""
        return super().get_config() | {"spec": self.spec.to_dict(), "width": self.width}
