"""A world: every probability that moves its people, as tables."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from mtrec_lib.core.seeds import generator
from mtrec_lib.data.simulator import tables
from mtrec_lib.data.simulator.parameters import Parameters

GRADES = 5
LIKE_AT = 4


@dataclass(frozen=True, eq=False)
class World:
    """The tables of a simulated world; ``K`` types, ``X`` contexts, ``I`` items, ``C`` categories.

    Args:
        parameters: what was asked for.
        move: ``(K, K)`` row k: where type k goes at each event.
        category: ``(I,)`` int64 the category of each item, 0 … C − 1.
        price: ``(I,)`` currency per unit.
        popularity: ``(I,)`` sums to one.
        choice: ``(K, X, I)`` p(chosen item | type, context).
        shelf: ``(C + 1, I)`` p(shown item | category of the session's last choice, 0 for none).
        place: ``(I, positions)`` p(position | shown item).
        seen: ``(positions,)`` p(examined | position).
        attracted: ``(2, K, I)`` p(click | examined, mood, type, item).
        bought: ``(2, 2, K, I)`` p(buy | click, mood, like, type, item).
        grades: ``(K, I, 5)`` p(rating | type, item), ratings 1 … 5.
        spend: ``(K, I)`` mean of log spend given a buy, log currency.
        spend_sd: standard deviation of log spend.

    >>> world = World.build(Parameters(types=2, items=30, categories=3))
    >>> world.choice.shape
    (2, 4, 30)

    Taught in chapter 01.
    """

    parameters: Parameters
    move: np.ndarray
    category: np.ndarray
    price: np.ndarray
    popularity: np.ndarray
    choice: np.ndarray
    shelf: np.ndarray
    place: np.ndarray
    seen: np.ndarray
    attracted: np.ndarray
    bought: np.ndarray
    grades: np.ndarray
    spend: np.ndarray
    spend_sd: float = 0.3

    @classmethod
    def build(cls, parameters: Parameters) -> "World":
        """Draw the tables; the same parameters give the same world."""
        p = parameters
        category, price, popularity = tables.shop(p, generator(p.seed, "simulator", "items"))
        taste = tables.taste(p, category, generator(p.seed, "simulator", "taste"))
        habit = generator(p.seed, "simulator", "choice")
        chain = generator(p.seed, "simulator", "impressions")
        return cls(
            parameters=p,
            move=tables.move(p),
            category=category,
            price=price,
            popularity=popularity,
            choice=tables.choice(p, category, popularity, taste, habit),
            shelf=tables.shelf(p, category, popularity),
            place=tables.place(p, popularity),
            seen=1 / np.sqrt(np.arange(1, p.positions + 1)),
            attracted=tables.attracted(p, taste),
            bought=tables.bought(p, category, price, taste, chain),
            grades=tables.grades(taste, chain, GRADES),
            spend=tables.spend(p, category, price, chain),
        )

    @property
    def start(self) -> np.ndarray:
        """``(K,)`` distribution of a person's first type: all alike, where the chain stays."""
        return np.full(self.parameters.types, 1 / self.parameters.types)

    @cached_property
    def codes(self) -> np.ndarray:
        """``(I,)`` what a context remembers of each item: its category, or the symbol itself."""
        symbols = (
            self.category if self.parameters.symbols is None else np.arange(len(self.category))
        )
        return symbols + 1

    @cached_property
    def click(self) -> np.ndarray:
        """``(K, I)`` p(click | examined, type, item), the mood averaged out."""
        return self.attracted.mean(0)

    @cached_property
    def shown(self) -> np.ndarray:
        """``(I,)`` p(examined | shown item), the position averaged out."""
        return self.place @ self.seen

    @cached_property
    def buy(self) -> np.ndarray:
        """``(2, K, I)`` p(buy | click, like, type, item): clickers are in a better mood."""
        mood = self.attracted / self.attracted.sum(0)  # p(mood | click, type, item)
        return np.einsum("mki,mlki->lki", mood, self.bought)

    @cached_property
    def buy_do_click(self) -> np.ndarray:
        """``(2, K, I)`` p(buy | do(click), like, type, item): the mood stays as it is."""
        return self.bought.mean(0)

    @cached_property
    def like(self) -> np.ndarray:
        """``(2, K, I)`` p(no like | type, item) and p(like | type, item), like = rating ≥ 4."""
        liked = self.grades[:, :, LIKE_AT - 1 :].sum(-1)
        return np.stack([1 - liked, liked])

    @cached_property
    def rating(self) -> np.ndarray:
        """``(K, I)`` expected rating, 1 … 5."""
        return self.grades @ np.arange(1.0, GRADES + 1)

    @cached_property
    def mean_spend(self) -> np.ndarray:
        """``(K, I)`` expected spend given a buy, in currency: exp(μ + σ²/2)."""
        return np.exp(self.spend + self.spend_sd**2 / 2)
