"""Which item comes next: a softmax over the catalogue, tied to the item table."""

from typing import Any

import keras
from keras import ops

from mtrec_lib.features.spec import InputSpec


@keras.saving.register_keras_serializable("mtrec")
class ItemSoftmax(keras.layers.Layer):
    """Logits of every catalogue item: state · item vector + bias of the item.

    The vectors are the trunk's own table (weight tying); the bias learns popularity.

    Args:
        spec: sizes (``InputSpec``, fitted ``Inputs`` or a dictionary).

    Shapes: states ``(..., width)`` and table ``(items + 3, width)`` → ``(..., items)``; column j
    is item id j + 2.

    Taught in chapter 04.
    """

    def __init__(self, spec: Any, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.supports_masking = True  # an LSTM trunk hands its mask on
        self.spec = InputSpec.of(spec)

    def build(self, states_shape: Any = None, table_shape: Any = None) -> None:
        """Create the bias of the items."""
        self.bias = self.add_weight(shape=(self.spec.items,), initializer="zeros", name="bias")
        self.built = True

    def call(self, states: Any, table: Any) -> Any:
        """Logits over the catalogue."""
        vectors = ops.cast(table[2 : self.spec.items + 2], states.dtype)
        return ops.matmul(states, ops.transpose(vectors)) + ops.cast(self.bias, states.dtype)

    def compute_output_shape(self, states_shape: Any, table_shape: Any = None) -> Any:
        """``(..., items)``."""
        return (*states_shape[:-1], self.spec.items)

    def get_config(self) -> dict[str, Any]:
        """Constructor arguments."""
        return super().get_config() | {"spec": self.spec.to_dict()}
