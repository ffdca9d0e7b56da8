"""Which item comes next: a softmax over the catalogue, tied to the item table."""

from typing import TYPE_CHECKING, Any

import keras
from keras import ops

from mtrec_lib.core.types import Shape, States, Tensor
from mtrec_lib.features.sequences.spec import InputSpec

if TYPE_CHECKING:
    from mtrec_lib.features.sequences.spec_source import SpecSource
    from mtrec_lib.layers.negative_sampler import NegativeSampler


@keras.saving.register_keras_serializable("mtrec")
class ItemSoftmax(keras.layers.Layer):
    """Logits of every catalogue item: state · item vector + bias of the item.

    The vectors are the trunk's own table (weight tying); the bias learns popularity.

    Args:
        spec: sizes (``InputSpec``, fitted ``Inputs`` or a dictionary).
        sampler: a :class:`NegativeSampler` for a loss that looks at a few items only.
        use_bias: whether the bias is learned; otherwise it stays zero, so that an item which
            nobody chose, and whose bias nobody could have learned, is scored as all others are.

    Shapes: states ``(..., width)`` and table ``(items + 3, width)`` → ``(..., items)``; column j
    is item id j + 2.

    Taught in chapter 04.
    """

    def __init__(
        self,
        spec: "SpecSource",
        sampler: "NegativeSampler | None" = None,
        use_bias: bool = True,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.supports_masking = True  # an LSTM trunk hands its mask on
        self.spec, self.sampler, self.use_bias = InputSpec.of(spec), sampler, use_bias

    def build(self, states_shape: Shape | None = None, table_shape: Shape | None = None) -> None:
        """Create the bias of the items, and the sampler's tables."""
        if self.sampler is not None and not self.sampler.built:
            self.sampler.build()
        shape = (self.spec.items,)
        self.bias = self.add_weight(
            shape=shape, initializer="zeros", trainable=self.use_bias, name="bias"
        )
        self.built = True

    def call(self, states: States, table: Tensor) -> Tensor:
        """Logits over the catalogue."""
        vectors = ops.cast(table[2 : self.spec.items + 2], states.dtype)
        # Items that were added are a product of their own, lest those that were there round anew.
        parts = [ops.matmul(states, ops.transpose(vectors[b])) for b in self.spec.blocks]
        logits = parts[0] if len(parts) == 1 else ops.concatenate(parts, axis=-1)
        return logits + ops.cast(self.bias, states.dtype)

    def of_some(
        self, states: States, table: Tensor, target: Tensor, drawn: Tensor
    ) -> tuple[Tensor, Tensor]:
        """Logits of the target and of a few drawn items: no other row of the table is read.

        Args:
            states: ``(..., width)``.
            table: ``(items + 3, width)``.
            target: ``(...)`` int in [0, items).
            drawn: ``(n,)`` for all positions, or ``(..., n)``, int in [0, items).

        Returns:
            ``(...)`` and ``(..., n)``.
        """
        mine = ops.take(table, target + 2, axis=0)  # (..., W)
        theirs = ops.take(table, drawn + 2, axis=0)  # (n, W) or (..., n, W)
        positive = ops.sum(states * ops.cast(mine, states.dtype), axis=-1)
        theirs = ops.cast(theirs, states.dtype)
        if len(drawn.shape) == 1:
            negative = ops.matmul(states, ops.transpose(theirs))
        else:
            negative = ops.squeeze(ops.matmul(theirs, states[..., None]), -1)
        return (
            positive + ops.cast(ops.take(self.bias, target), states.dtype),
            negative + ops.cast(ops.take(self.bias, drawn), states.dtype),
        )

    def compute_output_shape(self, states_shape: Shape, table_shape: Shape | None = None) -> Shape:
        """``(..., items)``."""
        return (*states_shape[:-1], self.spec.items)

    def get_config(self) -> dict[str, Any]:
        """Constructor arguments."""
        sampler = self.sampler and keras.saving.serialize_keras_object(self.sampler)
        return super().get_config() | {
            "spec": self.spec.to_dict(),
            "sampler": sampler,
            "use_bias": self.use_bias,
        }

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> "ItemSoftmax":
        """Rebuild from :meth:`get_config`."""
        sampler = config.get("sampler")
        made = sampler and keras.saving.deserialize_keras_object(sampler)
        return cls(**(config | {"sampler": made}))
