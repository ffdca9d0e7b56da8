"""Chapter 03_2, a study of losses: checks, solutions and typical wrong answers."""

import math
from typing import Any

import numpy as np
from mtrec_lib.book.exercises import exercise


_RNG = np.random.default_rng(0)
_SLICES = [
    [_RNG.normal(size=(3, c)) for c in (4, 1, 2)],
    [np.array([[1000.0, 999.0]]), np.array([[-1000.0]])],
    [np.array([[-1000.0], [0.0]]), np.array([[-1001.0], [0.0]])],
]


@exercise("03_2.1")
def _uncorrected(answer: Any) -> str | None:
    given = np.asarray(answer, dtype=np.float64)
    if given.shape != (3,):
        return "three numbers are wanted, one an item"
    if np.allclose(given, 1 / 3, atol=0.005):
        return None
    if np.allclose(given, [0.5, 0.25, 0.25], atol=0.005):
        return "that is what a corrected loss learns; what is left of it without the correction?"
    squared = np.array([4, 1, 1]) / 6
    if np.allclose(given, squared, atol=0.005):
        return "what is drawn often is pushed down, not up"
    if not math.isclose(given.sum(), 1, abs_tol=0.01):
        return "a softmax sums to one"
    return "the best logits are log p − log Q + c; put the two distributions in"


@exercise("03_2.2")
def _sigmoid(answer: Any) -> str | None:
    given = float(answer)
    right = 0.01 / (0.01 + 0.01 * 0.99)
    hints = {
        0.01: "that would be so at t = 1; BCE has β = 1",
        0.01 / (0.01 + 0.99): "the drawn item is one of a hundred: what is α?",
        right / (1 - right): "these are the odds; the sigmoid is asked for",
    }
    if math.isclose(given, right, abs_tol=0.0015):
        return None
    near = [hint for value, hint in hints.items() if math.isclose(given, value, abs_tol=0.0015)]
    return near[0] if near else "put β = 1, p and α = k / (items − 1) into the formula"


@exercise("03_2.3")
def _line(answer: Any) -> str | None:
    letter = str(answer).strip().lower()
    hints = {
        "a": "these logits are log p − log Q + c; which items do they put too low?",
        "c": "this takes log Q away a second time",
        "d": "an additive constant an item is undone by adding, not by dividing",
    }
    return None if letter == "b" else hints.get(letter, "answer with one letter, as a text")


@exercise("03_2.4")
def _slices(answer: Any) -> str | None:
    if not callable(answer):
        return "a function of a list of slices is wanted"
    for slices in _SLICES:
        with np.errstate(all="ignore"):
            got = np.asarray(answer([each.copy() for each in slices]), dtype=np.float64)
        whole = np.concatenate(slices, axis=1)
        if got.shape != (len(whole),):
            return f"for {len(whole)} rows {len(whole)} numbers are wanted, got shape {got.shape}"
        if not np.isfinite(got).all():
            return "a logit of a thousand overflows or vanishes: subtract the largest first"
        if not np.allclose(got, np.logaddexp.reduce(whole, axis=1)):
            return "not the logarithm of the whole sum; how do two logarithms of sums join?"
    return None


@exercise("03_2.5")
def _temperature(answer: Any) -> str | None:
    if not callable(answer):
        return "a function of scores and targets is wanted"
    found, least, plain = [], [], []
    for seed in range(4):
        (scores, target), (new, due) = _judged(seed), _judged(seed + 100)
        tau = float(answer(scores.copy(), target.copy()))
        if not (math.isfinite(tau) and tau > 0):
            return "a temperature is a finite number above zero"
        found.append(_bits(new / tau, due))
        plain.append(_bits(new, due))
        least.append(min(_bits(new / each, due) for each in 2.0 ** np.arange(-3, 3.1, 0.1)))
    if np.mean(found) < np.mean(least) + 0.02:
        return None
    if np.mean(found) > np.mean(plain) + 0.02:
        return "new events cost more bits than without it; do you divide or multiply?"
    return "new events cost more bits than they need to; which temperature suits the given ones?"


def _judged(seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Scores (400, 50) that rank well and are far too sure, or not sure enough, and targets."""
    rng = np.random.default_rng(seed)
    logits = 1.5 * rng.normal(size=(400, 50))
    target = (logits + rng.gumbel(size=logits.shape)).argmax(1)
    return (3.0 if seed % 2 else 0.4) * logits, target


def _bits(scores: np.ndarray, target: np.ndarray) -> float:
    log_p = scores - np.logaddexp.reduce(scores, axis=1, keepdims=True)
    return float(-log_p[np.arange(len(target)), target].mean() / np.log(2))


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


def solutions() -> dict[str, Any]:
    """The answer to each exercise."""
    return {
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


def wrong_answers() -> dict[str, list[Any]]:
    """Answers that are often given instead; each meets a hint."""
    return {
        "03_2.1": [[0.5, 0.25, 0.25], [4 / 6, 1 / 6, 1 / 6], [0.2, 0.4, 0.4], [1, 1, 1]],
        "03_2.2": [0.01, 1 / 1.99 / (1 - 1 / 1.99), 0.9],
        "03_2.3": ["a", "c", "d", "the second"],
        "03_2.4": [plainly, added, largest, 3.0],
        "03_2.5": [none, by_hits, inverse, lambda scores, target: -1.0, 2.0],
    }
