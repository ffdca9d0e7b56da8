"""Weights for the tasks that learn more slowly."""

from typing import Any

from keras import ops

from mtrec_lib.core.errors import ParameterError
from mtrec_lib.core.types import Tensor
from mtrec_lib.training.balancing.balancing import Balancing
from mtrec_lib.training.balancing.positive import positive


class DWA(Balancing):
    """Dynamic weight average: λ = tasks · softmax(r / T), r = L of the last epoch / L of the one
    before.

    The first two epochs have λ = 1. Σ λ_i is the number of tasks. r needs positive losses: those
    below 0.001 nats (a Gaussian one can be negative) are taken as 0.001.

    Args:
        temperature: T; the larger, the more equal the weights. > 0.

    Raises:
        ParameterError: a temperature that is not positive and finite.

    >>> method = DWA(temperature=2.0)
    >>> method.bind(["item", "like"])
    >>> method.end_epoch([4.0, 1.0])
    >>> method.end_epoch([2.0, 1.0])  # r = (½, 1): 2 · softmax(¼, ½)
    >>> [round(float(weight), 3) for weight in method.weights([2.0, 1.0])]
    [0.876, 1.124]

    Source: Liu, Johns and Davison (MTAN), arXiv:1803.10704, eq. 7.
    Taught in chapter 06.
    """

    def __init__(self, temperature: float = 2.0) -> None:
        super().__init__()
        if not 0 < temperature < float("inf"):
            raise ParameterError(f"temperature must be > 0 and finite, got {temperature}")
        self.temperature = float(temperature)

    def build(self, tasks: int) -> None:
        """The weights, and the losses of the last epoch (0 before the first has ended)."""
        self.current = self.remember("weights", [1.0] * tasks)
        self.last = self.remember("last_losses", [0.0] * tasks)

    def weights(self, losses: Tensor, gram: Tensor | None = None) -> Tensor:
        """λ of this epoch; nothing is looked at."""
        return self.current + 0.0  # a tensor: the variable moves on

    def end_epoch(self, losses: Tensor) -> None:
        """Compare the mean losses of an epoch, ``(tasks,)``, with the epoch before."""
        now, last = positive(losses), ops.convert_to_tensor(self.last)
        rates = now / ops.where(last > 0, last, now)  # before the second epoch: all one
        self.current.assign(ops.softmax(rates / self.temperature) * float(len(self.tasks)))
        self.last.assign(now)

    def get_config(self) -> dict[str, Any]:
        """Constructor arguments."""
        return {"temperature": self.temperature}
