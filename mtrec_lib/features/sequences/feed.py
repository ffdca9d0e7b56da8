"""What the feeds of training share: batches of constant shape, an epoch at a time."""

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Any

import numpy as np

from mtrec_lib.core import generator
from mtrec_lib.core.errors import ParameterError
from mtrec_lib.data import Split
from mtrec_lib.data.histories import ranges
from mtrec_lib.features.pairs.pair_features import PairFeatures
from mtrec_lib.features.people import People
from mtrec_lib.features.sequences.spec import InputSpec
from mtrec_lib.features.sequences.tokens import EventTokens, Parts
from mtrec_lib.features.sequences.without_autotune import without_autotune

if TYPE_CHECKING:
    import tensorflow as tf

Batch = tuple[dict[str, np.ndarray], dict[str, np.ndarray]]


class Feed(ABC):
    """Cuts histories into pieces and feeds them to Keras as ``(x, y)`` batches.

    ``x``: ``item``, ``rating``, ``gap`` and the flags of the spec, ``(batch, length)`` int32, the
    events read; ``segment``, 0 at padding, else the number of the piece in its row;
    ``given_item``, the item of the event to come, and where it is asked for ``beside``,
    ``(batch, length, numbers)`` float32, for heads that may see it; where attributes of people are
    read ``person``, ``(batch, length, numbers)`` float32. ``y``: ``item``, every number of the
    event to come and :func:`derived_labels` (NaN where missing), and ``counted`` float32, 1 at the
    targets. The last batch is filled with empty rows.

    Args:
        spec: sizes of the arrays.
        split: the split log.
        part: whose events are targets, a part or several; earlier parts are context.
        batch_size: rows a batch.
        seed: pieces and order depend on (seed, epoch) alone.
        hide_ratings: share of the pieces that are read without their ratings and flags, so that a
            model also learns to read a past that has none.
        beside: what is known beside the sequence when an item is asked about, or None.
        people: what is known of the people, or None.

    Taught in chapter 04.
    """

    def __init__(
        self,
        spec: InputSpec,
        split: Split,
        part: Parts = "train",
        batch_size: int = 64,
        seed: int = 0,
        hide_ratings: float = 0.0,
        beside: PairFeatures | None = None,
        people: People | None = None,
    ) -> None:
        if batch_size < 1:
            raise ParameterError(f"batch_size must be ≥ 1, got {batch_size}")
        if not 0 <= hide_ratings <= 1:
            raise ParameterError(f"hide_ratings must be a share in [0, 1], got {hide_ratings}")
        self.spec, self.batch_size, self.seed = spec, batch_size, seed
        self.hide_ratings = hide_ratings
        self.tokens = EventTokens(spec, split, part, beside, people)
        self.targets = self.tokens.targets

    @abstractmethod
    def rows(self, epoch: int) -> tuple[np.ndarray, ...]:
        """What the rows of an epoch are made of, each ``(rows, …)``, shuffled."""

    @abstractmethod
    def batch(self, *rows: np.ndarray) -> Batch:
        """The arrays ``(x, y)`` of some rows."""

    def cuts(
        self, epoch: int = 0, most: int | None = None
    ) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """The pieces of an epoch: as few of at most ``most`` targets as a history takes.

        Args:
            epoch: decides, with the seed, where histories are cut.
            most: targets of a piece at most; default ``max_length``.

        Returns:
            ``(person, first, end)``, each ``(pieces,)``: tokens ``first … end − 1`` of that person
            are the ones whose targets count; shuffled by (seed, epoch).
        """
        rng = generator(self.seed, "windows", epoch)
        length, lengths = most or self.spec.max_length, self.tokens.lengths
        pieces = np.maximum(1, -(-lengths // length))  # no more than it takes
        least = np.maximum(1, lengths - (pieces - 1) * length)
        offset = rng.integers(least, length + 1)  # end of the first piece, at random
        person, number = ranges(np.zeros_like(pieces), pieces)
        first = np.where(number == 0, 0, offset[person] + (number - 1) * length)
        end = np.minimum(offset[person] + number * length, lengths[person])
        counted = self.tokens.any_target(person, first, end)
        order = rng.permutation(np.flatnonzero(counted))
        return person[order], first[order], end[order]

    def hidden(self, epoch: int, pieces: int) -> np.ndarray:
        """``(pieces,)`` bool: which pieces are read without their ratings and flags."""
        return generator(self.seed, "hide", epoch).random(pieces) < self.hide_ratings

    def without_outcomes(
        self, x: dict[str, np.ndarray], hidden: np.ndarray
    ) -> dict[str, np.ndarray]:
        """The events read, ratings and flags missing where ``hidden``."""
        return x | {name: np.where(hidden, 0, x[name]) for name in self.spec.outcomes}

    def dataset(self, epoch: int = 0, limit: int | None = None) -> "tf.data.Dataset":
        """One epoch as a ``tf.data.Dataset`` of full batches of constant shape.

        Args:
            epoch: decides pieces and order, together with the seed.
            limit: at most so many batches.
        """
        import tensorflow as tf

        rows = self.rows(epoch)
        steps = -(-len(rows[0]) // self.batch_size)
        spare = steps * self.batch_size - len(rows[0])
        filled = [self.padded(part, spare) for part in rows]
        stacked = [part.reshape(steps, self.batch_size, *part.shape[1:]) for part in filled]
        steps = min(steps, limit or steps)
        first: Any = tf.nest.map_structure(
            tf.convert_to_tensor, self.batch(*(part[0] for part in stacked))
        )
        shapes = tf.nest.map_structure(tf.TensorSpec.from_tensor, first)

        def batches():  # type: ignore[no-untyped-def]
            for step in range(steps):
                yield self.batch(*(part[step] for part in stacked))

        data = tf.data.Dataset.from_generator(batches, output_signature=shapes)
        data = data.apply(tf.data.experimental.assert_cardinality(steps)).prefetch(2)
        return without_autotune(data)

    def padded(self, part: np.ndarray, spare: int) -> np.ndarray:
        """``part`` with ``spare`` empty rows at its end."""
        return np.pad(part, [(0, spare)] + [(0, 0)] * (part.ndim - 1))
