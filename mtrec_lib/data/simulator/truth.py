"""The best possible model: every answer is the true probability given the same history."""

import numpy as np
from numpy.typing import ArrayLike

from mtrec_lib.core.errors import ParameterError
from mtrec_lib.data.catalogue import FIRST, Catalogue
from mtrec_lib.data.histories import Histories
from mtrec_lib.data.simulator.filter import Query, filtered
from mtrec_lib.data.simulator.world import World


class Truth:
    """The exact probabilities of a simulated world, given a history and nothing else.

    It answers as a model does. The next *event* is a choice with probability 1 − feed and an
    impression with probability feed, and opens a new session with a known probability: ``scores``
    and ``log_prob`` add all of this up, so they are the ceiling for a model of the log's rows.
    ``choice_log_prob`` is given that the next event is a choice. Columns that a history does not
    have are unobserved; without ``session_id`` it is one session; an id below 2 is an event of
    which nothing is known.

    Args:
        world: the tables.
        catalogue: row j is item j of the tables.
        popularity: ``(items,)`` counts in the log.
        repeats: whether people of the log come back to an item.

    >>> import mtrec_lib as mt
    >>> log = mt.data.simulate(users=5, events=50)
    >>> past = mt.data.Histories.from_lists([[2, 3], []])
    >>> bool(np.allclose(np.exp(log.truth.scores(past)).sum(1), 1, atol=1e-5))
    True

    Taught in chapter 01.
    """

    name = "truth"

    def __init__(
        self, world: World, catalogue: Catalogue, popularity: np.ndarray, repeats: bool = True
    ) -> None:
        self.world, self.catalogue = world, catalogue
        self.popularity, self.repeats = popularity, repeats

    def query(self, histories: Histories) -> Query:
        """What the next event depends on: belief over types and context of each history."""
        return filtered(self.world, histories)

    def belief(self, histories: Histories) -> np.ndarray:
        """``(n, types)`` p(type at the next event | history)."""
        return self.query(histories).belief

    def scores(self, histories: Histories) -> np.ndarray:
        """``(n, items)`` float32 natural log p(item of the next event | history)."""
        return np.log(self._next(self.query(histories), feed=self._feed)).astype(np.float32)

    def choice_log_prob(self, histories: Histories) -> np.ndarray:
        """``(n, items)`` float32 natural log p(item | history, the next event is a choice)."""
        return np.log(self._next(self.query(histories), feed=0.0)).astype(np.float32)

    def log_prob(self, histories: Histories, items: ArrayLike) -> np.ndarray:
        """``(n,)`` natural log p(the next event's item is ``items`` | history).

        Args:
            histories: ``n`` of them.
            items: ``(n,)`` ids.

        Raises:
            ParameterError: an id outside the catalogue, or not one id a history.
        """
        row, query = self._rows(histories, items), self.query(histories)
        chosen, impression = self._next_is(query, row)
        return np.log((query.belief * chosen).sum(1) + impression)

    def predict_events(
        self, histories: Histories, items: ArrayLike, positions: ArrayLike | None = None
    ) -> dict[str, np.ndarray]:
        """Expectations for one item a history.

        Args:
            histories: ``n`` of them.
            items: ``(n,)`` ids.
            positions: ``(n,)`` 1 … positions of the impression, for ``click``; left out, the
                platform's own placing of the item is averaged over.

        Returns:
            ``(n,)`` each. Always ``rating`` (1 … 5) and ``like``, given that the next event is a
            choice of the item or a click on it. In a world with a feed also ``click`` (given that
            the item is shown), ``buy`` (given the click) and ``spend`` (given the buy; currency).

        Raises:
            ParameterError: an id outside the catalogue, a position outside the range, or not one
                a history.
        """
        world, row, query = self.world, self._rows(histories, items), self.query(histories)
        belief = query.belief
        chosen, impression = self._next_is(query, row)
        click = world.click[:, row].T  # (n, K), given that it is examined
        rated = _weights(belief * (chosen + (impression * world.shown[row])[:, None] * click))
        answers = {
            "rating": (rated * world.rating[:, row].T).sum(1),
            "like": (rated * world.like[1][:, row].T).sum(1),
        }
        if self._feed == 0:
            return answers
        clicked, buy = _weights(belief * click), self._buy(world.buy, row)
        bought = _weights(clicked * buy)
        return answers | {
            "click": self._examined(row, positions) * (belief * click).sum(1),
            "buy": (clicked * buy).sum(1),
            "spend": (bought * world.mean_spend[:, row].T).sum(1),
        }

    def buy_do_click(self, histories: Histories, items: ArrayLike) -> np.ndarray:
        """``(n,)`` p(buy | do(click), item shown, history): were everybody made to click.

        It equals ``predict_events(...)["buy"]`` for a known type without confounding; else people
        who click differ in type and in mood from people who are made to.
        """
        row = self._rows(histories, items)
        return (self.belief(histories) * self._buy(self.world.buy_do_click, row)).sum(1)

    @property
    def _feed(self) -> float:
        return float(self.world.parameters.feed)

    def _buy(self, table: np.ndarray, row: np.ndarray) -> np.ndarray:
        """``(n, K)`` p(buy | click, item, type), the like summed out of a ``(2, K, I)`` table."""
        return (self.world.like[:, :, row] * table[:, :, row]).sum(0).T

    def _examined(self, row: np.ndarray, positions: ArrayLike | None) -> np.ndarray:
        if positions is None:
            return self.world.shown[row]
        place, last = np.asarray(positions), self.world.parameters.positions
        if place.shape != row.shape or not np.isin(place, np.arange(1, last + 1)).all():
            raise ParameterError(
                f"positions must be {len(row)} numbers in 1 … {last}, one a history, "
                f"got {positions!r}"
            )
        return self.world.seen[place.astype(np.int64) - 1]

    def _next_is(self, query: Query, row: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """``(n, K)`` p(the next event is a choice of the item | type), ``(n,)`` an impression."""
        world, restart, feed = self.world, self.world.parameters.restart, self._feed
        stays = world.choice[:, query.number, row].T
        opens = world.choice[:, 0, row].T
        impression = (1 - restart) * world.shelf[query.last, row] + restart * world.shelf[0, row]
        return (1 - feed) * ((1 - restart) * stays + restart * opens), feed * impression

    def _next(self, query: Query, feed: float) -> np.ndarray:
        """``(n, items)`` p(item of the next event), histories of one context together."""
        world, restart = self.world, self.world.parameters.restart
        key = query.number * len(world.shelf) + query.last
        order = np.argsort(key, kind="stable")
        cuts = np.flatnonzero(np.diff(key[order])) + 1
        out = np.empty((len(key), world.parameters.size))
        for group in np.split(order, cuts) if len(order) else ():
            number, last = query.number[group[0]], query.last[group[0]]
            choice = (1 - restart) * world.choice[:, number] + restart * world.choice[:, 0]
            shelf = (1 - restart) * world.shelf[last] + restart * world.shelf[0]
            out[group] = (1 - feed) * (query.belief[group] @ choice) + feed * shelf
        return out

    def _rows(self, histories: Histories, items: ArrayLike) -> np.ndarray:
        row = np.asarray(items).astype(np.int64).reshape(-1) - FIRST
        if len(row) != len(histories):
            raise ParameterError(f"items must be {len(histories)}, one a history, got {len(row)}")
        if len(row) and not 0 <= row.min() <= row.max() < self.world.parameters.size:
            wrong = row[(row < 0) | (row >= self.world.parameters.size)][0] + FIRST
            last = self.world.parameters.size + FIRST - 1
            raise ParameterError(f"items must be ids in {FIRST} … {last}, got {wrong}")
        return row


def _weights(unnormalised: np.ndarray) -> np.ndarray:
    return unnormalised / unnormalised.sum(1, keepdims=True)
