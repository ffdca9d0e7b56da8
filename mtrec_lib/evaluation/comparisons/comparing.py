"""Is one model better than another? Paired by person, over seeds."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
from numpy.typing import NDArray

from mtrec_lib.core.errors import ParameterError
from mtrec_lib.evaluation.comparisons.comparison import Comparison, costs

if TYPE_CHECKING:
    from mtrec_lib.evaluation.judge import Judgement
    from mtrec_lib.evaluation.ranking import Ranking

Floats = NDArray[np.float64]
Runs: TypeAlias = "Ranking | Judgement | Sequence[Ranking | Judgement]"
"""What one model did: one result, or several of different seeds."""

LEVEL = 0.95


def compare(
    a: Runs,
    b: Runs,
    metric: str = "ndcg@10",
    margin: float | None = None,
    deterministic: bool = False,
) -> Comparison:
    """Compare two models on the same queries, paired by person.

    With d_u the difference of person u's means over seeds, SE² = Var_u(d_u) / U + s_A² / S_A +
    s_B² / S_B, where s² is the variance of the metric over the S seeds (0 for one seed); the
    interval is Student's, with Welch and Satterthwaite's degrees of freedom. The ratio's interval
    is by the delta method. With unequal numbers of queries d_u is weighted by them.

    Args:
        a: a :class:`Ranking` or :class:`Judgement`, or a list of them, one a seed.
        b: the same of the other model.
        metric: a key of their ``per_user``; of losses and errors less is better.
        margin: δ, in the unit of the metric, said before measuring; it makes "no worse" and
            "level" possible.
        deterministic: that neither side holds anything random, as counts do not: no seed is
            spoken of.

    Raises:
        ParameterError: nothing to compare, a metric that is not known by person, results of
            different people or queries, or a margin below 0.

    >>> import mtrec_lib as mt
    >>> split = mt.data.split(mt.data.load("simulator", users=20, events=400))
    >>> ranking = mt.evaluation.rank(mt.baselines.Popularity().fit(split), split)
    >>> mt.evaluation.compare(ranking, ranking).p_value  # nobody differs from itself
    1.0

    Taught in chapter 07.
    """
    runs_a, runs_b = _runs(a, "a"), _runs(b, "b")
    weights = _weights(runs_a + runs_b, metric)
    keep = weights > 0
    one = np.stack([run.per_user[metric][keep] for run in runs_a])  # (seeds, users)
    two = np.stack([run.per_user[metric][keep] for run in runs_b])
    return of_people(one, two, weights[keep], metric, margin, deterministic)


def of_people(
    one: Floats,
    two: Floats,
    weights: Floats,
    metric: str,
    margin: float | None,
    deterministic: bool,
) -> Comparison:
    """The comparison of A's and B's means by person: (seeds, users) each, weights (users,)."""
    share = weights / weights.sum()
    mean_a, mean_b = float(one.mean(axis=0) @ share), float(two.mean(axis=0) @ share)
    low, high, p_value = _interval(one, two, share, 1.0)
    ratio = mean_a / mean_b if mean_b else float("nan")
    ratio_low, ratio_high, _ = _interval(one, two, share, ratio)
    scale = mean_b if mean_b else float("nan")
    return Comparison(
        metric=metric,
        a=mean_a,
        b=mean_b,
        difference=mean_a - mean_b,
        low=low,
        high=high,
        ratio=ratio,
        ratio_low=ratio + ratio_low / scale,
        ratio_high=ratio + ratio_high / scale,
        p_value=p_value,
        users=len(weights),
        seeds=(0, 0) if deterministic else (len(one), len(two)),
        margin=margin,
        less_is_better=costs(metric),
    )


def _interval(one: Floats, two: Floats, share: Floats, ratio: float) -> tuple[float, float, float]:
    """Interval and p value of mean(A) − ratio · mean(B); both are (seeds, users)."""
    from scipy import stats  # a second to import, and ranking needs none of it

    paired = one.mean(axis=0) - ratio * two.mean(axis=0)
    centre = float(paired @ share)
    parts = [_by_people(paired - centre, share), _by_seed(one @ share)]
    parts.append(_by_seed(ratio * (two @ share)))
    variance = sum(part for part, _ in parts)
    if not variance > 0:  # nobody differs from anybody, or there is no ratio
        return centre, centre, float(centre == 0)
    freedom = variance**2 / sum(part**2 / max(df, 1) for part, df in parts)
    error = float(np.sqrt(variance))
    reach = error * float(stats.t.ppf((1 + LEVEL) / 2, freedom))
    p_value = float(2 * stats.t.sf(abs(centre) / error, freedom))
    return centre - reach, centre + reach, p_value


def _by_people(centred: Floats, share: Floats) -> tuple[float, int]:
    """Variance of the weighted mean over people, and its degrees of freedom."""
    people = len(share)
    if people < 2:
        raise ParameterError(f"an interval by person needs at least two people, got {people}")
    return float(((share * centred) ** 2).sum()) * people / (people - 1), people - 1


def _by_seed(means: Floats) -> tuple[float, int]:
    """Variance of the mean over seeds, and its degrees of freedom; 0 for one seed."""
    seeds = len(means)
    return (float(means.var(ddof=1)) / seeds if seeds > 1 else 0.0), seeds - 1


def _runs(runs: Runs, name: str) -> list["Ranking | Judgement"]:
    several = list(runs) if isinstance(runs, Sequence) else [runs]
    if not several:
        raise ParameterError(f"{name} must hold at least one ranking, got none")
    return several


def _weights(runs: list["Ranking | Judgement"], metric: str) -> Floats:
    """The weights that all runs share: (users,)."""
    for run in runs:
        if metric not in run.per_user:
            known = ", ".join(run.per_user)
            raise ParameterError(
                f"metric must be one that {run.model} has by person: {known}; got {metric!r}"
            )
    first = runs[0]
    for run in runs[1:]:
        same = np.array_equal(run.users, first.users) and np.array_equal(run.counts, first.counts)
        if not same or run.about != first.about:
            raise ParameterError(
                "both sides must answer the same queries of the same people, got "
                f"{first.about!r} and {run.about!r}; evaluate both on one split and part"
            )
    return first.weights(metric)
