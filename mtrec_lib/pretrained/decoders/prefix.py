"""How likely many continuations of one text are, the text being read once."""

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mtrec_lib.pretrained.batches import by_length, padded
from mtrec_lib.pretrained.decoders.networks import Network, P

STEP = 4  # tokens: lengths are padded to multiples of it, and each is compiled once


def log_probs(
    network: Network[P],
    prefix: list[int],
    continuations: list[list[int]],
    batch_size: int,
    cached: bool = True,
) -> np.ndarray:
    """ln p(continuation | prefix) = Σ_t ln p(token_t | prefix, tokens before it), nats.

    The first token of every continuation follows from the last state of the prefix, which is read
    once; a continuation of n tokens then needs n − 1 more, and these see the keys and values of
    the prefix, which all rows share.

    Args:
        network: of the decoder.
        prefix: one token at least.
        continuations: tokens of each; an empty one has probability 1.
        batch_size: continuations at a time, those of similar length together.
        cached: whether the prefix is read once, or anew with every continuation.

    Returns:
        ``(n,)`` float64.
    """
    if not cached:
        return _plain(network, prefix, continuations, batch_size)
    past = network.read(prefix, -(-len(prefix) // 64) * 64)
    first = network.logits(past.state[None, None]).numpy()[0, 0].astype(np.float64)
    first -= np.logaddexp.reduce(first)
    nats = np.array([first[ids[0]] if ids else 0.0 for ids in continuations])
    for rows, tokens, targets, real in batches(continuations, batch_size):
        each = network.log_prob(network.states(tokens, past), targets).numpy()
        nats[rows] += _summed(each, real)[: len(rows)]
    return nats


def _plain(
    network: Network[P], prefix: list[int], continuations: list[list[int]], batch_size: int
) -> np.ndarray:
    """The same without a cache: every row holds the prefix."""
    nats, last = np.zeros(len(continuations)), prefix[-1]
    after = [[last, *ids] if ids else [] for ids in continuations]
    before = np.array(prefix[:-1], np.int32)
    for rows, tokens, targets, real in batches(after, batch_size):
        whole = np.concatenate([np.tile(before, (len(tokens), 1)), tokens], axis=1)
        states = network.states(whole)[:, len(before) :]
        each = network.log_prob(states, targets).numpy()
        nats[rows] = _summed(each, real)[: len(rows)]
    return nats


def batches(
    tokens: list[list[int]], size: int
) -> Iterator[tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]]:
    """Rows of similar length together, those of fewer than two tokens left out.

    Yields which rows; what is read, ``(height, length)``; what comes next at each place; and which
    places are real.
    """
    lengths = np.array([len(ids) for ids in tokens], np.int64)
    some = np.flatnonzero(lengths > 1)
    for chosen, height, length in by_length(lengths[some] - 1, _rounded, lambda length: size):
        rows = some[chosen]
        filled = padded([tokens[row] for row in rows], height, length + 1)[0]
        real = np.zeros((height, length), bool)
        real[: len(rows)] = np.arange(length) < (lengths[rows] - 1)[:, None]
        yield rows, filled[:, :-1], filled[:, 1:], real


def _rounded(tokens: int) -> int:
    return -(-tokens // STEP) * STEP


def _summed(each: NDArray[Any], real: np.ndarray) -> np.ndarray:
    return np.where(real, each, 0.0).sum(axis=1, dtype=np.float64)
