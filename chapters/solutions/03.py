"""Chapter 03, solved: each exercise, and typical wrong answers with what is wrong about them."""

import numpy as np


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


SOLUTIONS = {
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
WRONG = {
    "03.1": [9.0, 2.25 * np.log(2), 2**2.25, 2.0],
    "03.2": [[5 / 9, 3 / 9, 1 / 9], [1, 3, 1], [1 / 3, 1 / 3, 1 / 3], [0.2, 0.8]],
    "03.3": ["a", "c", "the first"],
    "03.4": [product, bits_only, of_the_mean, 4.0],
    "03.5": [plain, add_one, lambda counts: counts + 1, 0.1],
}
