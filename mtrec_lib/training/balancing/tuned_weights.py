"""Fixed weights chosen on validation: what every balancing method has to beat."""

from collections.abc import Callable, Sequence

import numpy as np

from mtrec_lib.core import generator
from mtrec_lib.core.errors import ParameterError
from mtrec_lib.training.balancing.losses.fixed_weights import FixedWeights


def tuned_weights(
    judge: Callable[[FixedWeights], float],
    tasks: Sequence[str],
    trials: int = 8,
    reach: float = 10.0,
    seed: int = 0,
) -> FixedWeights:
    """The best of some fixed weights: all ones, and others that are drawn.

    A weight is drawn log-uniformly between 1 / ``reach`` and ``reach``, and rounded to three digits
    behind the point.

    Args:
        judge: trains with the weights that it is given, and says how good that is on the
            *validation* part; higher is better.
        tasks: names of the tasks.
        trials: how many weights are tried, all ones among them (≥ 1).
        reach: above 1.
        seed: of the draws.

    Returns:
        The best; of equals the first.

    Raises:
        ParameterError: no trial, a reach of 1 or less, or a judgement that is not a number.

    >>> best = tuned_weights(lambda w: -w.weights_of(["like"])[0], ["next_item", "like"], trials=4)
    >>> best.weights_of(["like"])[0] < 1
    True

    Source: Bergstra and Bengio, JMLR 13 (2012) (random search).
    Taught in chapter 07.
    """
    if trials < 1 or reach <= 1:
        raise ParameterError(f"trials must be ≥ 1 and reach > 1, got {trials} and {reach}")
    rng, far = generator(seed, "balance", "trials"), np.log10(reach)
    drawn = [dict.fromkeys(tasks, 1.0)]
    for _ in range(trials - 1):
        weights = np.round(10 ** rng.uniform(-far, far, len(tasks)), 3)
        drawn.append(dict(zip(tasks, weights.tolist(), strict=True)))
    tried = [FixedWeights(**weights) for weights in drawn]
    worth = [judge(weights) for weights in tried]
    if not np.isfinite(worth).all():
        raise ParameterError(f"judge must answer with finite numbers, got {worth}")
    return tried[int(np.argmax(worth))]
