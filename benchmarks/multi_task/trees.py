"""The rival of the first kind: boosted trees on causal features, a model a question."""

from typing import Any

import numpy as np
from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor
from sklearn.metrics import root_mean_squared_error
from threadpoolctl import threadpool_limits

import mtrec_lib as mt
from mtrec_lib.evaluation.judge import label_of

SIZES = ((50, 0.1), (100, 0.1), (100, 0.05), (200, 0.05))  # trees, learning rate
TASKS = ("like", "top", "rating")


class Trees:
    """For each question the size that is best on validation, fitted on training and validation.

    Args:
        split: ml-100k under one cut in time.
        beside: further columns of every event, as fitted on the training part and as fitted on
            training and validation; the sizes are chosen with the first, the trees grown with the
            second.

    Attributes:
        sizes: ``{task: (trees, learning rate)}`` as chosen.
    """

    name = "boosted trees"

    def __init__(self, split: Any, beside: tuple[np.ndarray, ...] = ()) -> None:
        causal = mt.features.causal(split).to_numpy()
        chosen_on, self.rows = [np.concatenate([causal, more], axis=1) for more in beside] or [
            causal
        ] * 2
        part = split.events["part"].to_numpy()
        self.sizes, self.models = {}, {}
        for task in TASKS:
            label = label_of(split, task)
            tried = {size: _tried(chosen_on, label, part, size) for size in SIZES}
            self.sizes[task] = max(tried, key=lambda size: tried[size])
            self.models[task] = _fitted(self.rows, label, part != "test", self.sizes[task])

    def predict_events(self, histories: Any, items: np.ndarray) -> dict[str, np.ndarray]:
        """What each model says of the event after each past; a past ends before its row."""
        rows = self.rows[histories.ends]
        return {
            task: model.predict(rows) if task == "rating" else model.predict_proba(rows)[:, 1]
            for task, model in self.models.items()
        }


def _fitted(rows: np.ndarray, label: np.ndarray, known: np.ndarray, size: Any) -> Any:
    both = set(np.unique(label)) == {0.0, 1.0}
    kind = HistGradientBoostingClassifier if both else HistGradientBoostingRegressor
    with threadpool_limits(1):  # threads that wait for each other are slower than one
        model = kind(max_iter=size[0], learning_rate=size[1], random_state=0)
        return model.fit(rows[known], label[known])


def _tried(rows: np.ndarray, label: np.ndarray, part: np.ndarray, size: Any) -> float:
    """AUC, or minus the root mean squared error, on validation."""
    model, asked = _fitted(rows, label, part == "train", size), part == "validation"
    if hasattr(model, "predict_proba"):
        said = model.predict_proba(rows[asked])[:, 1]
        return float(mt.evaluation.auc(label[asked], said))
    return -float(root_mean_squared_error(label[asked], model.predict(rows[asked])))
