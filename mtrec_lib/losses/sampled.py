"""A softmax over the target and a few drawn items."""

from keras import ops

from mtrec_lib.core.types import Tensor


def sampled_softmax(
    positive: Tensor,
    negative: Tensor,
    target: Tensor,
    drawn: Tensor,
    log_q: Tensor | float,
    log_q_drawn: Tensor | float,
    corrected: bool = True,
    drop_hits: bool = False,
) -> Tensor:
    """−log softmax over the target and ``negatives`` items drawn from a distribution Q.

    Corrected, log Q is subtracted from the logit of *every* candidate, the target included. Then
    the best logits are log p + c(history), for any number of negatives: the same as the full
    softmax. Uncorrected they are log p − log Q + c, so that log Q must be added before ranking.
    The value is no likelihood: it grows with the number of negatives.

    Both statements hold when the draws are independent of the target and an accidental hit, a
    negative that is the target, stays among the candidates: it never pushes the target down, for
    its gradient is that of one candidate counted twice. With ``drop_hits`` the optimum is tilted
    towards items that Q draws often; that is negligible where negatives · Q(item) is far below
    one, as for a uniform Q over a large catalogue.

    Args:
        positive: ``(...)`` logit of the target.
        negative: ``(..., negatives)`` logits of the drawn items.
        target: ``(...)`` int, the target's id.
        drawn: ``(negatives,)`` or ``(..., negatives)`` int, ids in the same numbering.
        log_q: ``(...)`` log Q of the target, or a number.
        log_q_drawn: like ``drawn``, or a number.
        corrected: whether to subtract log Q.
        drop_hits: whether to leave out negatives that are the target.

    Returns:
        ``(...)`` nats, float32.

    >>> import math
    >>> half = math.log(0.5)
    >>> round(float(sampled_softmax([0.0], [[0.0]], [3], [5], half, half)[0]), 4)  # ln 2
    0.6931

    Source: Bengio and Senécal, IEEE Transactions on Neural Networks 19(4), 2008; van den Oord et
    al., arXiv:1807.03748 (why independent draws are exact); Yi et al., RecSys 2019.
    Taught in chapter 03.
    """
    positive, negative = _float(positive), _float(negative)
    if corrected:
        positive, negative = positive - _float(log_q), negative - _float(log_q_drawn)
    if drop_hits:
        negative = ops.where(is_hit(target, drawn), ops.full_like(negative, -1e30), negative)
    candidates = ops.concatenate([positive[..., None], negative], axis=-1)
    return ops.logsumexp(candidates, axis=-1) - positive


def in_batch_softmax(scores: Tensor, log_q: Tensor, corrected: bool = True) -> Tensor:
    """−log softmax of each row's own column, the columns being what the batch's rows chose.

    The :func:`sampled_softmax` whose negatives are the other rows' targets: item i is drawn as
    often as it is chosen, Q(i) = how often it stands in the data. Corrected, the best scores are
    log p(item | row) plus a constant of the row; uncorrected, log p(item | row) − log Q(item): what
    everybody takes is then no better than what few do.

    Args:
        scores: ``(n, n)`` of row r's query and of what row c chose.
        log_q: ``(n,)`` log Q of what each row chose.
        corrected: whether to subtract log Q.

    Returns:
        ``(n,)`` nats, float32.

    >>> round(float(in_batch_softmax([[0.0, 0.0], [0.0, 0.0]], [-1.0, -1.0])[0]), 4)  # ln 2
    0.6931

    Source: Yi et al., RecSys 2019, equations 3 to 5.
    Taught in chapter 05.
    """
    scores = _float(scores)
    if corrected:
        scores = scores - _float(log_q)[None, :]
    return ops.logsumexp(scores, axis=-1) - ops.diagonal(scores)


def is_hit(target: Tensor, drawn: Tensor) -> Tensor:
    """Which drawn items are the target: ``(...)`` and ``(..., n)`` or ``(n,)`` → ``(..., n)``."""
    target = ops.convert_to_tensor(target, dtype="int32")
    return ops.convert_to_tensor(drawn, dtype="int32") == target[..., None]


def _float(value: Tensor | float) -> Tensor:
    return ops.cast(ops.convert_to_tensor(value), "float32")
