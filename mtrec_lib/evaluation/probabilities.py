"""The whole distribution of the next item, from any model that has one."""

import numpy as np
from numpy.typing import NDArray

from mtrec_lib.core.errors import ParameterError
from mtrec_lib.data.histories import Histories
from mtrec_lib.evaluation.scorer import Scorer, finite, name_of


def probabilities(model: Scorer, histories: Histories) -> NDArray[np.float64]:
    """p(item | history) of every item of the catalogue, from any model that has it.

    Scores that are shares (not negative, each row summing to 1) are taken as they are. Scores of a
    model with ``log_prob`` are logits, and their softmax is taken.

    Args:
        model: a scorer.
        histories: n pasts.

    Returns:
        (n, catalogue.size) float64, each row summing to 1.

    Raises:
        ParameterError: a model whose scores are neither.
        DivergedError: a score that is no finite number.

    >>> import mtrec_lib as mt
    >>> split = mt.data.split(mt.data.load("simulator", users=20, events=400))
    >>> model = mt.baselines.NGram(order=1).fit(split)
    >>> shares = probabilities(model, split.queries("test").histories)
    >>> bool(np.allclose(shares.sum(axis=1), 1))
    True

    Taught in chapter 04.
    """
    scores = np.asarray(model.scores(histories), np.float64)
    finite(scores, model, "scores", (len(histories), *scores.shape[1:2]))
    total = scores.sum(axis=1)
    if (scores >= 0).all() and np.allclose(total, 1, atol=1e-3):
        return scores / total[:, None]
    if not hasattr(model, "log_prob"):
        raise ParameterError(
            f"the scores of {name_of(model)} are no probabilities and it has no log_prob(); "
            "choose a language model, such as an NGram or a MultiTask with NextItem"
        )
    from scipy import special  # slow to import, and ranking needs none of it

    return special.softmax(scores, axis=1)
