"""One yes for what was chosen, and a few noes for drawn items."""

from keras import ops

from mtrec_lib.core.types import Tensor
from mtrec_lib.losses.sampled import is_hit


def sampled_binary_cross_entropy(
    positive: Tensor, negative: Tensor, target: Tensor, drawn: Tensor, beta: float = 1.0
) -> Tensor:
    """−β log σ(positive) − Σ log(1 − σ(negative)), without negatives that are the target.

    Let α be how often, on average, an item other than the target is drawn: negatives/(items − 1)
    for uniform draws among the others. The best logit s of an item with probability p is

        σ(s) = β p / (β p + α (1 − p)),

    which rises with p whatever β is, so the ranking is that of p. With β = 1, the usual binary
    cross-entropy, σ(s) is far above p; with β = α it is p: see :func:`generalised_beta`.

    Args:
        positive: ``(...)`` logit of the target.
        negative: ``(..., negatives)`` logits of the drawn items.
        target: ``(...)`` int, the target's id.
        drawn: ``(negatives,)`` or ``(..., negatives)`` int, ids in the same numbering.
        beta: weight of the target's term (> 0).

    Returns:
        ``(...)`` nats, float32; with ``beta`` other than one no likelihood.

    Raises:
        ValueError: ``beta`` not above 0.

    >>> round(float(sampled_binary_cross_entropy([0.0], [[0.0]], [3], [5])[0]), 4)  # 2 ln 2
    1.3863

    Source: Petrov and Macdonald, arXiv:2308.07192.
    Taught in chapter 03.
    """
    if not beta > 0:
        raise ValueError(f"beta must be above 0, got {beta}; 1 is binary cross-entropy")
    positive = ops.cast(ops.convert_to_tensor(positive), "float32")
    negative = ops.cast(ops.convert_to_tensor(negative), "float32")
    against = ops.softplus(negative)
    against = ops.where(is_hit(target, drawn), ops.zeros_like(against), against)
    return beta * ops.softplus(-positive) + ops.sum(against, axis=-1)


def generalised_beta(negatives: int, items: int, t: float) -> float:
    """The β of gBCE: α (t (1 − 1/α) + 1/α) with α = negatives / (items − 1).

    It runs from 1 at t = 0, binary cross-entropy, to α at t = 1, where the sigmoid of the best
    logit is the probability itself.

    Args:
        negatives: drawn a position, uniformly among the other items (≥ 1).
        items: of the catalogue (≥ 2).
        t: calibration, in [0, 1].

    Raises:
        ValueError: an argument out of range.

    >>> generalised_beta(1, 101, t=1.0)
    0.01

    Source: Petrov and Macdonald, arXiv:2308.07192.
    Taught in chapter 03.
    """
    if negatives < 1 or items < 2 or not 0 <= t <= 1:
        raise ValueError(
            f"negatives must be ≥ 1, items ≥ 2 and t in [0, 1], got {negatives}, {items} and {t}"
        )
    rate = negatives / (items - 1)
    return t * rate + (1 - t)
