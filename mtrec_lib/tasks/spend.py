"""How much will be spent?"""

import math
from typing import TYPE_CHECKING, Any

import keras
from keras import ops

from mtrec_lib.core.errors import ParameterError
from mtrec_lib.core.types import Batch, Tensor
from mtrec_lib.losses import gamma_nll, lognormal_mean, lognormal_nll
from mtrec_lib.models.heads import GaussianGivenItem
from mtrec_lib.tasks.task import Task

if TYPE_CHECKING:
    from mtrec_lib.features.inputs import Inputs
    from mtrec_lib.features.sequences.spec import InputSpec

FORMS = ("lognormal", "gamma")


@keras.saving.register_keras_serializable("mtrec")
class Spend(Task):
    """p(amount | buy, item, history), in the log's currency. A factor, given the item and the buy.

    Where nothing was bought there is no amount, and nothing is learned: that an amount is above 0
    at all is said by :class:`Buy`. ``expectation`` is the mean: exp(μ + τ²/2) for a lognormal, m
    for a gamma, whose shape is the inverse square of its relative spread.

    Args:
        form: ``"lognormal"`` or ``"gamma"``.
        varying: whether the spread is read from state and item, else one for all events.
        hidden: hidden units of the head.
        dropout: rate in the head.
        start: μ, or log m, before training; default: that of the training part, so that no
            currency makes this loss drown the other tasks.

    Raises:
        ParameterError: another form.

    >>> Spend("gamma").given
    ('item', 'buy')

    Taught in chapter 07.
    """

    name = label = "spend"
    given = ("item", "buy")
    conditions = ("buy",)

    def __init__(
        self,
        form: str = "lognormal",
        varying: bool = True,
        hidden: int = 64,
        dropout: float = 0.1,
        start: float | None = None,
    ) -> None:
        if form not in FORMS:
            raise ParameterError(f"form must be one of {', '.join(FORMS)}, got {form!r}")
        self.form, self.varying = form, varying
        self.hidden, self.dropout, self.start = hidden, dropout, start

    def prepare(self, inputs: "Inputs | None") -> None:
        """Take the size of the amounts from the training part."""
        scales = {} if inputs is None else inputs.scales
        if self.start is None and "spend" in scales:
            gamma = self.form == "gamma"
            self.start = math.log(scales["spend"][0]) if gamma else scales["log spend"][0]

    def make_head(self, spec: "InputSpec", width: int) -> keras.layers.Layer:
        """A location and the logarithm of a spread."""
        return GaussianGivenItem(
            self.hidden, dropout=self.dropout, start=self.start or 0.0, varying=self.varying
        )

    def mask(self, y: Batch) -> Tensor:
        """1 where an amount above 0 is known."""
        return ops.cast(self.target(y) > 0, "float32")

    def loss(self, output: Tensor, y: Batch) -> Tensor:
        """−log density of the amount."""
        amount, location, log_spread = self.target(y), output[..., 0], output[..., 1]
        if self.form == "gamma":
            return gamma_nll(amount, location, -2.0 * log_spread)
        return lognormal_nll(amount, location, log_spread)

    def tempered(self, output: Tensor, temperature: Tensor | float) -> Tensor:
        """As it is: the head has learned its own spread."""
        return output

    def expectation(self, output: Tensor) -> Tensor:
        """The mean amount."""
        if self.form == "gamma":
            return ops.exp(output[..., 0])
        return lognormal_mean(output[..., 0], output[..., 1])

    def get_config(self) -> dict[str, Any]:
        """Constructor arguments."""
        names = ("form", "varying", "hidden", "dropout", "start")
        return {name: getattr(self, name) for name in names}
