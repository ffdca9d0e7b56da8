"""What a model is to evaluation and recommendation, and how it is asked: in batches, checked."""

from collections.abc import Callable, Iterator
from typing import Any, Protocol, runtime_checkable

import numpy as np
from numpy.typing import ArrayLike, NDArray

from mtrec_lib.core.errors import DivergedError, ParameterError
from mtrec_lib.data.catalogue import Catalogue
from mtrec_lib.data.histories import Histories
from mtrec_lib.data.queries import Queries
from mtrec_lib.data.splitting.splits import Split


@runtime_checkable
class Scorer(Protocol):
    """Anything that scores every item of a catalogue, given pasts: every model is one.

    All baselines, ``LogLinear``, ``MultiTask``, ``NextBasket``, ``TwoTower`` and a simulator's
    truth have these five; so does a class of your own that is to rank and to recommend. For
    :func:`rank` alone ``scores`` is enough. Optional beside them are
    ``log_prob(histories, items)`` for :func:`bits` and ``predict_events(histories, items)`` for
    :func:`judge`.

    >>> import mtrec_lib as mt
    >>> split = mt.data.split(mt.data.load("simulator", users=20, events=400))
    >>> isinstance(mt.baselines.Popularity().fit(split), mt.evaluation.Scorer)
    True

    Taught in chapter 04.
    """

    @property
    def name(self) -> str:
        """How the model is called in tables and errors."""
        ...

    @property
    def catalogue(self) -> Catalogue:
        """The items that are scored; column ``j`` of the scores is item id ``j + 2``."""
        ...

    @property
    def popularity(self) -> NDArray[np.number]:
        """(catalogue.size,) how often each item occurs in what the model was fitted on."""
        ...

    @property
    def repeats(self) -> bool:
        """Whether people come back to the same item in the log that the model was fitted on."""
        ...

    def scores(self, histories: Histories) -> NDArray[np.floating]:
        """(n, catalogue.size), higher is better; column ``j`` is item id ``j + 2``."""
        ...


def name_of(model: object) -> str:
    """How a model is named in tables and errors."""
    return str(getattr(model, "name", type(model).__name__))


def batches(queries: Queries, batch_size: int) -> Iterator[Queries]:
    """``queries`` in their order, ``batch_size`` at a time."""
    if not batch_size >= 1 or batch_size % 1:
        raise ParameterError(f"batch_size must be at least 1, a whole number, got {batch_size}")
    for start in range(0, len(queries), batch_size):
        yield queries[start : start + batch_size]


def queries_of(split: Split, part: str, every_event: bool) -> Queries:
    """The queries of a part, at least one."""
    queries = split.queries(part, every_event=every_event)
    if not len(queries):
        raise ParameterError(f"part {part!r} holds no queries; choose another part or split")
    return queries


def ability(model: object, method: str, purpose: str) -> Callable[..., Any]:
    """``model.method``, or an error that says what cannot be done without it."""
    bound = getattr(model, method, None)
    if bound is None:
        raise ParameterError(
            f"{name_of(model)} has no {method}(), which {purpose} needs; choose a model that has it"
        )
    return bound


def finite(
    values: ArrayLike, model: object, method: str, shape: tuple[int, ...]
) -> NDArray[np.floating]:
    """``values`` as an array of ``shape``, every one a finite number."""
    array = np.asarray(values)
    if array.shape != shape:
        raise ParameterError(
            f"{name_of(model)}.{method}() must return shape {shape}, got {array.shape}"
        )
    if not np.isfinite(array).all():
        bad = int((~np.isfinite(array)).sum())
        raise DivergedError(
            f"{name_of(model)}.{method}() returned {bad:,} of {array.size:,} values that are not "
            "finite; the model has diverged: lower the learning rate, or load an earlier checkpoint"
        )
    return array
