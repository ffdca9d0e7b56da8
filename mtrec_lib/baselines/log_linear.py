"""Several models of the next item as one: a weighted sum of log probabilities."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from mtrec_lib.baselines.base import Baseline, Vectors
from mtrec_lib.core.errors import ParameterError
from mtrec_lib.data import Catalogue, Histories, Split
from mtrec_lib.evaluation import Scorer, rank
from mtrec_lib.evaluation.scorer import ability

if TYPE_CHECKING:
    import polars as pl

WEIGHTS = (0.0, 0.1, 0.2, 0.4, 0.6, 0.8, 1.0, 1.5)


class LogLinear:
    """log p(i | h) = Σ_m w_m · log p_m(i | h) − log Z(h): log-linear interpolation.

    A product of experts: an item that one model calls impossible is not saved by another, so each
    model's doubts count. Where the models are wrong about different people, the product ranks
    better than each; a language model of behaviour and plain counts are such a pair. The weights
    are few and are chosen on the validation part (:meth:`tune`).

    A counting model's scores are read as shares of their sum, mixed with a uniform floor; any other
    model's as logits.

    Args:
        models: fitted models of one catalogue, at least one.
        weights: one a model, ≥ 0; default: all 1.
        floor: share of a counting model's probability that is spread evenly, in (0, 1).

    Raises:
        ParameterError: no model, weights of another number or negative, a floor out of range, or
            models of different catalogues.

    >>> import mtrec_lib as mt
    >>> split = mt.data.split(mt.data.load("simulator", users=20, events=400))
    >>> parts = [mt.baselines.NGram(order=1).fit(split), mt.baselines.Popularity().fit(split)]
    >>> model = LogLinear(parts, weights=[1.0, 0.5])
    >>> past = split.queries("test").histories
    >>> bool(np.allclose(np.exp(model.scores(past)).sum(axis=1), 1, atol=1e-4))
    True

    Source: Klakow, "Log-linear interpolation of language models" (ICSLP 1998); Hinton, Neural
    Computation 14(8), 2002 (products of experts).
    Taught in chapter 04.
    """

    name = "log-linear"
    saved_as = "log_linear"

    def __init__(
        self, models: Sequence[Scorer], weights: Sequence[float] | None = None, floor: float = 0.05
    ) -> None:
        self.models = list(models)
        self.weights = [1.0] * len(self.models) if weights is None else [float(w) for w in weights]
        if not self.models or len(self.weights) != len(self.models) or min(self.weights) < 0:
            raise ParameterError(
                "models must be one or more, with a weight ≥ 0 each, got "
                f"{len(self.models)} models and weights {self.weights}"
            )
        if not 0 < floor < 1:
            raise ParameterError(f"floor must be in (0, 1), got {floor}; 0.05 is usual")
        self.floor = floor
        sizes = {model.catalogue.size for model in self.models}
        if len(sizes) > 1:
            raise ParameterError(f"models must share one catalogue, got sizes {sorted(sizes)}")

    @property
    def catalogue(self) -> Catalogue:
        """The items that are scored."""
        return self.models[0].catalogue

    @property
    def popularity(self) -> NDArray[np.number]:
        """``(items,)`` counts of the first model's training events."""
        return self.models[0].popularity

    @property
    def repeats(self) -> bool:
        """Whether people come back to the same item in the log of the first model."""
        return bool(self.models[0].repeats)

    def with_items(
        self, items: "pl.DataFrame", vectors: Sequence[Vectors | None] | None = None
    ) -> Self:
        """The same mixture of models over a catalogue with more items, each grown by itself.

        Args:
            items: one row a new item, see :meth:`Baseline.with_items`.
            vectors: what each model reads of the new items, one entry a model, None for those
                that read nothing; left out, no model reads any.

        Raises:
            ParameterError: not one entry a model, or what a model refuses.
        """
        given = [None] * len(self.models) if vectors is None else list(vectors)
        if len(given) != len(self.models):
            raise ParameterError(
                f"vectors must have one entry a model ({len(self.models)}), got {len(given)}; "
                "write None for a model that reads none"
            )
        pairs = zip(self.models, given, strict=True)
        grown = [
            ability(model, "with_items", "a larger catalogue")(items, vectors=each)
            for model, each in pairs
        ]
        return type(self)(grown, self.weights, self.floor)

    def scores(self, histories: Histories) -> NDArray[np.float32]:
        """``(n, items)`` log probabilities; column ``j`` is item id ``j + 2``."""
        logs = (self._logs(model, histories) for model in self.models)
        total = sum(weight * log for weight, log in zip(self.weights, logs, strict=True))
        return _log_softmax(total).astype(np.float32)

    def log_prob(self, histories: Histories, items: ArrayLike) -> NDArray[np.floating]:
        """``(n,)`` nats: ln p(item | history) of ``(n,)`` ids; −inf outside the catalogue."""
        column = np.asarray(items, dtype=np.int64) - 2
        logs = self.scores(histories)[np.arange(len(column)), np.maximum(column, 0)]
        return np.where(column >= 0, logs, -np.inf)

    def tune(
        self,
        split: Split,
        part: str = "validation",
        metric: str = "ndcg@10",
        grid: Sequence[float] = WEIGHTS,
    ) -> Self:
        """Choose the weights of all models but the first, one after the other, by a ranking metric.

        Args:
            split: the split whose ``part`` decides; the models must not be fitted on that part.
            part: ``"validation"``, for a choice made on the test part is no result.
            metric: a metric of :func:`mtrec_lib.evaluation.rank`, with its ``@k``.
            grid: weights to try; of equal ones the smallest is kept.

        Returns:
            The model itself.
        """
        queries, k = split.queries(part), int(metric.partition("@")[2])
        logs = [self._logs(model, queries.histories) for model in self.models]

        def value(weights: Sequence[float]) -> float:
            known = _Known(self, sum(w * log for w, log in zip(weights, logs, strict=True)))
            ranking = rank(known, split, part, k=k, batch_size=len(queries), resamples=1)
            return ranking.metrics[metric]

        for place in range(1, len(self.models)):
            tried = [[*self.weights[:place], w, *self.weights[place + 1 :]] for w in sorted(grid)]
            self.weights = max(tried, key=value)
        return self

    def _logs(self, model: Scorer, histories: Histories) -> NDArray[np.floating]:
        """(n, items) log probabilities of one model."""
        scores = model.scores(histories)
        if not isinstance(model, Baseline):
            return _log_softmax(scores)
        share = scores / np.maximum(scores.sum(axis=1, keepdims=True), 1e-30)
        return np.log((1 - self.floor) * share + self.floor / scores.shape[1])


def _log_softmax(logits: ArrayLike) -> NDArray[np.floating]:
    from scipy.special import log_softmax  # slow to import, and counts alone need none of it

    return log_softmax(logits, axis=1)


class _Known:
    """A scorer whose answer to all queries of a part is known already."""

    def __init__(self, model: LogLinear, matrix: ArrayLike) -> None:
        self.name, self.catalogue = model.name, model.catalogue
        self.popularity, self.repeats = model.popularity, model.repeats
        self.matrix = np.asarray(matrix)

    def scores(self, histories: Histories) -> NDArray[np.floating]:
        return self.matrix
