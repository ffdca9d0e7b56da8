"""What a model is asked."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import keras
from keras import ops

from mtrec_lib.core.types import Batch, States, Tensor

if TYPE_CHECKING:
    from mtrec_lib.data.log import Log
    from mtrec_lib.features.inputs import Inputs
    from mtrec_lib.features.sequences.spec import InputSpec


class Task:
    """A question about the next event: a factor of it, a coarse view of one, or an auxiliary.

    Attributes:
        name: how the task is called in losses and predictions.
        label: the part of the event it predicts (a column of the log, or ``"item"``).
        given: parts of the same event that its head may see: ``()`` or ``("item",)``.
        conditions: parts that the label is conditioned on: it exists only where they are 1, so
            that a model may be given them without predicting them.
        kind: ``"factor"`` (still random given the parts before it), ``"coarse view"`` (decided by
            a factor) or ``"auxiliary"`` (looks at later events).
        metric: the metric it is judged by.
        transfer_from: name of the task, given the same item, whose head hands its hidden layer to
            the head of this one.
        wide: whether the answer is a vector an event, such as a probability a category.
        also: names of further readings of the answer, to be had where the model answers all of
            ``given``.

    A subclass writes ``make_head``, ``output``, ``loss`` and ``expectation``, a few lines each.

    Taught in chapter 07.
    """

    name = "task"
    label = "item"
    given: tuple[str, ...] = ()
    conditions: tuple[str, ...] = ()
    kind = "factor"
    metric = "log_loss"
    transfer_from = ""
    wide = False
    also: tuple[str, ...] = ()

    def prepare(self, inputs: "Inputs | None") -> None:
        """Take from the fitted inputs what the task needs to know of the log."""

    def missing_in(self, log: "Log") -> str | None:
        """Why a log cannot carry this task, or None if it can."""
        if self.label == "item" or log.has(self.label):
            return None
        return f"the log {log.name} has no {self.label}"

    def make_head(self, spec: "InputSpec", width: int) -> keras.layers.Layer:
        """The layer that turns a state into this task's numbers."""
        raise TypeError(f"{type(self).__name__} must define make_head")

    def output(
        self,
        head: keras.layers.Layer,
        states: States,
        table: Tensor,
        item: Tensor | None,
        training: bool,
        **transferred: Tensor,
    ) -> Tensor:
        """Apply the head: to the state, and to the vector of the item where that is given.

        ``transferred`` is what the head of ``transfer_from`` hands over.
        """
        if "item" not in self.given:
            return head(states, training=training)
        return head(states, item, training=training, **transferred)

    def target(self, y: Batch) -> Tensor:
        """The label at every position, 0 where it is missing."""
        label = ops.cast(y[self.label], "float32")
        return ops.where(ops.isnan(label), ops.zeros_like(label), label)

    def mask(self, y: Batch) -> Tensor:
        """1 where the label is present, ``(batch, length)`` float32."""
        return 1.0 - ops.cast(ops.isnan(ops.cast(y[self.label], "float32")), "float32")

    def loss(self, output: Tensor, y: Batch) -> Tensor:
        """Nats at every position, ``(batch, length)``."""
        raise TypeError(f"{type(self).__name__} must define loss")

    @property
    def own_train_loss(self) -> bool:
        """Whether training minimises :meth:`train_loss`, a cheaper form than :meth:`loss`."""
        return False

    def train_loss(
        self, head: keras.layers.Layer, states: States, table: Tensor, y: Batch
    ) -> Tensor:
        """Nats at every position in a training step, for a task with a form of its own.

        Args:
            head: what :meth:`make_head` made.
            states: ``(batch, length, width)``.
            table: the item table ``(items + 3, width)``.
            y: the labels.
        """
        raise TypeError(f"{type(self).__name__} must define train_loss")

    def combine(self, output: Tensor, answers: Mapping[str, Tensor]) -> Tensor:
        """Join this head's output with the answers of tasks that came before it.

        Args:
            output: ``(..., units)`` of this task's head.
            answers: ``{task name: (..., units)}`` of the tasks whose labels it may be given.
        """
        return output

    def tempered(self, output: Tensor, temperature: Tensor | float) -> Tensor:
        """The output of a head whose logits are divided by a temperature."""
        return output / ops.cast(temperature, output.dtype)

    def expectation(self, output: Tensor) -> Tensor:
        """The number a user of the model wants, from the head's output ``(..., units)``."""
        return output[..., 0]

    def readings(self, output: Tensor) -> dict[str, Tensor]:
        """All that can be read off the output, by name; by default the expectation alone."""
        return {self.name: self.expectation(output)}

    def get_config(self) -> dict[str, Any]:
        """Constructor arguments."""
        return {}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> "Task":
        """Rebuild from :meth:`get_config`."""
        return cls(**config)
