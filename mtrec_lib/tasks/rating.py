"""How will it be rated?"""

import math
from typing import TYPE_CHECKING, Any

import keras
import numpy as np
from keras import ops

from mtrec_lib.core.errors import ParameterError
from mtrec_lib.core.types import Batch, States, Tensor
from mtrec_lib.losses import (
    discretised_gaussian_log_probabilities,
    gaussian_nll,
    ordinal_log_probabilities,
)
from mtrec_lib.models.heads import GaussianGivenItem, GivenItem, OrdinalGivenItem
from mtrec_lib.tasks.task import Task

if TYPE_CHECKING:
    from mtrec_lib.data.log import Log
    from mtrec_lib.features.inputs import Inputs
    from mtrec_lib.features.sequences.spec import InputSpec

FORMS = ("gaussian", "discretised", "grades", "ordinal")


@keras.saving.register_keras_serializable("mtrec")
class Rating(Task):
    """p(rating | history, item). A factor, given the item.

    Four observation models. ``"gaussian"``: a density with one learned σ, squared error with the
    weight that likelihood gives it, 1 / 2σ². Nats of a density and of grades do not compare:
    ``"discretised"`` is the same Gaussian as probabilities of grades. ``"grades"``: a softmax,
    which knows nothing of their order. ``"ordinal"``: one number and ordered thresholds.

    A number without grades (plays, seconds, −10 … 10) has a scale of its own: the head then works
    in standard deviations of the training part, so that its gradient is of the size of every other
    task's, and is asked and judged in the unit of the log.

    Args:
        form: one of the four.
        hidden: hidden units of the head.
        dropout: rate in the head.
        start: the mean before training (Gaussian forms); default: the middle of the log's grades,
            or the mean of the training part where it states none.
        spread: the unit of the head (``"gaussian"``), > 0; default: 1 where the log states grades,
            else the standard deviation in the training part.

    Raises:
        ParameterError: another form, a spread that is not above 0, or a log that states no grades
            for a form that needs them.

    >>> Rating("ordinal").given
    ('item',)

    Taught in chapter 07.
    """

    name = "rating"
    label = "rating"
    given = ("item",)
    metric = "rmse"

    def __init__(
        self,
        form: str = "gaussian",
        hidden: int = 64,
        dropout: float = 0.1,
        start: float | None = None,
        spread: float | None = None,
    ) -> None:
        if form not in FORMS:
            raise ParameterError(f"form must be one of {', '.join(FORMS)}, got {form!r}")
        if spread is not None and not 0 < spread < math.inf:
            raise ParameterError(f"spread must be a finite number > 0, got {spread}")
        self.form, self.hidden, self.dropout = form, hidden, dropout
        self.start, self.spread = start, spread
        self.grades: tuple[float, ...] = ()

    def prepare(self, inputs: "Inputs | None") -> None:
        """Take mean and deviation from the training part, where the log states no grades."""
        scales = {} if inputs is None or inputs.spec.grades else inputs.scales
        mean, deviation = scales.get("rating", (None, 1.0))
        self.start = mean if self.start is None else self.start
        self.spread = deviation if self.spread is None else self.spread

    def missing_in(self, log: "Log") -> str | None:
        """Why a log cannot carry this task, or None if it can."""
        if self.form != "gaussian" and len(log.about.grades) < 2:
            return f"the log {log.name} states no grades, and form {self.form!r} needs them"
        return super().missing_in(log)

    def make_head(self, spec: "InputSpec", width: int) -> keras.layers.Layer:
        """The head of the form; a Gaussian starts in the middle of the scale."""
        self.grades = tuple(spec.grades)
        if self.form != "gaussian":
            self._scale()
        if self.form == "grades":
            return GivenItem(self.hidden, units=len(self.grades), dropout=self.dropout)
        if self.form == "ordinal":
            return OrdinalGivenItem(len(self.grades), self.hidden, dropout=self.dropout)
        if self.start is None:
            self.start = sum(self.grades) / len(self.grades) if self.grades else 0.0
        unit = self.spread or 1.0
        return GaussianGivenItem(self.hidden, dropout=self.dropout, start=self.start / unit)

    def output(
        self,
        head: keras.layers.Layer,
        states: States,
        table: Tensor,
        item: Tensor | None,
        training: bool,
        **transferred: Tensor,
    ) -> Tensor:
        """What the head says; of a Gaussian in the unit of the log: mean and log σ."""
        outputs = super().output(head, states, table, item, training, **transferred)
        if self.form != "gaussian" or self.spread in {None, 1.0}:
            return outputs
        mean, log_sigma = outputs[..., :1] * self.spread, outputs[..., 1:] + math.log(self.spread)
        return ops.concatenate([mean, log_sigma], axis=-1)

    def loss(self, output: Tensor, y: Batch) -> Tensor:
        """−log density of a Gaussian, or −log probability of the grade; constants included."""
        rating = self.target(y)
        if self.form == "gaussian":
            return gaussian_nll(rating, output[..., 0], output[..., 1])
        grade = ops.argmin(ops.abs(rating[..., None] - self._scale()), axis=-1)
        log_p = self.log_probabilities(output)
        return -ops.squeeze(ops.take_along_axis(log_p, grade[..., None], axis=-1), -1)

    def log_probabilities(self, output: Tensor) -> Tensor:
        """``(..., grades)`` log P(grade), in every form, the Gaussian ones too."""
        if self.form == "grades":
            return ops.log_softmax(ops.cast(output, "float32"), axis=-1)
        if self.form == "ordinal":
            return ordinal_log_probabilities(output)
        return discretised_gaussian_log_probabilities(output[..., 0], output[..., 1], self._scale())

    def probability(self, output: Tensor, at: float) -> Tensor:
        """P(rating ≥ at), ``(...)``: a like, or the best grade, read off the rating."""
        above = (self._scale() >= at).astype(np.float32)
        return ops.sum(ops.exp(self.log_probabilities(output)) * above, axis=-1)

    def tempered(self, output: Tensor, temperature: Tensor | float) -> Tensor:
        """Logits divided; a Gaussian as it is, for it has learned its own σ."""
        if self.form in {"gaussian", "discretised"}:
            return output
        return super().tempered(output, temperature)

    def expectation(self, output: Tensor) -> Tensor:
        """The mean rating."""
        if self.form == "gaussian":
            return output[..., 0]
        return ops.sum(ops.exp(self.log_probabilities(output)) * self._scale(), axis=-1)

    def get_config(self) -> dict[str, Any]:
        """Constructor arguments."""
        names = ("form", "hidden", "dropout", "start", "spread")
        return {name: getattr(self, name) for name in names}

    def _scale(self) -> np.ndarray:
        if len(self.grades) < 2:
            raise ParameterError(
                f"form {self.form!r} needs a log that states two grades or more, got "
                f"{self.grades}; use form='gaussian', or a task that stands in a model"
            )
        return np.asarray(self.grades, np.float32)
