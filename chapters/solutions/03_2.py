"""Chapter 03, second part, solved; and typical wrong answers with what is wrong about them."""

import numpy as np


def joined(slices):
    """Each slice's own logarithm, its largest logit first, then two at a time."""
    total = np.full(len(slices[0]), -np.inf)
    for logits in slices:
        top = logits.max(axis=1)
        part = top + np.log(np.exp(logits - top[:, None]).sum(1))
        total = np.logaddexp(total, part)
    return total


def plainly(slices):
    """Right on paper; e to the thousandth is infinite in a computer."""
    return np.log(sum(np.exp(logits).sum(1) for logits in slices))


def added(slices):
    """Adds logarithms of sums: the logarithm of a product."""
    return sum(np.logaddexp.reduce(logits, axis=1) for logits in slices)


def largest(slices):
    """Only the largest slice counts here."""
    return np.max([np.logaddexp.reduce(logits, axis=1) for logits in slices], axis=0)


def bits_at(scores, target, tau):
    """Bits an event after dividing by a temperature."""
    warm = scores / tau
    log_p = warm - np.logaddexp.reduce(warm, axis=1, keepdims=True)
    return -log_p[np.arange(len(target)), target].mean() / np.log(2)


def fitted(scores, target):
    """The temperature with the fewest bits among many: one number is hard to overfit."""
    return min(2.0 ** np.arange(-4, 4, 0.05), key=lambda tau: bits_at(scores, target, tau))


def none(scores, target):
    """Trusts the scores."""
    return 1.0


def by_hits(scores, target):
    """No list changes with the temperature, so all are best and the first one wins."""
    return max([4.0, 2.0, 1.0], key=lambda tau: ((scores / tau).argmax(1) == target).mean())


def inverse(scores, target):
    """The right number, used the wrong way round."""
    return 1 / fitted(scores, target)


SOLUTIONS = {
    # log p − log Q is the same for all three items.
    "03_2.1": [1 / 3, 1 / 3, 1 / 3],
    # α = 1/100, so σ = .01 / (.01 + .01 · .99) = 1 / 1.99.
    "03_2.2": 1 / 1.99,
    # s is log p − log Q + c.
    "03_2.3": "b",
    "03_2.4": joined,
    # Open to other ways; bits on the given events choose well for the new ones.
    "03_2.5": fitted,
}
WRONG = {
    "03_2.1": [[0.5, 0.25, 0.25], [4 / 6, 1 / 6, 1 / 6], [0.2, 0.4, 0.4], [1, 1, 1]],
    "03_2.2": [0.01, 1 / 1.99 / (1 - 1 / 1.99), 0.9],
    "03_2.3": ["a", "c", "d", "the second"],
    "03_2.4": [plainly, added, largest, 3.0],
    "03_2.5": [none, by_hits, inverse, lambda scores, target: -1.0, 2.0],
}
