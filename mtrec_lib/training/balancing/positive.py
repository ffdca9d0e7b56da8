"""Losses as methods want them that divide by a loss or take its logarithm."""

from keras import ops

from mtrec_lib.core.types import Tensor

LEAST = 1e-3  # nats


def positive(losses: Tensor) -> Tensor:
    """The losses, those below 0.001 nats raised to it: a Gaussian one may be zero or negative."""
    return ops.maximum(ops.cast(ops.convert_to_tensor(losses), "float32"), LEAST)
