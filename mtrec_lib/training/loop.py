"""The state of one training, and what one epoch does to it."""

import time
from contextlib import AbstractContextManager, nullcontext
from typing import TYPE_CHECKING, Any

import keras
import numpy as np

from mtrec_lib.core import derive
from mtrec_lib.core.errors import CheckpointError, DivergedError, MtrecError
from mtrec_lib.data import Split
from mtrec_lib.training.averaging import WeightAverage, assign
from mtrec_lib.training.checkpoint import Generation
from mtrec_lib.training.monitor import Judge
from mtrec_lib.training.settings import Settings

if TYPE_CHECKING:
    from mtrec_lib.features.sequences.feed import Feed
    from mtrec_lib.models.multi_task.model import MultiTask
    from mtrec_lib.training.rate import EpochCosine


class Loop:
    """Trains a compiled model epoch by epoch.

    Args:
        model: compiled, with an :class:`EpochCosine` as ``rate``.
        split: what ``judge`` judges on.
        feed: the batches of an epoch.
        rate: the learning rate of the optimizer.
        judge: higher is better; None: nothing is validated.
        settings: of the training.
        callbacks: of the reader, called as Keras would in one ``fit`` of all epochs.
    """

    def __init__(
        self,
        model: "MultiTask",
        split: Split,
        feed: "Feed",
        rate: "EpochCosine",
        judge: Judge | None,
        settings: Settings,
        callbacks: keras.callbacks.CallbackList,
    ) -> None:
        self.model, self.split, self.feed, self.rate = model, split, feed, rate
        self.judge, self.settings, self.callbacks = judge, settings, callbacks
        self.average = WeightAverage(settings.average) if settings.average else None
        self.epoch = 0
        self.history: list[dict[str, float]] = []
        self.best: list[np.ndarray] = []
        self.best_value, self.waited = -np.inf, 0
        self.stopped = False

    def one_epoch(self) -> None:
        """Train one epoch, check that all is finite, validate."""
        started = time.perf_counter()
        reseed(self.model, self.settings.seed, self.epoch)
        data = self.feed.dataset(self.epoch)
        self.rate.begin(self.epoch, int(self.model.optimizer.iterations), int(data.cardinality()))
        self.callbacks.on_epoch_begin(self.epoch)
        self.stopped = bool(self.model.stop_training)  # Keras' own fit forgets it
        own = [self.average] if self.average else []
        handing_on = [_Batches(self.callbacks)] if self.callbacks.callbacks else []
        record = self.model.fit(data, verbose=0, shuffle=False, callbacks=[*own, *handing_on])
        logs = {name: float(values[-1]) for name, values in record.history.items()}
        self._check_finite(logs)
        logs["seconds"] = time.perf_counter() - started
        if self.judge is not None and self._is_due():
            logs["monitor"] = self._validate(self.judge)
        self.callbacks.on_epoch_end(self.epoch, dict(logs))
        self.stopped = self.stopped or bool(self.model.stop_training)
        self.epoch += 1
        self.history.append(logs)

    def _is_due(self) -> bool:
        """Whether the running epoch ends with a validation."""
        number = self.epoch + 1
        return number % self.settings.every == 0 or number == self.settings.epochs

    def _validate(self, judge: Judge) -> float:
        with self._averaged():
            try:
                value = judge(self.model, self.split)
            except MtrecError:
                self.keep_best()
                raise
            if value > self.best_value:
                self.best_value, self.waited = value, 0
                self.best = [variable.numpy() for variable in self.model.learned]
            else:
                self.waited += 1
        return value

    def _averaged(self) -> AbstractContextManager[None]:
        return self.average.swapped(self.model) if self.average else nullcontext()

    def _check_finite(self, logs: dict[str, float]) -> None:
        bad = [name for name, value in logs.items() if not np.isfinite(value)]
        weights = {v.path: v.numpy() for v in self.model.learned}
        bad += [name for name, value in weights.items() if not np.isfinite(value).all()]
        if bad:
            self.keep_best()
            raise DivergedError(
                f"epoch {self.epoch + 1}: not finite: {', '.join(bad[:5])}, at learning rate "
                f"{float(self.model.optimizer.learning_rate):.2g}; the best weights so far are "
                "kept; lower learning_rate, or look for NaN in the labels"
            )

    @property
    def finished(self) -> bool:
        """Whether epochs, patience, time or a callback say that this is the end."""
        patience, seconds = self.settings.patience, self.settings.max_seconds
        spent = sum(logs["seconds"] for logs in self.history)
        impatient = patience is not None and self.waited >= max(patience, 1)
        late = seconds is not None and bool(self.history) and spent >= seconds
        return self.epoch >= self.settings.epochs or impatient or late or self.stopped

    def keep_best(self) -> None:
        """Leave the best weights in the model, where any have been validated."""
        if self.best:
            assign(self.model.learned, self.best)

    def keep_last(self) -> None:
        """Leave the best weights in the model, else the average of the last ones."""
        if self.best:
            self.keep_best()
        elif self.average and self.average.averages:
            assign(self.model.learned, self.average.averages)

    def state(self) -> tuple[dict[str, np.ndarray], dict[str, Any]]:
        """All arrays and numbers that the next epoch depends on."""
        arrays = {f"model_{n}": v.numpy() for n, v in enumerate(self._variables())}
        optimizer = self.model.optimizer.variables
        arrays |= {f"optimizer_{n}": v.numpy() for n, v in enumerate(optimizer)}
        arrays |= {f"best_{n}": value for n, value in enumerate(self.best)}
        if self.average:
            arrays |= {f"average_{n}": value for n, value in enumerate(self.average.averages)}
        return arrays, {
            "epochs": self.settings.epochs,
            "history": self.history,
            "best_value": None if np.isinf(self.best_value) else self.best_value,
            "waited": self.waited,
            "updates": self.average.updates if self.average else 0,
        }

    def _variables(self) -> list[keras.Variable]:
        """Of the model, and of what weighs its tasks."""
        balancing = self.model.balancing
        return [*self.model.variables, *(balancing.variables if balancing is not None else ())]

    def resume(self, generation: Generation | None) -> None:
        """Take the state of a checkpoint.

        Raises:
            CheckpointError: it was made for more epochs than are wanted now.
        """
        if generation is None:
            return
        epoch, arrays, state = generation
        self._check_epochs(epoch, state["epochs"])
        self.epoch = epoch
        assign(self._variables(), _numbered(arrays, "model"))
        assign(self.model.optimizer.variables, _numbered(arrays, "optimizer"))
        self.best = _numbered(arrays, "best")
        longer = self.settings.epochs > state["epochs"]  # more epochs: patience begins anew
        self.history, self.waited = state["history"], 0 if longer else state["waited"]
        self.best_value = -np.inf if state["best_value"] is None else state["best_value"]
        if self.average:
            self.average.averages = _numbered(arrays, "average")
            self.average.updates = state["updates"]

    def _check_epochs(self, reached: int, planned: int) -> None:
        if self.settings.epochs < planned:
            raise CheckpointError(
                f"the checkpoint belongs to a training of {planned} epochs and has reached "
                f"{reached}, epochs={self.settings.epochs} here is less; pass {planned} or more to "
                "go on, restart=True to begin anew, or name another folder"
            )


class _Batches(keras.callbacks.Callback):
    """Hands the steps of one epoch on; the rest the loop calls itself, once a training."""

    def __init__(self, callbacks: keras.callbacks.CallbackList) -> None:
        super().__init__()
        self.callbacks = callbacks

    def on_train_batch_begin(self, batch: int, logs: dict[str, float] | None = None) -> None:
        """As Keras calls it."""
        self.callbacks.on_train_batch_begin(batch, logs)

    def on_train_batch_end(self, batch: int, logs: dict[str, float] | None = None) -> None:
        """As Keras calls it."""
        self.callbacks.on_train_batch_end(batch, logs)


def reseed(model: "MultiTask", seed: int, epoch: int) -> None:
    """Give every generator of random numbers the state that (seed, epoch, its number) names."""
    drawing = [*model._flatten_layers(), model.balancing]
    generators = [
        one.seed_generator for one in drawing if getattr(one, "seed_generator", None) is not None
    ]
    for number, generator in enumerate(generators):
        mixed = derive(seed, "dropout", epoch, number)
        generator.state.assign(np.array([mixed % 2**31, 0], dtype="uint32"))


def _numbered(arrays: dict[str, np.ndarray], prefix: str) -> list[np.ndarray]:
    count = sum(name.startswith(f"{prefix}_") for name in arrays)
    return [arrays[f"{prefix}_{number}"] for number in range(count)]
