"""Matrix factorisation whose people are read off their pasts: what a taste adds to an item's mean.

Items get vectors from the training part. A person has none: what they are is worked out anew before
every event, from the ratings that came before, so that newcomers are no special case.
"""

import numpy as np
from scipy.sparse import csr_matrix

from mtrec_lib.core import generator
from mtrec_lib.core.errors import ParameterError
from mtrec_lib.data import Histories

PRIOR = 5.0  # precision of everybody's prior, in ratings
ROUNDS = 12  # of alternating least squares
FOLDS = 5  # of people, each read with vectors that the others have made
SPAN = 100_000  # rows whose sums of squares stand in memory at a time

NAMES = (
    "expected above the mean of the item",
    "the share of taste in it",
    "how uncertain it is",
)
"""Names of the columns, in order."""


class LatentFactors:
    """Item vectors v, and the Gaussian that a past says of a person's p.

    A rating lies above its item's mean by e = b + v · p + noise of variance 1, where (b, p) has the
    prior N(0, I / 5). Given the ratings of a past, (b, p) is Gaussian again, in closed form: with
    rows x = (1, v) of what was rated,

        precision A = 5 I + Σ x xᵀ,    mean A⁻¹ Σ x e,    Var(x · (b, p)) = xᵀ A⁻¹ x.

    Vectors are parameters, fitted to the training part by alternating least squares. A model that
    trains on what they say of the very ratings that made them would trust them too much: people of
    the training part are therefore read with vectors that people of other folds have made.

    Args:
        vectors: ``(ids, factors)``, a row an id of the catalogue, zeros for what nobody rated.
        others: ``(folds, ids, factors)`` vectors without the people of a fold.
        fold_of: fold of each person of the training part.

    Shapes: ``n`` pasts and ``(n,)`` items → ``(n, 3)``: see ``NAMES``.

    Source: Salakhutdinov and Mnih, NIPS 2007 (probabilistic matrix factorisation), with one side
    integrated out as in Bayesian linear regression.
    Taught in chapter 07.
    """

    def __init__(
        self,
        vectors: np.ndarray,
        others: np.ndarray | None = None,
        fold_of: dict[int | str, int] | None = None,
    ) -> None:
        self.vectors, self.others, self.fold_of = vectors, others, fold_of or {}

    @classmethod
    def fit(
        cls, users: np.ndarray, item: np.ndarray, above: np.ndarray, ids: int, factors: int = 8
    ) -> "LatentFactors":
        """Vectors from ratings.

        Args:
            users: ``(rows,)`` who rated.
            item: ``(rows,)`` what, as ids.
            above: ``(rows,)`` by how much the rating lies above the item's mean.
            ids: rows of the table of vectors.
            factors: length of a vector, at least 1.

        Raises:
            ParameterError: no factor.
        """
        if factors < 1:
            raise ParameterError(f"factors must be at least 1, got {factors}; 8 is usual")
        people, person = np.unique(users, return_inverse=True)
        fold = generator(0, "latent factors", "folds").permutation(len(people)) % FOLDS
        ratings = np.asarray(person), item, above
        others = [_alternating(ratings, fold[person] != one, ids, factors) for one in range(FOLDS)]
        everybody = np.ones(len(item), bool)
        return cls(
            _alternating(ratings, everybody, ids, factors),
            np.stack(others),
            dict(zip(people.tolist(), fold.tolist(), strict=True)),
        )

    def with_rows(self, ids: int) -> "LatentFactors":
        """The same vectors for ``ids`` ids, zeros for those that are new."""

        def filled(vectors: np.ndarray) -> np.ndarray:  # the last row is the begin mark's
            new = np.zeros((*vectors.shape[:-2], ids - vectors.shape[-2], vectors.shape[-1]))
            return np.concatenate([vectors[..., :-1, :], new, vectors[..., -1:, :]], axis=-2)

        others = None if self.others is None else filled(self.others)
        return LatentFactors(filled(self.vectors), others, self.fold_of)

    def of(
        self, histories: Histories, items: np.ndarray, above: np.ndarray, training: bool = False
    ) -> np.ndarray:
        """What is expected of each pair, ``(n, 3)``.

        Args:
            histories: ``n`` pasts.
            items: ``(n,)`` ids.
            above: ``(m,)``, for each place of the shared columns, how far the rating lies above the
                item's mean; NaN where there is none.
            training: whether people of the training part are read with the others' vectors.
        """
        fold = np.full(len(histories), -1)
        if training and self.others is not None:
            fold = np.array([self.fold_of.get(user, -1) for user in histories.users.tolist()], int)
        expected = np.zeros((len(histories), len(NAMES)))
        for one in np.unique(fold):
            vectors = self.vectors if one < 0 or self.others is None else self.others[one]
            rows = np.flatnonzero(fold == one)
            expected[rows] = _expected(vectors, histories[rows], np.asarray(items)[rows], above)
        return expected


def _alternating(
    ratings: tuple[np.ndarray, np.ndarray, np.ndarray], chosen: np.ndarray, ids: int, factors: int
) -> np.ndarray:
    """Vectors by alternating least squares: people given items, items given people."""
    person, item, above = (each[chosen] for each in ratings)
    vectors = generator(0, "latent factors", "start").normal(0, 0.3, (ids, factors))
    for _ in range(ROUNDS):
        people = _solved(person, int(person.max(initial=0)) + 1, _with_one(vectors[item]), above)
        own, taste = people[person, 0], people[person, 1:]
        vectors = _solved(item, ids, taste, above - own)
    return vectors


def _solved(owner: np.ndarray, owners: int, rows: np.ndarray, target: np.ndarray) -> np.ndarray:
    """Ridge regression of each owner's targets on its rows, ``(owners, columns)``."""
    columns = rows.shape[1]
    sums = csr_matrix((np.ones(len(owner)), (owner, np.arange(len(owner)))), (owners, len(owner)))
    squares = (sums @ _outer(rows)).reshape(owners, columns, columns) + PRIOR * np.eye(columns)
    return np.linalg.solve(squares, (sums @ (rows * target[:, None]))[..., None])[..., 0]


def _expected(
    vectors: np.ndarray, histories: Histories, items: np.ndarray, above: np.ndarray
) -> np.ndarray:
    """The three numbers of each pair; a past that is asked about often is worked out once."""
    ends = np.stack([histories.starts, histories.ends], axis=1)
    pasts, which = np.unique(ends, axis=0, return_inverse=True)
    which, out = np.ravel(which), np.zeros((len(items), len(NAMES)))
    item = histories.columns["item"]
    for first, last in _spans(pasts):
        low = pasts[first, 0]
        high = int(pasts[first:last, 1].max())
        precision, moment = _gaussians(
            _with_one(vectors[item[low:high]]), above[low:high], pasts[first:last] - low
        )
        pairs = np.flatnonzero((which >= first) & (which < last))
        x, place = _with_one(vectors[items[pairs]]), which[pairs] - first
        covariance = np.linalg.inv(precision)
        mean = np.squeeze(covariance @ moment[..., None], -1)
        expected = (x * mean[place]).sum(1)
        variance = np.einsum("ni,nij,nj->n", x, covariance[place], x)
        out[pairs] = np.stack([expected, expected - mean[place, 0], np.sqrt(variance)], axis=1)
    return out


def _spans(pasts: np.ndarray) -> list[tuple[int, int]]:
    """Runs of pasts, sorted by their starts, that reach over about ``SPAN`` rows each."""
    cut = np.flatnonzero(np.diff(pasts[:, 0] // SPAN, prepend=-1))
    return list(zip(cut, np.append(cut[1:], len(pasts)), strict=True))


def _gaussians(
    rows: np.ndarray, above: np.ndarray, pasts: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Precision ``(n, d, d)`` and moment ``(n, d)`` of each past, by differences of sums."""
    rated = ~np.isnan(above)
    rows, above = rows * rated[:, None], np.where(rated, above, 0.0)
    columns, (first, end) = rows.shape[1], pasts.T
    sums = [prefix_sums(_outer(rows)), prefix_sums(rows * above[:, None])]
    squares, moment = (each[end] - each[first] for each in sums)
    return squares.reshape(-1, columns, columns) + PRIOR * np.eye(columns), moment


def prefix_sums(values: np.ndarray) -> np.ndarray:
    """Sums of the rows above: ``(m + 1, …)``, the first zero."""
    first = np.zeros((1, *values.shape[1:]))
    return np.concatenate([first, np.cumsum(values, axis=0, dtype=float)])


def _outer(rows: np.ndarray) -> np.ndarray:
    """``(n, d)`` → ``(n, d²)`` outer products."""
    return (rows[:, :, None] * rows[:, None, :]).reshape(len(rows), rows.shape[1] ** 2)


def _with_one(vectors: np.ndarray) -> np.ndarray:
    """x = (1, v)."""
    return np.concatenate([np.ones((len(vectors), 1)), vectors], axis=1)
