"""Judging predictions for the items that people met: will they like it, how will they rate it?"""

from dataclasses import dataclass, field

import numpy as np
import polars as pl
from numpy.typing import NDArray

from mtrec_lib.core.errors import ParameterError
from mtrec_lib.data.queries import Queries
from mtrec_lib.data.splitting.splits import Split
from mtrec_lib.evaluation import prediction_metrics
from mtrec_lib.evaluation.comparisons.intervals import interval_of, mean_interval
from mtrec_lib.evaluation.reporting import Interval, results_lines, results_table
from mtrec_lib.evaluation.same_items import check_same_items
from mtrec_lib.evaluation.scorer import Scorer, ability, batches, finite, name_of, queries_of

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Judgement:
    """How well a model predicts one label of each event, with 95 % intervals by person.

    Args:
        model: the model's name.
        task: the label that was predicted.
        about: which rows, in words.
        labels: (rows,) the labels.
        predictions: (rows,) what the model said.
        users: (users,) each person once, ascending.
        counts: (users,) rows of each person.
        per_user: metric → (users,): ``auc`` (pseudo-values whose mean is the pooled AUC),
            ``user_auc`` (NaN for a person of one class), ``log_loss``, or ``squared_error``.
        metrics: ``auc`` (all rows pooled), ``user_auc`` (its mean over people) and ``log_loss``
            (nats), or ``rmse`` (unit of the rating); None where there is none.
        intervals: metric → (low, high).
        reasons: metric → why it is None.
        missing: number of events of the part without a label, left out.

    Taught in chapter 07.
    """

    model: str
    task: str
    about: str
    labels: Floats
    predictions: Floats
    users: NDArray[np.generic]
    counts: NDArray[np.int64]
    per_user: dict[str, Floats]
    metrics: dict[str, float | None]
    intervals: dict[str, Interval]
    reasons: dict[str, str] = field(default_factory=dict)
    missing: int = 0

    def weights(self, metric: str) -> Floats:
        """(users,) the weight of each person in the mean of ``metric``.

        ``auc`` weighs everybody alike, ``user_auc`` everybody with both classes, the others by
        rows.
        """
        if metric == "auc":
            return np.ones(len(self.users))
        if metric == "user_auc":
            return np.isfinite(self.per_user[metric]).astype(np.float64)
        return self.counts.astype(np.float64)

    def table(self) -> pl.DataFrame:
        """One row a metric: ``metric``, ``value``, ``low``, ``high``, ``reason`` (why null)."""
        reasons = pl.Series("reason", [self.reasons.get(m) for m in self.metrics], pl.String)
        return results_table(self.metrics, self.intervals).with_columns(reasons)

    def __str__(self) -> str:
        known = {metric: value for metric, value in self.metrics.items() if value is not None}
        lines = [
            f"{self.model} · {self.task} · {self.about}",
            *results_lines(known, self.intervals),
        ]
        lines += [f"{metric:<12} none: {reason}" for metric, reason in self.reasons.items()]
        return "\n".join(lines)


def judge(
    model: Scorer,
    split: Split,
    part: str = "test",
    task: str = "like",
    batch_size: int = 1024,
    seed: int = 0,
    resamples: int = 1000,
    queries: Queries | None = None,
) -> Judgement:
    """Compare a model's predictions with the labels of every event of a part.

    Each event is predicted from the person's events before it, those of the same part included
    (prequentially). Events without a label are left out and counted.

    Args:
        model: has ``predict_events(histories, items)`` → {task: (n,)}.
        split: a split of a log.
        part: ``"validation"`` or ``"test"``.
        task: ``"rating"``, ``"like"``, ``"top"``, or a column of the events that holds 0 and 1.
            ``"like"`` (≥ ``log.about.like_at``) and ``"top"`` (the best grade) are read off the
            rating where the log has no such column.
        batch_size: events at a time; it changes memory and time, not the result.
        seed: of the bootstrap.
        resamples: of the bootstrap; people are resampled, not rows.
        queries: ask about these events, such as a sample of
            ``split.queries(part, every_event=True)``, in place of all events of the part.

    Raises:
        ParameterError: the model does not predict the task, the log has no such label, or the
            split holds other items than the model's catalogue.
        DivergedError: a prediction is NaN or infinite.

    >>> import mtrec_lib as mt
    >>> log = mt.data.load("simulator", users=20, events=400)
    >>> judgement = mt.evaluation.judge(log.truth, mt.data.split(log), task="rating")
    >>> list(judgement.metrics)
    ['rmse']

    Taught in chapter 07.
    """
    check_same_items(model, split)
    queries = queries_of(split, part, every_event=True) if queries is None else queries
    label = label_of(split, task)[queries.rows]
    labelled = ~np.isnan(label)
    queries, label = queries[labelled], label[labelled]
    predicted = _predicted(model, queries, task, batch_size)
    users, user = np.unique(queries.histories.users, return_inverse=True)
    judge = _judge_rating if task == "rating" else _judge_binary
    per_user, values, intervals, reasons = judge(label, predicted, user, seed, resamples)
    return Judgement(
        model=name_of(model),
        task=task,
        about=f"{split.log.name}, {part} · {len(label):,} rows of {len(users):,} users",
        labels=label,
        predictions=predicted,
        users=users,
        counts=np.bincount(user),
        per_user=per_user,
        metrics=values,
        intervals=intervals,
        reasons=reasons,
        missing=int((~labelled).sum()),
    )


def label_of(split: Split, task: str) -> Floats:
    """The label of every event of a split, NaN where there is none: (events,)."""
    log, events = split.log, split.events
    label = log.label(task)
    if label is not None:
        return events.select(label).to_series().fill_null(np.nan).to_numpy()
    if task == "like" and log.has("rating"):
        raise ParameterError(
            "task 'like' needs log.about.like_at, the rating from which on people like; "
            f"{log.name} states none: set like_at, or choose task 'rating'"
        )
    raise ParameterError(
        f"task {task!r} needs a column {task!r} of labels, and {log.name} has none; "
        f"its columns are {', '.join(events.columns)}"
    )


def _predicted(model: Scorer, queries: Queries, task: str, batch_size: int) -> Floats:
    """What the model says of each query's item: (rows,)."""
    predict = ability(model, "predict_events", "judge()")
    predictions = [np.empty(0)]
    for batch in batches(queries, batch_size):
        answers = predict(batch.histories, batch.target_items)
        if task not in answers:
            raise ParameterError(
                f"{name_of(model)} does not predict {task!r}; it predicts {', '.join(answers)}"
            )
        predictions.append(
            finite(answers[task], model, "predict_events", (len(batch),)).astype(np.float64)
        )
    return np.concatenate(predictions)


def _judge_rating(
    labels: Floats, predictions: Floats, user: NDArray[np.int64], seed: int, resamples: int
) -> tuple[dict[str, Floats], dict[str, float | None], dict[str, Interval], dict[str, str]]:
    if not len(labels):
        return {"squared_error": np.empty(0)}, {"rmse": None}, {}, {"rmse": "no row has a label"}
    counts = np.bincount(user)
    error = np.bincount(user, weights=(labels - predictions) ** 2) / counts
    low, high = mean_interval(error, counts, seed, resamples)
    rmse: dict[str, float | None] = {"rmse": prediction_metrics.rmse(labels, predictions)}
    return {"squared_error": error}, rmse, {"rmse": (low**0.5, high**0.5)}, {}


def _judge_binary(
    labels: Floats, predictions: Floats, user: NDArray[np.int64], seed: int, resamples: int
) -> tuple[dict[str, Floats], dict[str, float | None], dict[str, Interval], dict[str, str]]:
    names = ("auc", "user_auc", "log_loss")
    if not len(labels):
        nothing = {"user_auc": np.empty(0), "log_loss": np.empty(0)}
        return nothing, dict.fromkeys(names), {}, dict.fromkeys(names, "no row has a label")
    counts = np.bincount(user)
    losses = prediction_metrics.log_losses(labels, predictions)
    per_user = {
        "user_auc": prediction_metrics.group_auc(labels, predictions, user),
        "log_loss": np.bincount(user, weights=losses) / counts,
    }
    values: dict[str, float | None] = {"auc": prediction_metrics.auc(labels, predictions)}
    both = np.isfinite(per_user["user_auc"])
    values["user_auc"] = float(per_user["user_auc"][both].mean()) if both.any() else None
    values["log_loss"] = float(losses.mean())
    intervals = {"log_loss": mean_interval(per_user["log_loss"], counts, seed, resamples)}
    if both.any():
        own = per_user["user_auc"][both]
        intervals["user_auc"] = mean_interval(own, np.ones(len(own)), seed, resamples)
    if values["auc"] is not None:
        per_user["auc"] = prediction_metrics.auc_shares(labels, predictions, user)
        intervals["auc"] = _pooled_interval(labels, predictions, user, seed, resamples)
    return per_user, values, intervals, _reasons(labels, values)


def _pooled_interval(
    labels: Floats, scores: Floats, user: NDArray[np.int64], seed: int, resamples: int
) -> Interval:
    """Of the pooled AUC: people are drawn, and bring their rows."""

    def statistic(drawn: Floats) -> Floats:
        blocks = np.array_split(drawn, max(1, len(drawn) * len(user) // 2_000_000))
        return np.concatenate(
            [prediction_metrics.weighted_auc(labels, scores, b[:, user]) for b in blocks]
        )

    return interval_of(statistic, int(user.max()) + 1, seed, resamples)


def _reasons(labels: Floats, values: dict[str, float | None]) -> dict[str, str]:
    reasons = {}
    if values["auc"] is None:
        reasons["auc"] = f"one class only: all {len(labels):,} labels are {labels[0]:.0f}"
    if values["user_auc"] is None:
        reasons["user_auc"] = "no user has labels of both classes"
    return reasons
