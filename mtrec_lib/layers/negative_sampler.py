"""Items drawn at random, to stand for all that was not chosen."""

from typing import Any

import keras
import numpy as np
import tensorflow as tf
from keras import ops
from numpy.typing import NDArray

from mtrec_lib.core.types import Shape, Tensor


@keras.saving.register_keras_serializable("mtrec")
class NegativeSampler(keras.layers.Layer):
    """Draws negatives, and knows how probable each draw was.

    Args:
        items: of the catalogue (≥ 2).
        negatives: how many (≥ 1).
        by: ``"uniform"``, or ``"popularity"``: Q(i) ∝ 1 + times that item i occurs in the training
            part, so that whatever is never chosen is drawn, too.
        shared: one draw for all positions of a batch, from the whole catalogue; otherwise each
            position draws its own among the items *other* than its target (uniform only).
        popularity: ``(items,)`` counts; from a configuration alone they are unknown until weights
            are loaded.
        seed: of the layer's ``SeedGenerator``.

    Shapes: targets ``(...)`` int in [0, items) → ``(negatives,)`` shared, else
    ``(..., negatives)``.

    Raises:
        ValueError: a number out of range, another ``by``, or popularity that is not shared.

    >>> NegativeSampler(items=3, negatives=2, shared=False)(np.array([1])).shape
    TensorShape([1, 2])

    Source: Walker, ACM TOMS 3(3), 1977 (the alias method: a draw costs two numbers).
    Taught in chapter 03.
    """

    def __init__(
        self,
        items: int,
        negatives: int,
        by: str = "uniform",
        shared: bool = True,
        popularity: NDArray[Any] | None = None,
        seed: int | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        if items < 2 or negatives < 1:
            raise ValueError(f"items must be ≥ 2 and negatives ≥ 1, got {items} and {negatives}")
        if by not in {"uniform", "popularity"}:
            raise ValueError(f"by must be 'uniform' or 'popularity', got {by!r}")
        if by == "popularity" and not shared:
            raise ValueError("by='popularity' draws for all positions at once: set shared=True")
        self.items, self.negatives, self.by, self.shared = items, negatives, by, shared
        self.seed = seed
        self.seed_generator = keras.random.SeedGenerator(seed)
        self._popularity = popularity

    def build(self, input_shape: Shape | None = None) -> None:
        """Create the tables of the alias method, where draws are not uniform."""
        if self.by == "popularity":
            named = {"keep": "float32", "alias": "int32", "log_q_table": "float32"}
            tables = [
                self.add_weight(
                    shape=(self.items,), initializer="zeros", trainable=False, name=n, dtype=d
                )
                for n, d in named.items()
            ]
            self.keep, self.alias, self.log_q_table = tables
            if self._popularity is not None:
                self.draw_by(self._popularity)
        self.built = True

    def draw_by(self, popularity: NDArray[Any]) -> None:
        """Fill the tables by ``(items,)`` counts; nothing to do where draws are uniform."""
        if self.by != "popularity":
            return
        share = 1.0 + np.asarray(popularity, np.float64)
        share = share / share.sum()
        tables = (self.keep, self.alias, self.log_q_table)
        for table, value in zip(tables, (*alias(share), np.log(share)), strict=True):
            table.assign(value)

    def call(self, target: Tensor) -> Tensor:
        """Draw; a new draw at every call."""
        shape = [self.negatives] if self.shared else tf.concat([tf.shape(target), [-1]], 0)
        count = self.negatives if self.shared else tf.size(target) * self.negatives
        drawn = self._whole(count, self.items if self.shared else self.items - 1)
        if self.by == "popularity":
            chance = ops.take(self.keep, drawn)
            drawn = ops.where(self._uniform(count) < chance, drawn, ops.take(self.alias, drawn))
        if self.shared:
            return drawn
        drawn = tf.reshape(drawn, shape)  # numbers of the others: those from the target on move up
        return drawn + ops.cast(drawn >= ops.cast(target, "int32")[..., None], "int32")

    def log_q(self, ids: Tensor) -> Tensor:
        """log Q of items ``(...)``, float32: the chance that one draw is this item."""
        if self.by == "popularity":
            return ops.take(self.log_q_table, ids)
        others = 0 if self.shared else 1
        return ops.zeros_like(ids, dtype="float32") - float(np.log(self.items - others))

    def _seed(self) -> Tensor:
        return ops.cast(self.seed_generator.next(), "int32")

    def _whole(self, count: Tensor | int, below: int) -> Tensor:
        return tf.random.stateless_uniform(
            [count], self._seed(), 0, below, dtype=tf.int32, alg="philox"
        )

    def _uniform(self, count: Tensor | int) -> Tensor:
        return tf.random.stateless_uniform([count], self._seed(), alg="philox")

    def compute_output_shape(self, input_shape: Shape) -> Shape:
        """``(negatives,)`` or ``(..., negatives)``."""
        return (self.negatives,) if self.shared else (*input_shape, self.negatives)

    def get_config(self) -> dict[str, Any]:
        """Constructor arguments; the popularity travels with the weights."""
        names = ("items", "negatives", "by", "shared", "seed")
        return super().get_config() | {name: getattr(self, name) for name in names}


def alias(share: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Walker's tables: draw a column, keep it with the chance ``keep``, else take its alias.

    Args:
        share: ``(items,)`` probabilities.

    Returns:
        ``keep`` ``(items,)`` float32 and ``alias`` ``(items,)`` int32.

    >>> alias(np.array([0.75, 0.25]))
    (array([1. , 0.5], dtype=float32), array([0, 0], dtype=int32))
    """
    left = share * len(share)
    keep, other = np.ones(len(share)), np.arange(len(share))
    small, large = np.flatnonzero(left < 1).tolist(), np.flatnonzero(left >= 1).tolist()
    while small and large:
        low, high = small.pop(), large[-1]
        keep[low], other[low] = left[low], high
        left[high] -= 1 - left[low]
        if left[high] < 1:
            small.append(large.pop())
    return keep.astype(np.float32), other.astype(np.int32)
