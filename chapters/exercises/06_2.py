"""Chapter 06_2, losses of different kinds: checks, solutions and typical wrong answers."""

import math
from typing import Any

import numpy as np
from mtrec_lib.book.exercises import exercise
from scipy.special import expit


@exercise("06_2.1")
def _another_currency(answer: Any) -> str | None:
    nats = float(answer)
    if math.isclose(nats, math.log(100), rel_tol=1e-3):
        return None
    if nats == 0:
        return "no gradient moves, and yet the loss does: a density has a unit"
    if math.isclose(nats, 100, rel_tol=1e-3) or math.isclose(nats, 0.01, rel_tol=1e-3):
        return "the factor stands inside a logarithm"
    if math.isclose(nats, math.log2(100), rel_tol=1e-3):
        return "those are bits"
    return "write the density of c·s in terms of the density of s, and take minus the logarithm"


@exercise("06_2.2")
def _like_of(answer: Any) -> str | None:
    if not callable(answer):
        return "the answer is a function of theta and eta"
    theta, eta = np.array([-2.0, -0.5, 0.5, 1.5]), np.array([-1.0, 0.0, 2.0])
    said = np.asarray(answer(theta, eta), dtype=float)
    if said.shape != eta.shape:
        return "hand over an array of eta, and as many probabilities must come back"
    above = [1 / (1 + np.exp(each - eta)) for each in theta]
    if np.allclose(said, above[2], atol=1e-6):
        return None
    if np.allclose(said, 1 - above[2], atol=1e-6):
        return "this is the probability of the three lowest grades"
    if np.allclose(said, above[3], atol=1e-6):
        return "this is the best grade alone"
    if np.allclose(said, above[1], atol=1e-6):
        return "this includes the middle grade"
    return "which threshold stands between the third and the fourth grade?"


@exercise("06_2.3")
def _worth(answer: Any) -> str | None:
    if not callable(answer):
        return "the answer is a function of p_click, p_buy, mu and tau"
    click, buy = np.array([0.2, 0.5]), np.array([0.3, 0.1])
    mu, tau = np.array([1.0, 2.0]), np.array([0.5, 1.0])
    said = np.asarray(answer(click, buy, mu, tau), dtype=float)
    if said.shape != click.shape:
        return "hand over arrays, and as many numbers must come back"
    if np.allclose(said, click * buy * np.exp(mu + tau**2 / 2), rtol=1e-4):
        return None
    if np.allclose(said, click * buy * np.exp(mu), rtol=1e-4):
        return "this multiplies by the median of the spend"
    if np.allclose(said, buy * np.exp(mu + tau**2 / 2), rtol=1e-4):
        return "this is the worth of a click; what is the worth of showing?"
    if np.allclose(said, click * buy * np.exp(mu + tau**2), rtol=1e-4):
        return "look at the exponent of the mean again"
    return "three factors: each is given the ones before it"


# 06_2.1 The density of 100 s at 100 s is that of s divided by 100: the loss rises by log 100.


def like_of(theta: Any, eta: Any) -> Any:
    """P(r ≥ 4) = 1 − P(r ≤ 3): the third threshold is the border."""
    return expit(np.asarray(eta) - theta[2])


def worth(p_click: Any, p_buy: Any, mu: Any, tau: Any) -> Any:
    """p(click) · p(buy | click) · E[spend | buy], the mean of a lognormal."""
    return p_click * p_buy * np.exp(mu + tau**2 / 2)


def solutions() -> dict[str, Any]:
    """The answer to each exercise."""
    return {
        "06_2.1": math.log(100),
        "06_2.2": like_of,
        "06_2.3": worth,
    }


def wrong_answers() -> dict[str, list[Any]]:
    """Answers that are often given instead; each meets a hint."""
    return {
        "06_2.1": [0, 100, 0.01, math.log2(100), 2],
        "06_2.2": [
            lambda theta, eta: expit(theta[2] - eta),
            lambda theta, eta: expit(eta - theta[3]),
            lambda theta, eta: expit(eta - theta[1]),
            0.5,
        ],
        "06_2.3": [
            lambda p_click, p_buy, mu, tau: p_click * p_buy * np.exp(mu),
            lambda p_click, p_buy, mu, tau: p_buy * np.exp(mu + tau**2 / 2),
            lambda p_click, p_buy, mu, tau: p_click * p_buy * np.exp(mu + tau**2),
            lambda p_click, p_buy, mu, tau: p_click + p_buy,
        ],
    }
