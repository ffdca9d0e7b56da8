"""What early stopping looks at."""

from collections.abc import Callable
from typing import Any

from mtrec_lib.core.errors import ParameterError
from mtrec_lib.data import Split
from mtrec_lib.evaluation import rank


def monitored(
    model: Any, monitor: str | Callable[[Any, Split], float]
) -> Callable[[Any, Split], float]:
    """The function of a model on the validation part that training maximises.

    Args:
        model: the model to be trained.
        monitor: ``"auto"``, ``"ndcg@10"``, ``"loss"``, or a function.

    Raises:
        ParameterError: another word.
    """
    if callable(monitor):
        return monitor
    ranks = any(task.label == "item" and not task.given for task in model.tasks)
    if monitor == "ndcg@10" or (monitor == "auto" and ranks):
        return _ndcg
    if monitor in {"auto", "loss"}:
        return _NegativeLoss()
    raise ParameterError(
        f"monitor must be 'auto', 'ndcg@10', 'loss' or a function, got {monitor!r}"
    )


def _ndcg(model: Any, split: Split) -> float:
    return rank(model, split, part="validation", k=10, resamples=1).metrics["ndcg@10"]


class _NegativeLoss:
    """Minus the loss on the validation part, whose batches are made once a training."""

    def __init__(self) -> None:
        self.data: Any = None

    def __call__(self, model: Any, split: Split) -> float:
        if self.data is None:
            self.data = model.trunk.feed(split, part="validation").dataset(0)
        return -float(model.evaluate(self.data, verbose=0, return_dict=True)["loss"])
