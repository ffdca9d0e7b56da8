"""Cross-entropy in its forms, per element: the caller sums and divides by one constant."""

from typing import Any

from keras import ops


def softmax_cross_entropy(logits: Any, target: Any) -> Any:
    """−log softmax(logits)[target], stable.

    Args:
        logits: ``(..., classes)``.
        target: ``(...)`` integers in [0, classes).

    Returns:
        ``(...)`` nats, float32.

    The gradient in the logits is p − one_hot(target).

    >>> float(softmax_cross_entropy([[0.0, 0.0]], [1])[0])  # ln 2
    0.6931471824645996

    Taught in chapter 03.
    """
    logits = ops.cast(ops.convert_to_tensor(logits), "float32")
    target = ops.convert_to_tensor(target, dtype="int32")
    chosen = ops.take_along_axis(logits, ops.expand_dims(target, -1), axis=-1)
    return ops.logsumexp(logits, axis=-1) - ops.squeeze(chosen, -1)


def binary_cross_entropy(logits: Any, target: Any) -> Any:
    """−log Bernoulli(target; sigmoid(logits)), stable.

    Args:
        logits: any shape.
        target: the same shape, 0 or 1 (a probability is allowed).

    Returns:
        Nats, the same shape, float32. The gradient in the logits is p − target.

    >>> float(binary_cross_entropy(0.0, 1.0))  # ln 2
    0.6931471824645996

    Taught in chapter 03.
    """
    logits = ops.cast(ops.convert_to_tensor(logits), "float32")
    target = ops.cast(ops.convert_to_tensor(target), "float32")
    return ops.softplus(logits) - target * logits
