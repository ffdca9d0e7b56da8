"""The machine's bound: the matrix products of a training step, and nothing beside them.

``python -m benchmarks.next_item.bound split settings folder``, in windows. All products of the
forward and the backward pass of a causal transformer over the catalogue, at their real shapes, in
one ``tf.function``, plus the softmax cross-entropy and its gradient compiled by XLA. What a step
does beside them (norms, activations, dropout, softmax of the attention, optimizer, input) is not
in the bound: no step reaches it.
"""

import time
from typing import Any

import tensorflow as tf

from benchmarks.next_item.peers._gate import Gate
from benchmarks.next_item.peers._given import arguments, peak_mb

STEPS = 20


def gflops(size: int = 2048, repeats: int = 10) -> float:
    """Float32 products of square matrices, 10⁹ operations a second."""
    a, b = tf.random.uniform((size, size)), tf.random.uniform((size, size))
    _ = (a @ b).numpy()
    start = time.perf_counter()
    for _ in range(repeats):
        last = a @ b
    _ = last.numpy()
    return float(2 * size**3 * repeats / (time.perf_counter() - start) / 1e9)


class Bound:
    """The products of one step, as a function without arguments.

    Args:
        settings: ``batch_size``, ``length``, ``width``, ``layers``, ``heads``.
        items: size of the catalogue.
    """

    def __init__(self, settings: dict[str, Any], items: int) -> None:
        batch, length = settings["batch_size"], settings["length"]
        self.shape = (batch, settings["heads"], length, settings["width"] // settings["heads"])
        self.layers = settings["layers"]
        width = settings["width"]
        normal = tf.random.Generator.from_seed(0).normal

        def weight(*shape: int) -> tf.Variable:
            return tf.Variable(normal(shape) * 0.02)

        self.states = weight(batch * length, width)
        self.blocks = [
            [
                weight(*shape)
                for shape in (
                    (width, 3 * width),
                    (width, width),
                    (width, 4 * width),
                    (4 * width, width),
                )
            ]
            for _ in range(self.layers)
        ]
        self.table = weight(width, items)
        self.target = tf.Variable(tf.zeros(batch * length, tf.int32))

    @tf.function(jit_compile=True)
    def cross_entropy(self, logits: Any) -> tuple[Any, Any]:
        """Mean loss, and the gradient p − y."""
        each = tf.nn.sparse_softmax_cross_entropy_with_logits(self.target, logits)
        hot = tf.one_hot(self.target, logits.shape[-1])
        return tf.reduce_mean(each), tf.nn.softmax(logits) - hot

    @tf.function
    def step(self) -> Any:
        """Every product once; a number that depends on all of them, so that none is left out."""
        states, kept, ends = self.states.value(), [], []
        for read, out, up, down in self.blocks:
            packed = states @ read
            query, key, value = (self._heads(part) for part in tf.split(packed, 3, axis=-1))
            weight = tf.matmul(query, key, transpose_b=True)
            mixed = self._flat(tf.matmul(weight, value))
            after = mixed @ out
            hidden = after @ up
            kept.append((states, query, key, value, weight, mixed, after, hidden))
            states = hidden @ down
        loss, slope = self.cross_entropy(states @ self.table)
        ends.append(tf.matmul(states, slope, transpose_a=True))
        slope = tf.matmul(slope, self.table, transpose_b=True)
        for (read, out, up, down), saved in zip(self.blocks[::-1], kept[::-1], strict=True):
            slope = self._back(slope, (read, out, up, down), saved, ends)
        return loss + tf.reduce_sum(slope[0]) + sum(tf.reduce_sum(end[0]) for end in ends)

    def _back(self, slope: Any, weights: Any, saved: Any, ends: list[Any]) -> Any:
        """The products of a block's backward pass; gradients of its weights join ``ends``."""
        read, out, up, down = weights
        states, query, key, value, weight, mixed, after, hidden = saved
        for matrix, entered in ((down, hidden), (up, after), (out, mixed)):
            ends.append(tf.matmul(entered, slope, transpose_a=True))
            slope = tf.matmul(slope, matrix, transpose_b=True)
        slope = self._heads(slope)
        in_weight = tf.matmul(slope, value, transpose_b=True)
        parts = [
            tf.matmul(in_weight, key),
            tf.matmul(in_weight, query, transpose_a=True),
            tf.matmul(weight, slope, transpose_a=True),
        ]
        slope = tf.concat([self._flat(part) for part in parts], axis=-1)
        ends.append(tf.matmul(states, slope, transpose_a=True))
        return tf.matmul(slope, read, transpose_b=True)

    def _heads(self, rows: Any) -> Any:
        return tf.reshape(rows, self.shape)

    def _flat(self, heads: Any) -> Any:
        return tf.reshape(heads, (-1, self.shape[1] * self.shape[3]))


def main() -> None:
    """Multiply for as long as the windows are open."""
    given, settings, _ = arguments()
    bound, gate = Bound(settings, given.size), Gate()
    bound.step().numpy()
    go = gate.ready(gflops=gflops(), memory_mb=peak_mb())
    while go:
        for _ in range(STEPS):
            last = bound.step()
        _ = last.numpy()
        go = gate.count(sequences=STEPS * settings["batch_size"])


if __name__ == "__main__":
    main()
