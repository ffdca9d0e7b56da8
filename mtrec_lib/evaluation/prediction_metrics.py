"""Metrics of predictions for a given item (will they like it? what will they rate it?)."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from mtrec_lib.core.errors import ParameterError

Floats = NDArray[np.float64]

CLIP = 1e-7
"""Probabilities are clipped to [CLIP, 1 − CLIP]: the nearest to 0 and 1 that float32 can hold."""


def auc(labels: ArrayLike, scores: ArrayLike) -> float | None:
    """The chance that a random positive scores above a random negative; a tie counts one half.

    Args:
        labels: (rows,) 0 or 1.
        scores: (rows,) any real numbers; only their order matters.

    Returns:
        A value in [0, 1]; None if the labels are all of one class, where no pair exists.

    Raises:
        ParameterError: labels other than 0 and 1, lengths that differ, or a NaN score.

    >>> auc([0, 1, 0, 1], [0.1, 0.4, 0.4, 0.9])  # pairs: 1, ½, 1, 1
    0.875

    Taught in chapter 07.
    """
    labels, scores = _binary(labels, scores, "scores")
    value = weighted_auc(labels, scores, np.ones((1, len(labels))))[0]
    return None if np.isnan(value) else float(value)


def group_auc(labels: ArrayLike, scores: ArrayLike, groups: ArrayLike) -> Floats:
    """:func:`auc` within each group, which a model cannot raise by knowing who is generous.

    Args:
        labels: (rows,) 0 or 1.
        scores: (rows,) real numbers.
        groups: (rows,) whose row it is.

    Returns:
        (distinct groups,) in the order of ``np.unique(groups)``; NaN for a group of one class.

    >>> group_auc([0, 1, 1, 1], [0.2, 0.7, 0.1, 0.3], ["ann", "ann", "bob", "bob"]).tolist()
    [1.0, nan]

    Taught in chapter 07.
    """
    labels, scores = _binary(labels, scores, "scores")
    _, group = np.unique(np.asarray(groups), return_inverse=True)
    total = np.bincount(group)
    positive = np.bincount(group, weights=labels)
    ranks = np.bincount(group, weights=labels * _ranks_within(group, scores))
    pairs = positive * (total - positive)
    with np.errstate(invalid="ignore"):
        return (ranks - positive * (positive + 1) / 2) / np.where(pairs > 0, pairs, np.nan)


def auc_shares(labels: Floats, scores: Floats, group: NDArray[np.int64]) -> Floats:
    """Pseudo-values of the groups whose plain mean is the pooled AUC: (groups,).

    The variance of that mean is DeLong's with rows clustered in groups, so that two models can be
    compared by person in a figure that is no mean over people. Both classes must occur.

    Obuchowski, "Nonparametric analysis of clustered ROC curve data" (1997).
    """
    positive, negative = labels.sum(), (1 - labels).sum()
    everybody = np.zeros(len(labels), dtype=np.int64)
    beaten = _ranks_within(everybody, scores) - _ranks_within(labels.astype(np.int64), scores)
    wins = np.where(labels == 1, beaten / negative, 1 - beaten / positive)  # of each row, 0 to 1
    pooled = wins[labels == 1].mean()
    influence = (wins - pooled) / np.where(labels == 1, positive, negative)
    return pooled + (group.max() + 1) * np.bincount(group, weights=influence)


def log_losses(labels: ArrayLike, probabilities: ArrayLike) -> Floats:
    """−log of the probability that each label was given, in nats: (rows,).

    Args:
        labels: (rows,) 0 or 1.
        probabilities: (rows,) of label 1, in [0, 1]; clipped to [1e-7, 1 − 1e-7], so that one
            confident mistake costs 16 nats and not infinity.

    Raises:
        ParameterError: labels other than 0 and 1, or values that are not probabilities.

    >>> log_losses([1, 0], [0.5, 0.0]).round(4).tolist()
    [0.6931, 0.0]

    Taught in chapter 07.
    """
    labels, probabilities = _binary(labels, probabilities, "probabilities")
    outside = (probabilities < 0) | (probabilities > 1)
    if outside.any():
        raise ParameterError(
            f"probabilities must lie in [0, 1], got {probabilities[outside][0]}; "
            "pass probabilities, not logits"
        )
    given = np.where(labels == 1, probabilities, 1 - probabilities)
    return -np.log(np.clip(given, CLIP, 1 - CLIP))


def log_loss(labels: ArrayLike, probabilities: ArrayLike) -> float:
    """The mean of :func:`log_losses`: binary cross-entropy in nats a row.

    >>> round(log_loss([1, 0], [0.5, 0.5]), 4)
    0.6931

    Taught in chapter 07.
    """
    return float(_filled(log_losses(labels, probabilities)).mean())


def rmse(labels: ArrayLike, predictions: ArrayLike) -> float:
    """The root of the mean squared error, in the unit of the labels.

    Args:
        labels: (rows,) what was given.
        predictions: (rows,) what was expected.

    Raises:
        ParameterError: no rows, lengths that differ, or a NaN.

    >>> rmse([4.0, 2.0], [3.0, 3.0])
    1.0

    Taught in chapter 07.
    """
    labels, predictions = _paired(labels, predictions, "predictions")
    return float(np.sqrt(_filled((labels - predictions) ** 2).mean()))


def weighted_auc(labels: Floats, scores: Floats, weights: Floats) -> Floats:
    """AUC under each row of ``weights`` (resamples, rows): (resamples,), NaN for one class."""
    if not len(scores):
        return np.full(len(weights), np.nan)
    order = np.argsort(scores, kind="stable")
    starts = np.flatnonzero(_changes(scores[order]))  # where a run of ties begins
    weights, positive = weights[:, order], labels[order]
    wins = np.add.reduceat(weights * positive, starts, axis=1)
    losses = np.add.reduceat(weights * (1 - positive), starts, axis=1)
    below = np.cumsum(losses, axis=1) - losses
    pairs = wins.sum(axis=1) * losses.sum(axis=1)
    return (wins * (below + losses / 2)).sum(axis=1) / np.where(pairs > 0, pairs, np.nan)


def _ranks_within(group: NDArray[np.int64], scores: Floats) -> Floats:
    """The rank of each row inside its group, from 1, ties sharing their mean rank: (rows,)."""
    order = np.lexsort((scores, group))
    g, s = group[order], scores[order]
    new_group = _changes(g)
    new_run = new_group | _changes(s)
    first = np.flatnonzero(new_run)
    length = np.diff(np.append(first, len(g)))
    position = first - np.flatnonzero(new_group)[g[first]]  # rows of the group that stand before
    ranks = np.empty(len(g))
    ranks[order] = np.repeat(position + (length + 1) / 2, length)
    return ranks


def _changes(values: NDArray) -> NDArray[np.bool_]:
    """Where a value differs from the one before it; the first one does."""
    changed = np.ones(len(values), dtype=bool)
    changed[1:] = values[1:] != values[:-1]
    return changed


def _paired(labels: ArrayLike, values: ArrayLike, name: str) -> tuple[Floats, Floats]:
    labels, values = np.asarray(labels, np.float64), np.asarray(values, np.float64)
    if labels.shape != values.shape or labels.ndim != 1:
        raise ParameterError(
            f"labels and {name} must be two rows of one length, "
            f"got shapes {labels.shape} and {values.shape}"
        )
    for what, array in (("labels", labels), (name, values)):
        if np.isnan(array).any():
            raise ParameterError(
                f"{what} must not be NaN, got {int(np.isnan(array).sum())} of {len(array)}; "
                "leave out rows without a label and look for a diverged model"
            )
    return labels, values


def _binary(labels: ArrayLike, values: ArrayLike, name: str) -> tuple[Floats, Floats]:
    labels, values = _paired(labels, values, name)
    strange = labels[(labels != 0) & (labels != 1)]
    if len(strange):
        raise ParameterError(f"labels must be 0 or 1, got {strange[0]}; compare with a threshold")
    return labels, values


def _filled(values: Floats) -> Floats:
    if not len(values):
        raise ParameterError("no rows given; there is nothing to average")
    return values
