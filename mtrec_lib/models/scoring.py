"""The model protocol for a Keras model: scores, log probabilities and predictions."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np
import tensorflow as tf
from keras import ops

from mtrec_lib.core.errors import ParameterError

if TYPE_CHECKING:
    from mtrec_lib.data import Catalogue, Histories

BATCH = 128


class Scoring:
    """Mixed into :class:`MultiTask`: what evaluation and recommendation ask of every model."""

    inputs_fitted: Any
    tasks: list[Any]
    heads: list[Any]
    trunk: Any
    mixer: Any
    answer: Callable[..., Any]
    built: bool
    build: Callable[..., Any]

    @property
    def inputs(self) -> Any:
        """The fitted inputs that the model reads with."""
        if self.inputs_fitted is None:
            raise ParameterError(
                "this model was rebuilt from its configuration and has no catalogue; "
                "load it with mt.load, which brings the inputs too"
            )
        return self.inputs_fitted

    @property
    def catalogue(self) -> "Catalogue":
        """The items that are ranked."""
        return self.inputs.catalogue

    @property
    def popularity(self) -> np.ndarray:
        """``(items,)`` counts in the training part."""
        return self.inputs.popularity

    def scores(self, histories: "Histories") -> np.ndarray:
        """Logits of the next item.

        Args:
            histories: ``n`` pasts.

        Returns:
            ``(n, items)`` float32; column j is item id j + 2; higher is better.
        """
        name = self._next_item().name
        return self._batches("scores", lambda x, given: self._last(x)[name], histories)

    def log_prob(self, histories: "Histories", items: np.ndarray) -> np.ndarray:
        """ln p(item | history) over the catalogue.

        Args:
            histories: ``n`` pasts.
            items: ``(n,)`` item ids ≥ 2.

        Returns:
            ``(n,)`` nats.
        """
        name = self._next_item().name

        def chosen(x: dict[str, Any], given: Any) -> Any:
            logits = ops.cast(self._last(x)[name], "float32")
            picked = ops.take_along_axis(logits, given - 2, axis=1)[:, 0]
            return picked - ops.logsumexp(logits, axis=1)

        return self._batches("log_prob", chosen, histories, self._checked(items, least=2))

    def predict_events(self, histories: "Histories", items: np.ndarray) -> dict[str, np.ndarray]:
        """What each task expects of an event with a given item: a rating, a probability, …

        Args:
            histories: ``n`` pasts.
            items: ``(n,)`` item ids ≥ 1.

        Returns:
            ``{task name: (n,)}`` for the tasks that are given the item.
        """
        tasks = [task for task in self.tasks if "item" in task.given]
        if not tasks:
            return {}

        def expected(x: dict[str, Any], given: Any) -> Any:
            outputs = self._last(x, given)
            columns = [task.expectation(outputs[task.name]) for task in tasks]
            return ops.stack([ops.cast(column, "float32") for column in columns], axis=1)

        table = self._batches("predict_events", expected, histories, self._checked(items, least=1))
        return {task.name: table[:, number] for number, task in enumerate(tasks)}

    def predict_catalogue(self, histories: "Histories", task: str) -> np.ndarray:
        """What one task expects of every item, for every history: ``(n, items)`` float32.

        For an item that was not chosen this is an extrapolation: the log shows outcomes of chosen
        items only.
        """
        names = [kind.name for kind in self.tasks if "item" in kind.given]
        if task not in names:
            raise ParameterError(f"task must be one that is given the item: {names}, got {task!r}")
        number = [kind.name for kind in self.tasks].index(task)
        kind, head = self.tasks[number], self.heads[number]

        def every(x: dict[str, Any], given: Any) -> Any:
            vectors = self.trunk.table()[2 : self.trunk.spec.items + 2]
            mixed = self.mixer(self.trunk(x)[:, -1:], tasks=len(self.tasks))[number][:, 0]
            return kind.expectation(head.catalogue(mixed, vectors))

        return self._batches(f"predict_catalogue/{task}", every, histories)

    def states(self, histories: "Histories") -> np.ndarray:
        """The trunk's last state of each history, ``(n, width)`` float32."""
        return self._batches("states", lambda x, given: self.trunk(x)[:, -1], histories)

    def _next_item(self) -> Any:
        for task in self.tasks:
            if task.label == "item" and not task.given:
                return task
        raise ParameterError(
            "this model has no next-item task and ranks nothing; add mt.tasks.NextItem()"
        )

    def _checked(self, items: np.ndarray, least: int) -> np.ndarray:
        items = np.asarray(items, np.int32)
        highest = self.trunk.spec.items + 1
        if items.size and (items.min() < least or items.max() > highest):
            raise ParameterError(
                f"items must be ids in [{least}, {highest}], got {items.min()} … {items.max()}"
            )
        return items

    def _last(self, x: dict[str, Any], given: Any = None) -> dict[str, Any]:
        """What every task says after the last event, ``(batch, units)`` each."""
        outputs = self.answer(self.trunk(x)[:, -1:], given)
        return {name: output[:, 0] for name, output in outputs.items()}

    def _batches(
        self,
        name: str,
        step: Callable[[dict[str, Any], Any], Any],
        histories: "Histories",
        items: np.ndarray | None = None,
    ) -> np.ndarray:
        """Run ``step`` over batches of one constant shape; it is traced once a model and name."""
        if not self.built:
            self.build()
        compiled = self.__dict__.setdefault("_traced", {}).setdefault(name, tf.function(step))
        size = min(BATCH, len(histories))
        found = []
        for start in range(0, len(histories), BATCH):
            part = np.arange(start, min(start + BATCH, len(histories)))
            rows = np.pad(part, (0, size - len(part)), mode="edge")
            x = self.trunk.arrays(histories[rows])
            given = None if items is None else tf.constant(items[rows][:, None])
            tensors = {key: tf.constant(value) for key, value in x.items()}
            # A plain call is counted with those of other models: five models, and TensorFlow warns.
            traced = compiled.get_concrete_function(tensors, given)
            found.append(np.asarray(traced(tensors, given), np.float32)[: len(part)])
        return np.concatenate(found) if found else np.zeros((0,), np.float32)
