"""Jacobians to weigh: rows are the gradients of tasks."""

from functools import cache

import numpy as np
import tensorflow as tf

from mtrec_lib.training import NashMTL

PARAMETERS = 20


def random(rng, tasks):
    """Rows of any direction; lengths differ by a factor of about ten."""
    return rng.normal(size=(tasks, PARAMETERS)) * np.exp(rng.normal(size=(tasks, 1)))


def conflicting(rng, tasks):
    """The second row is nearly opposite to the first: 0.05 rad are left."""
    rows = random(rng, tasks)
    aside = rng.normal(size=PARAMETERS) * np.linalg.norm(rows[0]) / PARAMETERS**0.5
    rows[1] = (0.05 * aside - rows[0]) * rng.uniform(0.5, 2)
    return rows


def dependent(rng, tasks):
    """The last row is a positive sum of the others (of two tasks: a multiple)."""
    rows = random(rng, tasks)
    rows[-1] = rng.uniform(0.5, 2, size=tasks - 1) @ rows[:-1]
    return rows


KINDS = {"random": random, "conflicting": conflicting, "dependent": dependent}


def drawn(kind, count=1):
    """Some Jacobians of a kind for each number of tasks from two to five."""
    rng = np.random.default_rng(sum(map(ord, kind)))
    return [KINDS[kind](rng, tasks) for tasks in (2, 3, 4, 5) for _ in range(count)]


@cache
def _weigh(method):
    """Newton's steps are many small operations: traced once, they take a tenth of the time."""
    return tf.function(method.weights) if isinstance(method, NashMTL) else method.weights


def direction(method, jacobian):
    """d = Jᵀw, the inner products computed in float32 as training does."""
    rows = np.asarray(jacobian, "float32")
    weights = np.asarray(_weigh(method)(None, tf.constant(rows @ rows.T)), "float64")
    return np.asarray(jacobian, "float64").T @ weights


def longest(jacobian):
    """The length of the longest row."""
    return np.linalg.norm(jacobian, axis=1).max()
