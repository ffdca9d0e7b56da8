"""Worked solutions of chapter 05, pretrained language models, and typical wrong answers."""

import numpy as np


def pooled(states: np.ndarray, mask: np.ndarray) -> np.ndarray:
    """Mean of the states of real tokens, at length one: (n, L, d), (n, L) → (n, d)."""
    mean = (states * mask[:, :, None]).sum(1) / mask.sum(1, keepdims=True)
    return mean / np.linalg.norm(mean, axis=1, keepdims=True)


def _with_padding(states: np.ndarray, mask: np.ndarray) -> np.ndarray:
    mean = states.mean(1)
    return mean / np.linalg.norm(mean, axis=1, keepdims=True)


def _any_length(states: np.ndarray, mask: np.ndarray) -> np.ndarray:
    return (states * mask[:, :, None]).sum(1) / mask.sum(1, keepdims=True)


def corrected(given: np.ndarray, alone: np.ndarray, tokens: np.ndarray) -> np.ndarray:
    """What the history adds to the log probability of a title, a token."""
    return (given - alone) / tokens


def _summed(given: np.ndarray, alone: np.ndarray, tokens: np.ndarray) -> np.ndarray:
    return given - alone


def _turned(given: np.ndarray, alone: np.ndarray, tokens: np.ndarray) -> np.ndarray:
    return (alone - given) / tokens


def _prior_kept(given: np.ndarray, alone: np.ndarray, tokens: np.ndarray) -> np.ndarray:
    return given / tokens


SOLUTIONS = {
    # Plain: 100 · (500 + 10) = 51,000 tokens. Once: 500 + 100 · 10 = 1,500.
    "05.1": 34,
    # A is (8, 576), B is (192, 8): 8 · (576 + 192).
    "05.2": 6144,
    "05.3": pooled,
    "05.4": corrected,
}

WRONG = {
    "05.1": [100, 1500 / 51_000, 51, 510],
    "05.2": [110_592, 884_736, 4608],
    "05.3": [_with_padding, _any_length, 0.5],
    "05.4": [_summed, _turned, _prior_kept],
}
