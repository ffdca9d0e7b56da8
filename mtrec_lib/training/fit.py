"""The fit loop: Keras ``fit``, an epoch at a time, with validation, averaging and exact resume."""

import os
import sys
import time
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import Any

import keras
import numpy as np

from mtrec_lib.core import derive, fingerprint
from mtrec_lib.core.errors import DivergedError, ParameterError
from mtrec_lib.data import Split
from mtrec_lib.training.averaging import WeightAverage, assign
from mtrec_lib.training.checkpoint import Checkpoints
from mtrec_lib.training.monitor import monitored

UNDECAYED = ["bias", "gamma", "beta", "log_sigma", "log_variance"]
HIDE_RATINGS = 0.1  # of the pieces: a model must also read a past that has none
Monitor = str | Callable[[Any, Split], float]


def fit(
    model: Any,
    split: Split,
    *,
    epochs: int = 30,
    batch_size: int = 32,
    learning_rate: float = 2e-3,
    weight_decay: float = 0.01,
    balancing: Any = None,
    monitor: Monitor = "auto",
    patience: int | None = None,
    every: int = 1,
    average: float | None = 0.99,
    max_seconds: float | None = None,
    jit_compile: bool = True,
    checkpoint: Path | str | None = None,
    restart: bool = False,
    seed: int = 0,
    progress: bool | None = None,
) -> list[dict[str, float]]:
    """Train a :class:`mtrec_lib.models.MultiTask` and leave its best weights in it.

    The data order, the dropout masks and so the result depend on ``seed`` alone; a training that
    was killed goes on from its checkpoint to the very same weights.

    Args:
        model: the model; it is compiled here with AdamW.
        split: where its windows (training part) and its validation come from.
        epochs: passes over the training events (≥ 1).
        batch_size: rows a step; a packed row holds about ``max_length`` targets, a window half.
        learning_rate: of AdamW, falling to a tenth along a cosine over ``epochs``.
        weight_decay: of AdamW.
        balancing: how tasks are weighed; default: every λ is one.
        monitor: ``"ndcg@10"`` (higher is better) or ``"loss"`` (lower is better) on the validation
            part, or a function ``(model, split) -> float`` (higher is better); ``"auto"`` takes
            NDCG where the model ranks.
        patience: stop after so many validations without a new best; None never stops early.
        every: epochs between two validations; the last epoch is always validated.
        average: momentum of the average of weights, or None for the weights themselves.
        max_seconds: stop after the epoch in which this much training time has passed.
        jit_compile: compile the step with XLA (a few seconds once, faster steps after).
        checkpoint: folder for resuming; None keeps nothing.
        restart: begin anew although the folder holds a checkpoint.
        seed: of data order and dropout.
        progress: print a line an epoch; default: only in a terminal.

    Returns:
        One dictionary an epoch: losses, ``seconds``, and ``monitor`` where it was validated.

    Raises:
        DivergedError: a loss or a weight is not finite; the best weights so far are in the model.
        CheckpointError: the checkpoint belongs to another training.
        ParameterError: an argument out of range.

    Taught in chapter 04.
    """
    if epochs < 1 or every < 1:
        raise ParameterError(f"epochs and every must be ≥ 1, got {epochs} and {every}")
    windows = model.trunk.feed(split, batch_size=batch_size, seed=seed, hide_ratings=HIDE_RATINGS)
    steps = windows.steps(0) * epochs
    rate = keras.optimizers.schedules.CosineDecay(learning_rate, steps, alpha=0.1)
    optimizer = keras.optimizers.AdamW(rate, weight_decay=weight_decay, clipnorm=1.0)
    optimizer.exclude_from_weight_decay(var_names=UNDECAYED)
    model.compile(optimizer=optimizer, balancing=balancing, jit_compile=False)
    # Keras refuses XLA where TensorFlow's op determinism is on, as in every chapter; on a CPU the
    # compiled step is deterministic all the same, so its refusal is passed by.
    model._jit_compile = jit_compile
    if not model.built:
        model.build()
    optimizer.build(model.learned)
    identity = _identity(
        model, split, epochs, batch_size, learning_rate, weight_decay, average, seed, balancing
    )
    loop = _Loop(model, split, windows, monitored(model, monitor), seed, average)
    store = Checkpoints(checkpoint, identity) if checkpoint is not None else None
    if store is not None and restart:
        store.clear()  # later epochs of an older training would outlive the new ones
    elif store is not None:
        loop.resume(store.latest())
    show = progress if progress is not None else sys.stdout.isatty()
    while loop.epoch < epochs and not loop.finished(patience, max_seconds):
        loop.one_epoch(validate=(loop.epoch + 1) % every == 0 or loop.epoch + 1 == epochs)
        if store is not None:
            store.save(loop.epoch, *loop.state())
        report(_line(loop.epoch, epochs, loop.history[-1]), show)
    loop.keep_best()
    return loop.history


class _Loop:
    """The state of one training."""

    def __init__(
        self, model: Any, split: Split, windows: Any, judge: Any, seed: int, average: float | None
    ) -> None:
        self.model, self.split, self.windows = model, split, windows
        self.judge, self.seed = judge, seed
        self.average = WeightAverage(average) if average else None
        self.epoch = 0
        self.history: list[dict[str, float]] = []
        self.best: list[np.ndarray] = []
        self.best_value, self.waited = -np.inf, 0

    def one_epoch(self, validate: bool) -> None:
        """Train one epoch, check that all is finite, validate."""
        started = time.perf_counter()
        reseed(self.model, self.seed, self.epoch)
        callbacks = [self.average] if self.average else []
        record = self.model.fit(
            self.windows.dataset(self.epoch), verbose=0, shuffle=False, callbacks=callbacks
        )
        logs = {name: float(values[-1]) for name, values in record.history.items()}
        self._check_finite(logs)
        logs["seconds"] = time.perf_counter() - started
        if validate:
            logs["monitor"] = self._validate()
        self.epoch += 1
        self.history.append(logs)

    def _validate(self) -> float:
        with self._averaged():
            value = self.judge(self.model, self.split)
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

    def finished(self, patience: int | None, max_seconds: float | None) -> bool:
        """Whether patience or time has run out."""
        spent = sum(logs["seconds"] for logs in self.history)
        impatient = patience is not None and self.waited >= patience
        late = max_seconds is not None and bool(self.history) and spent >= max_seconds
        return impatient or late

    def keep_best(self) -> None:
        """Leave the best weights in the model."""
        if self.best:
            assign(self.model.learned, self.best)

    def state(self) -> tuple[dict[str, np.ndarray], dict[str, Any]]:
        """All arrays and numbers that the next epoch depends on."""
        arrays = {f"model_{n}": v.numpy() for n, v in enumerate(self._variables())}
        optimizer = self.model.optimizer.variables
        arrays |= {f"optimizer_{n}": v.numpy() for n, v in enumerate(optimizer)}
        arrays |= {f"best_{n}": value for n, value in enumerate(self.best)}
        if self.average:
            arrays |= {f"average_{n}": value for n, value in enumerate(self.average.averages)}
        best = None if np.isinf(self.best_value) else self.best_value
        updates = self.average.updates if self.average else 0
        return arrays, {
            "history": self.history,
            "best_value": best,
            "waited": self.waited,
            "updates": updates,
        }

    def _variables(self) -> list[Any]:
        """Of the model, and of what weighs its tasks."""
        balancing = self.model.balancing
        return [*self.model.variables, *(balancing.variables if balancing is not None else ())]

    def resume(self, found: tuple[int, dict[str, np.ndarray], dict[str, Any]] | None) -> None:
        """Take the state of a checkpoint."""
        if found is None:
            return
        self.epoch, arrays, state = found
        assign(self._variables(), _numbered(arrays, "model"))
        assign(self.model.optimizer.variables, _numbered(arrays, "optimizer"))
        self.best = _numbered(arrays, "best")
        self.history, self.waited = state["history"], state["waited"]
        self.best_value = -np.inf if state["best_value"] is None else state["best_value"]
        if self.average:
            self.average.averages = _numbered(arrays, "average")
            self.average.updates = state["updates"]


def reseed(model: Any, seed: int, epoch: int) -> None:
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


def _identity(
    model: Any,
    split: Split,
    epochs: int,
    batch_size: int,
    learning_rate: float,
    weight_decay: float,
    average: float | None,
    seed: int,
    balancing: Any,
) -> dict[str, Any]:
    return {
        "model": fingerprint(_nameless(model.get_config())),
        "data": split.log.hash,
        "split": split.protocol.name,
        "epochs": epochs,
        "batch_size": batch_size,
        "learning_rate": learning_rate,
        "weight_decay": weight_decay,
        "average": average,
        "seed": seed,
        "balancing": _config_of(balancing),
        "keras": keras.__version__,
    }


def _config_of(balancing: Any) -> dict[str, Any]:
    """The kind of a balancing method and its settings; nothing where every λ is one."""
    if balancing is None:
        return {}
    return {"kind": type(balancing).__name__, "at": balancing.at} | balancing.get_config()


def _nameless(config: Any) -> Any:
    """A configuration without the names that Keras numbers anew for every object."""
    if isinstance(config, dict):
        passing = {"name", "build_config", "shared_object_id"}
        return {key: _nameless(value) for key, value in config.items() if key not in passing}
    return [_nameless(value) for value in config] if isinstance(config, list) else config


def report(line: str, show: bool) -> None:
    """Print a line of progress, and leave it where the runner of chapters looks for it."""
    if show:
        print(line, flush=True)
    board = os.environ.get("MTREC_PROGRESS")
    if board:
        Path(board).write_text(line + "\n", encoding="utf-8")


def _line(epoch: int, epochs: int, logs: dict[str, float]) -> str:
    numbers = "  ".join(f"{name} {value:.4f}" for name, value in logs.items())
    return f"epoch {epoch}/{epochs}  {numbers}"
