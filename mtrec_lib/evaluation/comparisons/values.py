"""Two models compared by a value of each row, where no ranking or judgement holds it."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from mtrec_lib.core.errors import ParameterError
from mtrec_lib.evaluation.comparisons.comparing import of_people
from mtrec_lib.evaluation.comparisons.comparison import Comparison

Floats = NDArray[np.float64]


def compare_values(
    a: ArrayLike,
    b: ArrayLike,
    metric: str,
    people: ArrayLike | None = None,
    margin: float | None = None,
    deterministic: bool = False,
) -> Comparison:
    """Compare two models by one value a row, such as the bits of each event, paired by person.

    The mean of all rows is compared; its interval is that of :func:`compare`, by person.

    Args:
        a: (rows,) the values of A, or (seeds, rows).
        b: the same of B, on the same rows.
        metric: what the values are; of losses, errors, bits and nats less is better.
        people: (rows,) whose row it is; None means that each is another person's.
        margin: δ, in the unit of the values, said before measuring.
        deterministic: that neither side holds anything random.

    Raises:
        ParameterError: numbers of rows that differ, values that are not finite, or fewer than two
            people.

    >>> found = compare_values([5.0, 6.0, 4.5], [5.5, 6.4, 5.1], "bits")
    >>> found.word, found.users
    ('better', 3)

    Taught in chapter 04.
    """
    one, two = (np.atleast_2d(np.asarray(side, np.float64)) for side in (a, b))
    rows = one.shape[-1]
    owner = np.arange(rows) if people is None else np.asarray(people)
    if not (one.ndim == two.ndim == 2 and two.shape[-1] == rows == len(owner) > 0):
        raise ParameterError(
            "a and b must be (rows,) or (seeds, rows) over the same rows, people (rows,), got "
            f"{np.shape(a)}, {np.shape(b)} and {owner.shape}"
        )
    for name, side in (("a", one), ("b", two)):
        if not np.isfinite(side).all():
            wrong = int((~np.isfinite(side)).sum())
            raise ParameterError(f"{name} must be finite, got {wrong} values that are not")
    _, person = np.unique(owner, return_inverse=True)
    counts = np.bincount(person).astype(np.float64)
    one, two = (_by_person(side, person, counts) for side in (one, two))
    return of_people(one, two, counts, metric, margin, deterministic)


def _by_person(values: Floats, person: NDArray[np.int64], counts: Floats) -> Floats:
    """Means of each person's rows: (seeds, people)."""
    return np.stack([np.bincount(person, row) / counts for row in values])
