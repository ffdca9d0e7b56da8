"""How often, how lately, and what people alike buy: counting for the next basket."""

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from mtrec_lib.baselines.base import Baseline, Floats, matrix
from mtrec_lib.core.errors import ParameterError
from mtrec_lib.data.baskets import Baskets
from mtrec_lib.data.histories import Histories

BATCH = 512


class TIFUKNN(Baseline):
    """Personal frequency that fades in two steps, mixed with that of the nearest people.

    A person's n baskets are cut, in their order, into ``groups`` of (nearly) equal size. With r_b
    inside a group and r_g between groups, basket j of group g weighs r_b^(baskets after it in its
    group) / size of the group × r_g^(groups after it) / number of groups; the weighted sum of the
    baskets (an item counts once in each) is the person's vector u. The score is
    alpha · u + (1 − alpha) · the mean vector of the ``neighbours`` people of the training parts
    whose vectors lie nearest (Euclidean), the person left out. Equal scores follow popularity.

    Args:
        neighbours: number of people alike (≥ 1).
        groups: number of groups (≥ 1); who has fewer baskets has a basket a group.
        within: r_b in (0, 1].
        between: r_g in (0, 1].
        alpha: weight of the person's own vector, in [0, 1].

    Raises:
        ParameterError: a setting outside its range.

    Source: Hu et al., SIGIR 2020, arXiv:2006.00556.

    >>> import mtrec_lib as mt
    >>> split = mt.data.split(mt.data.load("simulator", users=20, events=400))
    >>> model = TIFUKNN(neighbours=5).fit(split)
    >>> model.scores(split.queries("test").histories).shape[1] == model.catalogue.size
    True

    Taught in chapter 04.
    """

    name = "TIFU-KNN"
    learned = (("_people", ()), ("_vectors", (1,)))

    def __init__(
        self,
        neighbours: int = 300,
        groups: int = 7,
        within: float = 0.9,
        between: float = 0.7,
        alpha: float = 0.7,
    ) -> None:
        for name, count in (("neighbours", neighbours), ("groups", groups)):
            if count < 1:
                raise ParameterError(f"{name} must be at least 1, got {count}")
        for name, decay in (("within", within), ("between", between)):
            if not 0 < decay <= 1:
                raise ParameterError(f"{name} must lie in (0, 1], got {decay}")
        if not 0 <= alpha <= 1:
            raise ParameterError(f"alpha must lie in [0, 1], got {alpha}")
        self.neighbours, self.groups = neighbours, groups
        self.within, self.between, self.alpha = within, between, alpha

    def learn(self, pasts: Histories) -> None:
        """Keep the vector of every person of the training parts."""
        self._people = np.asarray(pasts.users)
        self._vectors = self._personal(pasts)

    def score(self, histories: Histories) -> NDArray[np.floating]:
        parts = [self._mixed(histories[start : start + BATCH]) for start in _starts(histories)]
        return np.concatenate(parts) if parts else np.zeros((0, self.catalogue.size))

    def _mixed(self, histories: Histories) -> Floats:
        """(n, items): own vectors, neighbours' vectors, and popularity among equals."""
        own = self._personal(histories)
        known = np.diff(own.indptr) > 0
        near = self._nearest(own, np.asarray(histories.users))
        scores = self.alpha * own + (1 - self.alpha) * (near @ self._vectors)
        return (scores.toarray() + 1e-9 * self.prior) * known[:, None]

    def _nearest(self, own: sparse.csr_array, users: NDArray[np.generic]) -> sparse.csr_array:
        """(n, people) that averages the nearest people of each row."""
        squares = self._vectors.multiply(self._vectors).sum(axis=1)  # (people,)
        distance = squares[None, :] - 2 * (own @ self._vectors.T).toarray()  # less a constant a row
        distance[users[:, None] == self._people[None, :]] = np.inf
        k = min(self.neighbours, len(self._people))
        nearest = np.argpartition(distance, k - 1, axis=1)[:, :k]  # (n, k)
        row = np.repeat(np.arange(len(users)), k)
        return matrix(row, nearest.ravel(), 1 / k, distance.shape)

    def _personal(self, histories: Histories) -> sparse.csr_array:
        """(n, items) the vector of each past."""
        baskets = Baskets.of(histories)
        past = np.repeat(np.arange(len(histories)), baskets.counts)
        number, count = np.arange(len(past)) - baskets.starts[past], baskets.counts[past]
        groups = np.minimum(self.groups, count)
        group = number * groups // np.maximum(count, 1)
        # basket j stands in group floor(j · groups / n), so group g begins at ceil(g · n / groups)
        first, end = -(-group * count // groups), -(-(group + 1) * count // groups)
        weight = self.within ** (end - 1 - number) / (end - first)
        weight *= self.between ** (groups - 1 - group) / groups
        place, column = baskets.members(np.arange(len(past)))
        shape = (len(histories), self.catalogue.size)
        return matrix(past[place], column, weight[place], shape)


def _starts(histories: Histories) -> range:
    return range(0, len(histories), BATCH)
