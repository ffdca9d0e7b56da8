"""Intervals by resampling people: rows of one person are not independent of one another."""

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike, NDArray

from mtrec_lib.core.errors import ParameterError
from mtrec_lib.core.seeds import generator

Floats = NDArray[np.float64]

LEVEL = 0.95
BLOCK = 2_000_000  # numbers in one block of bootstrap samples: 16 MB


def bootstrap_interval(
    values: ArrayLike,
    seed: int = 0,
    resamples: int = 1000,
    groups: ArrayLike | None = None,
) -> tuple[float, float]:
    """A 95 % percentile interval of the mean of ``values``, resampling groups with replacement.

    Args:
        values: (rows,) finite numbers.
        seed: the same seed gives the same interval.
        resamples: number of bootstrap samples.
        groups: (rows,) whose value it is, for values that cluster in people; a drawn group brings
            all its rows. None means that each row is a group of its own.

    Returns:
        (low, high); both are the mean itself when there is only one group.

    Raises:
        ParameterError: no values, a value that is not finite, lengths that differ, or
            ``resamples`` below 1.

    Efron and Tibshirani, "An Introduction to the Bootstrap" (1993), chapter 13.

    >>> low, high = bootstrap_interval([0.0, 1.0] * 50)
    >>> 0.35 < low < 0.5 < high < 0.65
    True

    Taught in chapter 04.
    """
    values = _checked(values)
    if groups is None:
        return mean_interval(values, np.ones(len(values)), seed, resamples)
    groups = np.asarray(groups)
    if len(groups) != len(values):
        raise ParameterError(
            f"groups must have one entry a value: got {len(groups)} for {len(values)} values"
        )
    _, group = np.unique(groups, return_inverse=True)
    counts = np.bincount(group).astype(np.float64)
    return mean_interval(np.bincount(group, weights=values) / counts, counts, seed, resamples)


def mean_interval(
    means: Floats, counts: NDArray[np.number], seed: int = 0, resamples: int = 1000
) -> tuple[float, float]:
    """The interval of Σ counts · means / Σ counts, where both are (groups,)."""

    def statistic(drawn: Floats) -> Floats:
        return (drawn @ (counts * means)) / (drawn @ counts)

    return interval_of(statistic, len(means), seed, resamples)


def interval_of(
    statistic: Callable[[Floats], Floats], groups: int, seed: int, resamples: int
) -> tuple[float, float]:
    """The central 95 % of a statistic's bootstrap replicates, those without a value left out.

    ``statistic`` takes how often each group was drawn, (block, groups), and returns (block,). The
    samples come in blocks, so that memory stays bounded however many people there are.
    """
    if groups < 1 or resamples < 1:
        raise ParameterError(
            f"a bootstrap needs at least one group and one resample, got {groups} and {resamples}"
        )
    random, block = generator(seed, "bootstrap", groups), max(1, BLOCK // groups)
    sizes = [min(block, resamples - start) for start in range(0, resamples, block)]
    replicates = np.concatenate([statistic(_drawn(groups, size, random)) for size in sizes])
    if np.isnan(replicates).all():
        return float("nan"), float("nan")
    tail = 100 * (1 - LEVEL) / 2
    low, high = np.nanpercentile(replicates, [tail, 100 - tail])
    return float(low), float(high)


def _drawn(groups: int, size: int, random: np.random.Generator) -> Floats:
    """How often each group is drawn in each of ``size`` bootstrap samples: (size, groups)."""
    draws = random.integers(0, groups, (size, groups))
    draws += np.arange(size)[:, None] * groups
    counts = np.bincount(draws.ravel(), minlength=size * groups)
    return counts.reshape(size, groups).astype(np.float64)


def _checked(values: ArrayLike) -> Floats:
    values = np.asarray(values, dtype=np.float64)
    if values.ndim != 1 or not len(values) or not np.isfinite(values).all():
        raise ParameterError(
            f"values must be a row of finite numbers, at least one, got shape {values.shape} with "
            f"{int((~np.isfinite(values)).sum())} not finite"
        )
    return values
