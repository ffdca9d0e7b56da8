"""The blocks of a pretrained decoder, reading events in place of words."""

from typing import TYPE_CHECKING, Any

import keras
import numpy as np
from keras import ops

from mtrec_lib.core.errors import ParameterError
from mtrec_lib.core.types import States, Tensor
from mtrec_lib.models.trunks.block_trunk import BlockTrunk
from mtrec_lib.models.trunks.masks import causal_mask
from mtrec_lib.pretrained.decoders.llama_block import LlamaBlock
from mtrec_lib.pretrained.layer_weights import is_llama, weights_of_llama

if TYPE_CHECKING:
    from mtrec_lib.features.sequences.spec_source import SpecSource
    from mtrec_lib.pretrained.pretrained import Pretrained


@keras.saving.register_keras_serializable("mtrec")
class DecoderTrunk(BlockTrunk):
    """Events as soft tokens: a learned map takes them into a language model, another one back.

    An event is one vector, as for every trunk: the item's (best with ``item_vectors`` of its text),
    the rating's, the gap's. It is mapped to the width of the decoder and made as long as the
    decoder's own token vectors are in the mean; the first ``layers`` blocks of the decoder, frozen
    but for low-rank additions, go over the history; what they say is mapped back and added to the
    event. A history of a hundred events costs a hundred tokens, where its titles would cost a
    thousand.

    Args:
        inputs: fitted ``Inputs`` (or an ``InputSpec``, or its dictionary).
        decoder: a ``Pretrained`` decoder of the Llama family, or its name. Its blocks are copied
            and travel with the model. From a configuration: their sizes.
        width: of the item table and of the states.
        layers: blocks that are used, from the first; at most those of the decoder.
        rank: of the additions that are trained in each block; 0 for none.
        dropout: rate in the embedding of events.
        kwargs: ``item_vectors`` and ``item_ids`` of every :class:`Trunk`, and what Keras takes.

    Raises:
        ParameterError: an encoder, a decoder of another family, or more layers than it has.

    Shapes: ``{"item", "rating", "gap"}`` each ``(batch, length)``, and ``"segment"`` where rows are
    packed → ``(batch, length, width)``.

    Source: Liao et al. (LLaRA), arXiv:2312.02445; Zhang et al. (CoLLM), arXiv:2310.19488: item
    vectors mapped into a language model.
    Taught in chapter 05.
    """

    def __init__(
        self,
        inputs: "SpecSource",
        decoder: "Pretrained | str | dict[str, Any]" = "smollm2-135m",
        width: int = 64,
        layers: int = 4,
        rank: int = 8,
        dropout: float = 0.2,
        **kwargs: Any,
    ) -> None:
        backbone = None if isinstance(decoder, dict) else _backbone_of(decoder)
        self.sizes = dict(decoder) if isinstance(decoder, dict) else sizes_of(backbone)
        if not 1 <= layers <= self.sizes["layers"]:
            raise ParameterError(
                f"layers must be 1 to {self.sizes['layers']}, those of the decoder, got {layers}"
            )
        self.rank = rank
        super().__init__(inputs, width=width, layers=layers, dropout=dropout, **kwargs)
        # Arrays, because Keras would take a backbone for a part of this layer.
        self._given = [] if backbone is None else _weights_of(backbone, layers)
        self.rise = keras.layers.Dense(self.sizes["width"], name="rise")
        self.fall = keras.layers.Dense(width, name="fall")
        self.enter, self.leave = (
            keras.layers.LayerNormalization(epsilon=1e-6, name=name) for name in ("enter", "leave")
        )

    def make_block(self, name: str) -> keras.layers.Layer:
        """A block of the decoder's sizes."""
        return LlamaBlock(**{size: self.sizes[size] for size in BLOCK}, rank=self.rank, name=name)

    def block_mask(self, segment: Tensor) -> Tensor:
        """The causal mask."""
        return causal_mask(segment)

    def build_mixing(self, state_shape: tuple[int | None, ...]) -> None:
        """Build the maps and the blocks, and fill these with the decoder's numbers."""
        inside = (*state_shape[:-1], self.sizes["width"])
        for layer, shape in ((self.rise, state_shape), (self.fall, inside)):
            layer.build(shape)
        for layer in (self.enter, self.leave, *self.blocks):
            layer.build(inside)
        self.norm.build(state_shape)
        self.enter.gamma.assign(self.enter.gamma * self.sizes["length"])
        if self._given:
            for block, weights in zip(self.blocks, self._given, strict=True):
                block.assign(weights)
            self._given = []

    def mix(self, vectors: Tensor, segment: Tensor, training: bool) -> States:
        """What the blocks say of each event, added to the event."""
        states = self.run_blocks(self.enter(self.rise(vectors)), segment, training)
        return self.norm(vectors + self.fall(self.leave(states)))

    def get_config(self) -> dict[str, Any]:
        """Constructor arguments; of the decoder, its sizes."""
        return super().get_config() | {
            "decoder": self.sizes,
            "rank": self.rank,
        }


BLOCK = ("width", "heads", "groups", "inner", "base", "epsilon")


def sizes_of(backbone: keras.Model) -> dict[str, Any]:
    """The sizes of a Llama's blocks; how many there are; and the length of its token vectors.

    The length is the root mean square over all numbers of the token table.
    """
    table = ops.convert_to_tensor(backbone.token_embedding.embeddings)
    rotary = backbone.transformer_layers[0]._self_attention_layer.rotary_embedding_layer
    return {
        "width": int(backbone.hidden_dim),
        "heads": int(backbone.num_query_heads),
        "groups": int(backbone.num_key_value_heads),
        "inner": int(backbone.intermediate_dim),
        "base": float(rotary.max_wavelength),
        "epsilon": float(backbone.layer_norm.epsilon),
        "layers": len(backbone.transformer_layers),
        "length": float(ops.sqrt(ops.mean(ops.square(table)))),
    }


def _backbone_of(decoder: "Pretrained | str") -> keras.Model:
    from mtrec_lib.pretrained import Pretrained

    model = decoder if isinstance(decoder, Pretrained) else Pretrained(decoder)
    if not is_llama(model.backbone):
        kind = type(model.backbone).__name__
        raise ParameterError(
            f"decoder must be of the Llama family, got {model.name!r}, a {kind}; take "
            "mt.pretrained.Pretrained('smollm2-135m')"
        )
    return model.backbone


def _weights_of(backbone: keras.Model, layers: int) -> list[tuple[np.ndarray, ...]]:
    """The matrices of the first blocks."""
    used = list(backbone.transformer_layers)[:layers]
    return [tuple(map(ops.convert_to_numpy, weights_of_llama(layer))) for layer in used]
