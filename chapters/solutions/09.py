"""Worked solutions of chapter 09, and wrong answers that its checks must refuse."""

import numpy as np

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


SOLUTIONS = {"09.1": RANK, "09.2": NDCG, "09.3": liked_first, "09.4": varied}

WRONG = {
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
