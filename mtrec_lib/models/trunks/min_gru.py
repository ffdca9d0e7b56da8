"""A trunk whose cost grows with the length of a history, not with its square."""

import keras

from mtrec_lib.core.types import Tensor
from mtrec_lib.layers import MinGRUBlock
from mtrec_lib.layers.linear_recurrence import piece_starts
from mtrec_lib.models.trunks.block_trunk import BlockTrunk


@keras.saving.register_keras_serializable("mtrec")
class MinGRU(BlockTrunk):
    """A gated linear recurrence over events: the option for long histories.

    A memory of ``width`` numbers a block stands for the whole past, so an event costs the same
    however many came before; a transformer looks back at each of them.

    Args:
        inputs: fitted ``Inputs`` (or an ``InputSpec``, or its dictionary).
        width: model dimension and numbers of the memory of a block.
        layers: blocks.
        dropout: rate in the embedding and in every block.
        kwargs: ``item_vectors`` and ``item_ids`` of every :class:`Trunk`, and what Keras takes.

    Shapes: ``{"item", "rating", "gap"}`` each ``(batch, length)``, and ``"segment"`` where rows are
    packed → ``(batch, length, width)``.

    >>> import numpy as np
    >>> from mtrec_lib.features import InputSpec
    >>> trunk = MinGRU(InputSpec(items=5, max_length=4), width=8, layers=1)
    >>> none = np.zeros((1, 3), int)
    >>> tuple(trunk({"item": np.array([[0, 2, 3]]), "rating": none, "gap": none}).shape)
    (1, 3, 8)

    Source: Feng et al., arXiv:2410.01201 (minGRU); De et al., arXiv:2402.19427 (the block).
    Taught in chapter 04.
    """

    def make_block(self, name: str) -> keras.layers.Layer:
        """A block with a memory that may last as long as a row."""
        return MinGRUBlock(self.width, self.dropout, horizon=self.spec.max_length, name=name)

    def block_mask(self, segment: Tensor) -> Tensor:
        """Where each memory begins anew."""
        return piece_starts(segment)
