"""Two models compared by a value of each row, where no ranking or judgement holds it."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from mtrec_lib.core.errors import ParameterError
from mtrec_lib.data.splitting.splits import Split
from mtrec_lib.evaluation import prediction_metrics
from mtrec_lib.evaluation.comparisons.comparing import of_people
from mtrec_lib.evaluation.comparisons.comparison import Comparison
from mtrec_lib.evaluation.likelihood import log_probs
from mtrec_lib.evaluation.scorer import Scorer

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

    >>> compared = compare_values([5.0, 6.0, 4.5], [5.5, 6.4, 5.1], "bits")
    >>> compared.word, compared.users
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
    _check_finite(one, two)
    _, person = np.unique(owner, return_inverse=True)
    counts = np.bincount(person).astype(np.float64)
    one, two = (_by_person(side, person, counts) for side in (one, two))
    return of_people(one, two, counts, metric, margin, deterministic)


def compare_auc(
    labels: ArrayLike,
    a: ArrayLike,
    b: ArrayLike,
    people: ArrayLike,
    margin: float | None = None,
    deterministic: bool = False,
) -> Comparison:
    """Compare two scores of the same rows by their pooled AUC, paired by person.

    Args:
        labels: (rows,) 0 or 1, both present.
        a: (rows,) scores of A, or (seeds, rows); larger means likelier 1.
        b: the same of B.
        people: (rows,) whose row it is.
        margin: δ of the AUC, said before measuring.
        deterministic: that neither side holds anything random.

    Raises:
        ParameterError: labels of one class only, numbers of rows that differ, scores that are not
            finite, or fewer than two people.

    Obuchowski, "Nonparametric analysis of clustered ROC curve data" (1997).

    >>> labels, people = [1, 0, 1, 0, 1, 0], [1, 1, 2, 2, 3, 3]
    >>> compared = compare_auc(labels, [6, 1, 5, 2, 4, 3], [1, 2, 3, 4, 5, 6], people)
    >>> compared.a, round(compared.b, 2), compared.users
    (1.0, 0.33, 3)

    Taught in chapter 04.
    """
    label = np.asarray(labels, np.float64)
    if set(np.unique(label)) != {0.0, 1.0}:
        raise ParameterError(f"labels must hold 0 and 1, both, got {np.unique(label)[:5]}")
    _, person = np.unique(people, return_inverse=True)
    sides = [np.atleast_2d(np.asarray(side, np.float64)) for side in (a, b)]
    if {*map(np.shape, (label, person))} | {side.shape[1:] for side in sides} != {label.shape}:
        raise ParameterError(
            "labels and people must be (rows,), a and b (rows,) or (seeds, rows), got "
            f"{np.shape(labels)}, {np.shape(people)}, {np.shape(a)} and {np.shape(b)}"
        )
    _check_finite(*sides)
    one, two = (
        [prediction_metrics.auc_shares(label, row, person) for row in side] for side in sides
    )
    return compare_values(one, two, "auc", None, margin, deterministic)


def compare_bits(
    a: Scorer,
    b: Scorer,
    split: Split,
    part: str = "test",
    margin: float | None = None,
    deterministic: bool = False,
) -> Comparison:
    """Compare two models by their bits an event, paired by person; fewer bits are better.

    Args:
        a: has ``log_prob(histories, items)``, as :func:`bits` asks for.
        b: the same, over the same catalogue.
        split: a split of a log.
        part: ``"train"``, ``"validation"`` or ``"test"``.
        margin: δ in bits, said before measuring.
        deterministic: that neither side holds anything random.

    Raises:
        ParameterError: as :func:`bits` does; or an event that a model holds impossible, whose bits
            are infinite.

    >>> import mtrec_lib as mt
    >>> split = mt.data.split(mt.data.load("simulator", users=20, events=400))
    >>> one, none = (mt.baselines.NGram(order=n).fit(split) for n in (1, 0))
    >>> fewer = mt.evaluation.compare_bits(one, none, split, deterministic=True)
    >>> round(fewer.a - mt.evaluation.bits(one, split), 6)
    0.0

    Taught in chapter 03.
    """
    nats, people = log_probs(a, split, part)
    others, _ = log_probs(b, split, part)
    bits, theirs = -nats / np.log(2), -others / np.log(2)
    return compare_values(bits, theirs, "bits", people, margin, deterministic)


def _check_finite(a: Floats, b: Floats) -> None:
    for name, side in (("a", a), ("b", b)):
        wrong = int((~np.isfinite(side)).sum())
        if wrong:
            raise ParameterError(f"{name} must be finite, got {wrong} values that are not")


def _by_person(values: Floats, person: NDArray[np.int64], counts: Floats) -> Floats:
    """Means of each person's rows: (seeds, people)."""
    return np.stack([np.bincount(person, row) / counts for row in values])
