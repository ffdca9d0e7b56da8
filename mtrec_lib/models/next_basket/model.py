"""What goes into the next basket: a language model of baskets, and copying from the past."""

from collections.abc import Callable, Iterator, Sequence
from copy import copy
from typing import TYPE_CHECKING, Any, Self

import keras
import numpy as np
import polars as pl
import tensorflow as tf
from numpy.typing import NDArray

from mtrec_lib.baselines import Popularity
from mtrec_lib.core import generator
from mtrec_lib.core.errors import ParameterError
from mtrec_lib.data.baskets import Baskets
from mtrec_lib.data.catalogue import Catalogue
from mtrec_lib.data.histories import Histories
from mtrec_lib.models.growing import grown_weight
from mtrec_lib.models.next_basket.basket_network import BasketNetwork
from mtrec_lib.models.next_basket.moments import Moments

if TYPE_CHECKING:
    from mtrec_lib.data.splitting.splits import Split

SCORED = 256
EARLIEST = 3  # baskets that a person must have before one is a training target


class NextBasket:
    """Scores every item for the next basket: Σ of a language model of baskets and a copy part.

    The *language* part reads a past as a text whose words are baskets: the vectors of a basket's
    items are added (a set has no order), a causal transformer makes a state of the past, and
    logit_i = b_i + state · o_i. The *copy* part adds, for items that the past holds, a small
    network of features of the pair (past, item) that are known before the basket
    (:func:`mtrec_lib.features.personal`). It begins as decayed personal frequency, so training
    learns what frequency does not say. The list-wise loss −Σ_{i ∈ B} log p_i / |B| counts each item
    of a basket once, all given what was before the basket: its optimum orders items by
    E[1(i ∈ B) / |B|], which is what Recall@k asks for.

    Args:
        language: whether the language part is there.
        copy: whether the copy part is there.
        width, layers, heads: of the transformer.
        dropout: rate in both parts.
        hidden: units of the copy part's network.
        length: baskets that the transformer sees at most.
        per_person: random times at which each person's next basket is predicted in training, drawn
            once; a basket after a long gap is predicted more often, as at a split.
        epochs: passes over them; the learning rate rises for 50 steps, then falls by a cosine.
        learning_rate: the highest.
        batch_size: pasts a step (a past holds about half its targets in one row).
        seed: of the draw and of the order; weights follow Keras' own seed.
        progress: called with (epoch, mean loss in nats) after each epoch.

    Raises:
        ParameterError: neither part, or a number below its least.

    Source: the copy part of See et al., arXiv:1704.04368, with the features of Hu et al.,
    arXiv:2006.00556; the list-wise loss of Cao et al., ICML 2007.

    >>> import mtrec_lib as mt
    >>> split = mt.data.split(mt.data.load("simulator", users=20, events=400))
    >>> model = NextBasket(width=8, layers=1, per_person=2, epochs=1).fit(split)
    >>> model.scores(split.queries("test").histories).shape[1] == model.catalogue.size
    True

    Taught in chapter 04.
    """

    name = "next basket"
    saved_as = "next_basket"
    _counts: Popularity | None = None
    _network: BasketNetwork

    def __init__(
        self,
        language: bool = True,
        copy: bool = True,
        width: int = 64,
        layers: int = 2,
        heads: int = 2,
        dropout: float = 0.2,
        hidden: int = 32,
        length: int = 96,
        per_person: int = 40,
        epochs: int = 3,
        learning_rate: float = 3e-3,
        batch_size: int = 24,
        seed: int = 0,
        progress: Callable[[int, float], None] | None = None,
    ) -> None:
        if not (language or copy):
            raise ParameterError("language or copy must be true: a model needs a part; set one")
        for name, value, least in (
            ("length", length, 2),
            ("per_person", per_person, 1),
            ("epochs", epochs, 1),
            ("batch_size", batch_size, 1),
        ):
            if value < least:
                raise ParameterError(f"{name} must be at least {least}, got {value}")
        self.language, self.copy, self.width, self.layers = language, copy, width, layers
        self.heads, self.dropout, self.hidden, self.length = heads, dropout, hidden, length
        self.per_person, self.epochs, self.seed = per_person, epochs, seed
        self.learning_rate, self.batch_size = learning_rate, batch_size
        self.progress = progress

    def fit(self, split: "Split", parts: Sequence[str] = ("train",)) -> Self:
        """Train on baskets of some parts, each predicted from what stands before it.

        Args:
            split: a split of a log.
            parts: for a figure on the test part ``("train", "validation")``.

        Raises:
            ParameterError: an unknown part, or nobody with enough baskets in the parts.
        """
        counted = _Pasts().fit(split, parts)
        self._counts = counted
        baskets = Baskets.of(counted.forget_pasts())
        past, before, weight = self._targets(baskets)
        moments = Moments(baskets, past, before, self.length, self.copy, weight)
        self._network = self.network()
        self._network.start(self.counts.prior, moments.scales())
        steps = self.epochs * -(-len(moments.rows) // self.batch_size)
        self._network.compile(keras.optimizers.AdamW(_schedule(self.learning_rate, steps)))
        for epoch in range(self.epochs):
            order = generator(self.seed, "next basket", epoch).permutation(len(moments.rows))
            loss = self._network.epoch(self._batches(moments, order))
            if self.progress:
                self.progress(epoch, loss)
        return self

    @property
    def catalogue(self) -> Catalogue:
        """The items that are scored."""
        return self.counts.catalogue

    @property
    def popularity(self) -> NDArray[Any]:
        """``(items,)`` how often each item occurs in the parts that were fitted."""
        return self.counts.popularity

    @property
    def repeats(self) -> bool:
        """Whether people come back to the same item in the log that was fitted."""
        return self.counts.repeats

    @property
    def fitted_on(self) -> dict[str, Any]:
        """What was fitted: name and SHA-256 of the log, protocol of the split, its parts."""
        return self.counts.fitted_on

    def scores(self, histories: Histories) -> NDArray[np.float32]:
        """Logits of the next basket's items: ``(n, items)``; column ``j`` is id ``j + 2``."""
        scores = np.zeros((len(histories), self.catalogue.size), np.float32)
        for start in range(0, len(histories), SCORED):
            baskets = Baskets.of(histories[start : start + SCORED])
            everyone = np.arange(len(baskets.counts))
            moments = Moments(baskets, everyone, baskets.counts, self.length, self.copy)
            batch, chosen = moments.batch(everyone)
            scores[start + chosen] = self._network.logits(batch)
        return scores

    def with_items(self, items: pl.DataFrame, vectors: None = None) -> Self:
        """The same model over a catalogue with more items, without training.

        A new item has the mean of all vectors and the lowest bias, that of an item which nobody
        takes: it comes to the front for somebody who has bought it. Scores of old items stay.

        Args:
            items: ``item_id`` and any other columns of the catalogue, one row a new item.
            vectors: this model reads none.

        Raises:
            ParameterError: a table that does not fit the catalogue, or vectors.
        """
        model = copy(self)
        model._counts = self.counts.with_items(items, vectors)
        model._network = model.network()
        for old, weight in zip(self.weights, model.weights, strict=True):
            values = old.numpy()
            fill = values.min() if old.name == "bias" else values.mean(axis=0)
            weight.assign(grown_weight(values, weight.shape, fill))
        return model

    @property
    def weights(self) -> list[keras.Variable]:
        """The variables of the network."""
        return self._network.weights

    def restore(self, counts: Popularity, weights: Sequence[NDArray[Any]]) -> Self:
        """Be a fitted model with these counts and weights.

        Raises:
            ValueError: weights of other shapes.
        """
        self._counts = counts
        self._network = self.network()
        self._network.set_weights(list(weights))
        return self

    @property
    def counts(self) -> Popularity:
        """The popularity of the items in what was fitted."""
        if self._counts is None:
            raise ParameterError(f"{self.name} is not fitted; call fit(split) first")
        return self._counts

    def network(self) -> BasketNetwork:
        """A network of this model's sizes, not trained."""
        return BasketNetwork(
            items=self.catalogue.size,
            width=self.width if self.language else 0,
            hidden=self.hidden if self.copy else 0,
            layers=self.layers,
            heads=self.heads,
            length=self.length,
            dropout=self.dropout,
        )

    def _targets(self, baskets: Baskets) -> tuple[NDArray[Any], NDArray[Any], NDArray[Any]]:
        """The first basket after each of some random times of each person, as a split asks.

        Returns:
            ``(targets,)`` whose, how many of their baskets stand before, and how often drawn.
        """
        people = np.flatnonzero(baskets.counts > EARLIEST)
        first, end = baskets.starts[people] + EARLIEST - 1, baskets.starts[people + 1] - 1
        dice = generator(self.seed, "next basket", "targets").random((self.per_person, len(people)))
        low, high = baskets.weeks[first], baskets.weeks[end]
        time = high - dice * (high - low)  # above low, for the dice are below one
        # One ascending line of all times: each person's weeks are moved behind the person before.
        span = float(np.ptp(baskets.weeks)) + 1 if len(baskets.weeks) else 1.0
        owner = np.repeat(np.arange(len(baskets.counts)), baskets.counts)
        target = np.searchsorted(baskets.weeks + span * owner, time + span * people)
        target, drawn = np.unique(np.minimum(target, end), return_counts=True)
        some = baskets.sizes[target] > 0
        if not some.any():
            raise ParameterError(
                f"next basket needs a person with more than {EARLIEST} baskets in the training "
                "parts, found none; a log with sessions and people who come back has some"
            )
        target, drawn = target[some], drawn[some]
        return owner[target], target - baskets.starts[owner[target]], drawn.astype(np.float32)

    def _batches(
        self, moments: Moments, order: NDArray[Any]
    ) -> Iterator[tuple[dict[str, tf.Tensor], NDArray[np.float32]]]:
        for start in range(0, len(order), self.batch_size):
            batch, chosen = moments.batch(np.sort(order[start : start + self.batch_size]))
            yield batch, moments.answers(chosen, self.catalogue.size)


class _Pasts(Popularity):
    """Popularity that hands out what it counted, once: a model keeps nobody's past."""

    def learn(self, pasts: Histories) -> None:
        super().learn(pasts)
        self._pasts = pasts

    def forget_pasts(self) -> Histories:
        return self.__dict__.pop("_pasts")


def _schedule(peak: float, steps: int) -> keras.optimizers.schedules.LearningRateSchedule:
    """A rise over the first 50 steps (a tenth, if there are few), then a cosine to zero."""
    rise = max(1, min(50, steps // 10))
    return keras.optimizers.schedules.CosineDecay(
        0.0, max(1, steps - rise), warmup_target=peak, warmup_steps=rise
    )
