"""How a decoder is run: what every one can do, and which has a faster way."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Generic, Protocol, TypeVar

import keras
import numpy as np
import tensorflow as tf

from mtrec_lib.core.types import States, Tensor


class ReadPast(Protocol):
    """What a network remembers of a text: at least the state after its last token."""

    @property
    def state(self) -> Tensor:
        """``(width,)``, normalised."""
        ...


P = TypeVar("P", bound=ReadPast)


class Network(ABC, Generic[P]):
    """States of tokens, and the next token's logits out of states.

    Args:
        backbone: of KerasHub, with a ``token_embedding`` that can be turned round.
    """

    def __init__(self, backbone: keras.Model) -> None:
        self.backbone = backbone
        # Traced once for every shape. The products are by the library's own kernels, which on a
        # processor are faster than compiled ones; what lies between them is compiled.
        states = tf.TensorSpec((None, None, int(backbone.hidden_dim)), tf.float32)
        targets = tf.TensorSpec((None, None), tf.int32)
        self._logits = tf.function(self._turned_round, [states])
        self._log_prob = tf.function(self._chosen, [states, targets])
        self._picked = tf.function(_picked, jit_compile=True)

    @abstractmethod
    def states(self, tokens: np.ndarray, past: P | None = None) -> tf.Tensor:
        """States after each token, normalised: ready for :meth:`logits`.

        Args:
            tokens: ``(batch, length)`` int; padding stands on the right, where no real token sees
                it.
            past: what was read before, by every row alike.

        Returns:
            ``(batch, length, width)``.
        """

    @abstractmethod
    def read(self, tokens: Sequence[int], room: int) -> P:
        """Read one text, one token at least; ``room`` is how many its past can hold in all."""

    @abstractmethod
    def go_on(self, past: P, token: int) -> P:
        """Read one token more."""

    def logits(self, states: States) -> tf.Tensor:
        """``(batch, length, width)`` states → ``(batch, length, vocabulary)`` logits."""
        return self._logits(states)

    def log_prob(self, states: States, targets: np.ndarray) -> tf.Tensor:
        """ln p of ``targets``, ``(batch, length)`` int, each after its state; nats."""
        return self._log_prob(states, targets)

    def _turned_round(self, states: States) -> tf.Tensor:
        return self.backbone.token_embedding(states, reverse=True)

    def _chosen(self, states: States, targets: Tensor) -> tf.Tensor:
        return self._picked(self._turned_round(states), targets)


def _picked(logits: Tensor, targets: Tensor) -> tf.Tensor:
    return tf.gather(logits, targets, batch_dims=2) - tf.reduce_logsumexp(logits, axis=-1)


class ReadTokens:
    """A past that keeps the tokens alone: what follows reads them again.

    Attributes:
        tokens: in order.
        state: ``(width,)`` after the last of them.
    """

    def __init__(self, tokens: Sequence[int], state: Tensor) -> None:
        self.tokens, self.state = list(tokens), state


class WholeBackbone(Network[ReadTokens]):
    """Any decoder of KerasHub, run as it is; a past is read again by every row."""

    def __init__(self, backbone: keras.Model) -> None:
        super().__init__(backbone)
        # Not compiled: that takes many seconds for each shape, and is not faster on a processor.
        self._states = tf.function(self._whole, [tf.TensorSpec((None, None), tf.int32)])

    def states(self, tokens: np.ndarray, past: ReadTokens | None = None) -> tf.Tensor:
        """States after each token."""
        before = np.array(past.tokens if past else [], np.int32)
        every = np.concatenate([np.tile(before, (len(tokens), 1)), tokens], axis=1)
        return self._states(every)[:, len(before) :]

    def read(self, tokens: Sequence[int], room: int) -> ReadTokens:
        """Read one text."""
        padded = np.zeros((1, room), np.int32)
        padded[0, : len(tokens)] = tokens
        return ReadTokens(tokens, self._states(padded)[0, len(tokens) - 1])

    def go_on(self, past: ReadTokens, token: int) -> ReadTokens:
        """Read one token more."""
        tokens = [*past.tokens, token]
        return self.read(tokens, -(-len(tokens) // 64) * 64)

    def _whole(self, tokens: Tensor) -> tf.Tensor:
        # Padding stands on the right of a causal model: no real token sees it.
        return self.backbone({"token_ids": tokens, "padding_mask": tf.ones_like(tokens)})
