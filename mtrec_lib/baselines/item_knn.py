"""Items like those of the history, likeness being: chosen by the same people."""

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from mtrec_lib.baselines.base import Baseline, known, matrix
from mtrec_lib.core.errors import ParameterError
from mtrec_lib.data.histories import Histories

BLOCK = 1024  # items whose similarities to all others are held at once


class ItemKNN(Baseline):
    """Scores an item by its summed cosine to those items of the history that are near it.

    With X the (people, items) matrix of who took what at all, sim(i, j) = XᵢᵀXⱼ / (‖Xᵢ‖ ‖Xⱼ‖ +
    shrink), and score(i) = Σ sim(i, j) over the history's items j that are among the ``k`` most
    similar to i. Order and repetition do not matter.

    Sarwar et al., "Item-based collaborative filtering recommendation algorithms" (2001).

    Args:
        k: neighbours kept of each item.
        shrink: added to the denominator; it holds back similarities that rest on few people.

    Raises:
        ParameterError: ``k`` below 1 or ``shrink`` below 0.

    >>> import mtrec_lib as mt
    >>> split = mt.data.split(mt.data.load("simulator", users=20, events=400))
    >>> model = ItemKNN(k=5).fit(split)
    >>> model.scores(split.queries("test").histories).shape[1] == model.catalogue.size
    True

    Taught in chapter 04.
    """

    name = "item-kNN"
    learned = (("_similarity", (0, 1)),)

    def __init__(self, k: int = 100, shrink: float = 0.0) -> None:
        if k < 1 or shrink < 0:
            raise ParameterError(f"k must be ≥ 1 and shrink ≥ 0, got k={k}, shrink={shrink}")
        self.k = k
        self.shrink = shrink

    def learn(self, pasts: Histories) -> None:
        taken = _taken(pasts, self.catalogue.size)
        norms = np.sqrt(self._squares(taken))
        blocks = []
        for start in range(0, taken.shape[1], BLOCK):
            stop = min(start + BLOCK, taken.shape[1])
            shared = (taken[:, start:stop].T @ taken).toarray()  # (block, items)
            shared[np.arange(stop - start), np.arange(start, stop)] = (
                0  # nobody is a neighbour of itself
            )
            cosine = shared / np.maximum(np.outer(norms[start:stop], norms) + self.shrink, 1e-12)
            blocks.append(_nearest(cosine, self.k))
        self._similarity = sparse.vstack(blocks).T.tocsr()  # (history item, scored item)

    def score(self, histories: Histories) -> NDArray[np.floating]:
        return (_taken(histories, self.catalogue.size) @ self._similarity).toarray()

    @staticmethod
    def _squares(taken: sparse.csr_array) -> NDArray[np.floating]:
        return np.asarray(taken.sum(axis=0)).ravel()  # of ones: ‖Xᵢ‖²


def _taken(histories: Histories, size: int) -> sparse.csr_array:
    """1 where a past holds an item at all: (pasts, size)."""
    past, column = known(*histories.flat("item"))
    taken = matrix(past, column, 1.0, (len(histories), size))
    taken.data[:] = 1.0
    return taken


def _nearest(cosine: NDArray[np.floating], k: int) -> sparse.csr_array:
    """Only the ``k`` largest of each row, those above 0."""
    if k < cosine.shape[1]:
        out = np.argpartition(-cosine, k - 1, axis=1)[:, k:]
        np.put_along_axis(cosine, out, 0.0, axis=1)
    return sparse.csr_array(cosine)
