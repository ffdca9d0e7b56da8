"""What a pretrained decoder says: the next token, whole continuations, and how likely they are."""

from collections.abc import Iterator, Sequence
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from mtrec_lib.core.errors import ParameterError
from mtrec_lib.core.types import Tensor
from mtrec_lib.pretrained.batches import by_length, padded
from mtrec_lib.pretrained.decoders.llama import Llama
from mtrec_lib.pretrained.decoders.networks import Network, ReadPast, WholeBackbone
from mtrec_lib.pretrained.decoders.prefix import log_probs
from mtrec_lib.pretrained.files.folders import Place
from mtrec_lib.pretrained.files.tokens import Words, texts_of, words_of
from mtrec_lib.pretrained.layer_weights import is_llama

DOCUMENT = "<|endoftext|>"  # what stands between texts in the training of most decoders
POSITIONS = 1024  # of a batch, whose logits are made at once: 0.2 GB for a vocabulary of 49,152


class Decoder:
    """What a decoder of the family of GPT does; :class:`Pretrained` says it in full.

    Args:
        place: of its files.
        backbone: the KerasHub model.
    """

    def __init__(self, place: Place, backbone: keras.Model) -> None:
        self.backbone = backbone
        self.network = network_of(backbone)
        self._words: Words = words_of(place, enclosed=False)
        settings = place.settings()
        self.longest = int(settings.get("max_position_embeddings", 0)) or _longest(backbone)
        tokenizer = self._words.tokenizer
        if hasattr(tokenizer, "encode_special_tokens"):
            # A title that holds "<|im_end|>" is text and must not end anybody's turn.
            tokenizer.encode_special_tokens = True
        self._start = _start(tokenizer, settings)
        self._ends = {self._start, settings.get("eos_token_id")}

    def tokens(self, texts: Sequence[str]) -> list[list[int]]:
        """The tokens of each text; names of special tokens in it are read as plain text.

        Raises:
            ParameterError: a text is longer than the model can read.
        """
        tokens = self._words.ids(texts_of(texts))
        for row, ids in enumerate(tokens):
            self._fits(len(ids), f"text {row}")
        return tokens

    def pieces(self, text: str) -> list[str]:
        """The tokens of one text as the vocabulary writes them."""
        return self._words.pieces(texts_of([text])[0])

    def logits(self, texts: Sequence[str]) -> list[np.ndarray]:
        """The next token's logits after each token: ``(tokens, vocabulary)`` float32 a text."""
        by_row: dict[int, np.ndarray] = {}
        tokens = self.tokens(texts)
        for rows, read in batches(tokens):
            logits = self.network.logits(self.network.states(read)).numpy()
            by_row |= {row: logits[n, : len(tokens[row])] for n, row in enumerate(rows)}
        empty = np.zeros((0, int(self.backbone.vocabulary_size)), np.float32)
        return [by_row.get(row, empty) for row in range(len(tokens))]

    def next_tokens(self, text: str, k: int = 5) -> list[tuple[str, float]]:
        """The ``k`` likeliest next pieces and their probabilities, likeliest first."""
        if not 1 <= k <= self.backbone.vocabulary_size:
            raise ParameterError(f"k must be 1 to {self.backbone.vocabulary_size}, got {k}")
        past = self.network.read(self._opened(text), self._room(len(self._opened(text))))
        share = tf.nn.softmax(self._logits_after(past)).numpy()
        best = np.argsort(-share, kind="stable")[:k]
        return [(self._text([int(token)]), float(share[token])) for token in best]

    def complete(self, text: str, tokens: int = 8) -> str:
        """The greedy continuation of ``text`` by ``tokens`` tokens, or fewer where it ends."""
        read = self._opened(text)
        self._fits(len(read) + tokens, "text and continuation")
        past, written = self.network.read(read, self._room(len(read) + tokens)), []
        for _ in range(tokens):
            written.append(int(tf.argmax(self._logits_after(past))))
            if written[-1] in self._ends:
                return self._text(written[:-1])
            past = self.network.go_on(past, written[-1])
        return self._text(written)

    def log_prob(
        self,
        prefix: str,
        continuations: Sequence[str],
        batch_size: int = 64,
        cached: bool = True,
    ) -> tuple[np.ndarray, np.ndarray]:
        """ln p(continuation | prefix), nats, and the tokens of each; :class:`Pretrained` says more.

        ``cached=False`` reads the prefix anew with every continuation: the same numbers, slowly.
        """
        if batch_size < 1:
            raise ParameterError(f"batch_size must be at least 1, got {batch_size}")
        before, after = self._opened(prefix), self.tokens(continuations)
        longest = max(map(len, after), default=0)
        self._fits(len(before) + longest, "prefix and continuation")
        nats = log_probs(self.network, before, after, batch_size, cached)
        return nats, np.array([len(ids) for ids in after], np.int64)

    def bits(self, texts: Sequence[str]) -> float:
        """Bits a token, over every token of every text but its first; perplexity is 2 to it."""
        nats, counted = 0.0, 0
        tokens = self.tokens(texts)
        for rows, read in batches([ids[:-1] for ids in tokens]):
            states = self.network.states(read)
            targets = padded([tokens[row][1:] for row in rows], *read.shape)[0]
            each = self.network.log_prob(states, targets).numpy()
            for n, row in enumerate(rows):
                nats -= float(each[n, : len(tokens[row]) - 1].sum(dtype=np.float64))
                counted += len(tokens[row]) - 1
        if not counted:
            raise ParameterError(f"no text has two tokens, of {len(texts)}: add longer ones")
        return nats / counted / float(np.log(2))

    def _opened(self, text: str) -> list[int]:
        """The tokens of ``text``; nothing is read as the beginning of a document."""
        return self.tokens([text])[0] or [self._start]

    def _logits_after(self, past: ReadPast) -> Tensor:
        return self.network.logits(past.state[None, None])[0, 0]

    def _room(self, tokens: int) -> int:
        return min(-(-tokens // 64) * 64, self.longest)

    def _text(self, ids: list[int]) -> str:
        tokenizer = self._words.tokenizer
        if hasattr(tokenizer, "decode"):
            return tokenizer.decode(ids, skip_special_tokens=False)
        return str(tokenizer.detokenize(ids))

    def _fits(self, tokens: int, what: str) -> None:
        if tokens > self.longest:
            raise ParameterError(
                f"{what} must have at most {self.longest} tokens, got {tokens}; cut it, for "
                "example with max_events and max_characters of mt.features.history_text"
            )


def batches(tokens: list[list[int]]) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Rows of similar length together: which rows, and their tokens ``(height, length)``, padded.

    Rows without a token are left out.
    """
    some = np.array([row for row, ids in enumerate(tokens) if ids], np.int64)
    lengths = [len(tokens[row]) for row in some]
    for chosen, height, length in by_length(lengths, _rounded, lambda n: max(POSITIONS // n, 1)):
        rows = some[chosen]
        yield rows, padded([tokens[row] for row in rows], height, length)[0]


def network_of(backbone: keras.Model) -> Network[Any]:
    """The network that runs ``backbone``: with shared keys and values where it is a Llama."""
    return Llama(backbone) if is_llama(backbone) else WholeBackbone(backbone)


def _rounded(tokens: int) -> int:
    return -(-tokens // 32) * 32


def _longest(backbone: keras.Model) -> int:
    return int(getattr(backbone, "max_sequence_length", 0)) or 2048


def _start(tokenizer: Any, settings: dict[str, Any]) -> int:
    """The token that opens a document."""
    number = tokenizer.token_to_id(DOCUMENT)
    if number is None:
        number = settings.get("bos_token_id", getattr(tokenizer, "start_token_id", None))
    return int(number or 0)
