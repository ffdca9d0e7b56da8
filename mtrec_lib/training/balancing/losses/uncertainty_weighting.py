"""λ learned as noise: three formulas that go by one name."""

from typing import Any

from keras import ops

from mtrec_lib.core.errors import ParameterError
from mtrec_lib.core.types import Tensor
from mtrec_lib.training.balancing.balancing import Balancing
from mtrec_lib.training.balancing.positive import positive

FORMS = ("kendall", "temperature", "liebel_koerner")


class UncertaintyWeighting(Balancing):
    """A variance σ² a task, trained together with the model; s = log σ² starts at 0.

    - ``kendall``: Σ e^(−s) L + s/2. For a Gaussian with L half the squared error this is its
      likelihood up to a constant; for a cross-entropy it is an approximation, exact at σ = 1 only.
      At its optimum a task's weight is 1/(2L): a task with a large loss counts little.
    - ``temperature``: what the approximation stands for. Logits are divided by σ² and the losses
      of those distributions are added, every λ = 1: a likelihood again. A task whose output is
      not made of logits (a Gaussian has a σ of its own) is left as it is.
    - ``liebel_koerner``: Σ L/(2σ²) + log(1 + σ²), whose value never becomes negative; at its
      optimum σ² = (L + √(L² + 8L))/4.

    A loss that is zero or negative has no optimum in the first and last form: σ is trained as if
    it were at least 0.001 nats, while the model is trained on the loss itself.

    Args:
        form: one of the three.

    Raises:
        ParameterError: another word for ``form``.

    Source: Kendall, Gal and Cipolla, arXiv:1705.07115, eq. 7 and 10; Liebel and Körner,
    arXiv:1805.06334, eq. 5.
    Taught in chapter 06.
    """

    def __init__(self, form: str = "kendall") -> None:
        super().__init__()
        if form not in FORMS:
            raise ParameterError(f"form must be one of {', '.join(FORMS)}, got {form!r}")
        self.form = form
        self.tempers = form == "temperature"

    def build(self, tasks: int) -> None:
        """s = log σ² of each task."""
        self.log_variance = self.learn("log_variance", [0.0] * tasks)

    def weights(self, losses: Tensor, gram: Tensor | None = None) -> Tensor:
        """e^(−s), half of it, or 1."""
        precision = ops.exp(-self.log_variance)
        if self.tempers:
            return ops.ones_like(precision)
        return precision if self.form == "kendall" else 0.5 * precision

    def total(self, losses: Tensor, weights: Tensor) -> Tensor:
        """Σ λ_i L_i and what keeps σ from growing, in nats."""
        if self.tempers:
            return ops.sum(losses)
        log_variance = ops.convert_to_tensor(self.log_variance)
        held = ops.stop_gradient(weights)
        moving = self.weights(losses) - held  # zero, with a gradient
        for_sigma = moving * ops.stop_gradient(positive(losses))
        price = 0.5 * log_variance if self.form == "kendall" else ops.softplus(log_variance)
        return ops.sum(held * losses + for_sigma + price)

    def temperatures(self) -> Tensor:
        """σ² of each task, ``(tasks,)``, positive."""
        return ops.exp(self.log_variance)

    def get_config(self) -> dict[str, Any]:
        """Constructor arguments."""
        return {"form": self.form}
