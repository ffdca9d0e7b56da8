"""What trunks made of blocks share: the stack, its last norm, and how it is run."""

from typing import TYPE_CHECKING, Any

import keras

from mtrec_lib.core.types import States, Tensor
from mtrec_lib.models.trunks.trunk import Trunk

if TYPE_CHECKING:
    from mtrec_lib.features.sequences.spec_source import SpecSource


class BlockTrunk(Trunk):
    """A trunk that runs ``layers`` blocks one after the other, then a norm.

    A subclass says what a block is (``make_block``) and what every block gets of the pieces in a
    row beside the vectors (``block_mask``): who may look at whom, or where a piece begins.

    Args:
        inputs: fitted ``Inputs`` (or an ``InputSpec``, or its dictionary).
        width: model dimension.
        layers: blocks.
        dropout: rate in the embedding and in every block.
    """

    def __init__(
        self,
        inputs: "SpecSource",
        width: int = 64,
        layers: int = 2,
        dropout: float = 0.2,
        **kwargs: Any,
    ) -> None:
        super().__init__(inputs, width=width, dropout=dropout, **kwargs)
        self.layers = layers
        self.blocks = [self.make_block(f"block_{number}") for number in range(layers)]
        self.norm = keras.layers.LayerNormalization(epsilon=1e-6, name="norm")

    def make_block(self, name: str) -> keras.layers.Layer:
        """A block of this name."""
        raise TypeError(f"{type(self).__name__} must define make_block")

    def block_mask(self, segment: Tensor) -> Tensor:
        """What every block gets beside the vectors, from the pieces ``(batch, length)``."""
        raise TypeError(f"{type(self).__name__} must define block_mask")

    def build_mixing(self, state_shape: tuple[int | None, ...]) -> None:
        """Build the blocks and the last norm."""
        for layer in (*self.blocks, self.norm):
            layer.build(state_shape)

    def mix(self, vectors: Tensor, segment: Tensor, training: bool) -> States:
        """Run the blocks, then the norm."""
        return self.norm(self.run_blocks(vectors, segment, training))

    def run_blocks(self, vectors: Tensor, segment: Tensor, training: bool) -> States:
        """One block after the other; padding is a piece of its own, and no other reads it."""
        mask = self.block_mask(segment)
        for block in self.blocks:
            vectors = block(vectors, mask, training=training)
        return vectors

    def get_config(self) -> dict[str, Any]:
        """Constructor arguments."""
        return super().get_config() | {"layers": self.layers}
