"""Chapter 10, the shop: checks, solutions and typical wrong answers."""

import math
from typing import Any

import numpy as np
from mtrec_lib.book.exercises import exercise


@exercise("10.1")
def _value_of_a_place(answer: Any) -> str | None:
    value = float(answer)
    if math.isclose(value, 3.0, abs_tol=1e-9):
        return None
    if math.isclose(value, 15.0, abs_tol=1e-9):
        return "this is the value of a click; not everybody who sees it clicks"
    if math.isclose(value, 12.0, abs_tol=1e-9):
        return "this is as if everybody who clicks bought"
    if value < 1:
        return "a probability has no currency; what does a buyer pay?"
    return "follow a hundred people: how many click, how many of them buy, what do they pay?"


@exercise("10.2")
def _one_of_a_basket(answer: Any) -> str | None:
    value = float(answer)
    if math.isclose(value, 0.125, abs_tol=1e-9):
        return None
    if math.isclose(value, 0.5, abs_tol=1e-9):
        return "this is the share of baskets that hold bread; the dice must show it as well"
    if math.isclose(value, 0.25, abs_tol=1e-9):
        return "this holds for a large basket; half of the baskets are small"
    if math.isclose(value, 0.2, abs_tol=1e-9):
        return "this pools the products of all baskets; every basket throws the dice once"
    return "a large basket comes half of the time, and then bread is one of its products"


@exercise("10.3")
def _among_new(answer: Any) -> str | None:
    if not callable(answer):
        return "hand over a function of q and seen, not a number"
    q = np.array([0.5, 0.2, 0.2, 0.1])
    for seen in ([True, False, False, False], [False, True, False, True], [False] * 4):
        mask = np.array(seen)
        found = np.asarray(answer(q.copy(), mask.copy()), float)
        hint = _wrong_among_new(found, q, mask)
        if hint:
            return f"for seen = {seen}: {hint}"
    return None


def _wrong_among_new(found: np.ndarray, q: np.ndarray, seen: np.ndarray) -> str | None:
    if found.shape != q.shape:
        return f"the shape is {found.shape}; keep a place for every item"
    left = np.where(seen, 0.0, q)
    if np.allclose(found, left / left.sum()):
        return None
    if np.allclose(found, left):
        return "what is left does not sum to one"
    if (found[seen] > 0).any():
        return "an item of the past is no candidate"
    return "take the items of the past out, then share one among the rest as they stand"


@exercise("10.4")
def _places_worth_their_cost(answer: Any) -> str | None:
    if not callable(answer):
        return "hand over a function of p, spend, margin, cost and k, not a list"
    p = np.array([0.50, 0.02, 0.20, 0.10, 0.05])
    spend = np.array([1.0, 60.0, 4.0, 3.0, 2.0])
    for margin, cost, k in ((0.25, 0.05, 3), (0.25, 0.25, 3), (1.0, 0.05, 4)):
        places = [int(place) for place in answer(p.copy(), spend.copy(), margin, cost, k)]
        hint = _wrong_places(places, margin * p * spend - cost, k)
        if hint:
            return f"margin {margin}, cost {cost}, k {k}: {hint}"
    return None


def _wrong_places(places: list[int], gain: np.ndarray, k: int) -> str | None:
    order = np.argsort(-gain, kind="stable")
    right = [int(place) for place in order if gain[place] > 0][:k]
    if places == right:
        return None
    if len(places) > k:
        return "the page is too long"
    if any(gain[place] <= 0 for place in places):
        return "a place is given to a product that does not earn its cost"
    if sorted(places) == sorted(right):
        return "the right products, but the best must stand first"
    if len(places) < len(right):
        return "a product that earns more than its place costs is left out"
    return "rank by what the shop keeps: its margin of the expected spend, less the cost"


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


def solutions() -> dict[str, Any]:
    """The answer to each exercise."""
    return {
        # Of a hundred who see it 20 click, 5 of them buy, each for 60: 300, and 3 a person.
        "10.1": 3.0,
        # Half of the baskets are large, and then the dice shows bread one time in four.
        "10.2": 0.125,
        "10.3": among_new,
        "10.4": worth_showing,
    }


def wrong_answers() -> dict[str, list[Any]]:
    """Answers that are often given instead; each meets a hint."""
    return {
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
