"""The fit loop: Keras ``fit``, an epoch at a time, with validation, averaging and exact resume."""

import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import keras

from mtrec_lib.core.errors import ParameterError
from mtrec_lib.core.runtime.keras_settings import check_floatx
from mtrec_lib.data import Split
from mtrec_lib.evaluation.same_items import CURE, check_same_items
from mtrec_lib.evaluation.scorer import name_of
from mtrec_lib.training.checkpoint import Checkpoints
from mtrec_lib.training.identity import identity_of
from mtrec_lib.training.loop import Loop
from mtrec_lib.training.monitor import monitored
from mtrec_lib.training.rate import EpochCosine
from mtrec_lib.training.settings import Settings, settled

if TYPE_CHECKING:
    from mtrec_lib.features.sequences.feed import Feed
    from mtrec_lib.models.multi_task.model import MultiTask
    from mtrec_lib.training.balancing.balancing import Balancing

UNDECAYED = ["bias", "gamma", "beta", "log_sigma", "log_variance"]


def fit(
    model: "MultiTask",
    split: Split,
    settings: Settings | None = None,
    *,
    balancing: "Balancing | None" = None,
    callbacks: Sequence[keras.callbacks.Callback] = (),
    checkpoint: Path | str | None = None,
    restart: bool = False,
    progress: bool | None = None,
    **changes: Any,
) -> list[dict[str, float]]:
    """Train a :class:`mtrec_lib.models.MultiTask` and leave its best weights in it.

    The data order, the dropout masks and so the result depend on the settings alone; a training
    that was killed goes on from its checkpoint to the very same weights. One that has ended goes
    on from its last epoch if it is given more ``epochs``; the learning rate is from there on that
    of a training of so many epochs, and patience begins anew.

    Args:
        model: the model; it is compiled here with AdamW.
        split: where its events (those of ``parts``) and its validation come from.
        settings: how the training goes; default: ``Settings()``.
        balancing: how tasks are weighed; default: every λ is one.
        callbacks: of Keras, called as in one Keras ``fit`` of all epochs; one that sets
            ``model.stop_training`` ends the training. ``logs`` at the end of an epoch are what is
            returned for it. Their own state is not part of a checkpoint.
        checkpoint: folder for resuming; None keeps nothing.
        restart: begin anew although the folder holds a checkpoint.
        progress: print a line an epoch; default: only in a terminal.
        changes: single values of :class:`Settings`, such as ``epochs=3``.

    Returns:
        One dictionary an epoch: losses, ``seconds``, and ``monitor`` where it was validated.

    Raises:
        DivergedError: a loss or a weight is not finite; the best weights so far are in the model.
        CheckpointError: the checkpoint belongs to another training, or its folder cannot be
            written.
        ParameterError: an argument out of range; a split of other items than the model's, without
            events to train or to validate on, or without the labels of a task; a monitor that
            returns no finite number.

    Taught in chapter 04.
    """
    settings = settled(settings, changes)
    check_floatx()
    _check_log(model, split)
    judge = monitored(model, split, settings.monitor)
    feed = _feed(model, split, settings)
    rate = EpochCosine(settings.learning_rate, settings.epochs)
    _compile(model, rate, settings, balancing)
    called = _called(model, callbacks, settings.epochs)
    loop = Loop(model, split, feed, rate, judge, settings, called)
    store = None
    if checkpoint is not None:
        store = Checkpoints(checkpoint, identity_of(model, split, settings, balancing))
        _begin(loop, store, restart)
    show = progress if progress is not None else sys.stdout.isatty()
    _run(loop, store, show)
    return loop.history


def _check_log(model: "MultiTask", split: Split) -> None:
    """Pass if the split has the model's items, and labels for each of its tasks."""
    if not hasattr(model, "trunk") or not hasattr(model, "tasks"):
        raise ParameterError(
            f"fit trains a mt.models.MultiTask, got {name_of(model)}; a model that counts, and one "
            "with a loop of its own, has fit(split) itself"
        )
    if not isinstance(split, Split):
        raise ParameterError(
            f"split must be a split of a log, got {split!r}; write mt.data.split(log)"
        )
    if model.inputs_fitted is not None:
        check_same_items(model, split)
    elif model.trunk.spec.items != split.log.catalogue.size:
        raise ParameterError(
            f"the model knows {model.trunk.spec.items:,} items, the split "
            f"{split.log.catalogue.size:,}: {CURE}"
        )
    for task in model.tasks:
        reason = task.missing_in(split.log)
        if reason is not None:
            raise ParameterError(
                f"task {task.name!r} has nothing to learn: {reason}; leave it out "
                "(mt.tasks.carried(tasks, log) says which tasks a log can carry)"
            )


def _feed(model: "MultiTask", split: Split, settings: Settings) -> "Feed":
    """The batches of training."""
    feed = model.trunk.feed(
        split,
        part=settings.parts,
        batch_size=settings.batch_size,
        seed=settings.seed,
        hide_ratings=settings.hide_ratings,
    )
    if not feed.targets:
        raise ParameterError(
            f"parts {list(settings.parts)} of {split.log.name!r} hold no events to train on; "
            "choose another split"
        )
    return feed


def _compile(
    model: "MultiTask",
    rate: EpochCosine,
    settings: Settings,
    balancing: "Balancing | type[Balancing] | None",
) -> None:
    if isinstance(balancing, type):
        name = balancing.__name__
        raise ParameterError(f"balancing must be an object, got the class {name}; write {name}()")
    optimizer = keras.optimizers.AdamW(rate, weight_decay=settings.weight_decay, clipnorm=1.0)
    optimizer.exclude_from_weight_decay(var_names=UNDECAYED)
    model.compile(optimizer=optimizer, balancing=balancing, jit_compile=False)
    # Keras refuses XLA where TensorFlow's op determinism is on, as in every chapter; on a CPU the
    # compiled step is deterministic all the same, so its refusal is passed by.
    model._jit_compile = settings.jit_compile
    if not model.built:
        model.build()
    optimizer.build(model.learned)


def _called(
    model: "MultiTask", callbacks: Sequence[keras.callbacks.Callback], epochs: int
) -> keras.callbacks.CallbackList:
    """The reader's callbacks, bound to the model."""
    one = isinstance(callbacks, keras.callbacks.Callback)
    given = [callbacks] if one else list(callbacks or ())
    wrong = [each for each in given if not isinstance(each, keras.callbacks.Callback)]
    if wrong:
        raise ParameterError(
            f"callbacks must be keras.callbacks.Callback objects, got {wrong[0]!r}"
        )
    model.stop_training = False
    params = {"verbose": 0, "epochs": epochs, "steps": None}
    return keras.callbacks.CallbackList(given, model=model, **params)


def _begin(loop: Loop, store: Checkpoints, restart: bool) -> None:
    if restart:
        store.clear()  # later epochs of an older training would outlive the new ones
    else:
        loop.resume(store.latest())


def _run(loop: Loop, store: Checkpoints | None, show: bool) -> None:
    """Epoch after epoch until the end."""
    loop.callbacks.on_train_begin()
    while not loop.finished:
        loop.one_epoch()
        if store is not None:
            store.save(loop.epoch, *loop.state())
        report(_line(loop.epoch, loop.settings.epochs, loop.history[-1]), show)
    loop.callbacks.on_train_end(loop.history[-1] if loop.history else None)
    loop.keep_last()


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
