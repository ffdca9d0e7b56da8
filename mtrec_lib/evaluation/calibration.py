"""Does it happen in 30 of 100 cases when the model says 30 %?"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from mtrec_lib.core.errors import ParameterError
from mtrec_lib.core.seeds import generator
from mtrec_lib.evaluation.comparisons.intervals import interval_of
from mtrec_lib.evaluation.reporting import Interval

Floats = NDArray[np.float64]

_DRAWS = 20_000_000  # random numbers that the expected error of a calibrated model may cost


@dataclass(frozen=True, eq=False)
class Reliability:
    """What was promised and what came, bin by bin.

    Args:
        edges: (bins + 1,) of the bins; a probability on an edge belongs to the bin above it.
        counts: (bins,) rows in each.
        promised: (bins,) mean probability; NaN in an empty bin.
        observed: (bins,) share of rows in which it happened; NaN in an empty bin.
        low, high: (bins,) a 95 % Wilson interval of ``observed`` for independent rows.
        ece: expected calibration error, Σ counts/N · |observed − promised|.
        interval: (low, high) of ``ece`` by the bootstrap over groups. Resampling adds noise, and
            noise only ever adds to the error: read it beside ``by_chance``.
        by_chance: the error that a perfectly calibrated model would show with these probabilities
            and this number of rows.

    Taught in chapter 04.
    """

    edges: Floats
    counts: NDArray[np.int64]
    promised: Floats
    observed: Floats
    low: Floats
    high: Floats
    ece: float
    interval: Interval
    by_chance: float


def reliability(
    probabilities: ArrayLike,
    outcomes: ArrayLike,
    bins: int | ArrayLike = 10,
    groups: ArrayLike | None = None,
    seed: int = 0,
    resamples: int = 1000,
) -> Reliability:
    """Compare probabilities with what happened, in bins of the probability.

    Args:
        probabilities: (rows,) in [0, 1].
        outcomes: (rows,) 0 or 1, or booleans.
        bins: how many of equal width between 0 and 1, or the ascending edges of bins, the first
            0 and the last 1: for small probabilities edges in powers of ten tell more.
        groups: (rows,) whose row it is, for the interval; None means that each is a group.
        seed: of the bootstrap and of the calibrated outcomes.
        resamples: of the bootstrap.

    Raises:
        ParameterError: values that are no probabilities or outcomes, lengths that differ, or
            edges that do not ascend from 0 to 1.

    Guo et al., "On Calibration of Modern Neural Networks" (2017), equation 3; for the error by
    chance Bröcker and Smith, "Increasing the Reliability of Reliability Diagrams" (2007).

    >>> curve = reliability([0.2, 0.2, 0.9], [0, 1, 1], bins=2)
    >>> curve.promised.round(2).tolist(), curve.observed.tolist(), round(curve.ece, 3)
    ([0.2, 0.9], [0.5, 1.0], 0.233)

    Taught in chapter 04.
    """
    p, happened, edges, group = _checked(probabilities, outcomes, bins, groups)
    size = len(edges) - 1
    place = np.clip(np.searchsorted(edges, p, side="right") - 1, 0, size - 1)
    counts = np.bincount(place, minlength=size)
    with np.errstate(invalid="ignore"):
        promised = np.bincount(place, weights=p, minlength=size) / counts
        observed = np.bincount(place, weights=happened, minlength=size) / counts
    low, high = _wilson(observed, counts)
    surplus = np.zeros((group.max() + 1, size))  # of each group in each bin: Σ (outcome − p)
    np.add.at(surplus, (group, place), happened - p)
    rows = np.bincount(group).astype(np.float64)

    def error(drawn: Floats) -> Floats:
        return np.abs(drawn @ surplus).sum(axis=1) / (drawn @ rows)

    return Reliability(
        edges=edges,
        counts=counts,
        promised=promised,
        observed=observed,
        low=low,
        high=high,
        ece=float(np.abs(surplus.sum(axis=0)).sum() / len(p)),
        interval=interval_of(error, len(rows), seed, resamples),
        by_chance=_by_chance(p, place, size, seed),
    )


def _checked(
    probabilities: ArrayLike, outcomes: ArrayLike, bins: int | ArrayLike, groups: ArrayLike | None
) -> tuple[Floats, Floats, Floats, NDArray[np.int64]]:
    p, happened = np.asarray(probabilities, np.float64), np.asarray(outcomes, np.float64)
    group = np.arange(len(p)) if groups is None else np.unique(groups, return_inverse=True)[1]
    if p.ndim != 1 or not len(p) or not len(p) == len(happened) == len(group):
        raise ParameterError(
            "probabilities, outcomes and groups must have one entry a row, at least one, got "
            f"shapes {p.shape}, {happened.shape} and {group.shape}"
        )
    if not ((p >= 0) & (p <= 1)).all():
        raise ParameterError(f"probabilities must lie in [0, 1], got {p.min()} … {p.max()}")
    if not np.isin(happened, (0, 1)).all():
        raise ParameterError("outcomes must be 0 or 1; pass whether it happened, not how much")
    number = int(bins) if np.ndim(bins) == 0 else 0  # type: ignore[arg-type]
    edges = np.linspace(0, 1, number + 1) if np.ndim(bins) == 0 else np.asarray(bins, np.float64)
    if len(edges) < 2 or edges[0] != 0 or edges[-1] != 1 or (np.diff(edges) <= 0).any():
        raise ParameterError(f"bins must be ≥ 1 or edges ascending from 0 to 1, got {bins!r}")
    return p, happened, edges, group


def _wilson(share: Floats, counts: NDArray[np.int64]) -> tuple[Floats, Floats]:
    """Wilson, "Probable inference" (1927): a 95 % interval that keeps its sense near 0 and 1."""
    z = 1.959964
    with np.errstate(invalid="ignore", divide="ignore"):
        middle = (share + z**2 / (2 * counts)) / (1 + z**2 / counts)
        spread = np.sqrt(share * (1 - share) / counts + z**2 / (4 * counts**2))
        reach = z * spread / (1 + z**2 / counts)
    return middle - reach, middle + reach


def _by_chance(p: Floats, place: NDArray[np.int64], size: int, seed: int) -> float:
    """The mean error if the outcomes were drawn from the probabilities themselves."""
    random, errors = generator(seed, "calibrated", len(p)), []
    for _ in range(int(np.clip(_DRAWS // len(p), 3, 100))):
        drawn = (random.random(len(p)) < p) - p
        errors.append(np.abs(np.bincount(place, weights=drawn, minlength=size)).sum() / len(p))
    return float(np.mean(errors))
