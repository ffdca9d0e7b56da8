"""A causal transformer over events."""

from typing import TYPE_CHECKING, Any

import keras
from keras import ops

from mtrec_lib.core.types import Batch, Tensor
from mtrec_lib.layers import TransformerBlock
from mtrec_lib.models.trunks.block_trunk import BlockTrunk
from mtrec_lib.models.trunks.masks import causal_mask
from mtrec_lib.models.trunks.trunk import segment_of

if TYPE_CHECKING:
    from mtrec_lib.features.sequences.spec_source import SpecSource


@keras.saving.register_keras_serializable("mtrec")
class GPT(BlockTrunk):
    """A decoder-only transformer: each position looks at itself and at earlier ones.

    Args:
        inputs: fitted ``Inputs`` (or an ``InputSpec``, or its dictionary).
        width: model dimension, a multiple of ``2 · heads``.
        layers: transformer blocks.
        heads: attention heads.
        dropout: rate in the embedding and in every block.
        kwargs: ``item_vectors`` and ``item_ids`` of every :class:`Trunk`, and what Keras takes.

    Shapes: ``{"item", "rating", "gap"}`` each ``(batch, length)`` → ``(batch, length, width)``.

    >>> import numpy as np
    >>> from mtrec_lib.features import InputSpec
    >>> trunk = GPT(InputSpec(items=5, max_length=4), width=8, layers=1)
    >>> none = np.zeros((1, 3), int)
    >>> past = {"item": np.array([[0, 2, 3]]), "rating": none, "gap": none}
    >>> tuple(trunk(past).shape)
    (1, 3, 8)

    Source: Radford et al. 2018; Kang and McAuley, arXiv:1808.09781 (SASRec).
    Taught in chapter 04.
    """

    def __init__(
        self,
        inputs: "SpecSource",
        width: int = 64,
        layers: int = 2,
        heads: int = 2,
        dropout: float = 0.2,
        **kwargs: Any,
    ) -> None:
        self.heads = heads
        super().__init__(inputs, width=width, layers=layers, dropout=dropout, **kwargs)

    def make_block(self, name: str) -> keras.layers.Layer:
        """A transformer block."""
        return TransformerBlock(self.width, self.heads, self.dropout, name=name)

    def block_mask(self, segment: Tensor) -> Tensor:
        """The causal mask."""
        return causal_mask(segment)

    def attention(self, inputs: Batch) -> Tensor:
        """How much each event looks at earlier ones, in every block and head.

        Args:
            inputs: as for a call.

        Returns:
            ``(layers, batch, heads, length, length)``; each row sums to one.
        """
        vectors = self.embedding(inputs, self.table())
        mask, weights = causal_mask(segment_of(inputs)), []
        for block in self.blocks:
            weights.append(block.attention(vectors, mask))
            vectors = block(vectors, mask)
        return ops.stack(weights)

    def get_config(self) -> dict[str, Any]:
        """Constructor arguments."""
        return super().get_config() | {"heads": self.heads}
