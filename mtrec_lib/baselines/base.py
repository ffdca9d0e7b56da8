"""What all baselines share: how they are fitted, and what they answer to an empty history."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Any, Self

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy import sparse

from mtrec_lib.core.errors import ParameterError
from mtrec_lib.data.catalogue import Catalogue
from mtrec_lib.data.histories import Histories
from mtrec_lib.data.splitting.parts import PARTS

Floats = NDArray[np.float64]


class Baseline(ABC):
    """A model that counts. Column ``j`` of its scores is item id ``j + 2``.

    A subclass learns from whole pasts in ``learn`` and scores in ``score``; where a history says
    nothing (it is empty, or holds nothing known), the scores are the normalised popularity.
    """

    name: str = "baseline"
    _catalogue: Catalogue | None = None
    _popularity: Floats
    _repeats: bool = False

    def fit(self, split: Any, parts: Sequence[str] = ("train",)) -> Self:
        """Count the events of some parts of a split.

        Args:
            split: a split of a log.
            parts: for a figure on the test part ``("train", "validation")``.

        Returns:
            The model itself.

        Raises:
            ParameterError: an unknown part, or parts without events.
        """
        if isinstance(parts, str) or not parts or any(part not in PARTS for part in parts):
            raise ParameterError(f"parts must be a list out of {list(PARTS)}, got {parts!r}")
        events = split.events.filter(pl.col("part").is_in(list(parts)))
        if events.is_empty():
            raise ParameterError(f"parts {list(parts)} hold no events; choose others")
        self._catalogue = split.log.catalogue
        self._repeats = bool(split.log.about.repeats)
        pasts = Histories.from_events(events, self.catalogue)
        self._popularity = _counts(pasts, self.catalogue.size)
        self.learn(pasts)
        return self

    @property
    def catalogue(self) -> Catalogue:
        """The items that are scored."""
        if self._catalogue is None:
            raise ParameterError(f"{self.name} is not fitted; call fit(split) first")
        return self._catalogue

    @property
    def repeats(self) -> bool:
        """Whether people come back to the same item in the log that was counted."""
        return self._repeats

    @property
    def popularity(self) -> Floats:
        """(catalogue.size,) how often each item occurs in the parts that were counted."""
        return self._popularity[: self.catalogue.size]

    @property
    def prior(self) -> Floats:
        """(catalogue.size,) popularity as shares that sum to 1."""
        return self.popularity / max(self.popularity.sum(), 1.0)

    def scores(self, histories: Histories) -> NDArray[np.float32]:
        """Score every item given each history: (n, catalogue.size) float32, higher is better."""
        scores = self.score(histories).astype(np.float32)
        silent = ~scores.any(axis=1)
        scores[silent] = self.prior.astype(np.float32)
        return scores

    @abstractmethod
    def learn(self, pasts: Histories) -> None:
        """Count in ``pasts``, the whole training past of each person."""

    @abstractmethod
    def score(self, histories: Histories) -> NDArray[Any]:
        """(n, catalogue.size); a row of zeros where a history says nothing."""

    def __repr__(self) -> str:
        settings = {k: v for k, v in vars(self).items() if not k.startswith("_") and k != "name"}
        return f"{type(self).__name__}({', '.join(f'{k}={v!r}' for k, v in settings.items())})"


def known(past: NDArray[Any], item: NDArray[Any], *others: NDArray[Any]) -> tuple[Any, ...]:
    """Leave out unknown items; ids become columns. All arrays are (events,)."""
    keep = item >= 2
    return (past[keep], item[keep].astype(np.int64) - 2, *(other[keep] for other in others))


def matrix(
    rows: NDArray[Any], columns: NDArray[Any], values: Any, shape: tuple[int, int]
) -> sparse.csr_array:
    """A sparse float64 matrix in which equal places are added up."""
    data = np.broadcast_to(np.asarray(values, dtype=np.float64), np.shape(rows))
    found = sparse.coo_array((data, (rows, columns)), shape=shape).tocsr()
    found.sum_duplicates()
    return found


def _counts(pasts: Histories, size: int) -> Floats:
    _, column = known(*pasts.flat("item"))
    return np.bincount(column, minlength=size).astype(np.float64)
