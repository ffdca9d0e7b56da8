"""The network of ``NextBasket``: a causal transformer over baskets, and a copy part."""

from collections.abc import Iterable

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from mtrec_lib.core.types import Batch, Tensor
from mtrec_lib.features.baskets.basket_pairs import PAIR, PAST
from mtrec_lib.layers import ByteDropout, TransformerBlock

GAPS, SIZES, OF_ITEM = 22, 16, 8
START = "log share of baskets, decay 0.97 a week"


class BasketNetwork(keras.Model):
    """Logits of the items of the next basket.

    Args:
        items: size of the catalogue.
        width: of the transformer; 0 leaves the language part out.
        hidden: units of the copy part; 0 leaves it out.
        layers, heads, length, dropout: see :class:`mtrec_lib.models.NextBasket`.
    """

    def __init__(
        self,
        items: int,
        width: int,
        hidden: int,
        layers: int,
        heads: int,
        length: int,
        dropout: float,
    ) -> None:
        super().__init__(name="basket_network")
        self.items, self.width, self.hidden, self.slots = items, width, hidden, length + 1
        self.bias = self.add_weight(shape=(items,), initializer="zeros", name="bias")
        self.drop = ByteDropout(dropout)
        if width:
            self._add_language(layers, heads, dropout)
        if hidden:
            self._add_copy()
        self.built = True

    def _add_language(self, layers: int, heads: int, dropout: float) -> None:
        wide = (None, None, self.width)
        self.vectors = self._table(self.items, self.width, 0.05, "vectors")
        self.gaps = self._table(GAPS, self.width, 0.05, "gaps")
        self.sizes = self._table(SIZES, self.width, 0.05, "sizes")
        self.out = self._table(self.items, self.width, 0.02, "out")
        if self.hidden:
            self.copied = self._table(self.items, self.width, 0.02, "copied")
        self.blocks = [TransformerBlock(self.width, heads, dropout) for _ in range(layers)]
        self.norm = keras.layers.LayerNormalization(epsilon=1e-6)
        for layer in (*self.blocks, self.norm):
            layer.build(wide)

    def _add_copy(self) -> None:
        known, hidden = len(PAIR) + len(PAST), self.hidden
        self.scale = {
            name: self.add_weight(shape=(2, size), trainable=False, name=f"scale_{name}")
            for name, size in (("pairs", len(PAIR)), ("pasts", len(PAST)))
        }
        self.again = self.add_weight(shape=(self.items,), initializer="zeros", name="again")
        self.of_item = self._table(self.items, OF_ITEM, 0.02, "of_item")
        dense = keras.layers.Dense
        self.line = dense(1)
        self.first, self.second = dense(hidden, "gelu"), dense(hidden, "gelu")
        self.third = dense(1, kernel_initializer="zeros")
        self.newness = dense(1, kernel_initializer="zeros")
        sizes = (known, known + OF_ITEM, hidden, hidden, len(PAST))
        layers = (self.line, self.first, self.second, self.third, self.newness)
        for layer, size in zip(layers, sizes, strict=True):
            layer.build((None, size))

    def _table(self, rows: int, width: int, spread: float, name: str) -> keras.Variable:
        start = keras.initializers.RandomNormal(stddev=spread)
        return self.add_weight(shape=(rows, width), initializer=start, name=name)

    def start(self, prior: np.ndarray, scales: dict[str, np.ndarray]) -> None:
        """Begin at decayed frequency for items of the past, at popularity for all others."""
        self.bias.assign(np.log(prior + 0.1 / self.items))
        if not self.hidden:
            return
        for name, scale in scales.items():
            self.scale[name].assign(scale)
        kernel = np.zeros(self.line.kernel.shape, np.float32)
        middle, spread = scales["pairs"][:, PAIR.index(START)]
        kernel[PAIR.index(START)] = spread  # undoes the standardising
        self.line.kernel.assign(kernel)
        self.line.bias.assign([middle])

    def call(self, x: Batch, training: bool = False) -> Tensor:
        """``(moments, items)`` logits."""
        moments = tf.shape(x["where"])[0]
        logits = tf.tile(self.bias[None, :], [moments, 1])
        state = self._states(x, training) if self.width else None
        if state is not None:
            logits += tf.matmul(state, self.out, transpose_b=True)
        return self._copy(x, logits, state, training) if self.hidden else logits

    def _states(self, x: Batch, training: bool) -> Tensor:
        """``(moments, width)``: what the baskets up to each moment have become."""
        rows = tf.shape(x["gap"])[0]
        items = tf.gather(tf.convert_to_tensor(self.vectors), x["item"]) * x["share"][:, None]
        text = tf.math.unsorted_segment_sum(items, x["cell"], rows * self.slots)
        text = tf.reshape(text, (-1, self.slots, self.width))
        text += tf.gather(self.gaps, x["gap"]) + tf.gather(self.sizes, x["size"])
        text = self.drop(text, training=training)
        mask = tf.linalg.band_part(tf.ones((1, self.slots, self.slots), tf.bool), -1, 0)
        for block in self.blocks:
            text = block(text, mask, training=training)
        states = tf.reshape(self.norm(text), (-1, self.width))
        return self.drop(tf.gather(states, x["where"]), training=training)

    def _copy(self, x: Batch, logits: Tensor, state: Tensor | None, training: bool) -> Tensor:
        """Logits in which the items of the past have their own."""
        moment, column = x["moment"], x["column"]
        known = {name: (x[name] - weight[0]) / weight[1] for name, weight in self.scale.items()}
        both = tf.concat([known["pairs"], tf.gather(known["pasts"], moment)], axis=1)
        inner = tf.concat([both, tf.gather(tf.convert_to_tensor(self.of_item), column)], axis=1)
        inner = self.second(self.drop(self.first(inner), training=training))
        score = (self.line(both) + self.third(inner))[:, 0] + tf.gather(self.again, column)
        if state is not None:
            taste = tf.gather(self.out + self.copied, column)
            score += tf.reduce_sum(tf.gather(state, moment) * taste, axis=1)
        logits += self.newness(known["pasts"])
        return tf.tensor_scatter_nd_update(logits, tf.stack([moment, column], axis=1), score)

    def epoch(self, batches: Iterable[tuple[Batch, NDArray[np.float32]]]) -> float:
        """Train on some batches; the mean list-wise loss in nats."""
        if not hasattr(self, "_step"):
            self.optimizer.build(self.trainable_variables)
            example = (self._shapes(), tf.TensorSpec([None, self.items]))
            self._step = tf.function(self._train).get_concrete_function(*example)
        losses = [float(self._step(x, tf.constant(y))) for x, y in batches]
        return float(np.mean(losses))

    def _shapes(self) -> dict[str, tf.TensorSpec]:
        """What ``call`` reads, of any length: one trace serves all batches."""
        lists = {name: [None] for name in ("item", "cell", "where", "moment", "column")}
        tables = {name: [None, self.slots] for name in ("gap", "size")}
        shapes = {
            name: tf.TensorSpec(size, tf.int32, name) for name, size in (lists | tables).items()
        }
        real = {"share": [None], "weight": [None], "pairs": [None, len(PAIR)]}
        real["pasts"] = [None, len(PAST)]
        return shapes | {name: tf.TensorSpec(size, tf.float32, name) for name, size in real.items()}

    def _train(self, x: Batch, y: Batch) -> Tensor:
        with tf.GradientTape() as tape:
            logits = self(x, training=True)
            losses = x["weight"] * tf.nn.softmax_cross_entropy_with_logits(y, logits)
            loss = tf.reduce_sum(losses) / tf.reduce_sum(x["weight"])
        variables = self.trainable_variables
        self.optimizer.apply(tape.gradient(loss, variables), variables)
        return loss

    def logits(self, x: Batch) -> np.ndarray:
        """``(moments, items)`` float32."""
        if not hasattr(self, "_answer"):
            answer = tf.function(lambda x: self(x, training=False))
            self._answer = answer.get_concrete_function(self._shapes())
        return self._answer(x).numpy()
