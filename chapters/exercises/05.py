"""Chapter 05, pretrained language models: checks, solutions and typical wrong answers."""

import math
from typing import Any

import numpy as np
from mtrec_lib.book.exercises import exercise


@exercise("05.1")
def _tokens_once(answer: Any) -> str | None:
    value = float(answer)
    if math.isclose(value, 34, rel_tol=1e-3):
        return None
    if math.isclose(value, 100, rel_tol=1e-3):
        return "the titles themselves must be read either way"
    if math.isclose(value, 51, rel_tol=1e-3):
        return "reading once reads the history, too"
    if value < 1:
        return "turn it round: how many times more tokens does the plain way read?"
    return "count both: history and titles once, against the history with every title"


@exercise("05.2")
def _numbers_of_lora(answer: Any) -> str | None:
    value = float(answer)
    if math.isclose(value, 6144, abs_tol=0.5):
        return None
    if math.isclose(value, 576 * 192, abs_tol=0.5):
        return "these are the numbers of W, which stay frozen"
    if math.isclose(value, 8 * 576 * 192, abs_tol=0.5):
        return "A and B stand beside each other; nothing multiplies W"
    if value in (8 * 576, 8 * 192):
        return "this is one of the two matrices"
    return "A is (rank, inputs) and B is (outputs, rank): add their sizes"


@exercise("05.3")
def _pooling(answer: Any) -> str | None:
    if not callable(answer):
        return "hand over a function of states and a mask, not a value"
    draw = np.random.default_rng(0)
    states = draw.normal(size=(3, 4, 5))
    mask = np.array([[1, 1, 1, 1], [1, 1, 0, 0], [1, 0, 0, 0]])
    return _wrong_pooling(np.asarray(answer(states, mask), dtype=float), states, mask)


def _wrong_pooling(found: np.ndarray, states: np.ndarray, mask: np.ndarray) -> str | None:
    if found.shape != (len(states), states.shape[2]):
        return f"one vector a text: the shape is {found.shape}"
    real = (states * mask[:, :, None]).sum(1) / mask.sum(1, keepdims=True)
    padded = states.mean(1)
    right, wrong = (each / np.linalg.norm(each, axis=1, keepdims=True) for each in (real, padded))
    if np.allclose(found, right):
        return None
    if np.allclose(found, real):
        return "the mean is right; now give every vector the length one"
    if np.allclose(found, wrong) or np.allclose(found, padded):
        return "padding is part of this mean: the texts have 4, 2 and 1 real tokens"
    return "sum the states of real tokens, divide by their number, then by the length"


@exercise("05.4")
def _corrected(answer: Any) -> str | None:
    if not callable(answer):
        return "hand over a function of two arrays of log probabilities and of token counts"
    given, alone = np.array([-12.0, -20.0, -9.0]), np.array([-20.0, -36.0, -10.0])
    tokens = np.array([4, 8, 2])
    found = np.asarray(answer(given, alone, tokens), dtype=float)
    if found.shape != given.shape:
        return f"one number a title: the shape is {found.shape}"
    if np.allclose(found, (given - alone) / tokens):
        return None
    if np.allclose(found, given - alone):
        return "a long title has more tokens to gain from: this is its sum"
    if np.allclose(found, (alone - given) / tokens):
        return "the sign is turned: what the history makes likelier should stand first"
    if np.allclose(found, given / tokens):
        return "this still ranks by what is a likely text for anybody"
    return "take what the history adds to the log probability, and share it among the tokens"


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


def solutions() -> dict[str, Any]:
    """The answer to each exercise."""
    return {
        # Plain: 100 · (500 + 10) = 51,000 tokens. Once: 500 + 100 · 10 = 1,500.
        "05.1": 34,
        # A is (8, 576), B is (192, 8): 8 · (576 + 192).
        "05.2": 6144,
        "05.3": pooled,
        "05.4": corrected,
    }


def wrong_answers() -> dict[str, list[Any]]:
    """Answers that are often given instead; each meets a hint."""
    return {
        "05.1": [100, 1500 / 51_000, 51, 510],
        "05.2": [110_592, 884_736, 4608],
        "05.3": [_with_padding, _any_length, 0.5],
        "05.4": [_summed, _turned, _prior_kept],
    }
