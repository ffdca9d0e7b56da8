"""The model protocol for a Keras model: scores, log probabilities and predictions."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, Self, cast

import keras
import numpy as np
import tensorflow as tf
from keras import ops
from numpy.typing import NDArray

from mtrec_lib.core.errors import ParameterError
from mtrec_lib.core.types import Batch, States, Tensor
from mtrec_lib.models.multi_task.rebuilding import with_more_items

if TYPE_CHECKING:
    import polars as pl

    from mtrec_lib.data import Catalogue, Histories
    from mtrec_lib.features.inputs import Inputs
    from mtrec_lib.features.pairs.pair_features import PairFeatures
    from mtrec_lib.models.multi_task.protocols import TaskLike
    from mtrec_lib.models.trunks.trunk import Trunk

BATCH = 128


class Scoring:
    """Mixed into :class:`MultiTask`: what evaluation and recommendation ask of every model."""

    saved_as = "multi_task"
    inputs_fitted: "Inputs | None"
    tasks: "Sequence[TaskLike]"
    heads: list[keras.layers.Layer]
    trunk: "Trunk"
    answer: Callable[..., dict[str, Tensor]]
    mixed: Callable[..., tuple[States, ...]]
    built: bool
    weights: list[keras.Variable]
    build: Callable[..., None]

    @property
    def inputs(self) -> "Inputs":
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

    @property
    def repeats(self) -> bool:
        """Whether people come back to the same item in the log that the inputs were fitted on."""
        return bool(self.inputs.repeats)

    @property
    def fitted_on(self) -> dict[str, Any]:
        """Name and SHA-256 of the log that the inputs were fitted on, protocol of the split."""
        return dict(self.inputs.fitted_on)

    def with_items(self, items: "pl.DataFrame", vectors: NDArray[Any] | None = None) -> Self:
        """The same model over a catalogue with more items, without training.

        A new item begins as the mean of those that were chosen in training (its own embedding and
        bias; nothing, where ``item_ids`` says that it has none), plus what its categories, year
        and price say and, for a trunk with ``item_vectors``, its vector. What the model says of
        old items is unmoved to the last bit; probabilities are shared with the new ones.

        Args:
            items: ``item_id`` and any other columns of the catalogue, one row a new item. They
                get the ids behind the last one.
            vectors: ``(new items, columns)`` for a trunk with ``item_vectors``, made as those
                were.

        Returns:
            Another model, not compiled; this one is left as it is.

        Raises:
            ParameterError: an item is in the catalogue already, a table that does not fit, or
                vectors that are missing, not wanted, of another shape or not finite.
        """
        return with_more_items(self, items, vectors)

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

        def chosen(x: Batch, given: Any) -> Tensor:
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
            ``{name: (n,)}`` for the tasks that answer with one number, and for what else can be
            read off their answers, such as ``"buy_shown"``.
        """
        names = self._numbers()
        if not names:
            return {}

        def expected(x: Batch, given: Tensor | None) -> Tensor:
            outputs = self._last(x, given)
            read = [task.readings(outputs[task.name])[name] for name, task in names.items()]
            return ops.stack([ops.cast(column, "float32") for column in read], axis=1)

        items = self._checked(items, least=1)
        table = self._batches("predict_events", expected, histories, items, beside=items[:, None])
        table = table.reshape(len(histories), len(names))
        return {name: table[:, number] for number, name in enumerate(names)}

    def predict_catalogue(self, histories: "Histories", task: str) -> np.ndarray:
        """What one task expects of every item, for every history: ``(n, items)`` float32.

        ``task`` may be the name of anything that :meth:`predict_events` says given the item. For an
        item that was not chosen this is an extrapolation: the log shows outcomes of chosen items
        only.
        """
        names = {name: kind for name, kind in self._numbers().items() if "item" in kind.given}
        if task not in names:
            raise ParameterError(
                f"task must be one that is given the item: {list(names)}, got {task!r}"
            )
        kind, catalogue = names[task], np.arange(2, self.trunk.spec.items + 2, dtype=np.int32)

        def every(x: Batch, given: Tensor | None) -> Tensor:
            # One row of items for all pasts: a head's first layer is split, and neither half is
            # repeated for the other; what stands beside the state is another row for everybody.
            rows = x["beside"].shape[0] if "beside" in x else 1
            items = ops.tile(catalogue[None, :], (rows, 1))
            return kind.readings(self.answer(x, items, last=True)[kind.name])[task]

        return self._batches(f"predict_catalogue/{task}", every, histories, beside=catalogue)

    def states(self, histories: "Histories") -> np.ndarray:
        """The trunk's last state of each history, ``(n, width)`` float32."""
        return self._batches("states", lambda x, given: self.trunk(x)[:, -1], histories)

    def _numbers(self) -> "dict[str, TaskLike]":
        """Name of each number that is predicted of an event, and the task that predicts it."""
        answered = {"item"} | {task.label for task in self.tasks}
        by_name: dict[str, TaskLike] = {}
        for task in self.tasks:
            if not task.wide:
                by_name[task.name] = task
                by_name |= dict.fromkeys(task.also if set(task.given) <= answered else (), task)
        return by_name

    def _next_item(self) -> "TaskLike":
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

    def _beside(self, past: "Histories", items: np.ndarray, rows: np.ndarray) -> np.ndarray:
        """``(n, k, numbers)`` beside ``k`` items each: ``(all, k)`` ids, or ``(k,)`` for all."""
        ids = items[rows] if items.ndim == 2 else np.tile(items, (len(past), 1))
        each = np.repeat(np.arange(len(past)), ids.shape[1])
        numbers = cast("PairFeatures", self.inputs.beside).of(past[each], ids.ravel())
        return numbers.reshape(*ids.shape, -1)

    def _last(self, x: Batch, given: Tensor | None = None) -> dict[str, Tensor]:
        """What every task says after the last event, ``(batch, units)`` each."""
        outputs = self.answer(x, given, last=True)
        return {name: output[:, 0] for name, output in outputs.items()}

    def _batches(
        self,
        name: str,
        step: Callable[[Batch, Tensor | None], Tensor],
        histories: "Histories",
        items: np.ndarray | None = None,
        beside: np.ndarray | None = None,
    ) -> np.ndarray:
        """Run ``step`` over batches of one constant shape; it is traced once a model and name."""
        if not self.built:
            self.build()
        compiled = self.__dict__.setdefault("_traced", {}).setdefault(name, tf.function(step))
        size = min(BATCH, len(histories))
        answers = []
        for start in range(0, len(histories), BATCH):
            part = np.arange(start, min(start + BATCH, len(histories)))
            rows = np.pad(part, (0, size - len(part)), mode="edge")
            x = self.trunk.arrays(histories[rows])
            if beside is not None and self.trunk.spec.beside:
                x["beside"] = self._beside(histories[rows], beside, rows)
            given = None if items is None else tf.constant(items[rows][:, None])
            tensors = {key: tf.constant(value) for key, value in x.items()}
            # A plain call is counted with those of other models: five models, and TensorFlow warns.
            traced = compiled.get_concrete_function(tensors, given)
            answers.append(np.asarray(traced(tensors, given), np.float32)[: len(part)])
        return np.concatenate(answers) if answers else np.zeros((0,), np.float32)
