"""Losses as methods want them that divide by a loss or take its logarithm."""

from typing import Any

from keras import ops

LEAST = 1e-3  # nats


def positive(losses: Any) -> Any:
    """The losses, those below 0.001 nats raised to it: a Gaussian one may be zero or negative."""
    return ops.maximum(ops.cast(ops.convert_to_tensor(losses), "float32"), LEAST)
