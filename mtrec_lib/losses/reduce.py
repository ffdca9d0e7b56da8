"""How losses of single events become one number."""

from keras import ops

from mtrec_lib.core.types import Tensor


def masked_sum(loss: Tensor, mask: Tensor) -> Tensor:
    """Σ mask · loss; a NaN in a masked entry does not reach the sum.

    Its gradient would be NaN all the same: fill missing labels before the loss, then mask.

    Args:
        loss: any shape.
        mask: the same shape; 0 leaves an entry out.

    Returns:
        A scalar, 0 where everything is masked.

    >>> float(masked_sum([1.0, float("nan")], [1.0, 0.0]))
    1.0

    Taught in chapter 03.
    """
    mask = ops.cast(ops.convert_to_tensor(mask), "float32")
    loss = ops.convert_to_tensor(loss)
    return ops.sum(ops.where(mask > 0, loss, ops.zeros_like(loss)) * mask)


def masked_mean(loss: Tensor, mask: Tensor) -> Tensor:
    """Mean over the entries that count; 0, not NaN, where none does.

    >>> float(masked_mean([2.0, 5.0], [0.0, 0.0]))
    0.0

    Taught in chapter 03.
    """
    count = ops.sum(ops.cast(ops.convert_to_tensor(mask), "float32"))
    return masked_sum(loss, mask) / ops.maximum(count, 1.0)
