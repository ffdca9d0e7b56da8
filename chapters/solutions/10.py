"""Worked solutions of chapter 10, the shop, and typical wrong answers."""

import numpy as np


def among_new(q, seen):
    """10.3 p(i | h, i ∉ past): what is left of q when the past is taken out, shared out anew."""
    left = np.where(seen, 0.0, q)
    return left / left.sum()


def worth_showing(p, spend, margin, cost, k):
    """10.4 A place earns margin · p · spend and costs its cost; best first, losses never."""
    gain = margin * p * spend - cost
    order = np.argsort(-gain, kind="stable")
    return [place for place in order if gain[place] > 0][:k]


def _likeliest(p, spend, margin, cost, k):
    return np.argsort(-p, kind="stable")[:k]


def _always_full(p, spend, margin, cost, k):
    return np.argsort(-p * spend, kind="stable")[:k]


def _worst_first(p, spend, margin, cost, k):
    return worth_showing(p, spend, margin, cost, k)[::-1]


SOLUTIONS = {
    # Of a hundred who see it 20 click, 5 of them buy, each for 60: 300, and 3 a person.
    "10.1": 3.0,
    # Half of the baskets are large, and then the dice shows bread one time in four.
    "10.2": 0.125,
    "10.3": among_new,
    "10.4": worth_showing,
}

WRONG = {
    "10.1": [15.0, 12.0, 0.05, 60.0],  # of a click; all who click buy; no currency; of a buyer
    "10.2": [0.5, 0.25, 0.2, 0.8],  # p for q; a large basket; pooled products; no reason
    "10.3": [
        lambda q, seen: np.where(seen, 0.0, q),  # sums to less than one
        lambda q, seen: q,  # the past is still there
        lambda q, seen: (q / q[~seen].sum())[~seen],  # items lose their places
        0.5,
    ],
    "10.4": [_likeliest, _always_full, _worst_first, [0, 1, 2]],
}
