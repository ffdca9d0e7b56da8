"""The full softmax over a catalogue of which only a slice is held at a time."""

from collections.abc import Callable

import tensorflow as tf
from keras import ops

from mtrec_lib.core.types import Tensor

CHUNK = 2048  # items of a slice: 3,200 positions of it are 26 MB


def chunked_softmax_cross_entropy(
    states: Tensor, vectors: Tensor, bias: Tensor, target: Tensor, chunk: int = CHUNK
) -> Tensor:
    """−log softmax(states · vectorsᵀ + bias)[target], exactly, without positions × items numbers.

    The catalogue is passed through in slices. A running maximum and a running sum give the
    logarithm of the denominator; the backward pass computes each slice's logits once more instead
    of keeping them. Four matrix products in place of three: a third more work, in a memory of
    positions × ``chunk``.

    Args:
        states: ``(..., width)``.
        vectors: ``(items, width)``, a row an item.
        bias: ``(items,)``.
        target: ``(...)`` integers in [0, items).
        chunk: items of a slice (≥ 1); small ones stay in the processor's cache.

    Returns:
        ``(...)`` nats, float32; gradients reach states, vectors and bias.

    Raises:
        ValueError: ``chunk`` below 1.

    >>> import numpy as np
    >>> states, vectors = np.ones((1, 2), "float32"), np.ones((4, 2), "float32")
    >>> float(chunked_softmax_cross_entropy(states, vectors, np.zeros(4), [2], chunk=3)[0])  # ln 4
    1.3862943649291992

    Source: Wijmans et al., arXiv:2411.09009, there as one kernel of a GPU.
    Taught in chapter 03.
    """
    if chunk < 1:
        raise ValueError(f"chunk must be ≥ 1 items, got {chunk}; 2048 is usual")
    states, vectors = ops.convert_to_tensor(states), ops.convert_to_tensor(vectors)
    bias = ops.cast(ops.convert_to_tensor(bias), "float32")
    target = ops.convert_to_tensor(target, dtype="int32")
    flat = ops.reshape(target, (-1,))
    rows = ops.reshape(states, (-1, states.shape[-1]))
    chosen = ops.sum(
        ops.cast(rows, "float32") * ops.cast(ops.take(vectors, flat, axis=0), "float32"), axis=-1
    ) + ops.take(bias, flat, axis=0)
    loss = _log_sum(chunk)(rows, vectors, bias) - chosen
    return ops.reshape(loss, ops.shape(target))


def _log_sum(chunk: int) -> Callable[[Tensor, Tensor, Tensor], Tensor]:
    """log Σ_i exp(row · vector_i + bias_i) of every row, with a gradient that recomputes."""

    @ops.custom_gradient
    def log_sum(
        rows: Tensor, vectors: Tensor, bias: Tensor
    ) -> tuple[Tensor, Callable[[Tensor], tuple[Tensor, Tensor, Tensor]]]:
        total = _forward(rows, vectors, bias, chunk)

        def grad(upstream: Tensor) -> tuple[Tensor, Tensor, Tensor]:
            return _backward(rows, vectors, bias, total, upstream, chunk)

        return total, grad

    return log_sum


def _slices(
    vectors: Tensor, bias: Tensor, chunk: int
) -> tuple[tuple[Tensor, Tensor], tuple[Tensor, Tensor]]:
    """Whole slices ``(n, chunk, width)`` with their biases, and the rest of the catalogue."""
    items, width = vectors.shape
    whole = items // chunk * chunk
    many = (
        ops.reshape(vectors[:whole], (-1, chunk, width)),
        ops.reshape(bias[:whole], (-1, chunk)),
    )
    return many, (vectors[whole:], bias[whole:])


def _logits(rows: Tensor, part: tuple[Tensor, Tensor]) -> Tensor:
    vectors, bias = part
    return ops.cast(ops.matmul(rows, ops.transpose(vectors)), "float32") + bias


def _forward(rows: Tensor, vectors: Tensor, bias: Tensor, chunk: int) -> Tensor:
    """``(positions,)`` the logarithm of each row's denominator."""
    (many, biases), rest = _slices(vectors, bias, chunk)
    total = ops.zeros_like(ops.cast(rows[:, 0], "float32")) - 1e30

    def add(total: Tensor, part: tuple[Tensor, Tensor]) -> Tensor:
        return ops.logaddexp(total, ops.logsumexp(_logits(rows, part), axis=1))

    if many.shape[0]:
        total = ops.fori_loop(
            0, many.shape[0], lambda n, total: add(total, (many[n], biases[n])), total
        )
    return add(total, rest) if rest[0].shape[0] else total


def _backward(
    rows: Tensor, vectors: Tensor, bias: Tensor, total: Tensor, pull: Tensor, chunk: int
) -> tuple[Tensor, Tensor, Tensor]:
    """Gradients in rows, vectors and bias: the softmax of each slice, times what comes from above.

    Args:
        rows, vectors, bias: of the forward pass.
        total: ``(positions,)`` its result.
        pull: ``(positions,)`` the gradient in that result.
    """
    (many, biases), rest = _slices(vectors, bias, chunk)
    to_rows = ops.zeros_like(ops.cast(rows, "float32"))

    def one(part: tuple[Tensor, Tensor]) -> tuple[Tensor, Tensor, Tensor]:
        share = ops.exp(_logits(rows, part) - total[:, None]) * pull[:, None]  # (positions, chunk)
        thin = ops.cast(share, rows.dtype)
        to_rows = ops.cast(ops.matmul(thin, part[0]), "float32")
        return to_rows, ops.matmul(ops.transpose(thin), rows), ops.sum(share, axis=0)

    gradients = []
    if count := many.shape[0]:
        # Keras' scan hands back only what looks like its carry, so the arrays are TensorFlow's.
        empty = [tf.TensorArray(dtype, count) for dtype in (rows.dtype, "float32")]

        def step(
            n: Tensor, to_rows: Tensor, to_vectors: tf.TensorArray, to_bias: tf.TensorArray
        ) -> tuple[Tensor | tf.TensorArray, ...]:
            more, vectors_part, bias_part = one((many[n], biases[n]))
            parts = to_vectors.write(n, vectors_part), to_bias.write(n, bias_part)
            return n + 1, to_rows + more, *parts

        start = (0, to_rows, *empty)
        _, to_rows, *arrays = tf.while_loop(lambda n, *_: n < count, step, start)
        gradients.append((arrays[0].concat(), arrays[1].concat()))
    if rest[0].shape[0]:
        more, vectors_part, bias_part = one(rest)
        to_rows = to_rows + more
        gradients.append((vectors_part, bias_part))
    to_vectors, to_bias = (
        parts[0] if len(parts) == 1 else ops.concatenate(parts, axis=0)
        for parts in zip(*gradients, strict=True)
    )
    return ops.cast(to_rows, rows.dtype), to_vectors, to_bias
