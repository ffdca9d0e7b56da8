"""The simplest balancing: λ fixed before training."""

from typing import Any

from mtrec_lib.core import nearest
from mtrec_lib.core.errors import ParameterError


class FixedWeights:
    """Σ λ_i L_i with constant λ. Tasks that are not named have λ = 1.

    Args:
        **task_weights: λ by task name, each ≥ 0.

    Raises:
        ParameterError: a negative or non-finite weight; a name that the model does not have.

    >>> FixedWeights(like=0.5).weights_of(["next_item", "like"])
    [1.0, 0.5]

    Taught in chapter 07.
    """

    def __init__(self, **task_weights: float) -> None:
        for name, weight in task_weights.items():
            if not 0 <= weight < float("inf"):
                raise ParameterError(f"task weight {name} must be finite and ≥ 0, got {weight}")
        self.task_weights = {name: float(weight) for name, weight in task_weights.items()}
        self._values: list[float] = []

    def check(self, names: list[str]) -> None:
        """Bind to the tasks of a model, in their order."""
        for name in self.task_weights:
            if name not in names:
                close = nearest(name, names, n=1)
                hint = f"; did you mean {close[0]!r}?" if close else ""
                raise ParameterError(f"no task is called {name!r}: tasks are {names}{hint}")
        self._values = self.weights_of(names)

    def weights_of(self, names: list[str]) -> list[float]:
        """λ of each named task."""
        return [self.task_weights.get(name, 1.0) for name in names]

    def weights(self, losses: list[Any]) -> list[float]:
        """λ of each task of the model it was bound to; the losses are not looked at."""
        return self._values

    def get_config(self) -> dict[str, float]:
        """Constructor arguments."""
        return dict(self.task_weights)
