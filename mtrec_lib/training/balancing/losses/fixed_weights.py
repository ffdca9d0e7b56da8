"""The simplest balancing: λ fixed before training."""

from keras import ops

from mtrec_lib.core import nearest
from mtrec_lib.core.errors import ParameterError
from mtrec_lib.core.types import Tensor
from mtrec_lib.training.balancing.balancing import Balancing


class FixedWeights(Balancing):
    """Σ λ_i L_i with constant λ. Tasks that are not named have λ = 1.

    Args:
        **task_weights: λ by task name, each ≥ 0.

    Raises:
        ParameterError: a negative or non-finite weight; a name that the model does not have.

    >>> FixedWeights(like=0.5).weights_of(["next_item", "like"])
    [1.0, 0.5]

    Taught in chapter 06.
    """

    def __init__(self, **task_weights: float) -> None:
        super().__init__()
        for name, weight in task_weights.items():
            if not 0 <= weight < float("inf"):
                raise ParameterError(f"task weight {name} must be finite and ≥ 0, got {weight}")
        self.task_weights = {name: float(weight) for name, weight in task_weights.items()}

    def check(self, tasks: list[str]) -> None:
        """Refuse a weight for a task that the model does not have."""
        for name in self.task_weights:
            if name not in tasks:
                close = nearest(name, tasks, n=1)
                hint = f"; did you mean {close[0]!r}?" if close else ""
                raise ParameterError(f"no task is called {name!r}: tasks are {tasks}{hint}")

    def weights_of(self, names: list[str]) -> list[float]:
        """λ of each named task."""
        return [self.task_weights.get(name, 1.0) for name in names]

    def weights(self, losses: Tensor, gram: Tensor | None = None) -> Tensor:
        """λ of each task of the model it was bound to; nothing is looked at."""
        return ops.convert_to_tensor(self.weights_of(self.tasks), dtype="float32")

    def judged(self, losses: Tensor) -> Tensor:
        """The sum by these weights: they say what is wanted."""
        return ops.sum(self.weights(losses) * losses)

    def get_config(self) -> dict[str, float]:
        """Constructor arguments."""
        return dict(self.task_weights)
