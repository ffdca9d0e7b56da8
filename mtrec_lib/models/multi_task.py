"""One trunk, a mixer, and a head a task, under plain Keras ``compile`` and ``fit``."""

from collections.abc import Sequence
from typing import Any

import keras
import tensorflow as tf
from keras import ops

from mtrec_lib.core.errors import ParameterError
from mtrec_lib.losses import masked_sum
from mtrec_lib.models.mixers import SharedBottom
from mtrec_lib.models.scoring import Scoring


@keras.saving.register_keras_serializable("mtrec")
class MultiTask(Scoring, keras.Model):
    """A language model of behaviour that answers several questions about the next event.

    The trunk turns a history into a state after every event; the mixer gives each task a state;
    the task's head turns it, and whatever parts of the event the task is ``given``, into a
    prediction. The loss is Σ λ_i · (sum of the losses of task i over its labels) / (positions of a
    batch): one denominator for all tasks, so that λ = 1 is maximum likelihood for the factors of
    the event.

    Args:
        trunk: for example ``mt.models.GPT(inputs)``.
        mixer: how tasks share the state; default :class:`SharedBottom`.
        tasks: for example ``[mt.tasks.NextItem(), mt.tasks.Rating()]``.

    Raises:
        ParameterError: no task, two tasks of one name, or ``given`` parts that form no order.

    Shapes: ``x`` of :class:`mtrec_lib.features.Windows` → a dictionary, a task each:
    ``(batch, length, items)`` for the next item, ``(batch, length, units)`` otherwise.

    Source: Caruana, Machine Learning 28 (1997); Qin et al., KDD 2020 (tasks on a sequence model).
    Taught in chapter 07.
    """

    def __init__(
        self, trunk: Any, mixer: Any = None, tasks: Sequence[Any] = (), **kwargs: Any
    ) -> None:
        super().__init__(**kwargs)
        self.trunk = trunk
        self.mixer = mixer if mixer is not None else SharedBottom()
        self.tasks = _in_order(tasks)
        self.inputs_fitted = trunk.fitted
        for task in self.tasks:
            task.prepare(trunk.fitted)
        self.heads = [task.make_head(trunk.spec, trunk.width) for task in self.tasks]
        self.balancing: Any = None
        self.trackers = [keras.metrics.Mean(name=f"{task.name}_loss") for task in self.tasks]
        self.total = keras.metrics.Mean(name="loss")

    def build(self, input_shape: Any = None) -> None:
        """Build trunk, mixer and heads."""
        state = (None, None, self.trunk.width)
        for layer in (self.trunk, self.mixer):
            if not layer.built:
                layer.build(state)
        shapes = self.mixer.compute_output_shape(state, tasks=len(self.tasks))
        for head, shape in zip(self.heads, shapes, strict=True):
            if not head.built:
                head.build(shape, (None, None, self.trunk.width))
        self.built = True

    def build_from_config(self, config: dict[str, Any]) -> None:
        """Nothing more than the configuration is needed to build."""
        self.build()

    def call(self, inputs: dict[str, Any], training: bool = False) -> dict[str, Any]:
        """Predictions of every task at every position."""
        states = self.trunk(inputs, training=training)
        return self.answer(states, inputs.get("given_item"), training=training)

    def answer(self, states: Any, given_item: Any = None, training: bool = False) -> dict[str, Any]:
        """Predictions from states.

        Args:
            states: ``(batch, length, width)``.
            given_item: ``(batch, length)`` int, the item of the event to come; without it only
                tasks that are given nothing answer.
            training: whether dropout acts.
        """
        table, item, mixed = self._for_heads(states, given_item, training)
        return {
            task.name: task.output(head, state, table, item, training)
            for task, head, state in zip(self.tasks, self.heads, mixed, strict=True)
            if item is not None or "item" not in task.given
        }

    def _for_heads(self, states: Any, given_item: Any, training: bool) -> tuple[Any, Any, Any]:
        """The item table, the vectors of the given items, and a state a task."""
        table = self.trunk.table()
        item = None if given_item is None else ops.take(table, given_item, axis=0)
        return table, item, self.mixer(states, tasks=len(self.tasks), training=training)

    def compile(self, optimizer: Any = "adam", balancing: Any = None, **kwargs: Any) -> None:
        """Keras ``compile``, plus the object that weighs the tasks (default: every λ is one)."""
        super().compile(optimizer=optimizer, **kwargs)
        if not self.built:
            self.build()  # a training step goes by the parts of the model and never calls it whole
        if balancing is not None:
            balancing.check([task.name for task in self.tasks])
        self.balancing = balancing

    def task_sums(self, outputs: dict[str, Any], y: dict[str, Any]) -> tuple[list[Any], list[Any]]:
        """Summed loss and number of labels of each task, in nats and events."""
        return self._sums([task.loss(outputs[task.name], y) for task in self.tasks], y)

    def _sums(self, losses: list[Any], y: dict[str, Any]) -> tuple[list[Any], list[Any]]:
        masks = [task.mask(y) * y["counted"] for task in self.tasks]
        sums = [masked_sum(loss, mask) for loss, mask in zip(losses, masks, strict=True)]
        return sums, [ops.sum(mask) for mask in masks]

    def _train_sums(self, x: dict[str, Any], y: dict[str, Any]) -> tuple[list[Any], list[Any]]:
        """As :meth:`task_sums`, by the form of each loss that training uses."""
        states = self.trunk(x, training=True)
        table, item, mixed = self._for_heads(states, x.get("given_item"), True)
        losses = [
            task.train_loss(head, state, table, item, y, True)
            for task, head, state in zip(self.tasks, self.heads, mixed, strict=True)
        ]
        return self._sums(losses, y)

    def weigh(self, sums: list[Any], y: dict[str, Any]) -> Any:
        """Σ λ_i · sum_i over one constant, the number of positions in a batch."""
        positions = ops.cast(ops.size(y["counted"]), "float32")
        means = [value / positions for value in sums]
        weights = self.balancing.weights(means) if self.balancing else [1.0] * len(means)
        return sum(weight * mean for weight, mean in zip(weights, means, strict=True))

    def train_step(self, data: Any) -> dict[str, Any]:
        """One step: losses a task, weighed, one backward pass."""
        x, y, _ = keras.utils.unpack_x_y_sample_weight(data)
        with tf.GradientTape() as tape:
            sums, counts = self._train_sums(x, y)
            total = self.weigh(sums, y)
            scaled = self.optimizer.scale_loss(total)
        variables = self.trainable_variables
        self.optimizer.apply(tape.gradient(scaled, variables), variables)
        return self._track(sums, counts, total, y)

    def test_step(self, data: Any) -> dict[str, Any]:
        """The losses without a step."""
        x, y, _ = keras.utils.unpack_x_y_sample_weight(data)
        sums, counts = self.task_sums(self(x, training=False), y)
        return self._track(sums, counts, self.weigh(sums, y), y)

    def _track(self, sums: Any, counts: Any, total: Any, y: dict[str, Any]) -> dict[str, Any]:
        """Raw losses as means over labels; the weighted total as a mean over target events."""
        for tracker, value, count in zip(self.trackers, sums, counts, strict=True):
            tracker.update_state(value / ops.maximum(count, 1.0), sample_weight=count)
        events = ops.maximum(ops.sum(y["counted"]), 1.0)
        positions = ops.cast(ops.size(y["counted"]), "float32")
        self.total.update_state(total * positions / events, sample_weight=events)
        return {metric.name: metric.result() for metric in self.metrics}

    @property
    def metrics(self) -> list[Any]:
        """The trackers, reset by Keras at every epoch."""
        return [self.total, *self.trackers]

    def get_config(self) -> dict[str, Any]:
        """Trunk, mixer and tasks as Keras objects."""
        pack = keras.saving.serialize_keras_object
        return {
            "name": self.name,
            "trunk": pack(self.trunk),
            "mixer": pack(self.mixer),
            "tasks": [pack(task) for task in self.tasks],
        }

    @classmethod
    def from_config(cls, config: dict[str, Any], custom_objects: Any = None) -> "MultiTask":
        """Rebuild from :meth:`get_config`."""
        unpack = keras.saving.deserialize_keras_object
        return cls(
            trunk=unpack(config["trunk"]),
            mixer=unpack(config["mixer"]),
            tasks=[unpack(task) for task in config["tasks"]],
            name=config["name"],
        )


def _in_order(tasks: Sequence[Any]) -> list[Any]:
    """The tasks as given, once their names are distinct and their ``given`` parts form an order."""
    names = [task.name for task in tasks]
    if not names or len(set(names)) != len(names):
        raise ParameterError(f"tasks must be one or more with distinct names, got {names}")
    waiting = {task.label: set(task.given) for task in tasks}
    placed = {"item"} if "item" not in waiting else set()
    while waiting:
        ready = [part for part, given in waiting.items() if given - {part} <= placed]
        if not ready:
            raise ParameterError(
                f"the given parts form no order: {waiting}; a part may be given only what is "
                "predicted before it or the item itself"
            )
        placed |= set(ready)
        waiting = {part: given for part, given in waiting.items() if part not in ready}
    return list(tasks)
