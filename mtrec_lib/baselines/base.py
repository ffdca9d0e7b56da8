"""What all baselines share: how they are fitted, asked, saved, and given more items."""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from copy import copy
from inspect import signature
from typing import Any, Self, TypeAlias

import numpy as np
import polars as pl
from numpy.typing import ArrayLike, NDArray
from scipy import sparse

from mtrec_lib.baselines.growing import grown_array
from mtrec_lib.core.errors import ParameterError
from mtrec_lib.data.catalogue import Catalogue
from mtrec_lib.data.grown_catalogue import grown_catalogue
from mtrec_lib.data.histories import Histories
from mtrec_lib.data.log import Log
from mtrec_lib.data.splitting.parts import PARTS
from mtrec_lib.data.splitting.splits import Split

Floats = NDArray[np.float64]
Axes = tuple[tuple[str, tuple[int, ...]], ...]  # an attribute, and which of its axes are items
State: TypeAlias = Mapping[str, NDArray[Any] | sparse.csr_array]
"""What a model has learned, by name."""
Vectors: TypeAlias = NDArray[np.number] | sparse.csr_array | Sequence[str]
"""What a model reads of new items: a row, dense or sparse, or a text of each."""


class Baseline(ABC):
    """A model that counts. Column ``j`` of its scores is item id ``j + 2``.

    A subclass learns from whole pasts in ``learn`` and scores in ``score``; where a history says
    nothing (it is empty, or holds nothing known), the scores are the normalised popularity. What
    it has learned stands in the attributes that ``learned`` names, with the axes of each that are
    items: these are saved, and get rows of zeros for new items.
    """

    name: str = "baseline"
    saved_as: str = "counting"
    learned: Axes = ()
    _catalogue: Catalogue | None = None
    _popularity: Floats
    _repeats: bool = False
    _fitted_on: dict[str, Any]
    _log: Log | None = None

    def fit(self, split: Split, parts: Sequence[str] = ("train",)) -> Self:
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
        self._catalogue, self._log = split.log.catalogue, split.log
        self._repeats = bool(split.log.about.repeats)
        self._fitted_on = {"protocol": str(split.protocol), "parts": list(parts)}
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
    def fitted_on(self) -> dict[str, Any]:
        """What was counted: name and SHA-256 of the log, protocol of the split, its parts."""
        if self._catalogue is None:
            return {}
        log = {} if self._log is None else {"log": self._log.name, "sha256": self._log.hash}
        return log | self._fitted_on

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
    def score(self, histories: Histories) -> NDArray[np.floating]:
        """(n, catalogue.size); a row of zeros where a history says nothing."""

    def prepare(self) -> None:  # noqa: B027  most models need nothing more
        """Work out what follows from what was learned and is not kept itself."""

    def state(self) -> State:
        """What was learned, by name: arrays and sparse arrays."""
        return {name: getattr(self, name) for name, _ in self.learned}

    def settings(self) -> dict[str, Any]:
        """The plain arguments that the model was made with, and its name."""
        known = signature(type(self).__init__).parameters
        return {"name": self.name} | {k: v for k, v in vars(self).items() if k in known}

    @classmethod
    def restored(
        cls,
        catalogue: Catalogue,
        popularity: Floats,
        settings: dict[str, Any],
        state: State,
        repeats: bool,
        fitted_on: dict[str, Any],
    ) -> Self:
        """A fitted model from what another one has learned."""
        model = cls.__new__(cls)
        vars(model).update(settings)
        model._catalogue, model._popularity, model._repeats = catalogue, popularity, repeats
        model._fitted_on = fitted_on
        model.take(state)
        model.prepare()
        return model

    def take(self, state: State) -> None:
        """Set what :meth:`state` gave."""
        for name, _ in self.learned:
            setattr(self, name, state[name])

    def with_items(self, items: pl.DataFrame, vectors: Vectors | None = None) -> Self:
        """The same model over a catalogue with more items, which nobody has chosen yet.

        It answers as if it had been fitted on the same events with the larger catalogue: a new
        item has no counts, and only the models that spread probability over the whole catalogue
        (:class:`NGram`, :class:`Lifts`) give old items a little less.

        Args:
            items: ``item_id`` and what else the catalogue has, one row a new item.
            vectors: for models that read vectors or texts of items, one row or text a new item.

        Raises:
            ParameterError: an item is in the catalogue already, a table that does not fit, or
                vectors where none are read.
        """
        if vectors is not None:
            raise ParameterError(
                f"{self.name} reads no vectors of items; leave vectors out, it goes by counts alone"
            )
        return self._grown(items)

    def _grown(self, items: pl.DataFrame) -> Self:
        model, old = copy(self), self.catalogue.size
        model._catalogue = grown_catalogue(self.catalogue, items)
        new = model._catalogue.size - old
        model._fitted_on, model._log = self.fitted_on, None
        model._popularity = np.pad(self.popularity, (0, new))
        for name, axes in self.learned:
            setattr(model, name, grown_array(getattr(self, name), axes, new))
        model.prepare()
        return model

    def __repr__(self) -> str:
        settings = {k: v for k, v in vars(self).items() if not k.startswith("_") and k != "name"}
        return f"{type(self).__name__}({', '.join(f'{k}={v!r}' for k, v in settings.items())})"


def known(
    past: NDArray[np.integer], item: NDArray[np.integer], *others: NDArray[Any]
) -> tuple[NDArray[Any], ...]:
    """Leave out unknown items; ids become columns. All arrays are (events,)."""
    keep = item >= 2
    return (past[keep], item[keep].astype(np.int64) - 2, *(other[keep] for other in others))


def matrix(
    rows: NDArray[np.integer],
    columns: NDArray[np.integer],
    values: ArrayLike,
    shape: tuple[int, int],
) -> sparse.csr_array:
    """A sparse float64 matrix in which equal places are added up."""
    data = np.broadcast_to(np.asarray(values, dtype=np.float64), np.shape(rows))
    summed = sparse.coo_array((data, (rows, columns)), shape=shape).tocsr()
    summed.sum_duplicates()
    return summed


def _counts(pasts: Histories, size: int) -> Floats:
    _, column = known(*pasts.flat("item"))
    return np.bincount(column, minlength=size).astype(np.float64)
