"""One number that makes a model less sure of itself, or more."""

import numpy as np
from numpy.typing import ArrayLike

from mtrec_lib.core.errors import ParameterError


def fit_temperature(logits: ArrayLike, targets: ArrayLike) -> float:
    """The T > 0 for which softmax(logits / T) gives the targets the highest likelihood.

    One number cannot change the order of the items, so every ranking stays as it is.

    Args:
        logits: (n, items); a column that is out of the question holds −inf.
        targets: (n,) the column that came.

    Returns:
        T, in [0.05, 20]; above 1 the model was too sure of itself.

    Raises:
        ParameterError: nothing to fit on, or a target that is out of the question.

    Guo et al., "On Calibration of Modern Neural Networks" (2017), section 4.2.

    >>> round(fit_temperature([[4.0, 0.0]] * 4, [0, 0, 0, 1]), 2)  # 4 / ln 3: 3 of 4 come
    3.64

    Taught in chapter 04.
    """
    logits, targets = np.asarray(logits, np.float64), np.asarray(targets, np.int64)
    if logits.ndim != 2 or not len(logits) or len(logits) != len(targets):
        raise ParameterError(
            f"logits must be (n, items) with n targets, n ≥ 1, got {logits.shape} "
            f"and {len(targets)} targets"
        )
    chosen = logits[np.arange(len(targets)), targets]
    if not np.isfinite(chosen).all():
        raise ParameterError("a target's logit is not finite; leave such rows out")

    from scipy import optimize, special  # slow to import, and ranking needs none of it

    def loss(log_temperature: float) -> float:
        scale = np.exp(-log_temperature)
        return float((special.logsumexp(logits * scale, axis=1) - chosen * scale).mean())

    optimum = optimize.minimize_scalar(loss, bounds=np.log([0.05, 20]), method="bounded")
    return float(np.exp(optimum.x))
