"""What early stopping looks at."""

import math
from collections.abc import Callable
from numbers import Real
from typing import TYPE_CHECKING, Any

import numpy as np

from mtrec_lib.core.errors import DivergedError, ParameterError
from mtrec_lib.data import Split
from mtrec_lib.evaluation import rank
from mtrec_lib.training.settings import Monitor

if TYPE_CHECKING:
    from mtrec_lib.models.multi_task.model import MultiTask

Judge = Callable[["MultiTask", Split], float]


def monitored(model: "MultiTask", split: Split, monitor: Monitor | None) -> Judge | None:
    """The function of a model on the validation part that training maximises, or None.

    Args:
        model: the model to be trained.
        split: its split.
        monitor: ``"auto"``, ``"ndcg@10"``, ``"loss"``, a function, or None.

    Raises:
        ParameterError: a monitor that this model or this split cannot have; raised here, before
            the first epoch.
    """
    if monitor is None:
        return None
    if callable(monitor):
        return _OneNumber(monitor)
    if not split.validation.height:
        raise ParameterError(
            f"the validation part of {split.log.name!r} ({split.protocol}) holds no events, and "
            f"monitor={monitor!r} needs some: take people with three events or more, split with "
            "mt.data.global_time, or pass monitor=None to train all epochs and keep the last "
            "weights"
        )
    ranks = any(task.label == "item" and not task.given for task in model.tasks)
    if monitor == "ndcg@10" and not ranks:
        raise ParameterError(
            f"monitor='ndcg@10' needs a task that predicts the next item, and the model has "
            f"{', '.join(task.name for task in model.tasks)}; pass monitor='loss'"
        )
    return _ndcg if ranks and monitor != "loss" else _NegativeLoss()


def _ndcg(model: "MultiTask", split: Split) -> float:
    return rank(model, split, part="validation", k=10, resamples=1).metrics["ndcg@10"]


class _NegativeLoss:
    """Minus the loss on the validation part, whose batches are made once a training."""

    def __init__(self) -> None:
        self.data: Any = None

    def __call__(self, model: "MultiTask", split: Split) -> float:
        if self.data is None:
            self.data = model.trunk.feed(split, part="validation").dataset(0)
        loss = float(model.evaluate(self.data, verbose=0, return_dict=True)["loss"])
        if not np.isfinite(loss):
            raise DivergedError(
                f"the loss on the validation part is {loss}; the best weights so far are kept; "
                "lower learning_rate, or look for NaN in the labels"
            )
        return -loss


class _OneNumber:
    """A reader's own function, whose answer must be one finite number."""

    def __init__(self, judge: Judge) -> None:
        self.judge = judge

    def __call__(self, model: "MultiTask", split: Split) -> float:
        value: Any = self.judge(model, split)
        value = value.item() if isinstance(value, np.ndarray) and value.size == 1 else value
        if not isinstance(value, Real) or not math.isfinite(value):
            name = getattr(self.judge, "__name__", type(self.judge).__name__)
            raise ParameterError(
                f"the monitor {name!r} must return one finite number, got {value!r}; an AUC of "
                "one class is none: choose another monitor, or more validation events"
            )
        return float(value)
