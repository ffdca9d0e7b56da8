"""What every way of weighing tasks has in common."""

from collections.abc import Sequence
from typing import Any

import keras
from keras import ops

from mtrec_lib.core.errors import ParameterError
from mtrec_lib.core.types import Tensor

AT = ("representation", "parameters")


class Balancing:
    """Chooses the λ of Σ λ_i L_i anew at every training step.

    A method sees the losses of the tasks, each a sum over its labels divided by one number for
    all, and, where it ``needs_gram``, the inner products of the tasks' gradients. Its answer is
    always a weight a task: a direction made of gradients is a weighted sum of them, and what every
    gradient method computes from the gradients it computes from their inner products alone.

    A subclass writes ``weights``; one that learns writes ``total``, one that looks back ``after``
    or ``end_epoch``. Whatever it remembers is a variable made in ``build`` by ``remember`` or
    ``learn``, so that it is compiled with the step, saved in checkpoints, and resumed exactly.

    Attributes:
        tasks: names of the model's tasks, in order, once bound.
        needs_gram: whether ``weights`` is given the inner products of gradients.
        needs_after: whether ``after`` is called with the losses once more, after each step.
        tempers: whether logits are divided by what ``temperatures`` returns.
        at: where gradients are taken: at the shared ``"representation"``, the states that the
            trunk hands on, or over all shared ``"parameters"``, at the cost of a backward pass of
            the trunk a task.

    Taught in chapter 06.
    """

    needs_gram = False
    needs_after = False
    tempers = False
    at = "representation"

    def __init__(self) -> None:
        self.tasks: list[str] = []
        self.variables: list[keras.Variable] = []
        self.trainable_variables: list[keras.Variable] = []

    def bind(self, tasks: list[str]) -> None:
        """Take the names of a model's tasks and create whatever is remembered of them.

        Bound again to the same tasks it keeps what it remembers.

        Raises:
            ParameterError: it has been bound to other tasks before.
        """
        if self.tasks == list(tasks):
            return
        if self.tasks:
            raise ParameterError(
                f"this {type(self).__name__} weighs {self.tasks} and cannot weigh {tasks}; "
                "make a new one for another model"
            )
        self.check(list(tasks))
        self.tasks = list(tasks)
        self.build(len(self.tasks))

    def check(self, tasks: list[str]) -> None:
        """Refuse tasks that this method cannot weigh."""

    def build(self, tasks: int) -> None:
        """Create the variables."""

    def remember(self, name: str, start: Tensor | Sequence[float]) -> keras.Variable:
        """A float32 variable that no gradient reaches, ``start`` before training."""
        variable = keras.Variable(start, dtype="float32", trainable=False, name=name)
        self.variables.append(variable)
        return variable

    def learn(self, name: str, start: Tensor | Sequence[float]) -> keras.Variable:
        """A float32 variable that the model's optimizer trains, ``start`` before training."""
        variable = keras.Variable(start, dtype="float32", name=name)
        self.variables.append(variable)
        self.trainable_variables.append(variable)
        return variable

    def weights(self, losses: Tensor, gram: Tensor | None = None) -> Tensor:
        """λ of each task at this step, ``(tasks,)`` float32.

        Args:
            losses: ``(tasks,)`` nats, over one denominator.
            gram: ``(tasks, tasks)`` inner products of the tasks' gradients, for a method that
                ``needs_gram``.
        """
        raise TypeError(f"{type(self).__name__} must define weights")

    def total(self, losses: Tensor, weights: Tensor) -> Tensor:
        """What is minimised, a scalar; by default Σ λ_i L_i with λ held fixed."""
        return ops.sum(ops.stop_gradient(weights) * losses)

    def judged(self, losses: Tensor) -> Tensor:
        """What validation reports as the loss: the plain sum, for weights that move with training
        would make another measure of every epoch."""
        return ops.sum(losses)

    def temperatures(self) -> Tensor:
        """``(tasks,)`` what logits are divided by, for a method that ``tempers``."""
        raise TypeError(f"{type(self).__name__} must define temperatures")

    def after(self, before: Tensor, losses: Tensor) -> None:
        """Look at the losses of the same batch before and after the step."""

    def end_epoch(self, losses: Tensor) -> None:
        """Look at the mean losses of an epoch, ``(tasks,)``."""

    def get_config(self) -> dict[str, Any]:
        """Constructor arguments."""
        return {}
