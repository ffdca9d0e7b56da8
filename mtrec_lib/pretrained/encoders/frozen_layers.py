"""The lower layers of an encoder, frozen: their states of a text are computed once."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import keras
import numpy as np
import tensorflow as tf

from mtrec_lib.core.errors import ParameterError
from mtrec_lib.pretrained.batches import by_length, next_of, padded
from mtrec_lib.pretrained.encoders.padded import named
from mtrec_lib.pretrained.lora import LoRA

if TYPE_CHECKING:
    from mtrec_lib.pretrained.pretrained import Pretrained

ROOMS = (8, 16, 24, 32, 48, 64, 96, 128, 192, 256, 384, 512)  # lengths that texts are padded to
TOKENS = 4096  # of a batch


class FrozenLayers:
    """States of texts after the first ``layers`` of an encoder, and copies of the layers above.

    Tuning changes the upper layers alone, so the states below stay what they are from step to step:
    kept in memory, an epoch costs the upper layers only. Half precision halves the room: a text of
    64 tokens takes 49 kB at width 384. The states of every text stay until :meth:`clear`.

    Args:
        encoder: :class:`Pretrained`, an encoder with a BERT backbone; it is not changed.
        layers: how many, from the first: at least 1, and fewer than it has.
        max_tokens: of a text, its begin and end marks included; a longer one is cut.

    Attributes:
        width: numbers in a state.
        total: layers of the encoder.

    Raises:
        ParameterError: a decoder, another backbone, one that carries :class:`LoRA` (merge it
            first), or a number out of range.

    Source: Devlin et al., arXiv:1810.04805, section 5.3 (features of frozen layers).
    Taught in chapter 05.
    """

    def __init__(self, encoder: "Pretrained", layers: int = 5, max_tokens: int = 64) -> None:
        backbone = _backbone_of(encoder)
        self.encoder, self.layers, self.max_tokens = encoder, layers, max_tokens
        self.width, self.total = int(backbone.hidden_dim), len(backbone.transformer_layers)
        if not 1 <= layers < self.total:
            raise ParameterError(
                f"layers must be 1 to {self.total - 1}, so that one of the {self.total} is left "
                f"to tune, got {layers}"
            )
        longest = int(backbone.max_sequence_length)
        if not 2 <= max_tokens <= longest:
            raise ParameterError(f"max_tokens must be 2 to {longest}, got {max_tokens}")
        below = keras.Model(backbone.input, backbone.transformer_layers[layers - 1].output)
        specs = {name: tf.TensorSpec((None, None), tf.int32) for name in backbone.input}
        # Traced once.
        self._below = tf.function(lambda inputs: below(inputs, training=False), [specs])
        self._states_of: dict[str, np.ndarray] = {}

    def __len__(self) -> int:
        """Texts whose states are in memory."""
        return len(self._states_of)

    def clear(self) -> None:
        """Forget all states."""
        self._states_of.clear()

    def states(
        self, texts: Sequence[str], length: int | None = None
    ) -> tuple[np.ndarray, np.ndarray]:
        """States of texts; those of a text that was read before come out of the memory.

        Args:
            texts: ``n`` texts.
            length: tokens a row; default those of the longest text.

        Returns:
            ``(n, length, width)`` float16, zeros behind a text; ``(n, length)`` bool, true where
            a token stands.

        Raises:
            ParameterError: a text is longer than ``length``.
        """
        self._read([text for text in dict.fromkeys(texts) if text not in self._states_of])
        memory = [self._states_of[text] for text in texts]
        lengths = np.array([len(each) for each in memory], np.int64)
        longest = int(lengths.max(initial=1))
        length = longest if length is None else length
        if longest > length:
            raise ParameterError(f"length must be ≥ {longest}, the longest text's, got {length}")
        rows = np.zeros((len(memory), length, self.width), np.float16)
        for row, each in zip(rows, memory, strict=True):
            row[: len(each)] = each
        return rows, np.arange(length) < lengths[:, None]

    def upper(self) -> list[keras.layers.Layer]:
        """Copies of the layers above, built, with the encoder's numbers."""
        return [_copied(layer) for layer in self.encoder.backbone.transformer_layers[self.layers :]]

    def _read(self, texts: list[str]) -> None:
        """Compute and store the states of texts that are new."""
        ids = self.encoder.tokens(texts)
        ids = [[*each[: self.max_tokens - 1], each[-1]][: len(each)] for each in ids]
        sizes, most = [len(each) for each in ids], lambda length: max(TOKENS // length, 1)
        for some, height, length in by_length(sizes, next_of(ROOMS), most, apart=True):
            given, lengths = padded([ids[n] for n in some], height, length)
            mask = (np.arange(length) < lengths[:, None]).astype(np.int32)
            read = named(self.encoder.backbone, given, mask, np.zeros_like(given))
            states = self._below(read).numpy().astype(np.float16)
            for place, n in enumerate(some):
                self._states_of[texts[n]] = states[place, : lengths[place]].copy()


def _backbone_of(encoder: "Pretrained") -> keras.Model:
    backbone: keras.Model = getattr(encoder, "backbone", None)
    if type(backbone).__name__ != "BertBackbone":
        raise ParameterError(
            f"encoder must be a pretrained encoder of the family of BERT, got {encoder!r}; take "
            "mt.pretrained.Pretrained('minilm')"
        )
    if any(isinstance(layer, LoRA) for layer in backbone._flatten_layers()):
        raise ParameterError("encoder carries LoRA; put it into the matrices with merge_lora first")
    return backbone


def _copied(layer: keras.layers.Layer) -> keras.layers.Layer:
    copy = type(layer).from_config(layer.get_config())
    copy.build((None, None, int(layer._self_attention_layer_norm.gamma.shape[0])))
    copy.set_weights(layer.get_weights())
    return copy
