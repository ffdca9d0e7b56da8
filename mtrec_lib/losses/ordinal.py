"""Ordered grades: one number moves along a line that thresholds cut into pieces."""

from collections.abc import Sequence

from keras import ops

from mtrec_lib.core.types import Tensor

LEAST = 1e-3  # between two thresholds, in logits
TINY = 1e-6  # the same once a temperature has divided them: keeps log(1 − e^−d) finite


def ordered_thresholds(raw: Tensor) -> Tensor:
    """Thresholds that ascend whatever ``raw`` is: the first, then softplus steps.

    Args:
        raw: ``(..., grades − 1)``.

    Returns:
        The same shape, float32; neighbours are at least 0.001 apart.

    >>> [round(float(value), 3) for value in ordered_thresholds([-1.0, 0.0])]  # −1 + ln 2 + .001
    [-1.0, -0.306]

    Taught in chapter 06.
    """
    raw = ops.cast(ops.convert_to_tensor(raw), "float32")
    steps = ops.softplus(raw[..., 1:]) + LEAST
    return ops.cumsum(ops.concatenate([raw[..., :1], steps], axis=-1), axis=-1)


def ordinal_log_probabilities(cumulative: Tensor) -> Tensor:
    """log P(r = k) where P(r ≤ k) = sigmoid(θ_k − η): the cumulative logit model, stable.

    For a < b, sigmoid(b) − sigmoid(a) = sigmoid(b) · sigmoid(−a) · (1 − exp(a − b)): three factors
    whose logarithms are all harmless.

    Args:
        cumulative: ``(..., grades − 1)`` the ascending logits θ_k − η.

    Returns:
        ``(..., grades)`` nats, float32.

    >>> [round(float(p), 3) for p in ops.exp(ordinal_log_probabilities([-1.0, 1.0]))]
    [0.269, 0.462, 0.269]

    Source: McCullagh, "Regression models for ordinal data", JRSS B 42 (1980).
    Taught in chapter 06.
    """
    logits = ops.cast(ops.convert_to_tensor(cumulative), "float32")
    below, above = ops.log_sigmoid(logits), ops.log_sigmoid(-logits)
    apart = ops.maximum(logits[..., 1:] - logits[..., :-1], TINY)
    between = below[..., 1:] + above[..., :-1] + ops.log(-ops.expm1(-apart))
    return ops.concatenate([below[..., :1], between, above[..., -1:]], axis=-1)


def ordinal_nll(cumulative: Tensor, target: Tensor) -> Tensor:
    """−log P(r = target) of the cumulative logit model.

    Args:
        cumulative: ``(..., grades − 1)`` the ascending logits θ_k − η.
        target: ``(...)`` integers, 0 for the lowest grade.

    Returns:
        ``(...)`` nats, float32. Thresholds closer than 0.000001 count as that far apart.

    >>> round(float(ordinal_nll([-1.0, 1.0], 1)), 3)
    0.772

    Taught in chapter 06.
    """
    target = ops.convert_to_tensor(target, dtype="int32")
    log_p = ordinal_log_probabilities(cumulative)
    return -ops.squeeze(ops.take_along_axis(log_p, target[..., None], axis=-1), -1)


def ordinal_expectation(cumulative: Tensor, grades: Tensor | Sequence[float]) -> Tensor:
    """Σ_k P(r = k) · grade_k.

    Args:
        cumulative: ``(..., grades − 1)`` the ascending logits θ_k − η.
        grades: the scale, ascending.

    Returns:
        ``(...)`` in units of the grades, float32.

    >>> round(float(ordinal_expectation([-1.0, 1.0], [1, 2, 3])), 3)
    2.0

    Taught in chapter 06.
    """
    values = ops.convert_to_tensor(grades, dtype="float32")
    return ops.sum(ops.exp(ordinal_log_probabilities(cumulative)) * values, axis=-1)
