"""Gradient methods once more: float64, on the Jacobian itself, by scipy or a paper's own formula.

None of them knows of Gram matrices, supports or float32.
"""

import numpy as np
from scipy.optimize import linprog, minimize, nnls

EXACT = {"ftol": 1e-16, "maxiter": 1000}


def mgda(jacobian):
    """The point of the convex hull nearest to 0, by sequential quadratic programming."""
    size = np.linalg.norm(jacobian, axis=1).max()
    rows, tasks = jacobian / size, len(jacobian)
    sums_to_one = {"type": "eq", "fun": lambda w: w.sum() - 1, "jac": lambda w: np.ones(tasks)}
    found = [
        minimize(
            lambda w: 0.5 * np.sum((rows.T @ w) ** 2),
            start,
            jac=lambda w: rows @ (rows.T @ w),
            bounds=[(0, 1)] * tasks,
            constraints=sums_to_one,
            method="SLSQP",
            options=EXACT,
        )
        for start in [np.full(tasks, 1 / tasks), *np.eye(tasks)]
    ]
    return jacobian.T @ min(found, key=lambda one: one.fun).x


def projected(jacobian, vector):
    """The point of {x : Jx ≥ 0} nearest to the vector: Moreau's x = v + Jᵀu, u ≥ 0."""
    return vector + jacobian.T @ nnls(jacobian.T, -vector)[0]


def dual_projection(jacobian):
    """The mean, projected."""
    return projected(jacobian, jacobian.mean(axis=0))


def upgrad(jacobian):
    """The mean of the projections."""
    return np.mean([projected(jacobian, row) for row in jacobian], axis=0)


def cagrad(jacobian, c=0.4):
    """The primal: the greatest t with d·g_i ≥ t in a ball around the mean gradient."""
    size = np.linalg.norm(jacobian, axis=1).max()
    rows = jacobian / size
    mean = rows.mean(axis=0)
    radius = c**2 * mean @ mean
    constraints = [
        {
            "type": "ineq",
            "fun": lambda x: rows @ x[:-1] - x[-1],
            "jac": lambda x: np.hstack([rows, -np.ones((len(rows), 1))]),
        },
        {
            "type": "ineq",
            "fun": lambda x: radius - np.sum((x[:-1] - mean) ** 2),
            "jac": lambda x: np.append(-2 * (x[:-1] - mean), 0.0),
        },
    ]
    found = minimize(
        lambda x: -x[-1],
        np.append(mean, (rows @ mean).min()),
        jac=lambda x: np.append(np.zeros(len(mean)), -1.0),
        constraints=constraints,
        method="SLSQP",
        options=EXACT,
    )
    return found.x[:-1] * size


def nash(jacobian):
    """The minimum over d of ½‖d‖² − Σ log d·g_i, from a direction that helps every task."""
    rows = jacobian / np.linalg.norm(jacobian, axis=1, keepdims=True)  # changes nothing but digits
    tasks, size = rows.shape
    start = linprog(
        np.append(np.zeros(size), -1.0),
        A_ub=np.hstack([-rows, np.ones((tasks, 1))]),
        b_ub=np.zeros(tasks),
        bounds=[(-1, 1)] * size + [(None, None)],
    ).x[:-1]

    def objective(d):
        gains = rows @ d
        if gains.min() <= 0:
            return np.inf, np.zeros(size)
        return 0.5 * d @ d - np.log(gains).sum(), d - rows.T @ (1 / gains)

    def hessian(d):
        scaled = rows / (rows @ d)[:, None]
        return np.eye(size) + scaled.T @ scaled

    options = {"gtol": 1e-9, "maxiter": 500}
    return minimize(
        objective, start, jac=True, hess=hessian, method="trust-exact", options=options
    ).x


def pcgrad(jacobian):
    """Algorithm 1 of the paper on the vectors, the other tasks in their order."""
    total = np.zeros(jacobian.shape[1])
    for number, row in enumerate(jacobian):
        left = row.copy()
        for other, against in enumerate(jacobian):
            if other != number and left @ against < 0:
                left -= left @ against / (against @ against) * against
        total += left
    return total


def imtl_g(jacobian):
    """The paper's closed form with its D and U; the sign as in the docstring."""
    units = jacobian / np.linalg.norm(jacobian, axis=1, keepdims=True)
    apart, turned = jacobian[0] - jacobian[1:], units[0] - units[1:]
    others = jacobian[0] @ turned.T @ np.linalg.inv(apart @ turned.T)
    direction = np.append(1 - others.sum(), others) @ jacobian
    return direction * np.sign(direction @ jacobian[0])


def aligned(jacobian, tolerance=1e-5):
    """The smallest singular value of J in place of all that are not zero."""
    left, values, right = np.linalg.svd(jacobian, full_matrices=False)
    kept = values > tolerance**0.5 * values.max()
    return (values[kept].min() * left[:, kept] @ right[kept]).mean(axis=0)
