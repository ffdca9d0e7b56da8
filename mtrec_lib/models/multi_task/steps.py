"""From the losses of a batch to a gradient a variable: three ways, one for each look at gradients.

The first sums the weighed losses and goes back once. The others ask for the tasks' gradients apart,
at the states that the trunk hands on or over all that tasks share, let the balancing method weigh
them, and go on with the sum. With all weights one, all three give the same gradient.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NamedTuple

import keras
import tensorflow as tf
from keras import ops

from mtrec_lib.core.types import Batch, Tensor

if TYPE_CHECKING:
    from mtrec_lib.models.multi_task.model import MultiTask
    from mtrec_lib.models.multi_task.protocols import BalancingLike


class Weighed(NamedTuple):
    """What one look at a batch yields."""

    losses: Tensor  # (tasks,) nats, over one denominator
    counts: list[Tensor]  # labels of each task
    weights: Tensor  # (tasks,) λ
    total: Tensor  # a scalar, what was minimised
    gradients: list[Tensor]  # in the order of ``model.learned``


def step_of(balancing: "BalancingLike | None") -> "Callable[[MultiTask, Batch, Batch], Weighed]":
    """Which of the three ways a balancing method needs."""
    if balancing is None or not balancing.needs_gram:
        return at_the_sum
    return at_the_states if balancing.at == "representation" else at_the_parameters


def at_the_sum(model: "MultiTask", x: Batch, y: Batch) -> Weighed:
    """One backward pass of Σ λ_i L_i; what the method itself learns is trained with it."""
    with tf.GradientTape() as tape:
        each, counts = model.train_losses(x, y)
        losses = ops.stack(each)
        weights = model.weights_of(losses)
        total = model.total_of(losses, weights)
        scaled = model.optimizer.scale_loss(total)
    return Weighed(losses, counts, weights, total, tape.gradient(scaled, model.learned))


def at_the_states(model: "MultiTask", x: Batch, y: Batch) -> Weighed:
    """A backward pass a task through heads and mixer, one through the trunk.

    Tasks meet in two places: the states z, and the item table, which heads read directly, all of it
    or the row of the next item. The method looks at the gradients in z; its weights are applied to
    those in z, in table and rows, and in the mixer. A head gets its own task's gradient unweighed,
    and weighed those of tasks that read what it says.
    """
    trunk, mixer = model.trunk, model.mixer
    with tf.GradientTape() as below:
        read = model.read(x)
    with tf.GradientTape(persistent=True) as above:
        above.watch(read)
        losses, counts = model.train_losses(x, y, read)
        scaled = [model.optimizer.scale_loss(loss) for loss in losses]
    shared = [*read, *mixer.trainable_variables]
    by_task = _each(above, scaled, shared, model.heads)
    gram = _gram([task[0][:1] for task in by_task])

    def handed_on(together: list[Tensor]) -> list[tuple[keras.layers.Layer, list[Tensor]]]:
        through = below.gradient(
            read,
            trunk.trainable_variables,
            output_gradients=together[: len(read)],
            unconnected_gradients=tf.UnconnectedGradients.ZERO,
        )
        return [(trunk, through), (mixer, together[len(read) :])]

    return _weighed(model, losses, counts, by_task, gram, handed_on)


def at_the_parameters(model: "MultiTask", x: Batch, y: Batch) -> Weighed:
    """A whole backward pass a task; the gradients in all variables of trunk and mixer are weighed.

    As many passes through the trunk as there are tasks: the dear way, and the plain reading of
    methods that speak of the shared parameters.
    """
    trunk, mixer = model.trunk, model.mixer
    with tf.GradientTape(persistent=True) as tape:
        losses, counts = model.train_losses(x, y)
        scaled = [model.optimizer.scale_loss(loss) for loss in losses]
    shared = [*trunk.trainable_variables, *mixer.trainable_variables]
    by_task = _each(tape, scaled, shared, model.heads)
    cut = len(trunk.trainable_variables)

    def handed_on(together: list[Tensor]) -> list[tuple[keras.layers.Layer, list[Tensor]]]:
        return [(trunk, together[:cut]), (mixer, together[cut:])]

    gram = _gram([task[0] for task in by_task])
    return _weighed(model, losses, counts, by_task, gram, handed_on)


def _weighed(
    model: "MultiTask",
    each: list[Tensor],
    counts: list[Tensor],
    by_task: list[list[list[Tensor]]],
    gram: Tensor,
    handed_on: Callable[[list[Tensor]], list[tuple[keras.layers.Layer, list[Tensor]]]],
) -> Weighed:
    """Ask the method, sum what is shared by its weights, and a head's too, but for its own task.

    ``handed_on`` says which layers' variables the weighed sum is, or leads to.
    """
    losses = ops.stack(each)
    weights = model.weights_of(losses, gram / model.optimizer.scale_loss(1.0) ** 2)
    shared = handed_on(_combined(weights, [task[0] for task in by_task]))
    heads = []
    for number, head in enumerate(model.heads):
        own = ops.where(ops.arange(len(by_task)) == number, ops.ones_like(weights), weights)
        heads.append((head, _combined(own, [task[1 + number] for task in by_task])))
    gradients = _in_order(model, [*shared, *heads])
    return Weighed(losses, counts, weights, model.total_of(losses, weights), gradients)


def _each(
    tape: tf.GradientTape,
    losses: list[Tensor],
    shared: list[Tensor],
    heads: list[keras.layers.Layer],
) -> list[list[list[Tensor]]]:
    """For every task its gradients: in what is shared, then in every head."""
    groups, by_task = [shared, *(head.trainable_variables for head in heads)], []
    for loss in losses:
        gradients = iter(tape.gradient(loss, [place for group in groups for place in group]))
        by_task.append([[_dense(next(gradients), place) for place in group] for group in groups])
    return by_task


def _dense(gradient: Tensor | None, place: Tensor) -> Tensor:
    """A tensor, of zeros where the loss does not reach the place."""
    return ops.zeros_like(place) if gradient is None else tf.convert_to_tensor(gradient)


def _gram(gradients: list[list[Tensor]]) -> Tensor:
    """``(tasks, tasks)`` inner products, float32, of what each task's list holds."""
    total: Any = 0.0
    for parts in zip(*gradients, strict=True):
        rows = ops.stack([ops.reshape(ops.cast(part, "float32"), (-1,)) for part in parts])
        total = total + ops.matmul(rows, ops.transpose(rows))
    return total


def _combined(weights: Tensor, gradients: list[list[Tensor]]) -> list[Tensor]:
    """Σ λ_i g_i, place by place."""
    each = ops.unstack(weights)
    return [
        sum(ops.cast(w, part.dtype) * part for w, part in zip(each, parts, strict=True))
        for parts in zip(*gradients, strict=True)
    ]


def _in_order(
    model: "MultiTask", pairs: list[tuple[keras.layers.Layer, list[Tensor]]]
) -> list[Tensor]:
    """The gradients in the order of ``model.learned``, matched by the identity of the variable."""
    by_variable = {
        id(variable): gradient
        for layer, gradients in pairs
        for variable, gradient in zip(layer.trainable_variables, gradients, strict=True)
    }
    return [by_variable[id(variable)] for variable in model.learned]
