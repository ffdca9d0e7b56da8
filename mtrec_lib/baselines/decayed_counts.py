"""What tends to follow the last few items: the counts that a language model has to beat."""

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from mtrec_lib.baselines.base import Baseline, known, matrix
from mtrec_lib.core.errors import ParameterError
from mtrec_lib.data.histories import Histories


class DecayedCounts(Baseline):
    """Forward co-occurrence within a window, weighted down with distance, twice.

    M[a, b] = Σ γ^(distance − 1) over all pairs in which b comes at most W steps after a, and
    score(i) = Σ_{d ≤ W} γ^(d − 1) · M[h₋d, i] / (1 + Σⱼ M[h₋d, j]), where h₋d is the d-th item
    from the history's end. On ml-100k it reads the order in which the site listed its films.

    Args:
        window: W, in items.
        decay: γ in (0, 1], a step.

    Raises:
        ParameterError: ``window`` below 1, or ``decay`` outside (0, 1].

    >>> import mtrec_lib as mt
    >>> split = mt.data.split(mt.data.load("simulator", users=20, events=400))
    >>> model = DecayedCounts(window=3).fit(split)
    >>> bool((model.scores(split.queries("test").histories) >= 0).all())
    True

    Taught in chapter 04.
    """

    name = "decayed counts"
    learned = (("_follows", (0, 1)),)

    def __init__(self, window: int = 20, decay: float = 0.8) -> None:
        if window < 1 or not 0 < decay <= 1:
            raise ParameterError(
                f"window must be ≥ 1 and decay in (0, 1], got window={window}, decay={decay}"
            )
        self.window = window
        self.decay = decay

    def learn(self, pasts: Histories) -> None:
        size = self.catalogue.size
        follows = followers(pasts, size, self.window, self.decay)
        total = np.asarray(follows.sum(axis=1)).ravel()
        self._follows = (sparse.diags_array(1.0 / (1.0 + total)) @ follows).tocsr()

    def score(self, histories: Histories) -> NDArray[np.floating]:
        size, n = self.catalogue.size, len(histories)
        item = histories.last(self.window, "item")  # (n, window)
        weight = self.decay ** np.arange(self.window - 1, -1, -1.0)  # the last item weighs 1
        past = np.repeat(np.arange(n), self.window)
        past, column, weight = known(past, item.ravel(), np.tile(weight, n))
        return (matrix(past, column, weight, (n, size)) @ self._follows).toarray()


def followers(pasts: Histories, size: int, window: int, decay: float) -> sparse.csr_array:
    """M: ``(size, size)`` weighted counts of item b at most ``window`` steps after item a."""
    past, item = pasts.flat("item")
    follows = sparse.csr_array((size, size), dtype=np.float64)
    for distance in range(1, min(window, len(item) - 1) + 1):
        earlier, later = item[:-distance], item[distance:]
        pair = (past[:-distance] == past[distance:]) & (earlier >= 2) & (later >= 2)
        weight = decay ** (distance - 1)
        follows = follows + matrix(earlier[pair] - 2, later[pair] - 2, weight, (size, size))
    return follows
