"""Cross-entropy in its forms, per element: the caller sums and divides by one constant."""

from keras import ops

from mtrec_lib.core.types import Tensor


def softmax_cross_entropy(logits: Tensor, target: Tensor) -> Tensor:
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


def binary_cross_entropy(logits: Tensor, target: Tensor) -> Tensor:
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


def product_cross_entropy(logit: Tensor, other: Tensor, target: Tensor) -> Tensor:
    """−log Bernoulli(target; sigmoid(logit) · sigmoid(other)), stable.

    One of the two marginals of ESMM: whether what is shown is bought, p(click) · p(buy | click),
    over everything shown. Beside the cross-entropy of the click it is a composite likelihood, not
    that of the pair: the chain rule's second factor looks at clicked rows alone.

    Args:
        logit, other: of the two factors, any shape.
        target: the same shape, 0 or 1.

    Returns:
        Nats, the same shape, float32.

    >>> round(float(product_cross_entropy(0.0, 0.0, 1.0)), 4)  # −ln ¼
    1.3863

    Source: Ma et al., arXiv:1804.07931.
    Taught in chapter 06.
    """
    logit = ops.cast(ops.convert_to_tensor(logit), "float32")
    other = ops.cast(ops.convert_to_tensor(other), "float32")
    target = ops.cast(ops.convert_to_tensor(target), "float32")
    both = ops.log_sigmoid(logit) + ops.log_sigmoid(other)
    # 1 − pq = (1 − p) + p(1 − q): nothing is subtracted
    not_both = ops.logaddexp(
        ops.log_sigmoid(-logit), ops.log_sigmoid(logit) + ops.log_sigmoid(-other)
    )
    return -(target * both + (1.0 - target) * not_both)
