"""Ranking and likelihood metrics on plain arrays.

A *query* is one question put to a model ("what will this person take next?"); it has one target,
or a set of them. The ranking metrics return one value a query, so that people can be paired,
weighted and resampled; their mean is the figure that papers print.
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from mtrec_lib.core.errors import ParameterError

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]


def hit_rate(ranks: ArrayLike, k: int = 10, offsets: ArrayLike | None = None) -> Floats:
    """1 where a query has a target among its first ``k`` items, else 0.

    Args:
        ranks: (targets,) rank of each target, counted from 1.
        k: length of the list.
        offsets: (queries + 1,) where each query's targets begin in ``ranks``; None means one
            target a query.

    Returns:
        (queries,) values in {0, 1}.

    Raises:
        ParameterError: a rank or ``k`` that is no whole number or below 1, a query without a
            target, or ranks that no list can have: two targets of one query at rank 1. Targets
            that tie share the worst of their places, as :func:`rank` counts them: [2, 2].

    >>> hit_rate([1, 10, 11], k=10).tolist()
    [1.0, 1.0, 0.0]

    Taught in chapter 04.
    """
    ranks, query, counts = _by_query(ranks, k, offsets)
    return (_total(ranks <= k, query, counts) > 0).astype(np.float64)


def recall(ranks: ArrayLike, k: int = 10, offsets: ArrayLike | None = None) -> Floats:
    """The share of a query's targets that stand among its first ``k`` items.

    Arguments and errors as in :func:`hit_rate`. With one target a query it equals the hit rate.
    A set larger than ``k`` cannot reach 1.

    Returns:
        (queries,) values in [0, 1].

    >>> recall([1, 4, 12], k=10, offsets=[0, 3]).round(4).tolist()
    [0.6667]

    Taught in chapter 04.
    """
    ranks, query, counts = _by_query(ranks, k, offsets)
    return _total(ranks <= k, query, counts) / counts


def ndcg(ranks: ArrayLike, k: int = 10, offsets: ArrayLike | None = None) -> Floats:
    """Normalised discounted cumulative gain: Σ 1/log₂(1 + rank) over the hits, against the ideal.

    The ideal list has its min(k, targets) hits at the top, so a perfect list is worth 1 even when
    a set is larger than ``k``. Arguments and errors as in :func:`hit_rate`.

    Järvelin and Kekäläinen, "Cumulated gain-based evaluation of IR techniques" (2002), with gains
    of 0 and 1.

    Returns:
        (queries,) values in [0, 1].

    >>> ndcg([1, 3, 11], k=10).tolist()  # 1/log2(2), 1/log2(4), too late
    [1.0, 0.5, 0.0]

    Taught in chapter 04.
    """
    ranks, query, counts = _by_query(ranks, k, offsets)
    gains = np.where(ranks <= k, 1.0 / np.log2(1.0 + ranks), 0.0)
    longest = min(int(k), int(counts.max(initial=0)))
    ideal = np.cumsum(1.0 / np.log2(np.arange(2, longest + 2)))
    return _total(gains, query, counts) / ideal[np.minimum(counts, longest) - 1]


def mrr(ranks: ArrayLike, k: int = 10, offsets: ArrayLike | None = None) -> Floats:
    """1 / rank of a query's first hit, or 0 when it comes after ``k``.

    Arguments and errors as in :func:`hit_rate`.

    Returns:
        (queries,) values in [0, 1].

    >>> mrr([1, 4, 11], k=10).tolist()
    [1.0, 0.25, 0.0]

    Taught in chapter 04.
    """
    ranks, query, counts = _by_query(ranks, k, offsets)
    best = np.zeros(len(counts))
    np.maximum.at(best, query, np.where(ranks <= k, 1.0 / ranks, 0.0))
    return best


def coverage(recommended: ArrayLike, size: int) -> float:
    """The share of a catalogue that is recommended to anybody.

    Args:
        recommended: item ids of every list, 2 … size + 1, in any shape. Ids below 2 fill lists up
            or stand for unknown items, and are not counted: −1, 0 and 1.
        size: number of items in the catalogue, at least 1.

    Returns:
        A value in [0, 1].

    Raises:
        ParameterError: ``size`` below 1, or values that are no ids of such a catalogue.

    >>> coverage([[2, 3], [3, 0]], size=10)
    0.2

    Taught in chapter 04.
    """
    if size < 1:
        raise ParameterError(f"coverage: size must be at least 1, got {size}; pass catalogue.size")
    ids = np.unique(whole(recommended, "recommended"))
    if ids.size and (ids[0] < -1 or ids[-1] > size + 1):
        wrong = ids[0] if ids[0] < -1 else ids[-1]
        raise ParameterError(
            f"coverage: recommended must hold item ids in 2 … {size + 1}, and −1, 0 or 1 where a "
            f"list ends early, got {wrong}; add 2 to columns, and pass the size of their catalogue"
        )
    return int((ids >= 2).sum()) / size


def bits_per_event(log_probabilities: ArrayLike) -> float:
    """The mean surprise of the events: −mean(log p) / ln 2.

    Args:
        log_probabilities: (events,) natural logarithms of the probabilities that a model gave to
            what happened, each at most 0.

    Returns:
        Bits an event, at least 0; infinite if something happened that the model held impossible.

    Raises:
        ParameterError: no event, a NaN, or a logarithm above 0.

    >>> round(bits_per_event(np.log([0.5, 0.125])), 6)  # (1 + 3) / 2
    2.0

    Taught in chapter 03.
    """
    logs = np.asarray(log_probabilities, dtype=np.float64)
    if not logs.size:
        raise ParameterError("bits_per_event: no events given; there is nothing to average")
    if np.isnan(logs).any() or logs.max() > 1e-6:
        worst = logs[np.isnan(logs) | (logs > 1e-6)][0]
        raise ParameterError(
            f"bits_per_event: each value must be a log probability, at most 0, got {worst}; "
            "pass log p, not p"
        )
    return float(-logs.mean() / np.log(2.0))


def perplexity(bits: float) -> float:
    """2 to the power ``bits``: how many equally likely items would surprise as much.

    Args:
        bits: bits an event, as :func:`bits_per_event` gives them.

    >>> perplexity(3.0)
    8.0

    Taught in chapter 03.
    """
    return float(2.0**bits)


def _by_query(
    ranks: ArrayLike, k: int, offsets: ArrayLike | None
) -> tuple[Integers, Integers, Integers]:
    """The checked ranks (targets,), the query of each, and the number of targets (queries,)."""
    ranks = whole(ranks, "ranks")
    if not k >= 1 or k % 1:
        raise ParameterError(f"k must be at least 1, got {k}; the length of a list, a whole number")
    if ranks.size and ranks.min() < 1:
        raise ParameterError(
            f"ranks are counted from 1, got {ranks.min()}; add 1 if yours begin at 0"
        )
    if offsets is None:
        return ranks, np.arange(len(ranks)), np.ones(len(ranks), dtype=np.int64)
    offsets = whole(offsets, "offsets")
    counts = np.diff(offsets)
    if (counts < 1).any() or offsets[0] != 0 or offsets[-1] != len(ranks):
        raise ParameterError(
            f"offsets must rise from 0 to len(ranks) = {len(ranks)} with at least one target a "
            f"query, got {offsets.tolist()[:8]}; leave out queries without targets"
        )
    query = np.repeat(np.arange(len(counts)), counts)
    _check_places(ranks, query, offsets)
    return ranks, query, counts


def _check_places(ranks: Integers, query: Integers, offsets: Integers) -> None:
    """Pass if the targets of a query can stand at their ranks: n of them take n places."""
    ordered = ranks[np.lexsort((ranks, query))]
    places = np.arange(len(ranks)) - offsets[query] + 1  # 1, 2, … within each query
    wrong = np.flatnonzero(ordered < places)
    if len(wrong):
        first = wrong[0]
        raise ParameterError(
            f"ranks of one query must differ: query {query[first]} has {places[first]} targets "
            f"among its first {ordered[first]}; give each target once, at its own place"
        )


def whole(values: ArrayLike, name: str) -> Integers:
    """``values`` as whole numbers, in their shape."""
    array = np.asarray(values)
    if array.dtype.kind in "iu":
        return array.astype(np.int64)
    try:
        numbers = array.astype(np.float64)
    except (TypeError, ValueError) as error:
        raise ParameterError(f"{name} must be whole numbers, got {values!r}") from error
    broken = numbers[~np.isfinite(numbers) | (numbers != np.floor(numbers))]
    if broken.size:
        raise ParameterError(f"{name} must be whole numbers, got {broken[0]}")
    return numbers.astype(np.int64)


def _total(values: ArrayLike, query: Integers, counts: Integers) -> Floats:
    """Sum ``values`` (targets,) within each query: (queries,)."""
    weights = np.asarray(values, dtype=np.float64)
    return np.bincount(query, weights=weights, minlength=len(counts)).astype(np.float64)
