"""What hangs on each past event? Take it away and see how far the answer moves."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from mtrec_lib.core.errors import ParameterError
from mtrec_lib.data.edited_histories import erased
from mtrec_lib.data.histories import Histories
from mtrec_lib.evaluation.probabilities import probabilities
from mtrec_lib.evaluation.scorer import Scorer


def influence(
    model: Scorer, histories: Histories, reach: int = 10, by: ArrayLike | None = None
) -> NDArray[np.float64]:
    """How far p(next item) moves when one of the last events is erased or replaced.

    The distance is the total variation ½ Σ |p − p'|: 0 where nothing changes, 1 where no
    probability is shared. One event at a time: what two events carry together is not seen.

    Args:
        model: any model with :func:`probabilities`.
        histories: n pasts.
        reach: how many of the last events are tried, each by itself (≥ 1).
        by: (n, reach) item ids to stand in their places; None takes the event out.

    Returns:
        (n, reach); column d is the event d + 1 from the end, 0 where the past is shorter.

    Raises:
        ParameterError: ``reach`` below 1, or ``by`` of another shape.

    >>> import mtrec_lib as mt
    >>> split = mt.data.split(mt.data.load("simulator", users=20, events=400))
    >>> model = mt.baselines.NGram(order=1).fit(split)
    >>> moved = influence(model, split.queries("test").histories, reach=3)
    >>> bool(moved[:, 0].max() > 0), bool(moved[:, 1:].max() > 0)  # it reads the last event alone
    (True, False)

    Taught in chapter 04.
    """
    if reach < 1:
        raise ParameterError(f"reach must be ≥ 1, got {reach}")
    items = None if by is None else np.asarray(by)
    if items is not None and items.shape != (len(histories), reach):
        raise ParameterError(f"by must be {(len(histories), reach)}, got {items.shape}")
    before = probabilities(model, histories)
    moved = np.zeros((len(histories), reach))
    for d in range(reach):
        other = erased(histories, d + 1, by=None if items is None else items[:, d])
        moved[:, d] = np.abs(before - probabilities(model, other)).sum(axis=1) / 2
    return moved
