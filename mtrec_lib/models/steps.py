"""From the losses of a batch to a gradient a variable: three ways, one for each look at gradients.

The first sums the weighed losses and goes back once. The others ask for the tasks' gradients apart,
at the states that the trunk hands on or over all that tasks share, let the balancing method weigh
them, and go on with the sum. With all weights one, all three give the same gradient.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

import tensorflow as tf
from keras import ops


class Weighed(NamedTuple):
    """What one look at a batch found."""

    losses: Any  # (tasks,) nats, over one denominator
    counts: list[Any]  # labels of each task
    weights: Any  # (tasks,) λ
    total: Any  # a scalar, what was minimised
    gradients: list[Any]  # in the order of ``model.learned``


def step_of(balancing: Any) -> Any:
    """Which of the three ways a balancing method needs."""
    if balancing is None or not balancing.needs_gram:
        return at_the_sum
    return at_the_states if balancing.at == "representation" else at_the_parameters


def at_the_sum(model: Any, x: dict[str, Any], y: dict[str, Any]) -> Weighed:
    """One backward pass of Σ λ_i L_i; what the method itself learns is trained with it."""
    with tf.GradientTape() as tape:
        losses, counts = model.train_losses(x, y)
        weights = model.weights_of(losses)
        total = model.total_of(losses, weights)
        scaled = model.optimizer.scale_loss(total)
    return Weighed(losses, counts, weights, total, tape.gradient(scaled, model.learned))


def at_the_states(model: Any, x: dict[str, Any], y: dict[str, Any]) -> Weighed:
    """A backward pass a task through heads and mixer, one through the trunk.

    Tasks meet in two places: the states z, and the item table, which heads read directly. The
    method looks at the gradients in z; its weights are applied to those in z, in the table and in
    the mixer. A head's own variables get their own task's gradient, unweighed.
    """
    trunk, mixer = model.trunk, model.mixer
    with tf.GradientTape() as below:
        states, table = trunk(x, training=True), trunk.table()
    with tf.GradientTape(persistent=True) as above:
        above.watch([states, table])
        losses, counts = model.train_losses(x, y, states=states, table=table)
        scaled = [model.optimizer.scale_loss(loss) for loss in tf.unstack(losses)]
    shared = [states, table, *mixer.trainable_variables]
    found = _each(above, scaled, shared, model.heads)
    gram = _gram([[task[0]] for task, _ in found])

    def handed_on(together: list[Any]) -> list[tuple[Any, list[Any]]]:
        through = below.gradient(
            [states, table],
            trunk.trainable_variables,
            output_gradients=together[:2],
            unconnected_gradients=tf.UnconnectedGradients.ZERO,
        )
        return [(trunk, through), (mixer, together[2:])]

    return _weighed(model, losses, counts, found, gram, handed_on)


def at_the_parameters(model: Any, x: dict[str, Any], y: dict[str, Any]) -> Weighed:
    """A whole backward pass a task; the gradients in all variables of trunk and mixer are weighed.

    As many passes through the trunk as there are tasks: the dear way, and the plain reading of
    methods that speak of the shared parameters.
    """
    trunk, mixer = model.trunk, model.mixer
    with tf.GradientTape(persistent=True) as tape:
        losses, counts = model.train_losses(x, y)
        scaled = [model.optimizer.scale_loss(loss) for loss in tf.unstack(losses)]
    shared = [*trunk.trainable_variables, *mixer.trainable_variables]
    found = _each(tape, scaled, shared, model.heads)
    cut = len(trunk.trainable_variables)

    def handed_on(together: list[Any]) -> list[tuple[Any, list[Any]]]:
        return [(trunk, together[:cut]), (mixer, together[cut:])]

    gram = _gram([task for task, _ in found])
    return _weighed(model, losses, counts, found, gram, handed_on)


def _weighed(
    model: Any,
    losses: Any,
    counts: list[Any],
    found: list[tuple[list[Any], list[Any]]],
    gram: Any,
    handed_on: Callable[[list[Any]], list[tuple[Any, list[Any]]]],
) -> Weighed:
    """Ask the method, sum what is shared by its weights, and leave each head its own gradient.

    ``handed_on`` says which layers' variables the weighed sum is, or leads to.
    """
    weights = model.weights_of(losses, gram / model.optimizer.scale_loss(1.0) ** 2)
    shared = handed_on(_combined(weights, [task for task, _ in found]))
    heads = zip(model.heads, (own for _, own in found), strict=True)
    gradients = _in_order(model, [*shared, *heads])
    return Weighed(losses, counts, weights, model.total_of(losses, weights), gradients)


def _each(
    tape: Any, losses: list[Any], shared: list[Any], heads: list[Any]
) -> list[tuple[list[Any], list[Any]]]:
    """For every task its gradients in what is shared, and in its own head."""
    zero, found = tf.UnconnectedGradients.ZERO, []
    for loss, head in zip(losses, heads, strict=True):
        places = [*shared, *head.trainable_variables]
        gradients = tape.gradient(loss, places, unconnected_gradients=zero)
        dense = [tf.convert_to_tensor(gradient) for gradient in gradients]
        found.append((dense[: len(shared)], dense[len(shared) :]))
    return found


def _gram(gradients: list[list[Any]]) -> Any:
    """``(tasks, tasks)`` inner products, float32, of what each task's list holds."""
    total: Any = 0.0
    for parts in zip(*gradients, strict=True):
        rows = ops.stack([ops.reshape(ops.cast(part, "float32"), (-1,)) for part in parts])
        total = total + ops.matmul(rows, ops.transpose(rows))
    return total


def _combined(weights: Any, gradients: list[list[Any]]) -> list[Any]:
    """Σ λ_i g_i, place by place."""
    weights = ops.unstack(weights)
    return [
        sum(ops.cast(w, part.dtype) * part for w, part in zip(weights, parts, strict=True))
        for parts in zip(*gradients, strict=True)
    ]


def _in_order(model: Any, pairs: list[tuple[Any, list[Any]]]) -> list[Any]:
    """The gradients in the order of ``model.learned``, found by the identity of the variable."""
    found = {
        id(variable): gradient
        for layer, gradients in pairs
        for variable, gradient in zip(layer.trainable_variables, gradients, strict=True)
    }
    return [found[id(variable)] for variable in model.learned]
