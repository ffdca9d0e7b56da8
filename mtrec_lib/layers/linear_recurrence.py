"""A linear recurrence and its gradient, each one pass over the row."""

from collections.abc import Callable

from keras import ops

from mtrec_lib.core.types import Tensor


def linear_recurrence(keep: Tensor, add: Tensor) -> Tensor:
    """h_t = keep_t · h_{t−1} + add_t, number by number, with h_{−1} = 0.

    With G_t the gradient that arrives at h_t, the whole gradient is
    D_t = G_t + keep_{t+1} · D_{t+1}: the same recurrence, read from the right. add_t receives D_t
    and keep_t receives D_t · h_{t−1}, so the backward pass needs h alone. Work and memory grow with
    the length, not with its square.

    The recurrence is associative and could be computed in log₂(length) parallel steps. On a
    processor of few cores those steps do more work than they save: at 64 × 200 × 64 numbers,
    compiled, forward and backward on one core, six times slower than this plain pass.

    Args:
        keep: ``(batch, length, width)``; 0 forgets all that came before.
        add: ``(batch, length, width)``.

    Returns:
        h, ``(batch, length, width)``.

    >>> keep, add = ops.ones((1, 3, 1)), ops.ones((1, 3, 1))
    >>> [float(h) for h in ops.reshape(linear_recurrence(0.5 * keep, add), (-1,))]
    [1.0, 1.5, 1.75]

    Source: Martin and Cundy, arXiv:1709.04057 (linear recurrences as scans).
    Taught in chapter 04.
    """
    return _with_gradient(ops.convert_to_tensor(keep), ops.convert_to_tensor(add))


@ops.custom_gradient
def _with_gradient(
    keep: Tensor, add: Tensor
) -> tuple[Tensor, Callable[..., tuple[Tensor, Tensor]]]:
    states = _run(keep, add)

    def gradient(*arguments: Tensor, upstream: Tensor | None = None) -> tuple[Tensor, Tensor]:
        arrived = arguments[0] if upstream is None else upstream
        nothing = ops.zeros_like(keep[:, :1])
        whole = _run(ops.concatenate([keep[:, 1:], nothing], axis=1), arrived, reverse=True)
        before = ops.concatenate([nothing, states[:, :-1]], axis=1)
        return whole * before, whole

    return states, gradient


def _run(keep: Tensor, add: Tensor, reverse: bool = False) -> Tensor:
    def step(state: Tensor, now: tuple[Tensor, Tensor]) -> tuple[Tensor, Tensor]:
        state = now[0] * state + now[1]
        return state, state

    by_place = [ops.transpose(part, (1, 0, 2)) for part in (keep, add)]
    _, states = ops.scan(step, ops.zeros_like(add[:, 0]), tuple(by_place), reverse=reverse)
    return ops.transpose(states, (1, 0, 2))


def piece_starts(segment: Tensor) -> Tensor:
    """Where a piece begins: the first place of a row, and each whose segment is another's.

    Args:
        segment: ``(batch, length)`` int.

    Returns:
        ``(batch, length)`` bool.
    """
    changes = ops.not_equal(segment[:, 1:], segment[:, :-1])
    first = ops.ones_like(segment[:, :1], dtype="bool")  # of a row of one place, too
    return ops.concatenate([first, changes], axis=1)
