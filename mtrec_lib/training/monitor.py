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
        return _negative_loss
    raise ParameterError(
        f"monitor must be 'auto', 'ndcg@10', 'loss' or a function, got {monitor!r}"
    )


def _ndcg(model: Any, split: Split) -> float:
    return rank(model, split, part="validation", k=10, resamples=1).metrics["ndcg@10"]


def _negative_loss(model: Any, split: Split) -> float:
    windows = model.trunk.feed(split, part="validation")
    return -float(model.evaluate(windows.dataset(0), verbose=0, return_dict=True)["loss"])
