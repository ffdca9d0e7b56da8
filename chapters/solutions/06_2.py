"""Solutions of chapter 06_2, and typical wrong answers."""

import math
from typing import Any

import numpy as np
from scipy.special import expit

# 06_2.1 The density of 100 s at 100 s is that of s divided by 100: the loss rises by log 100.


def like_of(theta: Any, eta: Any) -> Any:
    """P(r ≥ 4) = 1 − P(r ≤ 3): the third threshold is the border."""
    return expit(np.asarray(eta) - theta[2])


def worth(p_click: Any, p_buy: Any, mu: Any, tau: Any) -> Any:
    """p(click) · p(buy | click) · E[spend | buy], the mean of a lognormal."""
    return p_click * p_buy * np.exp(mu + tau**2 / 2)


SOLUTIONS = {
    "06_2.1": math.log(100),
    "06_2.2": like_of,
    "06_2.3": worth,
}

WRONG = {
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
