"""The task that makes a model of behaviour a language model."""

from typing import TYPE_CHECKING, Any

import keras
import numpy as np
from keras import ops
from numpy.typing import NDArray

from mtrec_lib.core.errors import ParameterError
from mtrec_lib.core.types import Batch, States, Tensor
from mtrec_lib.layers import NegativeSampler
from mtrec_lib.losses import (
    chunked_softmax_cross_entropy,
    generalised_beta,
    sampled_binary_cross_entropy,
    sampled_softmax,
    softmax_cross_entropy,
)
from mtrec_lib.models.heads import ItemSoftmax
from mtrec_lib.tasks.task import Task

if TYPE_CHECKING:
    from mtrec_lib.features.inputs import Inputs
    from mtrec_lib.features.sequences.spec import InputSpec

NEGATIVES = {"sampled": 256, "bce": 1, "gbce": 16}  # what each loss draws unless told otherwise
LOSSES = ("softmax", "chunked", *NEGATIVES)
COLD = ("negatives", "left out")
AWAY = -1e9  # added to the logit of an item that is no alternative


@keras.saving.register_keras_serializable("mtrec")
class NextItem(Task):
    """p(item | history): a softmax over the whole catalogue. A factor, given nothing.

    A target outside the catalogue cannot be learned and is not counted. The loss chosen here is
    what training minimises; validation, scores and probabilities are always those of the full
    softmax over the logits.

    Args:
        loss: ``"softmax"``; ``"chunked"``, the same without positions × items numbers in memory;
            ``"sampled"``, a softmax over the target and drawn items; ``"bce"``, binary
            cross-entropy against drawn items; ``"gbce"``, that with a weight that undoes
            overconfidence.
        negatives: items drawn a batch (``sampled``) or a position (``bce``, ``gbce``); default:
            256, 1 and 16.
        draw: ``"uniform"`` or ``"popularity"`` (``sampled`` only).
        corrected: whether ``sampled`` subtracts log Q.
        t: calibration of ``gbce`` in [0, 1]: 0 is ``bce``, 1 makes sigmoids probabilities.
        bias: whether every item has a bias of its own, which learns popularity. An item without
            a training event could not learn one.
        cold: ``"negatives"``: items without a training event are alternatives in the loss as all
            others are, and training pushes them down; ``"left out"``: they are none there
            (``softmax`` and ``chunked`` only), for a model that must serve new items.

    Raises:
        ParameterError: another loss or draw, or a number out of range.

    >>> NextItem().kind, NextItem().given
    ('factor', ())

    Source: Klenitskiy and Vasilev, arXiv:2309.07602; Petrov and Macdonald, arXiv:2308.07192.
    Taught in chapter 04.
    """

    name = "next_item"
    metric = "ndcg@10"
    wide = True

    def __init__(
        self,
        loss: str = "softmax",
        negatives: int | None = None,
        draw: str = "uniform",
        corrected: bool = True,
        t: float = 0.75,
        bias: bool = True,
        cold: str = "negatives",
    ) -> None:
        if loss not in LOSSES:
            raise ParameterError(f"loss must be one of {', '.join(LOSSES)}, got {loss!r}")
        if negatives is not None and negatives < 1:
            raise ParameterError(f"negatives must be ≥ 1, got {negatives}")
        if draw not in {"uniform", "popularity"}:
            raise ParameterError(f"draw must be 'uniform' or 'popularity', got {draw!r}")
        if draw == "popularity" and loss != "sampled":
            raise ParameterError(f"loss={loss!r} draws uniformly; popularity is for 'sampled'")
        if not 0 <= t <= 1:
            raise ParameterError(f"t must be in [0, 1], got {t}")
        if cold not in COLD or (cold == "left out" and loss in NEGATIVES):
            raise ParameterError(
                f"cold must be one of {', '.join(COLD)}, the latter for 'softmax' and 'chunked' "
                f"only, got {cold!r} and loss={loss!r}"
            )
        self.kind_of_loss, self.negatives, self.draw = loss, negatives, draw
        self.corrected, self.t, self.bias, self.cold = corrected, t, bias, cold
        self._popularity: NDArray[Any] | None = None

    def prepare(self, inputs: "Inputs | None") -> None:
        """Take the popularity of the items, for draws by it and for who has none."""
        self._popularity = None if inputs is None else inputs.popularity

    def make_head(self, spec: "InputSpec", width: int) -> keras.layers.Layer:
        """A softmax tied to the item table, with a sampler where the loss needs one."""
        if self.kind_of_loss not in NEGATIVES:
            return ItemSoftmax(spec, use_bias=self.bias)
        sampler = NegativeSampler(
            spec.items,
            self.negatives or NEGATIVES[self.kind_of_loss],
            by=self.draw,
            shared=self.kind_of_loss == "sampled",
            popularity=self._popularity,
        )
        return ItemSoftmax(spec, sampler=sampler, use_bias=self.bias)

    def output(
        self,
        head: keras.layers.Layer,
        states: States,
        table: Tensor,
        item: Tensor | None,
        training: bool,
        **transferred: Tensor,
    ) -> Tensor:
        """Logits over the catalogue; the given item is never looked at."""
        return head(states, table)

    def mask(self, y: Batch) -> Tensor:
        """1 where the item is in the catalogue."""
        return ops.cast(y["item"] >= 2, "float32")

    def loss(self, output: Tensor, y: Batch) -> Tensor:
        """−log p(item)."""
        return softmax_cross_entropy(output, _column(y))

    @property
    def own_train_loss(self) -> bool:
        """Only the full softmax over all items is trained as it is judged."""
        return self.kind_of_loss != "softmax" or self.cold == "left out"

    def train_loss(
        self, head: keras.layers.Layer, states: States, table: Tensor, y: Batch
    ) -> Tensor:
        """The loss that training minimises."""
        if self.kind_of_loss == "softmax":
            output = self.output(head, states, table, None, True)
            return self.loss(output + ops.cast(self._away(), output.dtype), y)
        target = _column(y)
        if self.kind_of_loss == "chunked":
            vectors = ops.cast(table[2 : head.spec.items + 2], states.dtype)
            bias = ops.convert_to_tensor(head.bias) + self._away()
            return chunked_softmax_cross_entropy(states, vectors, bias, target)
        drawn = head.sampler(target)
        positive, negative = head.of_some(states, table, target, drawn)
        if self.kind_of_loss == "sampled":
            log_q = head.sampler.log_q(target), head.sampler.log_q(drawn)
            return sampled_softmax(positive, negative, target, drawn, *log_q, self.corrected)
        t = self.t if self.kind_of_loss == "gbce" else 0.0
        beta = generalised_beta(head.sampler.negatives, head.spec.items, t)
        return sampled_binary_cross_entropy(positive, negative, target, drawn, beta)

    def _away(self) -> NDArray[np.float32] | float:
        """What is added to the logits in training: 0, or far below it for items left out."""
        if self.cold == "negatives" or self._popularity is None:
            return 0.0
        return np.where(np.asarray(self._popularity) > 0, 0.0, AWAY).astype(np.float32)

    def get_config(self) -> dict[str, Any]:
        """Constructor arguments."""
        names = ("negatives", "draw", "corrected", "t", "bias", "cold")
        return {"loss": self.kind_of_loss} | {name: getattr(self, name) for name in names}


def _column(y: Batch) -> Tensor:
    """The target's column of the logits, ``(batch, length)``; 0 where there is none."""
    return ops.maximum(y["item"] - 2, 0)
