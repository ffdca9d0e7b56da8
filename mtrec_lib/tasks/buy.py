"""Will what is shown be bought?"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import keras
from keras import ops

from mtrec_lib.core.errors import ParameterError
from mtrec_lib.core.types import Batch, Tensor
from mtrec_lib.losses import binary_cross_entropy, product_cross_entropy
from mtrec_lib.tasks.binary import Binary

if TYPE_CHECKING:
    from mtrec_lib.data.log import Log

FORMS = ("chain", "esmm", "aitm", "naive")


@keras.saving.register_keras_serializable("mtrec")
class Buy(Binary):
    """q = p(buy | click, item shown, history). A factor of an impression, given the click.

    Beside :class:`Click`, whose probability is p, four ways to come by it:

    - ``"chain"``: likelihood. click · BCE(buy, q): rows that were clicked are all that tell of q.
    - ``"esmm"``: BCE(buy, p·q) over everything shown, the click's answer multiplied in. Together
      with the click's own loss a composite likelihood of two marginals: the same optimum for
      endless data, but rows without a click teach q too, through p·q alone.
    - ``"aitm"``: u = p(buy | shown) has a head of its own, which hears the click's
      (:class:`mtrec_lib.models.AdaptiveTransfer`); BCE(buy, u) over everything shown, plus
      ``calibrator`` · max(0, u − p): a buy is no likelier than its click. No likelihood. q = u / p.
    - ``"naive"``: the rate of those who clicked, fitted by itself, with no click beside it. As
      p(buy | click) it is as right as the chain's. It is often read as p(buy | shown), which is p
      times as large, or as what would happen if everybody were made to click, which it is only if
      click and buy have no hidden common cause.

    ``expectation`` is q in every form. Where the same model answers the click, p·q = p(buy | shown)
    is read off as ``"buy_shown"``; a naive rate has to be multiplied by another model's p.

    Args:
        form: one of the four.
        hidden: hidden units of the head.
        dropout: rate in the head.
        calibrator: weight of what AITM adds where u passes p, ≥ 0; the other forms have no use
            for it.

    Raises:
        ParameterError: another form, or a negative calibrator.

    >>> Buy("esmm").given, Buy("naive").given
    (('item', 'click'), ('item',))

    Source: Ma et al., arXiv:1804.07931 (ESMM); Xi et al., arXiv:2105.08489 (AITM, equation 9).
    Taught in chapter 07.
    """

    name = label = "buy"
    given: tuple[str, ...] = ("item", "click")
    conditions: tuple[str, ...] = ("click",)
    also: tuple[str, ...] = ("buy_shown",)

    def __init__(
        self,
        form: str = "chain",
        hidden: int = 64,
        dropout: float = 0.1,
        calibrator: float = 0.6,
    ) -> None:
        if form not in FORMS:
            raise ParameterError(f"form must be one of {', '.join(FORMS)}, got {form!r}")
        if not calibrator >= 0:
            raise ParameterError(f"calibrator must be ≥ 0, got {calibrator}; 0 leaves it out")
        super().__init__(hidden, dropout)
        self.form, self.calibrator = form, calibrator
        if form == "naive":
            self.given, self.also = ("item",), ()
        if self.of_everything:
            self.conditions = ()  # p must be answered before p·q can be computed
        if form == "aitm":
            self.transfer_from = "click"

    @property
    def of_everything(self) -> bool:
        """Whether rows that were not clicked tell of the buy too."""
        return self.form in {"esmm", "aitm"}

    def missing_in(self, log: "Log") -> str | None:
        """Why a log cannot carry this task, or None if it can."""
        lacking = [name for name in ("click", "buy") if not log.has(name)]
        return f"the log {log.name} has no {' and no '.join(lacking)}" if lacking else None

    def combine(self, output: Tensor, answers: Mapping[str, Tensor]) -> Tensor:
        """``(..., 2)``: the logits of q (AITM: of u) and of p, where the click is answered."""
        if "click" in answers and self.form != "naive":
            both = [output[..., :1], answers["click"][..., :1]]
            return ops.concatenate([ops.cast(logit, "float32") for logit in both], axis=-1)
        if self.of_everything:
            raise ParameterError(
                f"form {self.form!r} needs the answer of a task named 'click'; add mt.tasks.Click()"
            )
        return output

    def target(self, y: Batch) -> Tensor:
        """1 where it was clicked and bought, else 0."""
        return super().target(y) * ops.cast(y["click"] == 1, "float32")

    def mask(self, y: Batch) -> Tensor:
        """1 at clicked rows of which the buy is known; for ESMM and AITM at others shown too."""
        known = super().mask(y) * ops.cast(y["click"] == 1, "float32")
        return known + ops.cast(y["click"] == 0, "float32") if self.of_everything else known

    def loss(self, output: Tensor, y: Batch) -> Tensor:
        """Cross-entropy of q, of p·q, or of u and what it passes p by."""
        if self.form == "esmm":
            return product_cross_entropy(output[..., 0], output[..., 1], self.target(y))
        loss = binary_cross_entropy(output[..., 0], self.target(y))
        if self.form == "aitm":
            u, p = _shown_and_click(output)
            loss = loss + self.calibrator * ops.relu(u - p)
        return loss

    def expectation(self, output: Tensor) -> Tensor:
        """q, the probability of a buy given the click."""
        if self.form != "aitm":
            return super().expectation(output)
        u, p = _shown_and_click(output)
        return ops.minimum(u / p, 1.0)

    def readings(self, output: Tensor) -> dict[str, Tensor]:
        """``buy``: p(buy | click); ``buy_shown``: p(buy | shown), where the click is answered."""
        answers = super().readings(output)
        if self.form == "aitm":
            answers["buy_shown"] = ops.sigmoid(output[..., 0])
        elif output.shape[-1] == 2:
            answers["buy_shown"] = answers["buy"] * ops.sigmoid(output[..., 1])
        return answers

    def get_config(self) -> dict[str, Any]:
        """Constructor arguments."""
        return {"form": self.form, "calibrator": self.calibrator} | super().get_config()


def _shown_and_click(output: Tensor) -> tuple[Tensor, Tensor]:
    """AITM's u = p(buy | shown) and p = p(click | shown), from their logits."""
    u, p = ops.unstack(ops.sigmoid(ops.cast(output, "float32")), axis=-1)
    return u, p
