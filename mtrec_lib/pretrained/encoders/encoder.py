"""Vectors of texts by a pretrained encoder."""

from collections.abc import Sequence

import keras
import numpy as np

from mtrec_lib.core.errors import ParameterError
from mtrec_lib.pretrained.batches import padded
from mtrec_lib.pretrained.encoders.packed_bert import PackedBert
from mtrec_lib.pretrained.encoders.padded import PaddedEncoder, named
from mtrec_lib.pretrained.files.folders import Place
from mtrec_lib.pretrained.files.tokens import texts_of, words_of

UNKNOWN = "[UNK]"


class Encoder:
    """What an encoder of the family of BERT does; :class:`Pretrained` says it in full.

    Args:
        place: of its files.
        backbone: the KerasHub model.
    """

    def __init__(self, place: Place, backbone: keras.Model) -> None:
        self.backbone = backbone
        self.longest = int(backbone.max_sequence_length)
        # The files of a sentence encoder say up to which length it was trained.
        declared = place.settings("sentence_bert_config.json").get("max_seq_length")
        if isinstance(declared, int) and declared > 2:
            self.longest = min(self.longest, declared)
        self._words = words_of(place, enclosed=True)
        is_bert = type(backbone).__name__ == "BertBackbone"
        self._reader = PackedBert(backbone) if is_bert else PaddedEncoder(backbone)

    def tokens(self, texts: Sequence[str]) -> list[list[int]]:
        """The tokens of each text, at most ``longest``: of a longer one the first, and the end."""
        tokens = self._words.ids([text if text.strip() else UNKNOWN for text in texts_of(texts)])
        limit = self.longest
        return [ids if len(ids) <= limit else [*ids[: limit - 1], ids[-1]] for ids in tokens]

    def pieces(self, text: str) -> list[str]:
        """The tokens of one text as the vocabulary writes them."""
        (clean,) = texts_of([text])
        return self._words.pieces(clean if clean.strip() else UNKNOWN)

    def inputs(self, texts: Sequence[str], length: int | None = None) -> dict[str, np.ndarray]:
        """What the backbone is called with."""
        tokens = self.tokens(texts)
        wanted = length or max(map(len, tokens), default=1)
        ids, lengths = padded([row[:wanted] for row in tokens], len(tokens), wanted)
        mask = (np.arange(wanted) < lengths[:, None]).astype(np.int32)
        return named(self.backbone, ids, mask, np.zeros_like(ids))

    def embed(self, texts: Sequence[str], batch_size: int = 64) -> np.ndarray:
        """A vector a text, ``(n, width)`` float32."""
        if batch_size < 1:
            raise ParameterError(f"batch_size must be at least 1, got {batch_size}")
        return self._reader.vectors(self.tokens(texts), batch_size)
