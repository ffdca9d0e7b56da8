"""How the tables of a world are drawn. ``K`` types, ``X`` contexts, ``I`` items, ``C`` categories.

The constants set a world in which taste matters about as much as popularity and habit, about a
fifth of impressions is clicked and about a third of clicks ends in a buy.
"""

import numpy as np

from mtrec_lib.data.simulator.parameters import Parameters

LIKE_LIFT = 1.0  # logits by which a like makes a buy more likely
MOODS = np.array([-1.0, 1.0])  # the hidden common cause of click and buy, equally likely


def sigmoid(logits: np.ndarray) -> np.ndarray:
    """1 / (1 + exp(−logits)), elementwise."""
    return 1 / (1 + np.exp(-logits))


def softmax(logits: np.ndarray) -> np.ndarray:
    """Probabilities over the last axis."""
    weights = np.exp(logits - logits.max(-1, keepdims=True))
    return weights / weights.sum(-1, keepdims=True)


def move(p: Parameters) -> np.ndarray:
    """``(K, K)``: stay with probability 1 − drift, else go to one of the others alike."""
    if p.types == 1:
        return np.ones((1, 1))
    others = np.full((p.types, p.types), p.drift / (p.types - 1))
    np.fill_diagonal(others, 1 - p.drift)
    return others


def shop(p: Parameters, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """``(I,)`` category, price in currency per unit, popularity (a shuffled power law)."""
    category = np.arange(p.size) % p.groups
    level = rng.normal(3.0, 0.5, p.groups)  # log price: about 20 in the median
    price = np.round(np.exp(level[category] + rng.normal(0, 0.4, p.size)), 2)
    weights = rng.permutation(np.arange(1.0, p.size + 1)) ** -0.7
    return category, np.maximum(price, 0.5), weights / weights.sum()


def taste(p: Parameters, category: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """``(K, I)`` how much a type likes an item, in logits: its category, and the item itself."""
    by_category = rng.normal(0, 1.2, (p.types, p.groups))
    return by_category[:, category] + rng.normal(0, 0.5, (p.types, p.size))


def choice(
    p: Parameters,
    category: np.ndarray,
    popularity: np.ndarray,
    taste: np.ndarray,
    rng: np.random.Generator,
) -> np.ndarray:
    """``(K, X, I)`` p(chosen item | type, context)."""
    if p.symbols is not None:
        return _symbol_choice(p, rng)
    affinity = rng.normal(0, 0.8, (p.groups + 1, p.groups)) + 1.0 * np.eye(p.groups + 1)[:, 1:]
    affinity[0] = 0  # nothing chosen yet in this session
    habit = np.zeros((1, p.groups))
    for _ in range(p.order):  # the latest choice is the lowest digit of a context's number
        habit = (0.5 * habit[:, None, :] + affinity[None, :, :]).reshape(-1, p.groups)
    logits = taste[:, None, :] + habit[None, :, category]
    return softmax((np.log(popularity) + logits) / p.temperature)


def _symbol_choice(p: Parameters, rng: np.random.Generator) -> np.ndarray:
    """Rows from a Dirichlet(0.3), with a little of the uniform so that nothing is impossible.

    Where a context is shorter than ``order`` the row is the mean over what is missing.
    """
    shape = (p.types, *[p.size] * p.order, p.size)
    draws = rng.standard_gamma(0.3, shape) + 1e-300
    sharp = softmax(np.log(draws) / p.temperature)
    table = 0.98 * sharp + 0.02 / p.size
    for axis in range(1, p.order + 1):
        table = np.concatenate([table.mean(axis, keepdims=True), table], axis)
    return table.reshape(p.types, p.contexts, p.size)


def shelf(p: Parameters, category: np.ndarray, popularity: np.ndarray) -> np.ndarray:
    """``(C + 1, I)`` what the platform shows: popular things, more of the last chosen category.

    It looks at what was done, never at the type: given the past an impression says nothing of it.
    """
    same = np.arange(p.groups + 1)[:, None] == category[None, :] + 1
    return softmax(0.5 * np.log(popularity) + 1.5 * same)


def place(p: Parameters, popularity: np.ndarray) -> np.ndarray:
    """``(I, positions)`` the platform puts popular items higher up."""
    rank = np.argsort(np.argsort(-popularity)) / len(popularity)  # 0 for the most popular
    steepness = 3.0 * (0.5 - rank)
    return softmax(-steepness[:, None] * np.linspace(0, 1, p.positions)[None, :])


def attracted(p: Parameters, taste: np.ndarray) -> np.ndarray:
    """``(2, K, I)`` p(click | examined, mood, type, item)."""
    mood = p.confounding * MOODS[:, None, None]
    return sigmoid(-1.0 + taste[None] + mood)


def bought(
    p: Parameters,
    category: np.ndarray,
    price: np.ndarray,
    taste: np.ndarray,
    rng: np.random.Generator,
) -> np.ndarray:
    """``(2, 2, K, I)`` p(buy | click, mood, like, type, item): dear things are bought less."""
    need = rng.normal(0, 0.8, (p.types, p.groups))[:, category]
    dear = np.log(price) - np.log(price).mean()
    logits = -2.2 + 0.5 * taste + need - 0.5 * dear[None, :]
    liked = LIKE_LIFT * np.arange(2.0)[None, :, None, None]
    mood = p.confounding * MOODS[:, None, None, None]
    return sigmoid(logits[None, None] + liked + mood)


def grades(taste: np.ndarray, rng: np.random.Generator, count: int) -> np.ndarray:
    """``(K, I, count)`` p(rating | type, item): an ordered logit on taste and quality."""
    quality = rng.normal(0, 0.7, taste.shape[1])
    steps = np.linspace(-2.0, 2.0, count - 1)
    above = sigmoid((taste + quality)[:, :, None] - steps)  # p(rating > grade)
    edges = np.pad(above, ((0, 0), (0, 0), (1, 1)), constant_values=((0, 0), (0, 0), (1, 0)))
    return edges[:, :, :-1] - edges[:, :, 1:]


def spend(
    p: Parameters, category: np.ndarray, price: np.ndarray, rng: np.random.Generator
) -> np.ndarray:
    """``(K, I)`` mean of log spend given a buy: near the price, more for some types."""
    generous = rng.normal(0.2, 0.3, (p.types, p.groups))
    return np.log(price)[None, :] + generous[:, category]
