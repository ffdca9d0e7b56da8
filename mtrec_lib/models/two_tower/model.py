"""Two towers over texts: the past is one, an item the other, and their vectors meet."""

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import keras
import numpy as np
import polars as pl
import tensorflow as tf
from keras import ops

from mtrec_lib.core import fingerprint, generator
from mtrec_lib.core.errors import ParameterError
from mtrec_lib.core.types import Batch, Tensor
from mtrec_lib.data.grown_catalogue import grown_catalogue
from mtrec_lib.features.texts.item_texts import history_text, item_texts
from mtrec_lib.losses import in_batch_softmax
from mtrec_lib.models.two_tower.pairs import Pairs, trimmed
from mtrec_lib.pretrained.add_lora import add_lora
from mtrec_lib.pretrained.encoders.frozen_layers import FrozenLayers

if TYPE_CHECKING:
    from mtrec_lib.data import Catalogue, Histories, Log, Split

BATCH = 128
CHARACTERS = 10_000  # of a past: tokens are what limits it


class TwoTower(keras.Model):
    """Scores an item by the cosine of two texts, its own and the past's, over a temperature.

    Both texts go through the same encoder: frozen layers below, whose states are kept, and above
    them copies of its last layers with low-rank additions (:class:`LoRA`), which train together
    with the temperature. A vector is the mean of the states of a text's tokens, at length one.
    Before the first step the vectors are the encoder's own.

    Trained on pairs of a past and what came next, the other items of a batch standing in for the
    catalogue: plain Keras, ``model.compile(optimizer)``, then
    ``model.fit(model.pairs(split).batches(), shuffle=False)``.

    Args:
        frozen: the layers below; several models may share them, and what they keep.
        log: whose items and pasts are read.
        item: template of an item's text, see ``mt.features.item_texts``.
        event: template of an event of the past, see ``mt.features.history_text``.
        max_events: of a past, from its end, ≥ 1; fewer where they do not fit the frozen layers'
            ``max_tokens``.
        rank: of the additions to the query and value projections.
        temperature: where it begins, > 0.
        corrected: whether the loss takes off how often an item stands in the batches: the scores
            are then ln p(item | past) plus a constant, else ln p(item | past) − ln q(item).

    Raises:
        ParameterError: a number out of range, or what the templates and ``frozen`` refuse.

    Source: Yi et al., RecSys 2019 (in-batch softmax and its correction); Reimers and Gurevych,
    arXiv:1908.10084 (one encoder for both sides).
    Taught in chapter 05.
    """

    saved_as = "two_tower"
    _fitted_on: dict[str, Any] | None = None

    def __init__(
        self,
        frozen: FrozenLayers,
        log: "Log",
        item: str = "{title}",
        event: str = "{title}",
        max_events: int = 4,
        rank: int = 8,
        temperature: float = 0.05,
        corrected: bool = True,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        if temperature <= 0 or max_events < 1:
            raise ParameterError(
                f"temperature must be > 0 and max_events ≥ 1, got {temperature} and {max_events}"
            )
        self._catalogue = log.catalogue
        self.log, self.item, self.event, self.corrected = log, item, event, corrected
        self.max_events, self.rank, self.temperature = max_events, rank, temperature
        self._frozen = [frozen]  # a list, because it is no part of the model's own
        self.upper = frozen.upper()
        for layer in self.upper:
            add_lora(layer, rank=rank, alpha=2.0 * rank)
        self.sharpness = self.add_weight(
            shape=(), initializer=keras.initializers.Constant(-np.log(temperature)), name="sharp"
        )
        self._blocks = [item_texts(log, item)]  # texts of the log's items, then of those added
        self._popularity = _counts(log.catalogue, log.events)
        specs = ((None, None, frozen.width), tf.float16), ((None, None), tf.bool)
        self._vectors = tf.function(self.vectors, [tf.TensorSpec(*each) for each in specs])
        self._seen: tuple[str, Any] = ("", None)
        self.built = True

    @property
    def frozen(self) -> FrozenLayers:
        """The layers below."""
        return self._frozen[0]

    @property
    def catalogue(self) -> "Catalogue":
        """The items that are ranked."""
        return self._catalogue

    @property
    def popularity(self) -> np.ndarray:
        """``(items,)`` events of each item in the training part that :meth:`pairs` has seen.

        Before, in the whole log.
        """
        return self._popularity

    @property
    def repeats(self) -> bool:
        """Whether people of the log come back to the same item."""
        return bool(self.log.about.repeats)

    @property
    def fitted_on(self) -> dict[str, Any]:
        """Name and SHA-256 of the log."""
        return dict(self._fitted_on or {"log": self.log.name, "sha256": self.log.hash})

    def with_items(self, items: pl.DataFrame, vectors: None = None) -> "TwoTower":
        """The same towers over a catalogue with more items: their texts are read as all others.

        Scores of old items are unmoved to the last bit.

        Args:
            items: ``item_id`` and what the item template names, one row a new item.
            vectors: the towers make their own.

        Returns:
            Another model that shares the frozen layers.

        Raises:
            ParameterError: a table that does not fit the catalogue, or vectors.
        """
        if vectors is not None:
            raise ParameterError("the towers read the texts of new items; leave vectors out")
        catalogue = grown_catalogue(self.catalogue, items)
        old, new = self.catalogue.size, catalogue.size - self.catalogue.size
        model = self.restored(
            self.frozen,
            self.log,
            catalogue,
            self.settings(),
            [weight.numpy() for weight in self.trainable_variables],
            np.pad(self.popularity, (0, new)),
            self.fitted_on,
        )
        sizes = [len(block) for block in self._blocks]
        model.split_items([*sizes, catalogue.size - old])
        return model

    def settings(self) -> dict[str, Any]:
        """The arguments that the model was made with, but for the frozen layers and the log."""
        names = ("item", "event", "max_events", "rank", "temperature", "corrected", "name")
        return {name: getattr(self, name) for name in names}

    @property
    def blocks(self) -> list[int]:
        """How many items the log has, and how many were added each time."""
        return [len(block) for block in self._blocks]

    @property
    def _texts(self) -> list[str]:
        return [text for block in self._blocks for text in block]

    def split_items(self, sizes: Sequence[int]) -> None:
        """Score the items in blocks of these sizes, those that were added apart from the others.

        A product of other sizes may round otherwise, and old scores must not move by a bit.
        """
        texts, ends = self._texts, np.cumsum(sizes)
        self._blocks = [texts[end - n : end] for n, end in zip(sizes, ends, strict=True)]
        self._seen = ("", None)

    @classmethod
    def restored(
        cls,
        frozen: FrozenLayers,
        log: "Log",
        catalogue: "Catalogue",
        settings: dict[str, Any],
        weights: Sequence[np.ndarray],
        popularity: np.ndarray,
        fitted_on: dict[str, Any],
    ) -> "TwoTower":
        """Towers with trained weights, over a catalogue that may be larger than the log's."""
        model = cls(frozen, replace(log, items=catalogue.items), **settings)
        model._catalogue = catalogue
        for variable, value in zip(model.trainable_variables, weights, strict=True):
            variable.assign(value)
        model._popularity, model._fitted_on = popularity, fitted_on
        return model

    def vectors(self, states: Tensor, mask: Tensor) -> Tensor:
        """Frozen states ``(n, tokens, width)`` and which are real → ``(n, width)`` of length 1."""
        real = ops.cast(mask, "float32")[..., None]
        states = ops.cast(states, "float32")
        for layer in self.upper:
            states = layer(states, padding_mask=mask, training=False)
        return ops.normalize(ops.sum(states * real, axis=1), axis=-1)

    def call(self, x: Batch, training: bool = False) -> Tensor:
        """Scores ``(n, n)``: row r is a past, column c the item that came after past c."""
        past = self.vectors(x["past"], x["past_mask"])
        item = self.vectors(x["item"], x["item_mask"])
        return ops.matmul(past, ops.transpose(item)) * ops.exp(self.sharpness)

    def compute_loss(
        self,
        x: Batch,
        y: Tensor | None,
        y_pred: Tensor,
        sample_weight: Tensor | None = None,
        training: bool = True,
    ) -> Tensor:
        """The mean of the in-batch softmax's loss, nats; ``x`` brings ``log_q``."""
        return ops.mean(in_batch_softmax(y_pred, x["log_q"], corrected=self.corrected))

    def pairs(
        self, split: "Split", per_person: int = 4, batch_size: int = 128, seed: int = 0
    ) -> "Pairs":
        """Pasts of the training part and what came next, some drawn of each person.

        Args:
            split: of the same log.
            per_person: how many of a person's training events are drawn, all of who has fewer;
                first events, which have no past, and items outside the catalogue are left out.
            batch_size: pairs that stand against each other, ≥ 2.
            seed: of the draw, and of the order in each epoch.

        Raises:
            ParameterError: a split of another log, or fewer pairs than a batch holds.
        """
        if split.log.hash != self.fitted_on["sha256"]:
            raise ParameterError("split must be one of the log that the towers were made with")
        draw = generator(seed, "two towers", "pairs")
        queries = split.queries("train", every_event=True)
        queries = queries[(queries.histories.lengths > 0) & (queries.target_items >= 2)]
        order = draw.permutation(len(queries))
        people = np.unique(queries.histories.users, return_inverse=True)[1][order]
        rank = np.zeros(len(order), np.int64)  # of an event among those drawn of its person
        by_person = np.argsort(people, kind="stable")
        starts = np.flatnonzero(np.r_[True, np.diff(people[by_person]) != 0])
        counts = np.diff(np.r_[starts, len(order)])
        rank[by_person] = np.arange(len(order)) - np.repeat(starts, counts)
        some = queries[np.sort(order[rank < per_person])]
        if not 2 <= batch_size <= len(some):
            raise ParameterError(f"batch_size must be 2 to {len(some):,} pairs, got {batch_size}")
        self._popularity = _counts(self.catalogue, split.train)
        past, items = self._read(some.histories), self.frozen.states(self._texts)
        return Pairs(past, items, some.target_items - 2, batch_size, seed)

    def scores(self, histories: "Histories") -> np.ndarray:
        """Scores of every item after each past: ``(n, items)`` float32, column j is id j + 2."""
        past = self._all(*self._read(histories))
        ends = np.cumsum(self.blocks)[:-1]
        parts = [past @ block.T for block in np.split(self.item_vectors(), ends)]
        return np.concatenate(parts, axis=1) * np.exp(self.sharpness.numpy())

    def item_vectors(self) -> np.ndarray:
        """``(items, width)`` of length 1, as the tuned tower sees them now."""
        now = fingerprint([variable.numpy().tolist() for variable in self.trainable_variables])
        if self._seen[0] != now:  # made once for each state of the weights
            vectors = [self._all(*self.frozen.states(block)) for block in self._blocks]
            self._seen = (now, np.concatenate(vectors))
        return self._seen[1]

    def _read(self, histories: "Histories") -> tuple[np.ndarray, np.ndarray]:
        """States of pasts as text; of one that is too long the oldest events are left out."""
        frozen, texts = self.frozen, [""] * len(histories)
        rows = list(range(len(histories)))
        for events in range(self.max_events, 0, -1):
            for row in rows:
                texts[row] = self._past_text(histories[[row]], events)
            lengths = map(len, frozen.encoder.tokens([texts[row] for row in rows]))
            pairs = zip(rows, lengths, strict=True)
            rows = [row for row, length in pairs if length > frozen.max_tokens]
        return frozen.states(texts)

    def _past_text(self, past: "Histories", events: int) -> str:
        return history_text(
            past, self.log, self.event, max_events=events, max_characters=CHARACTERS
        )

    def _all(self, states: np.ndarray, mask: np.ndarray) -> np.ndarray:
        """Vectors of many texts, a batch at a time."""
        places: Sequence[int] = range(0, len(states), BATCH)
        if not len(states):
            return np.zeros((0, states.shape[2]), np.float32)
        parts = (trimmed(states[n : n + BATCH], mask[n : n + BATCH]) for n in places)
        return np.concatenate([self._vectors(*part).numpy() for part in parts])


def _counts(catalogue: "Catalogue", events: pl.DataFrame) -> np.ndarray:
    """``(items,)`` how often each item occurs."""
    ids = catalogue.encode(events["item_id"])
    return np.bincount(ids, minlength=catalogue.size + 2)[2:].astype(np.float64)
