"""What mixtures of experts with a gate a task share: the experts, the gates, their number."""

from typing import Any

from mtrec_lib.core.errors import ParameterError
from mtrec_lib.core.types import Shape, States, Tensor
from mtrec_lib.models.mixers.dense_bank import DenseBank
from mtrec_lib.models.mixers.gated_mixer import GatedMixer, softmax


class MultiGate(GatedMixer):
    """A mixer whose experts are read by all tasks, each through a gate of its own.

    A gate is softmax(x · G_k) without a bias, as published. A subclass makes the experts
    (``make_bank``) and says in ``call`` what they answer.

    Args:
        experts: experts, at least 1.
        hidden: width of the task states; None takes that of the state.

    Raises:
        ParameterError: no expert.

    Source: Ma et al., KDD 2018, doi 10.1145/3219819.3220007.
    Taught in chapter 07.
    """

    def __init__(self, experts: int = 4, hidden: int | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        if experts < 1:
            raise ParameterError(f"experts must be at least 1, got {experts}; 4 is usual")
        self.experts, self.hidden = experts, hidden

    def make_bank(self, units: int) -> DenseBank:
        """The dense layers of the experts, for task states of ``units`` numbers."""
        raise TypeError(f"{type(self).__name__} must define make_bank")

    def build(self, input_shape: Shape, tasks: int = 1) -> None:
        """Create experts, and a gate a task."""
        self.built_for = tasks
        units: Any = self.hidden or input_shape[-1]
        self.bank = self.make_bank(units)
        self.gate = DenseBank(
            tasks, self.experts, use_bias=False, dtype=self.dtype_policy, name="gates"
        )
        for layer in (self.bank, self.gate):
            layer.build(input_shape)

    def shares(self, states: States) -> Tensor:
        """Gates, ``(batch, length, tasks, experts)``."""
        return softmax(self.gate(states))

    def get_config(self) -> dict[str, Any]:
        """Constructor arguments."""
        return super().get_config() | {"experts": self.experts, "hidden": self.hidden}
