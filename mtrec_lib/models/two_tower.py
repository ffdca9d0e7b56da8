"""Two towers over texts: the past is one, an item the other, and their vectors meet."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import keras
import numpy as np
import tensorflow as tf
from keras import ops

from mtrec_lib.core import fingerprint, generator
from mtrec_lib.core.errors import ParameterError
from mtrec_lib.features.sequences.without_autotune import without_autotune
from mtrec_lib.features.texts.item_texts import history_text, item_texts
from mtrec_lib.losses import in_batch_softmax
from mtrec_lib.pretrained.add_lora import add_lora
from mtrec_lib.pretrained.encoders.frozen_layers import FrozenLayers

if TYPE_CHECKING:
    from mtrec_lib.data import Histories, Log, Split

BATCH = 128
CHARACTERS = 10_000  # of a past: tokens are what limits it
SIDES = ("past", "item")


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
        self.log, self.event, self.max_events, self.corrected = log, event, max_events, corrected
        self._frozen = [frozen]  # a list, because it is no part of the model's own
        self.upper = frozen.upper()
        for layer in self.upper:
            add_lora(layer, rank=rank, alpha=2.0 * rank)
        self.sharpness = self.add_weight(
            shape=(), initializer=keras.initializers.Constant(-np.log(temperature)), name="sharp"
        )
        self._items = frozen.states(item_texts(log, item))  # (items, tokens, width) and its mask
        told = ((None, None, frozen.width), tf.float16), ((None, None), tf.bool)
        self._vectors = tf.function(self.vectors, [tf.TensorSpec(*each) for each in told])
        self._seen: tuple[str, Any] = ("", None)
        self.built = True

    @property
    def catalogue(self) -> Any:
        """The items that are ranked."""
        return self.log.catalogue

    def vectors(self, states: Any, mask: Any) -> Any:
        """Frozen states ``(n, tokens, width)`` and which are real → ``(n, width)`` of length 1."""
        real = ops.cast(mask, "float32")[..., None]
        states = ops.cast(states, "float32")
        for layer in self.upper:
            states = layer(states, padding_mask=mask, training=False)
        return ops.normalize(ops.sum(states * real, axis=1), axis=-1)

    def call(self, x: dict[str, Any], training: bool = False) -> Any:
        """Scores ``(n, n)``: row r is a past, column c the item that came after past c."""
        past = self.vectors(x["past"], x["past_mask"])
        item = self.vectors(x["item"], x["item_mask"])
        return ops.matmul(past, ops.transpose(item)) * ops.exp(self.sharpness)

    def compute_loss(
        self,
        x: Any = None,
        y: Any = None,
        y_pred: Any = None,
        sample_weight: Any = None,
        training: bool = True,
    ) -> Any:
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
        if split.log.hash != self.log.hash:
            raise ParameterError("split must be one of the log that the towers were made with")
        draw = generator(seed, "two towers", "pairs")
        asked = split.queries("train", every_event=True)
        asked = asked[(asked.histories.lengths > 0) & (asked.target_items >= 2)]
        order = draw.permutation(len(asked))
        people = np.unique(asked.histories.users, return_inverse=True)[1][order]
        rank = np.zeros(len(order), np.int64)  # of an event among those drawn of its person
        by_person = np.argsort(people, kind="stable")
        starts = np.flatnonzero(np.r_[True, np.diff(people[by_person]) != 0])
        counts = np.diff(np.r_[starts, len(order)])
        rank[by_person] = np.arange(len(order)) - np.repeat(starts, counts)
        some = asked[np.sort(order[rank < per_person])]
        if not 2 <= batch_size <= len(some):
            raise ParameterError(f"batch_size must be 2 to {len(some):,} pairs, got {batch_size}")
        past = self._read(some.histories)
        return Pairs(past, self._items, some.target_items - 2, batch_size, seed)

    def scores(self, histories: "Histories") -> np.ndarray:
        """Scores of every item after each past: ``(n, items)`` float32, column j is id j + 2."""
        past = self._all(*self._read(histories))
        return past @ self.item_vectors().T * np.exp(self.sharpness.numpy())

    def item_vectors(self) -> np.ndarray:
        """``(items, width)`` of length 1, as the tuned tower sees them now."""
        now = fingerprint([variable.numpy().tolist() for variable in self.trainable_variables])
        if self._seen[0] != now:  # made once for each state of the weights
            self._seen = (now, self._all(*self._items))
        return self._seen[1]

    def _read(self, histories: "Histories") -> tuple[np.ndarray, np.ndarray]:
        """States of pasts as text; of one that is too long the oldest events are left out."""
        frozen, texts = self._frozen[0], [""] * len(histories)
        rows = list(range(len(histories)))
        for events in range(self.max_events, 0, -1):
            for row in rows:
                texts[row] = self._told(histories[[row]], events)
            lengths = map(len, frozen.encoder.tokens([texts[row] for row in rows]))
            pairs = zip(rows, lengths, strict=True)
            rows = [row for row, length in pairs if length > frozen.max_tokens]
        return frozen.states(texts)

    def _told(self, past: "Histories", events: int) -> str:
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


class Pairs:
    """Pasts and what came next, in batches that come in a new order each epoch.

    Args:
        past: frozen states ``(pairs, tokens, width)`` of pasts, and their mask.
        items: the same of every item.
        target: ``(pairs,)`` column of the item that came next.
        batch_size: pairs a batch; what is left over waits for another epoch's order.
        seed: of the orders.
    """

    def __init__(
        self, past: Any, items: Any, target: np.ndarray, batch_size: int, seed: int
    ) -> None:
        self.past, self.items, self.target = past, items, target
        self.batch_size, self.seed, self.epoch = batch_size, seed, 0
        counts = np.bincount(target, minlength=len(items[0]))
        self.log_q = np.log(np.maximum(counts, 1) / len(target)).astype(np.float32)

    def __len__(self) -> int:
        """Batches an epoch."""
        return len(self.target) // self.batch_size

    def batches(self) -> tf.data.Dataset:
        """What ``fit`` takes: one pass over it is one epoch."""
        first = next(iter(self))[0]
        told = {name: tf.TensorSpec([None] * each.ndim, each.dtype) for name, each in first.items()}
        told |= {
            name: tf.TensorSpec((None, None, first[name].shape[2]), tf.float16) for name in SIDES
        }
        self.epoch -= 1
        made = tf.data.Dataset.from_generator(lambda: iter(self), output_signature=(told,))
        return without_autotune(made.apply(tf.data.experimental.assert_cardinality(len(self))))

    def __iter__(self) -> Iterator[tuple[dict[str, np.ndarray]]]:
        order = generator(self.seed, "two towers", "order", self.epoch).permutation(
            len(self.target)
        )
        self.epoch += 1
        for some in order[: len(self) * self.batch_size].reshape(-1, self.batch_size):
            item = self.target[some]
            told: dict[str, np.ndarray] = {"log_q": self.log_q[item]}
            sides = ((self.past, some), (self.items, item))
            for name, (side, rows) in zip(SIDES, sides, strict=True):
                told[name], told[f"{name}_mask"] = trimmed(side[0][rows], side[1][rows])
            yield (told,)


def trimmed(states: np.ndarray, mask: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Without the places behind the longest text."""
    longest = int(mask.sum(axis=1).max(initial=1))
    return states[:, :longest], mask[:, :longest]
