"""An average of the weights over training, kept outside the optimizer."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import keras
import numpy as np
from numpy.typing import NDArray

from mtrec_lib.core.errors import ParameterError

if TYPE_CHECKING:
    from mtrec_lib.models.multi_task.model import MultiTask


class WeightAverage(keras.callbacks.Callback):
    """Exponential moving average of the trainable weights: a ← m a + (1 − m) w.

    Keras' own average in the optimizer overwrites the weights at the end of every ``fit`` call;
    this one stays beside them and is looked at through :meth:`swapped`. The first updates use a
    smaller m, (1 + t) / (10 + t), so that the average does not remember the initial weights.

    Args:
        momentum: m, in [0, 1).
        every: optimizer steps between two updates (≥ 1).

    Raises:
        ParameterError: an argument out of range.

    Source: Polyak and Juditsky, SIAM J. Control and Optimization 30(4), 1992.
    Taught in chapter 04.
    """

    def __init__(self, momentum: float = 0.99, every: int = 4) -> None:
        super().__init__()
        if not 0 <= momentum < 1 or not every >= 1 or every % 1:
            raise ParameterError(
                f"momentum must be in [0, 1) and every a whole number ≥ 1, got {momentum} and "
                f"{every}; 0.99 and 4 are usual"
            )
        self.momentum, self.every = momentum, every
        self.updates = 0
        self.averages: list[np.ndarray] = []

    def on_train_batch_end(self, batch: int, logs: dict[str, float] | None = None) -> None:
        """Move the average towards the weights."""
        if (batch + 1) % self.every:
            return
        variables = self.model.learned
        if not self.averages:
            self.averages = [np.array(variable) for variable in variables]
        momentum = min(self.momentum, (1 + self.updates) / (10 + self.updates))
        for average, variable in zip(self.averages, variables, strict=True):
            step = variable.numpy() - average  # in place from here: a table may be large
            step *= 1 - momentum
            average += step
        self.updates += 1

    @contextmanager
    def swapped(self, model: "MultiTask") -> Iterator[None]:
        """Put the average into the model, and the weights back afterwards."""
        if not self.averages:
            yield
            return
        weights = [variable.numpy() for variable in model.learned]
        assign(model.learned, self.averages)
        try:
            yield
        finally:
            assign(model.learned, weights)


def assign(variables: Iterable[keras.Variable], values: Iterable[NDArray[Any]]) -> None:
    """Give each variable its value."""
    for variable, value in zip(variables, values, strict=True):
        variable.assign(value)
