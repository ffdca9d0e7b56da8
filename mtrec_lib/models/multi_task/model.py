"""One trunk, a mixer, and a head a task, under plain Keras ``compile`` and ``fit``."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import keras
from keras import ops

from mtrec_lib.core.errors import ParameterError
from mtrec_lib.core.types import Batch, Shape, States, Tensor
from mtrec_lib.layers import ByteDropout
from mtrec_lib.losses import masked_sum
from mtrec_lib.models.mixers.shared_bottom import SharedBottom
from mtrec_lib.models.multi_task.scoring import Scoring
from mtrec_lib.models.multi_task.steps import step_of
from mtrec_lib.models.trunks.trunk import segment_of

if TYPE_CHECKING:
    from mtrec_lib.models.mixers.mixer import Mixer
    from mtrec_lib.models.multi_task.protocols import BalancingLike, TaskLike
    from mtrec_lib.models.trunks.trunk import Trunk


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
        temperatures: what each task's logits are divided by, as learned in an earlier training.
        blind: share of the training positions at which no head sees the vector of the next item:
            heads then learn to answer from what stands beside it (``Inputs.beside``), too.

    Raises:
        ParameterError: no task, two tasks of one name, ``given`` parts that form no order, or a
            share out of range.

    Shapes: ``x`` of :class:`mtrec_lib.features.Windows` → a dictionary, a task each:
    ``(batch, length, items)`` for the next item, ``(batch, length, units)`` otherwise.

    Source: Caruana, Machine Learning 28 (1997); Qin et al., KDD 2020 (tasks on a sequence model).
    Taught in chapter 07.
    """

    def __init__(
        self,
        trunk: "Trunk",
        mixer: "Mixer | None" = None,
        tasks: "Sequence[TaskLike]" = (),
        temperatures: Sequence[float] | None = None,
        blind: float = 0.0,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        if not 0 <= blind < 1:
            raise ParameterError(f"blind must be in [0, 1), got {blind}; 0.5 hides every second")
        self.blind, self.blinding = blind, ByteDropout(blind, name="blinding")
        self.trunk = trunk
        self.mixer = mixer if mixer is not None else SharedBottom()
        self.tasks, self._order = list(tasks), _in_order(tasks)
        self.inputs_fitted = trunk.fitted
        for task in self.tasks:
            task.prepare(trunk.fitted)
        self.heads = [task.make_head(trunk.spec, trunk.width) for task in self.tasks]
        _check_transfers(self.tasks, self.heads)
        self.balancing: BalancingLike | None = None
        self._cooled = None if temperatures is None else tuple(float(t) for t in temperatures)
        means = keras.metrics.Mean
        self.trackers = [means(name=f"{task.name}_loss") for task in self.tasks]
        self.weighing = [means(name=f"{task.name}_weight") for task in self.tasks]
        self.total = means(name="loss")

    def build(self, input_shape: Shape | None = None) -> None:
        """Build trunk, mixer and heads."""
        state, tasks = (None, None, self.trunk.width), len(self.tasks)
        if not self.trunk.built:
            self.trunk.build(state)
        if not self.mixer.built:
            self.mixer.build(state, tasks=tasks)
        shapes = self.mixer.compute_output_shape(state, tasks=tasks)
        for head, shape in zip(self.heads, shapes, strict=True):
            if not head.built:
                head.build(shape, (None, None, self.trunk.width + self.trunk.spec.beside))
        self.built = True

    def build_from_config(self, config: dict[str, Any]) -> None:
        """Nothing more than the configuration is needed to build."""
        self.build()

    def call(self, inputs: Batch, training: bool = False) -> dict[str, Tensor]:
        """Predictions of every task at every position."""
        return self.answer(inputs, inputs.get("given_item"), training=training)

    def answer(
        self,
        inputs: Batch,
        given_item: Tensor | None = None,
        last: bool = False,
        training: bool = False,
    ) -> dict[str, Tensor]:
        """Predictions of every task that can answer.

        Args:
            inputs: the pasts, as the trunk reads them.
            given_item: the item of the event to come, ``(batch, length)`` int, or ``(batch, 1)``
                where only the ``last`` position is answered; without it only tasks that are given
                nothing answer.
            last: whether only the last position of each row is answered.
            training: whether dropout acts.
        """
        mixed = self.mixed(inputs, last=last, training=training)
        table = self.trunk.table()
        item = self._item(inputs, table, given_item, training)
        return self._answers(mixed, table, item, training)

    def mixed(
        self,
        inputs: Batch,
        last: bool = False,
        training: bool = False,
        states: States | None = None,
    ) -> tuple[States, ...]:
        """A state a task, ``(batch, length, width)`` each, or ``(batch, 1, width)`` of the last.

        ``states`` are those of the trunk, where they are at hand.
        """
        states = self.trunk(inputs, training=training) if states is None else states
        segment = segment_of(inputs)
        if last and not getattr(self.mixer, "sequential", False):
            states, segment = states[:, -1:], segment[:, -1:]
        mixed = self.mixer(states, tasks=len(self.tasks), training=training, segment=segment)
        return tuple(state[:, -1:] for state in mixed) if last else mixed

    def _answers(
        self,
        mixed: tuple[States, ...],
        table: Tensor,
        item: Tensor | None,
        training: bool,
        losses: bool = False,
    ) -> dict[str, Tensor]:
        """What the heads say, each task after those whose answers it may use.

        For ``losses`` those with a training form of their own are left out.
        """
        answers: dict[str, Tensor] = {}
        for n, temperature in zip(self._order, self._temperatures(), strict=True):
            task = self.tasks[n]
            if (item is None and "item" in task.given) or (losses and task.own_train_loss):
                continue
            transferred = self._transferred(task, mixed, item)
            output = task.output(self.heads[n], mixed[n], table, item, training, **transferred)
            if temperature is not None:
                output = task.tempered(output, temperature)
            answers[task.name] = task.combine(output, answers)
        return answers

    def _transferred(
        self, task: "TaskLike", mixed: tuple[States, ...], item: Tensor | None
    ) -> dict[str, Tensor]:
        """What the head of the task before hands over, for a task that listens to it."""
        for n, before in enumerate(self.tasks):
            if before.name == task.transfer_from:
                heard = self._transferred(before, mixed, item)
                return {"transferred": self.heads[n].hidden_of(mixed[n], item, **heard)}
        return {}

    def _item(
        self, inputs: Batch, table: Tensor, given_item: Tensor | None, training: bool = False
    ) -> Tensor | None:
        """What heads see of the items to come: their vectors, and what stands beside the state."""
        if given_item is None:
            return None
        item = ops.take(table, given_item, axis=0)
        if training and self.blind:
            item = item * self.blinding(ops.ones_like(item[..., :1]), training=True)
        if not self.trunk.spec.beside:
            return item
        return ops.concatenate([item, ops.cast(inputs["beside"], item.dtype)], axis=-1)

    def _temperatures(self) -> list[Any]:
        """What each task's logits are divided by, in the order of answering; None for nothing."""
        fixed = self._cooled or (None,) * len(self.tasks)
        if self.balancing is None or not self.balancing.tempers:
            return [fixed[n] for n in self._order]
        learned = ops.unstack(self.balancing.temperatures())
        return [learned[n] * (fixed[n] or 1.0) for n in self._order]

    def compile(
        self,
        optimizer: str | keras.optimizers.Optimizer = "adam",
        balancing: "BalancingLike | None" = None,
        **kwargs: Any,
    ) -> None:
        """Keras ``compile``, plus the object that weighs the tasks (default: every λ is one)."""
        super().compile(optimizer=optimizer, **kwargs)
        if not self.built:
            self.build()  # a training step goes by the parts of the model and never calls it whole
        if balancing is not None:
            balancing.bind([task.name for task in self.tasks])
        self.balancing = balancing

    def fit(
        self, *args: Any, callbacks: Sequence[keras.callbacks.Callback] | None = None, **kwargs: Any
    ) -> keras.callbacks.History:
        """Keras ``fit``; at the end of an epoch the balancing method gets its mean losses."""
        own = keras.callbacks.LambdaCallback(on_epoch_end=self._end_epoch)
        return super().fit(*args, callbacks=[*(callbacks or []), own], **kwargs)

    def _end_epoch(self, epoch: int, logs: dict[str, float]) -> None:
        if self.balancing is not None:
            losses = [logs[f"{task.name}_loss"] for task in self.tasks]
            self.balancing.end_epoch(ops.convert_to_tensor(losses, dtype="float32"))

    @property
    def learned(self) -> list[keras.Variable]:
        """All that training moves: the model's variables, then those of the balancing method."""
        own = [] if self.balancing is None else self.balancing.trainable_variables
        return [*self.trainable_variables, *own]

    def task_sums(
        self, outputs: Mapping[str, Tensor], y: Batch
    ) -> tuple[list[Tensor], list[Tensor]]:
        """Summed loss and number of labels of each task, in nats and events."""
        return self._sums([task.loss(outputs[task.name], y) for task in self.tasks], y)

    def _sums(self, losses: list[Tensor], y: Batch) -> tuple[list[Tensor], list[Tensor]]:
        masks = [task.mask(y) * y["counted"] for task in self.tasks]
        sums = [masked_sum(loss, mask) for loss, mask in zip(losses, masks, strict=True)]
        return sums, [ops.sum(mask) for mask in masks]

    def read(self, x: Batch) -> tuple[Tensor, ...]:
        """What all tasks start from: states, item table and, where x holds it, the next item."""
        states, table = self.trunk(x, training=True), self.trunk.table()
        item = self._item(x, table, x.get("given_item"), training=True)
        return (states, table) if item is None else (states, table, item)

    def train_losses(
        self, x: Batch, y: Batch, read: tuple[Tensor, ...] | None = None
    ) -> tuple[list[Tensor], list[Tensor]]:
        """A loss a task over one denominator, by the form that training uses, and its labels.

        Scalars, not one array: going back from one of them must not pass through the others.
        ``read`` is what :meth:`read` returned, where that is at hand.
        """
        states, table, *rows = self.read(x) if read is None else read
        item = rows[0] if rows else None
        mixed = self.mixed(x, training=True, states=states)
        answers = self._answers(mixed, table, item, training=True, losses=True)
        losses = [
            task.train_loss(head, state, table, y)
            if task.own_train_loss
            else task.loss(answers[task.name], y)
            for task, head, state in zip(self.tasks, self.heads, mixed, strict=True)
        ]
        sums, counts = self._sums(losses, y)
        return [total / _positions(y) for total in sums], counts

    def weights_of(self, losses: Tensor, gram: Tensor | None = None) -> Tensor:
        """λ of each task at this step, ``(tasks,)``."""
        if self.balancing is None:
            return ops.ones_like(losses)
        return self.balancing.weights(losses, gram)

    def total_of(self, losses: Tensor, weights: Tensor) -> Tensor:
        """What is minimised, a scalar."""
        return ops.sum(losses) if self.balancing is None else self.balancing.total(losses, weights)

    def train_step(self, data: tuple[Batch, ...]) -> dict[str, Tensor]:
        """One step: losses a task, weighed; how often it goes back through what is a method's."""
        x, y, _ = keras.utils.unpack_x_y_sample_weight(data)
        step = step_of(self.balancing)(self, x, y)
        self.optimizer.apply(step.gradients, self.learned)
        if self.balancing is not None and self.balancing.needs_after:
            self.balancing.after(step.losses, ops.stack(self.train_losses(x, y)[0]))
        for tracker, weight in zip(self.weighing, ops.unstack(step.weights), strict=True):
            tracker.update_state(weight)
        return self._track(step.losses, step.counts, step.total, y)

    def test_step(self, data: tuple[Batch, ...]) -> dict[str, Tensor]:
        """The losses without a step; ``loss`` is their sum, by the weights that are fixed."""
        x, y, _ = keras.utils.unpack_x_y_sample_weight(data)
        sums, counts = self.task_sums(self(x, training=False), y)
        losses = ops.stack(sums) / _positions(y)
        total = ops.sum(losses) if self.balancing is None else self.balancing.judged(losses)
        return self._track(losses, counts, total, y)

    def _track(
        self, losses: Tensor, counts: list[Tensor], total: Tensor, y: Batch
    ) -> dict[str, Tensor]:
        """Raw losses as means over labels; the weighted total as a mean over target events."""
        positions = _positions(y)
        for tracker, loss, count in zip(self.trackers, ops.unstack(losses), counts, strict=True):
            tracker.update_state(loss * positions / ops.maximum(count, 1.0), sample_weight=count)
        events = ops.maximum(ops.sum(y["counted"]), 1.0)
        self.total.update_state(total * positions / events, sample_weight=events)
        return {metric.name: metric.result() for metric in self.metrics}

    @property
    def metrics(self) -> list[keras.metrics.Metric]:
        """The trackers, reset by Keras at every epoch."""
        return [self.total, *self.trackers, *self.weighing]

    def get_config(self) -> dict[str, Any]:
        """Trunk, mixer and tasks as Keras objects."""
        pack = keras.saving.serialize_keras_object
        return {
            "name": self.name,
            "trunk": pack(self.trunk),
            "mixer": pack(self.mixer),
            "tasks": [pack(task) for task in self.tasks],
            "temperatures": self._all_temperatures(),
            "blind": self.blind,
        }

    def _all_temperatures(self) -> list[float] | None:
        """What has been learned of temperatures, in the order of the tasks."""
        by_number = dict(zip(self._order, self._temperatures(), strict=True))
        values = [by_number[n] for n in range(len(self.tasks))]
        return None if None in values else [float(value) for value in values]

    @classmethod
    def from_config(
        cls, config: dict[str, Any], custom_objects: dict[str, Any] | None = None
    ) -> "MultiTask":
        """Rebuild from :meth:`get_config`."""
        unpack = keras.saving.deserialize_keras_object
        return cls(
            trunk=unpack(config["trunk"]),
            mixer=unpack(config["mixer"]),
            tasks=[unpack(task) for task in config["tasks"]],
            temperatures=config.get("temperatures"),
            blind=config.get("blind", 0.0),
            name=config["name"],
        )


def _positions(y: Batch) -> Tensor:
    """How many positions a batch has, padding included: one constant for all batches."""
    return ops.cast(ops.size(y["counted"]), "float32")


def _check_transfers(tasks: "Sequence[TaskLike]", heads: Sequence[keras.layers.Layer]) -> None:
    """Pass if each task that hears another finds it, its head as large as its own."""
    units = [getattr(head, "hidden", None) for head in heads]
    hidden = dict(zip([task.name for task in tasks], units, strict=True))
    for name, heard in [(task.name, task.transfer_from) for task in tasks if task.transfer_from]:
        if heard not in hidden:
            raise ParameterError(
                f"{name!r} hears {heard!r}, and there is no such task among {list(hidden)}"
            )
        if hidden[heard] != hidden[name]:
            raise ParameterError(
                f"{heard!r} has {hidden[heard]} hidden units and {name!r} {hidden[name]}; a head "
                "that hears another needs as many: give both the same hidden="
            )


def _in_order(tasks: "Sequence[TaskLike]") -> list[int]:
    """Numbers of the tasks, each after those that predict what it is given.

    Raises:
        ParameterError: no task, two tasks of one name, ``given`` parts that form no order, or a
            share out of range.
    """
    names = [task.name for task in tasks]
    if not names or len(set(names)) != len(names):
        raise ParameterError(f"tasks must be one or more with distinct names, got {names}")
    known = {"item"} | {task.label for task in tasks}
    order: list[int] = []
    waiting = dict(enumerate(tasks))
    while waiting:
        open_labels = {task.label for task in waiting.values()}
        ready = [
            n
            for n, task in waiting.items()
            if set(task.given) <= known | set(task.conditions)
            and not set(task.given) & open_labels - {task.label}
        ]
        if not ready:
            parts = {task.label: task.given for task in waiting.values()}
            raise ParameterError(
                f"the given parts form no order: {parts}; a part may be given only what is "
                "predicted before it or the item itself"
            )
        order += ready
        waiting = {n: task for n, task in waiting.items() if n not in ready}
    return order
