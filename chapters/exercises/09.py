"""Chapter 09, ranked lists: checks, solutions and typical wrong answers."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from mtrec_lib.book.exercises import exercise


@exercise("09.1")
def _rank_under_ties(answer: Any) -> str | None:
    if answer == 2:
        return None
    if answer == 3:
        return "a masked item is no candidate any more; count only what may be recommended"
    if answer == 1:
        return "a tie counts against the model: every candidate with a score as high is counted"
    return "count the candidates whose score is at least the target's, itself included"


@exercise("09.2")
def _mean_ndcg(answer: Any) -> str | None:
    value = float(answer)
    right = np.mean([1.0, 0.5, 0.0, 1 / np.log2(3)])
    if abs(value - right) < 0.006:
        return None
    if abs(value - np.mean([1.0, 0.5, 1 / np.log2(5), 1 / np.log2(3)])) < 0.006:
        return "one of the four targets stands outside the list of three and earns nothing"
    if abs(value - np.mean([1.0, 1 / 3, 0.0, 0.5])) < 0.006:
        return "this is the mean of 1 / rank; the discount of NDCG is a logarithm"
    if abs(value - 0.75) < 0.006:
        return "this is the hit rate; NDCG gives less credit to a hit further down"
    return "a hit at rank r earns 1 / log2(1 + r), a miss nothing; then take the mean over all four"


@exercise("09.3")
def _next_and_liked(answer: Any) -> str | None:
    p_next = np.array([0.40, 0.30, 0.15, 0.10, 0.05])
    p_like = np.array([0.10, 0.50, 0.90, 0.20, 0.95])
    places = np.asarray(answer(p_next, p_like, 3)).tolist()
    if places == np.argsort(-p_next)[:3].tolist():
        return "this list is the same whatever people like; the second array must matter"
    if places == np.argsort(-p_like)[:3].tolist():
        return "this puts first what is liked if it is taken, however unlikely that is"
    if len(places) != 3:
        return f"the list must hold k items, yours holds {len(places)} for k = 3"
    right = np.argsort(-p_next * p_like)[:3].tolist()
    if places != right:
        return "multiply: p(next and liked) = p(next) p(like | chosen); then the highest first"
    return None


@exercise("09.4")
def _varied(answer: Any) -> str | None:
    pages = ([0, 0, 0, 1, 0, 2], 1, 3), ([0, 1, 0, 1, 2, 2], 2, 4), ([3, 3, 3], 2, 3)
    for categories, most, k in pages:
        places = [int(place) for place in answer(list(categories), most, k)]
        hint = _fault_of_page(places, categories, most, k)
        if hint:
            return f"categories {categories}, most {most}, k {k}: {hint}"
    return None


def _fault_of_page(places: list[int], categories: Sequence[int], most: int, k: int) -> str | None:
    """What is wrong with a page, or None."""
    if any(not 0 <= place < len(categories) for place in places):
        return "a place lies outside the list"
    shown = [categories[place] for place in places]
    if any(shown.count(kind) > most for kind in shown):
        return "a category stands there too often"
    if len(places) > k:
        return "the page is too long"
    if places != sorted(set(places)):
        return "the items must keep their order, each at most once"
    for place in range(len(categories)):
        before = [categories[other] for other in places if other < place]
        room = len(before) < k and before.count(categories[place]) < most
        if place not in places and room:
            return f"place {place} is passed over although it would fit"
    return None


# 09.1 Candidates are columns 0, 1, 2, 3 and 5. A score of at least 0.7 have columns 1 and 2: the
# target itself and one tie, which counts against the model.
RANK = 2
# 09.2 Hits at ranks 1, 3 and 2 earn 1/log2(2) = 1, 1/log2(4) = 0.5 and 1/log2(3) = 0.6309; rank 4
# is outside the list of three.
NDCG = float(np.mean([1.0, 0.5, 0.0, 1 / np.log2(3)]))


def liked_first(p_next, p_like, k):
    """09.3 The chain rule: p(next and liked) is the product."""
    return np.argsort(-(p_next * p_like), kind="stable")[:k]


def varied(categories, most, k):
    """09.4 Greedy: from the top, take what still fits."""
    places, used = [], {}
    for place, kind in enumerate(categories):
        if len(places) < k and used.get(kind, 0) < most:
            places.append(place)
            used[kind] = used.get(kind, 0) + 1
    return places


def solutions() -> dict[str, Any]:
    """The answer to each exercise."""
    return {"09.1": RANK, "09.2": NDCG, "09.3": liked_first, "09.4": varied}


def wrong_answers() -> dict[str, list[Any]]:
    """Answers that are often given instead; each meets a hint."""
    return {
        "09.1": [1, 3, 4],  # ties for the model; the masked item counted; one too many
        "09.2": [0.6404, 0.4583, 0.75],  # the miss counted; MRR; HR
        "09.3": [
            lambda p_next, p_like, k: np.argsort(-p_next)[:k],
            lambda p_next, p_like, k: np.argsort(-p_like)[:k],
            lambda p_next, p_like, k: np.argsort(p_next * p_like)[:k],
        ],
        "09.4": [
            lambda categories, most, k: list(range(min(k, len(categories)))),  # no rule at all
            lambda categories, most, k: [0],  # varied, and nearly empty
            lambda categories, most, k: varied(categories, most, k)[::-1],  # the worst first
        ],
    }
