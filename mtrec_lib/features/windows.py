"""Windows over whole histories: every event a target once an epoch, with the past it had."""

from typing import TYPE_CHECKING

import numpy as np

from mtrec_lib.core import generator
from mtrec_lib.core.errors import ParameterError
from mtrec_lib.data import Histories, Split
from mtrec_lib.features.spec import InputSpec, gap_ids

if TYPE_CHECKING:
    import tensorflow as tf

_ORDER = {"train": 0, "validation": 1, "test": 2}


class Windows:
    """Cuts each person's history into windows and feeds them to Keras as ``(x, y)`` batches.

    A history of ``n`` events has ``n`` targets: the begin mark predicts the first event, each
    event the next. Each epoch the history is cut at random places into as few pieces of at most
    ``max_length`` targets as it takes; a piece that is short is filled with context on its left
    whose targets do not count. So no target is lost, none counts twice, and a history that fits
    is read once. A single window of the last events would drop most targets of long histories.

    ``x``: ``item``, ``rating``, ``gap`` ``(batch, length)`` int32, the events read;
    ``given_item`` ``(batch, length)`` int32, the item of the event to come, for heads that may
    see it. ``y``: ``item`` and every numeric column of the event to come (NaN where missing), and
    ``counted`` float32, 1 at the targets of this window. The last batch is filled with empty rows.

    Args:
        spec: sizes of the arrays.
        split: the split log.
        part: whose events are targets; earlier parts are context.
        batch_size: rows a batch.
        seed: cuts and order depend on (seed, epoch) alone.

    Taught in chapter 02.
    """

    def __init__(
        self,
        spec: InputSpec,
        split: Split,
        part: str = "train",
        batch_size: int = 64,
        seed: int = 0,
    ) -> None:
        if part not in _ORDER:
            raise ParameterError(f"part must be one of {list(_ORDER)}, got {part!r}")
        if batch_size < 1:
            raise ParameterError(f"batch_size must be ≥ 1, got {batch_size}")
        self.spec, self.batch_size, self.seed = spec, batch_size, seed
        order = split.events["part"].replace_strict(_ORDER)
        events = split.events.filter(order <= _ORDER[part])
        histories = Histories.from_events(events, split.log.catalogue)
        self._columns = self._tokens(histories, (events["part"] == part).to_numpy())
        lengths = histories.lengths
        self._ends = np.cumsum(lengths + 1)
        self._starts = self._ends - lengths - 1
        self.targets = int(self._columns["counted"].sum())

    def _tokens(self, histories: Histories, counted: np.ndarray) -> dict[str, np.ndarray]:
        """Flat columns with a begin mark before each person: row t is read, row t + 1 is due."""
        begins = histories.starts + np.arange(len(histories))
        total = int(histories.lengths.sum()) + len(histories)
        is_event = np.ones(total, bool)
        is_event[begins] = False
        columns: dict[str, np.ndarray] = {}
        for name, values in histories.columns.items():
            fill = (
                self.spec.begin if name == "item" else (np.nan if values.dtype.kind == "f" else -1)
            )
            columns[name] = np.full(total, fill, values.dtype)
            columns[name][is_event] = values
        columns["counted"] = np.zeros(total, np.float32)
        columns["counted"][is_event] = counted
        return columns

    def cuts(self, epoch: int = 0) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """The windows of an epoch.

        Returns:
            ``(person, first, end)``, each ``(windows,)``: positions ``first … end − 1`` of that
            person's tokens are the ones whose targets count; shuffled by (seed, epoch).
        """
        rng = generator(self.seed, "windows", epoch)
        length, lengths = self.spec.max_length, self._ends - self._starts - 1
        pieces = np.maximum(1, -(-lengths // length))  # no more than it takes
        least = np.maximum(1, lengths - (pieces - 1) * length)
        offset = rng.integers(least, length + 1)  # end of the first piece, at random
        person = np.repeat(np.arange(len(lengths)), pieces)
        number = np.arange(len(person)) - np.repeat(np.cumsum(pieces) - pieces, pieces)
        first = np.where(number == 0, 0, offset[person] + (number - 1) * length)
        end = np.minimum(offset[person] + number * length, lengths[person])
        due = self._due(person, first, end)
        order = rng.permutation(np.flatnonzero(due))
        return person[order], first[order], end[order]

    def _due(self, person: np.ndarray, first: np.ndarray, end: np.ndarray) -> np.ndarray:
        """Whether a window holds any target that counts."""
        total = np.concatenate([[0.0], np.cumsum(self._columns["counted"], dtype=np.float64)])
        base = self._starts[person] + 1
        return (end > first) & (total[base + end] > total[base + first])

    def batch(
        self, person: np.ndarray, first: np.ndarray, end: np.ndarray
    ) -> tuple[dict[str, np.ndarray], dict[str, np.ndarray]]:
        """The arrays ``(x, y)`` of some windows, left-padded to ``max_length``."""
        length = self.spec.max_length
        position = end[:, None] - length + np.arange(length)[None, :]
        token = np.where(position >= 0, self._starts[person][:, None] + position, 0)
        real = position >= 0
        x = self._read(token, real, position)
        due = np.where(real, token + 1, 0)
        y = {name: values[due] for name, values in self._columns.items() if name != "timestamp"}
        y = {
            name: np.where(real, values, 0 if values.dtype.kind != "f" else np.nan)
            for name, values in y.items()
        }
        counts = real & (position >= first[:, None])
        y["counted"] = np.where(counts, self._columns["counted"][due], 0).astype(np.float32)
        y["item"] = y["item"].astype(np.int32)
        x["given_item"] = y["item"]
        return x, y

    def _read(
        self, token: np.ndarray, real: np.ndarray, position: np.ndarray
    ) -> dict[str, np.ndarray]:
        item = np.where(real, self._columns["item"][token], 0).astype(np.int32)
        rating = np.full(token.shape, np.nan, np.float32)
        if "rating" in self._columns:
            rating = np.where(real, self._columns["rating"][token], np.nan)
        time = self._columns["timestamp"]
        before = np.where(position[:, :1] > 0, time[np.maximum(token[:, :1] - 1, 0)], -1)
        now = np.where(real, time[token], -1)
        gap = gap_ids(np.concatenate([before, now], axis=1))
        return {"item": item, "rating": self.spec.grade_ids(rating), "gap": gap}

    def dataset(self, epoch: int = 0, limit: int | None = None) -> "tf.data.Dataset":
        """One epoch as a ``tf.data.Dataset`` of full batches of constant shape.

        Args:
            epoch: decides cuts and order, together with the seed.
            limit: at most so many batches.
        """
        import tensorflow as tf

        person, first, end = self.cuts(epoch)
        steps = -(-len(person) // self.batch_size)
        spare = steps * self.batch_size - len(person)
        filled = [np.pad(part, (0, spare)) for part in (person, first, end)]
        rows = [part.reshape(steps, self.batch_size) for part in filled]
        steps = min(steps, limit or steps)
        shapes = tf.nest.map_structure(
            tf.TensorSpec.from_tensor, self._tensors(*(r[0] for r in rows))
        )

        def batches():  # type: ignore[no-untyped-def]
            for step in range(steps):
                yield self.batch(*(r[step] for r in rows))

        data = tf.data.Dataset.from_generator(batches, output_signature=shapes)
        return data.apply(tf.data.experimental.assert_cardinality(steps)).prefetch(2)

    def _tensors(self, person: np.ndarray, first: np.ndarray, end: np.ndarray):  # type: ignore[no-untyped-def]
        import tensorflow as tf

        return tf.nest.map_structure(tf.convert_to_tensor, self.batch(person, first, end))
