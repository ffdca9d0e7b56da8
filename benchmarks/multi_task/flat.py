"""ml-100k as a table with one row a rating, and a model of ours that reads such rows."""

from pathlib import Path
from typing import Any

import keras
import numpy as np
from keras import ops

import mtrec_lib as mt
from mtrec_lib.core import atomic_path
from mtrec_lib.models.mixers.dense_bank import DenseBank

COLUMNS = ("user_id", "item_id", "age", "gender", "occupation", "year")


def table(split: Any) -> dict[str, np.ndarray]:
    """The training rows of a split.

    Returns:
        Each of ``COLUMNS``, ``(rows,)`` int32 counted from 0; ``genres`` ``(rows, most)`` int32
        counted from 1 and filled up with 0; ``y`` ``(rows, 2)`` float32: like (≥ 4) and top (= 5).
    """
    log = split.log
    rows = split.train.join(log.users, on="user_id", how="left")
    rows = rows.join(log.items, on="item_id", how="left", maintain_order="left")
    found = {
        name: np.unique(rows[name].cast(str).fill_null("").to_numpy(), return_inverse=True)[1]
        for name in COLUMNS
    }
    has = log.catalogue.category_matrix  # (films, genres)
    order = np.argsort(-has, axis=1, kind="stable")[:, : int(has.sum(axis=1).max())]
    genres = np.where(np.take_along_axis(has, order, axis=1) > 0, order + 1, 0)
    found["genres"] = genres[log.catalogue.encode(rows["item_id"]) - 2]
    rating = rows["rating"].to_numpy()
    y = np.stack([rating >= 4, rating == 5], axis=1).astype(np.float32)
    return {name: column.astype(np.int32) for name, column in found.items()} | {"y": y}


def export(arrays: dict[str, np.ndarray], path: Path) -> Path:
    """Write the table as npz, for a peer to read."""
    with atomic_path(path) as scratch, scratch.open("wb") as stream:
        np.savez(stream, **arrays)  # type: ignore[arg-type]
    return path


def inputs(arrays: dict[str, np.ndarray]) -> tuple[dict[str, np.ndarray], list[int]]:
    """The table as :class:`Flat` reads it, and how many values each column has.

    Returns:
        ``ids (rows, columns)`` int32, each column's ids after those of the one before it, and
        ``genres (rows, genres)`` float32, 1/n at the n genres of the film; the sizes.
    """
    sizes = [int(arrays[name].max()) + 1 for name in COLUMNS]
    starts = np.cumsum([0, *sizes[:-1]])
    ids = np.stack([arrays[name] for name in COLUMNS], axis=1) + starts
    genres = np.zeros((len(ids), int(arrays["genres"].max()) + 1), np.float32)
    np.put_along_axis(genres, arrays["genres"], 1.0, axis=1)
    genres = genres[:, 1:]
    genres /= np.maximum(genres.sum(axis=1, keepdims=True), 1)
    return {"ids": ids.astype(np.int32), "genres": genres}, sizes


class Flat(keras.layers.Layer):
    """The columns of a row as one state: their vectors side by side, the genres' averaged.

    Shapes: ``ids (batch, columns)`` and ``genres (batch, genres)`` →
    ``(batch, 1, (columns + 1) · width)``.
    """

    def __init__(self, values: int, genres: int, width: int) -> None:
        super().__init__()
        self.values = self.add_weight(shape=(values, width), initializer="normal", name="values")
        self.genres = self.add_weight(shape=(genres, width), initializer="normal", name="genres")

    def call(self, x: dict[str, Any]) -> Any:
        """One state a row."""
        vectors = ops.take(self.values, x["ids"], axis=0)
        genres = ops.matmul(x["genres"], self.genres)
        return ops.concatenate(
            [ops.reshape(vectors, (ops.shape(vectors)[0], -1)), genres], axis=-1
        )[:, None]


class NormedReLU(keras.layers.Layer):
    """relu(batch norm(x)), as after every linear layer of torch-rechub.

    Shapes: ``(batch, ...)`` → the same; each number but the first axis has its own statistics.
    """

    def __init__(self) -> None:
        super().__init__()
        self.norm = keras.layers.BatchNormalization(momentum=0.9, epsilon=1e-5)

    def build(self, input_shape: Any) -> None:
        """Build the norm over all numbers of a row."""
        self.norm.build((None, int(np.prod(input_shape[1:]))))

    def call(self, x: Any) -> Any:
        """Normalised and cut at zero."""
        rows = ops.reshape(x, (ops.shape(x)[0], -1))
        return ops.relu(ops.reshape(self.norm(rows), ops.shape(x)))


class FlatModel(keras.Model):
    """Columns, a mixer of the library, and a small tower a task.

    Args:
        mixer: such as ``mt.models.MMoE(8, 16, NormedReLU())``.
        tasks: how many.
        values, genres: how many there are, of all columns together.
        width: of a value's vector.
        tower: hidden units of each task.

    Shapes: as :class:`Flat` → logits ``(batch, tasks)``.
    """

    def __init__(
        self, mixer: Any, tasks: int, values: int, genres: int, width: int, tower: int
    ) -> None:
        super().__init__()
        self.trunk, self.mixer, self.tasks = Flat(values, genres, width), mixer, tasks
        self.hidden = DenseBank(tasks, tower, NormedReLU())
        self.out = DenseBank(tasks, 1)

    def call(self, x: dict[str, Any]) -> Any:
        """A logit a task."""
        states = ops.stack(self.mixer(self.trunk(x), tasks=self.tasks), axis=-2)  # (B, 1, m, H)
        return self.out(self.hidden(states, own=True), own=True)[:, 0, :, 0]


def model_of(kind: str, told: dict[str, Any], x: dict[str, np.ndarray], sizes: list[int]) -> Any:
    """``shared-bottom`` or ``mmoe`` by the settings, built."""
    if kind == "mmoe":
        mixer: Any = mt.models.MMoE(told["experts"], told["expert"], NormedReLU())
    else:
        mixer = mt.models.SharedBottom(told["bottom"], NormedReLU())
    tasks, genres = len(told["tasks"]), x["genres"].shape[1]
    model = FlatModel(mixer, tasks, sum(sizes), genres, told["embedding"], told["tower"])
    model({name: column[:2] for name, column in x.items()})
    return model
