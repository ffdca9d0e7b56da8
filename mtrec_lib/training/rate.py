"""The learning rate of a training: a cosine over its epochs."""

import math
from typing import Any

import keras
from keras import ops

from mtrec_lib.core.types import Tensor

LOWEST = 0.1  # of the peak, at the end


class EpochCosine(keras.optimizers.schedules.LearningRateSchedule):
    """From ``peak`` to a tenth of it along half a cosine, reached at the end of the last epoch.

    Epochs differ in their number of steps, for each cuts and packs histories anew. A schedule over
    (steps of the first epoch) × epochs would therefore end too early or not at all; this one is
    given the steps of each epoch when it begins, and goes the same way in every epoch.

    Args:
        peak: the rate at the first step.
        epochs: of the whole training.

    Source: Loshchilov and Hutter, arXiv:1608.03983 (without restarts).
    """

    def __init__(self, peak: float, epochs: int) -> None:
        self.peak, self.epochs = peak, epochs
        # Float32 counts steps exactly up to 2²⁴; variables, so that a compiled step sees them move.
        self._place, self._first, self._steps = (
            keras.Variable(start, dtype="float32", trainable=False) for start in (0.0, 0.0, 1.0)
        )

    def begin(self, epoch: int, iteration: int, steps: int) -> None:
        """Say that epoch ``epoch``, from 0, begins at ``iteration`` and has ``steps`` steps."""
        self._place.assign(float(epoch * steps))
        self._first.assign(float(iteration))
        self._steps.assign(float(steps))

    def __call__(self, step: Tensor) -> Tensor:
        """The rate of a step, a float32 scalar."""
        whole = self._steps * self.epochs
        done = self._place + (ops.cast(step, "float32") - self._first)
        share = ops.minimum(done, whole) / whole
        cosine = 0.5 * (1.0 + ops.cos(math.pi * share))
        return self.peak * ((1.0 - LOWEST) * cosine + LOWEST)

    def get_config(self) -> dict[str, Any]:
        """Constructor arguments."""
        return {"peak": self.peak, "epochs": self.epochs}
