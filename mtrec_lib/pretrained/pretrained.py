"""One name for a pretrained language model, encoder or decoder."""

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import keras
import numpy as np

from mtrec_lib.core.errors import ParameterError
from mtrec_lib.pretrained.decoders.decoder import Decoder
from mtrec_lib.pretrained.encoders.encoder import Encoder
from mtrec_lib.pretrained.files.folders import family_of, load_backbone, locate

_KINDS: dict[str, type[Encoder] | type[Decoder]] = {"encoder": Encoder, "decoder": Decoder}
_EXAMPLES = {"encoder": "minilm", "decoder": "smollm2-135m"}


class Pretrained:
    """A language model that others have trained, as a KerasHub backbone in float32.

    An *encoder* (the family of BERT) reads a whole text and gives a vector; a *decoder* (the
    family of GPT) gives the distribution of the next token. What the other family does is refused.

    Args:
        name: ``"minilm"`` (all-MiniLM-L6-v2, an encoder of 22.7 million numbers) or
            ``"smollm2-135m"`` (SmolLM2-135M-Instruct, a decoder of 134.5 million), which are
            fetched, checked against their SHA-256, converted once and cached; or a folder in
            Hugging Face's layout, whose safetensors files are checked for their bounds; or a
            preset of KerasHub, such as ``"bert_tiny_en_uncased"`` or ``"hf://OWNER/MODEL"``.

    Attributes:
        name: as given.
        family: ``"encoder"`` or ``"decoder"``.
        width: numbers in a state.
        parameters: how many numbers were trained.
        backbone: the KerasHub model; layers of it may be replaced (:class:`LoRA`).

    Raises:
        MtrecError: the packages of ``pip install "mtrec[pretrained]"`` are not there.
        ParameterError: nothing has this name; or a method of the other family was called.
        OfflineError: the model is neither cached nor reachable.
        DataIntegrityError: a file is damaged, or is not the one its checksum promises.

    Reimers and Gurevych 2019 (Sentence-BERT); Ben Allal et al. 2025 (SmolLM2).

    Taught in chapter 05.
    """

    def __init__(self, name: str | Path) -> None:
        place = locate(name)
        backbone = load_backbone(place)
        self.name = place.name
        self.family = family_of(backbone, place.name)
        self._model: Encoder | Decoder = _KINDS[self.family](place, backbone)

    def __repr__(self) -> str:
        millions = self.parameters / 1e6
        return f"Pretrained({self.name!r}: {self.family}, width {self.width}, {millions:.1f} M)"

    @property
    def backbone(self) -> keras.Model:
        """The KerasHub model."""
        return self._model.backbone

    @property
    def width(self) -> int:
        """Numbers in a state."""
        return int(self.backbone.hidden_dim)

    @property
    def parameters(self) -> int:
        """How many numbers were trained."""
        return int(self.backbone.count_params())

    @property
    def identity(self) -> str:
        """SHA-256 of the weights as they are now: what a cache of its outputs is named by."""
        digest = hashlib.sha256(type(self.backbone).__name__.encode("ascii"))
        for weight in self.backbone.weights:
            digest.update(str(tuple(weight.shape)).encode("ascii"))
            digest.update(np.ascontiguousarray(weight.numpy()).data)
        return digest.hexdigest()

    def tokens(self, texts: Sequence[str]) -> list[list[int]]:
        """The tokens of each text as the model reads them: ids of its own vocabulary."""
        return self._model.tokens(texts)

    def pieces(self, text: str) -> list[str]:
        """The tokens of one text as the vocabulary writes them."""
        return self._model.pieces(text)

    def inputs(self, texts: Sequence[str], length: int | None = None) -> dict[str, np.ndarray]:
        """What the backbone of an encoder is called with, each ``(texts, length)`` int32.

        Args:
            texts: ``n`` texts.
            length: tokens a row; default those of the longest text.
        """
        return self._of("encoder", "inputs").inputs(texts, length)

    def embed(self, texts: Sequence[str], batch_size: int = 64) -> np.ndarray:
        """A vector a text, by an encoder: the mean of its tokens' states, at length one.

        Args:
            texts: ``n`` texts; a blank one is read as one unknown token, a long one is cut.
            batch_size: texts at a time; short ones share a row of 64 tokens under a BERT.

        Returns:
            ``(n, width)`` float32, rows of Euclidean length 1: inner products are cosines.
        """
        return self._of("encoder", "embed").embed(texts, batch_size)

    def logits(self, texts: Sequence[str]) -> list[np.ndarray]:
        """The next token's logits after each token, by a decoder: ``(tokens, vocabulary)`` each."""
        return self._of("decoder", "logits").logits(texts)

    def next_tokens(self, text: str, k: int = 5) -> list[tuple[str, float]]:
        """The ``k`` likeliest next pieces and their probabilities, by a decoder."""
        return self._of("decoder", "next_tokens").next_tokens(text, k)

    def complete(self, text: str, tokens: int = 8) -> str:
        """The greedy continuation of a text by ``tokens`` tokens, by a decoder."""
        return self._of("decoder", "complete").complete(text, tokens)

    def log_prob(
        self,
        prefix: str,
        continuations: Sequence[str],
        batch_size: int = 64,
        cached: bool = True,
    ) -> tuple[np.ndarray, np.ndarray]:
        """How likely each continuation is after one prefix, by a decoder that reads it once.

        Returns:
            ``(n,)`` natural logarithms of probabilities, and ``(n,)`` numbers of tokens.
        """
        return self._of("decoder", "log_prob").log_prob(prefix, continuations, batch_size, cached)

    def bits(self, texts: Sequence[str]) -> float:
        """Bits a token of texts under a decoder; perplexity is 2 to their power."""
        return self._of("decoder", "bits").bits(texts)

    def _of(self, family: str, method: str) -> Any:
        if self.family != family:
            raise ParameterError(
                f"{method} needs {'an' if family == 'encoder' else 'a'} {family}, and "
                f"{self.name!r} is {'an' if self.family == 'encoder' else 'a'} {self.family}; "
                f"take mt.pretrained.Pretrained({_EXAMPLES[family]!r})"
            )
        return self._model
