"""Chapter 03, bits and optima: checks, solutions and typical wrong answers."""

import math
from itertools import pairwise
from typing import Any

import numpy as np
from mtrec_lib.book.exercises import exercise
from mtrec_lib.evaluation import bits_per_event


_LONG = np.full(5000, 1e-4)
_TEXTS = (np.array([0.5, 0.25]), np.array([0.1, 0.4, 0.9]), _LONG)


@exercise("03.1")
def _bits(answer: Any) -> str | None:
    bits, surprises = float(answer), np.array([1.0, 2.0, 3.0, 3.0])
    hints = {
        float(surprises.sum()): "that is the whole text; how many events share it?",
        float(surprises.mean() * math.log(2)): "that is in nats; one bit is ln 2 nats",
        float(2 ** surprises.mean()): "that is the perplexity; which power of two is it?",
        2.0: "take the logarithm of each probability first, then the mean",
    }
    near = [hint for value, hint in hints.items() if math.isclose(bits, value, abs_tol=0.005)]
    if math.isclose(bits, surprises.mean(), abs_tol=0.005):
        return None
    return near[0] if near else "how many fair yes-or-no questions is each probability worth?"


@exercise("03.2")
def _optimum(answer: Any) -> str | None:
    given = np.asarray(answer, dtype=np.float64)
    text = "ABACAABAB"
    after = [b for a, b in pairwise(text) if a == "A"]
    counts = np.array([after.count(letter) for letter in "ABC"])
    if given.shape != (3,):
        return "three numbers are wanted: for A, for B and for C, each after an A"
    if np.allclose(given, counts / counts.sum(), atol=1e-3):
        return None
    if np.allclose(given, [text.count(c) / len(text) for c in "ABC"], atol=0.005):
        return "these are the shares in the whole text; look only at what follows an A"
    if not math.isclose(given.sum(), 1, abs_tol=1e-3):
        return "these do not sum to one; divide the counts by their sum"
    return "count the letters that stand directly behind an A; the last letter has no follower"


@exercise("03.3")
def _denominator(answer: Any) -> str | None:
    letter = str(answer).strip().lower()
    hints = {
        "a": "this denominator is the same number in every batch; which one is not?",
        "c": "the shape of a batch is fixed, so this denominator is too; which one is not?",
    }
    return None if letter == "b" else hints.get(letter, "answer with one letter, as a text")


@exercise("03.4")
def _perplexity(answer: Any) -> str | None:
    if not callable(answer):
        return "a function of an array of probabilities is wanted"
    for p in _TEXTS:
        with np.errstate(all="ignore"):
            got = float(answer(p))
        right = 2 ** bits_per_event(np.log(p))
        if math.isclose(got, right, rel_tol=1e-6):
            continue
        if p is _LONG:
            return "short texts are right, a long one is not: does a product underflow?"
        if math.isclose(got, math.log2(right), rel_tol=1e-6):
            return "these are the bits; one more step is missing"
        return f"for p = {p.tolist()} the perplexity is not {got:.4g}; average the logarithms first"
    return None


@exercise("03.5")
def _smoothing(answer: Any) -> str | None:
    if not callable(answer):
        return "a function from a table of counts to a table of probabilities is wanted"
    yours, plain = [], []
    for seed in range(5):
        counts, fresh = _world(seed)
        with np.errstate(all="ignore"):
            table = np.asarray(answer(counts.copy()), dtype=np.float64)
        if table.shape != counts.shape or not np.allclose(table.sum(1), 1, atol=1e-6):
            return "every row of the table must sum to one, and the shape must stay"
        if not (table > 0).all():
            return "an event that may happen has probability zero: infinitely many bits"
        yours.append(-(fresh * np.log2(table)).sum())
        added = counts + 1.0
        plain.append(-(fresh * np.log2(added / added.sum(1, keepdims=True))).sum())
    if np.mean(yours) < np.mean(plain) - 0.02:
        return None
    return "valid, but no better than adding one to every count; what do shorter pasts know?"


def _world(seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Counts (20, 20) of 600 events of a random chain, and the true shares of all pairs."""
    rng = np.random.default_rng(seed)
    common = rng.dirichlet(np.full(20, 0.5))
    chain = np.stack([rng.dirichlet(5 * common + 0.01) for _ in range(20)])
    start = rng.choice(20, 600, p=common)
    follow = (rng.random((600, 1)) > chain.cumsum(1)[start]).sum(1).clip(max=19)
    counts = np.zeros((20, 20))
    np.add.at(counts, (start, follow), 1)
    return counts, common[:, None] * chain


def perplexity(p):
    """Two to the mean of −log₂ p; logarithms before the mean, so that nothing underflows."""
    return 2 ** -np.log2(p).mean()


def product(p):
    """Right on paper; the product of thousands of probabilities is 0 in a computer."""
    return np.prod(p) ** (-1 / len(p))


def bits_only(p):
    """Forgets the last step."""
    return -np.log2(p).mean()


def of_the_mean(p):
    """Averages before taking the logarithm."""
    return 1 / np.mean(p)


def interpolated(counts):
    """Witten and Bell: t distinct followers of a context give t events to the shorter past.

    The shorter past, order 0, gives one event to each item in the same way.
    """
    shares = (counts.sum(0) + 0.1) / (counts.sum() + 0.1 * len(counts))  # (V,) order 0
    distinct = (counts > 0).sum(1, keepdims=True)  # (V, 1)
    total = counts.sum(1, keepdims=True) + distinct
    known = (counts + distinct * shares) / np.maximum(total, 1)
    return np.where(total > 0, known, shares)


def plain(counts):
    """The shares themselves: what was never seen is impossible."""
    return np.where(
        counts.sum(1, keepdims=True) > 0,
        counts / np.maximum(counts.sum(1, keepdims=True), 1),
        1 / len(counts),
    )


def add_one(counts):
    """Finite, but it treats the never seen all alike."""
    return (counts + 1) / (counts + 1).sum(1, keepdims=True)


def solutions() -> dict[str, Any]:
    """The answer to each exercise."""
    return {
        # −log₂ of 1/2, 1/4, 1/8, 1/8 is 1, 2, 3, 3: nine bits over four events.
        "03.1": 2.25,
        # Behind an A stand B, C, A, B, B.
        "03.2": [0.2, 0.6, 0.2],
        # The number of labels changes from batch to batch; the two others are constants.
        "03.3": "b",
        "03.4": perplexity,
        # One of many: whatever needs fewer bits than adding one.
        "03.5": interpolated,
    }


def wrong_answers() -> dict[str, list[Any]]:
    """Answers that are often given instead; each meets a hint."""
    return {
        "03.1": [9.0, 2.25 * np.log(2), 2**2.25, 2.0],
        "03.2": [[5 / 9, 3 / 9, 1 / 9], [1, 3, 1], [1 / 3, 1 / 3, 1 / 3], [0.2, 0.8]],
        "03.3": ["a", "c", "the first"],
        "03.4": [product, bits_only, of_the_mean, 4.0],
        "03.5": [plain, add_one, lambda counts: counts + 1, 0.1],
    }
