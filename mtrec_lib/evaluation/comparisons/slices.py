"""A metric by group: for whom, and where, does a model work?"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from mtrec_lib.core.errors import ParameterError
from mtrec_lib.evaluation.comparisons.intervals import bootstrap_interval


def sliced(
    values: ArrayLike,
    by: ArrayLike,
    names: Sequence[str],
    people: ArrayLike | None = None,
    seed: int = 0,
    resamples: int = 1000,
) -> dict[str, dict[str, float | None]]:
    """The mean of ``values`` in each group, with a 95 % interval by resampling people.

    Args:
        values: (rows,) a metric of each query, such as ``ndcg(ranking.ranks)``.
        by: (rows,) the group of each row, an integer from 0; rows of a group outside
            0 … len(names) − 1 are left out.
        names: names of the groups, in the order of the answer.
        people: (rows,) whose row it is; None means that each is another person's.
        seed: of the bootstrap.
        resamples: of the bootstrap.

    Returns:
        name → ``value``, ``low``, ``high``, ``n`` (rows); None for the first three of an empty
        group.

    Raises:
        ParameterError: lengths that differ.

    >>> groups = sliced([1.0, 0.0, 1.0], by=[0, 0, 2], names=["new", "rare", "old"])
    >>> groups["new"]["value"], groups["rare"]["n"], groups["old"]["high"]
    (0.5, 0, 1.0)

    Taught in chapter 04.
    """
    values, by = np.asarray(values, np.float64), np.asarray(by)
    people = np.arange(len(values)) if people is None else np.asarray(people)
    if not len(values) == len(by) == len(people):
        raise ParameterError(
            "values, by and people must have one entry a row, got "
            f"{len(values)}, {len(by)} and {len(people)}"
        )
    groups: dict[str, dict[str, float | None]] = {}
    for number, name in enumerate(names):
        inside = by == number
        row: dict[str, float | None] = dict.fromkeys(("value", "low", "high"))
        if inside.any():
            low, high = bootstrap_interval(values[inside], seed, resamples, people[inside])
            row = {"value": float(values[inside].mean()), "low": low, "high": high}
        groups[name] = row | {"n": int(inside.sum())}
    return groups
