"""Small quadratic programs, exactly and without a loop whose length depends on the data.

At its optimum some of the variables are at their bound, and the others, the *support*, solve a
linear system. With at most ten tasks all 2^m supports are solved at once; every solution is moved
into the feasible set, and the one with the least objective is the answer. There is no tolerance
for deciding what is active, and no iteration that might stop early.

Rows are scaled to length one first (M becomes a matrix of cosines): gradients of tasks differ by
orders of magnitude, and float32 has seven digits.
"""

import numpy as np
from keras import ops

from mtrec_lib.core.types import Tensor

MOST_TASKS = 10
RIDGE = 1e-6  # added to a diagonal of ones: two gradients in one line must not divide by zero
REFINEMENTS = 2  # each divides what the ridge has changed by eigenvalue / ridge
FAINT = 1e-6  # of the longest row: shorter ones are not stretched to length one


def unit_rows(gram: Tensor) -> tuple[Tensor, Tensor]:
    """Cosines and lengths of the rows behind a Gram matrix.

    Args:
        gram: ``(m, m)`` inner products.

    Returns:
        ``(m, m)`` and ``(m,)``, float32, with M = lengths · cosines · lengths. A row of zeros has
        cosines of zero and a length that may be divided by.
    """
    lengths = ops.sqrt(ops.maximum(ops.diagonal(gram), 0.0))
    lengths = ops.maximum(lengths, ops.maximum(FAINT * ops.max(lengths), 1e-18))
    return gram / lengths[:, None] / lengths[None, :], lengths


def solve(matrices: Tensor, right: Tensor) -> Tensor:
    """Solutions X of AX = R for symmetric positive definite A, by Gauss–Jordan elimination.

    Such matrices need no pivoting, so that m rounds of plain arithmetic are all there is: compiled
    they are one small kernel, where the libraries' solvers are calls a matrix.

    Args:
        matrices: ``(n, m, m)`` A.
        right: ``(n, m, k)`` R.

    Returns:
        ``(n, m, k)`` float32.
    """
    system = ops.concatenate([matrices, right], axis=-1)
    for number, unit in enumerate(np.eye(matrices.shape[-1], dtype="float32")):
        pivot = ops.maximum(system[:, number : number + 1, :1], 0.5 * RIDGE)
        row = system[:, number : number + 1, 1:] / pivot
        system = system[:, :, 1:] - (system[:, :, :1] - unit[:, None]) * row
    return system


def solve_ridged(matrices: Tensor, right: Tensor) -> Tensor:
    """``solve`` for matrices of cosines, which may be singular: a ridge, then refined."""
    ridged = matrices + RIDGE * np.eye(matrices.shape[-1], dtype="float32")
    solution = solve(ridged, right)
    for _ in range(REFINEMENTS):
        solution = solution + solve(ridged, right - ops.matmul(matrices, solution))
    return solution


def on_supports(cosines: Tensor, right: Tensor) -> Tensor:
    """Solutions of C_S x_S = r_S for every subset S of the rows, zero outside of S.

    Args:
        cosines: ``(m, m)`` C.
        right: ``(m, k)`` right-hand sides r.

    Returns:
        ``(2^m, m, k)`` float32; the empty subset comes first.
    """
    size = cosines.shape[0]
    inside = (np.arange(2**size)[:, None] >> np.arange(size) & 1).astype("float32")
    outside = np.eye(size, dtype="float32") * (1 - inside)[:, :, None]
    matrices = cosines * (inside[:, :, None] * inside[:, None, :]) + outside
    return solve_ridged(matrices, right * inside[:, :, None])


def simplex_minimum(gram: Tensor) -> Tensor:
    """argmin wᵀMw over w ≥ 0, Σw = 1: the weights of the shortest vector in a convex hull.

    Args:
        gram: ``(m, m)`` M, positive semidefinite.

    Returns:
        ``(m,)`` float32. Where several w give that vector, one of them.
    """
    cosines, lengths = unit_rows(gram)
    lengths = lengths / ops.max(lengths)
    stretched = on_supports(cosines, 1.0 / lengths[:, None])[1:, :, 0]
    candidates = on_simplex(stretched / lengths)
    return least(candidates, squares(cosines, candidates * lengths))


def on_simplex(candidates: Tensor) -> Tensor:
    """Rows with negative entries cut off and divided by their sums."""
    clipped = ops.maximum(candidates, 0.0)
    return clipped / ops.maximum(ops.sum(clipped, axis=-1, keepdims=True), 1e-18)


def least_above(gram: Tensor, floors: Tensor) -> Tensor:
    """argmin vᵀMv over v ≥ f: the weights of a projection onto the cone {x : Jx ≥ 0}.

    Jᵀv is the point nearest to Jᵀf that has no negative inner product with any row of J, where
    M = JJᵀ; v − f are the multipliers.

    Args:
        gram: ``(m, m)`` M, positive semidefinite.
        floors: ``(k, m)`` f, one program each.

    Returns:
        ``(k, m)`` float32.
    """
    cosines, lengths = unit_rows(gram)
    floors = lengths / ops.max(lengths) * floors
    raised = on_supports(cosines, -ops.matmul(cosines, ops.transpose(floors)))
    candidates = floors[:, None] + ops.maximum(ops.transpose(raised, (2, 0, 1)), 0.0)
    best = ops.argmin(squares(cosines, candidates), axis=-1)
    solution = ops.take_along_axis(candidates, best[:, None, None], axis=1)[:, 0]
    return solution / (lengths / ops.max(lengths))


def squares(gram: Tensor, vectors: Tensor) -> Tensor:
    """vᵀMv of vectors ``(..., m)`` → ``(...)``, never negative."""
    return ops.maximum(ops.sum(ops.matmul(vectors, gram) * vectors, axis=-1), 0.0)


def least(candidates: Tensor, objectives: Tensor) -> Tensor:
    """Of ``(n, m)`` candidates the one whose objective ``(n,)`` is least."""
    return ops.take(candidates, ops.argmin(objectives), axis=0)
