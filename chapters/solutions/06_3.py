"""Solutions of chapter 06_3, and typical wrong answers."""

from typing import Any

import numpy as np

# 06_3.1 ‖a g₁ + (1 − a) g₂‖² = a² + 9 (1 − a)² is least at a = 0.9: the longer one gets a tenth.

# 06_3.2 The row sums are −1, 8 and 0: only the first loss rises.


def project(M: Any, i: int) -> Any:
    """g_i without its part along g_j, if the two are in conflict."""
    j = 1 - i
    weights = np.eye(2)[i]
    weights[j] = -min(M[i, j], 0) / M[j, j]
    return weights


def bisector(M: Any) -> Any:
    """The direction between both unit gradients: it halves their angle, whatever their lengths."""
    return 1 / np.sqrt(np.diag(M))


def _mgda(M: Any) -> Any:
    a = np.clip((M[1, 1] - M[0, 1]) / (M[0, 0] + M[1, 1] - 2 * M[0, 1]), 0, 1)
    return np.array([a, 1 - a])


SOLUTIONS = {"06_3.1": 0.1, "06_3.2": [0], "06_3.3": project, "06_3.4": bisector}

WRONG = {
    "06_3.1": [0.9, 0.25, 0.5, 0.75],
    "06_3.2": [[0, 1], [1], [0, 2], []],
    "06_3.3": [
        lambda M, i: np.eye(2)[i] - min(M[0, 1], 0) * np.eye(2)[1 - i],
        lambda M, i: np.eye(2)[i] + min(M[0, 1], 0) / M[1 - i, 1 - i] * np.eye(2)[1 - i],
        lambda M, i: np.eye(2)[i] - M[0, 1] / M[1 - i, 1 - i] * np.eye(2)[1 - i],
        lambda M, i: np.eye(2)[i],
    ],
    "06_3.4": [
        lambda M: np.full(2, 0.5),
        _mgda,
        lambda M: 1 - np.minimum(M[0, 1], 0) / np.diag(M),
        lambda M: np.zeros(2),
    ],
}
