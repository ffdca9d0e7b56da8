"""How a training goes: every number that decides its result, checked in one place."""

import math
from collections.abc import Callable
from dataclasses import dataclass, fields, replace
from numbers import Integral, Real
from typing import TYPE_CHECKING, Any

from mtrec_lib.core import nearest
from mtrec_lib.core.errors import ParameterError
from mtrec_lib.data import Split

if TYPE_CHECKING:
    from mtrec_lib.models.multi_task.model import MultiTask

Monitor = str | Callable[["MultiTask", Split], float]
MONITORS = ("auto", "ndcg@10", "loss")
PARTS = ("train", "validation", "test")


@dataclass(frozen=True, kw_only=True)
class Settings:
    """How :func:`fit` trains. All values but ``max_seconds`` and ``jit_compile`` decide the result.

    Args:
        epochs: passes over the training events (≥ 1).
        batch_size: rows a step; a packed row holds about ``max_length`` targets, a window half.
        learning_rate: of AdamW (> 0), falling to a tenth along a cosine over ``epochs``.
        weight_decay: of AdamW (≥ 0).
        monitor: ``"ndcg@10"`` (higher is better) or ``"loss"`` (lower is better) on the validation
            part, or a function ``(model, split) -> float`` (higher is better); ``"auto"`` takes
            NDCG where the model ranks. None: nothing is validated, all epochs are trained, and the
            last weights stay.
        patience: stop after so many validations without a new best, after the first such one for 0
            and for 1; None never stops early.
        every: epochs between two validations (≥ 1); the last epoch is always validated.
        average: momentum of the average of weights, in [0, 1), or None for the weights themselves.
        hide_ratings: share of the pieces of histories that are read without their ratings and
            flags, in [0, 1], so that the model also learns to read a past that has none.
        parts: whose events are trained on: ``("train",)``; for a final model, once everything is
            chosen, ``("train", "validation")`` or all three, with ``monitor=None``.
        max_seconds: stop after the epoch in which this much training time has passed (≥ 0).
        jit_compile: compile the step with XLA (a few seconds once, faster steps after).
        seed: of data order and dropout, a whole number.

    Raises:
        ParameterError: a value of another kind or out of range.

    >>> Settings(epochs=3).learning_rate
    0.002
    >>> Settings(learning_rate=-1)
    Traceback (most recent call last):
    ...
    mtrec_lib.core.errors.ParameterError: learning_rate must be a finite number > 0, got -1

    Taught in chapter 04.
    """

    epochs: int = 30
    batch_size: int = 32
    learning_rate: float = 2e-3
    weight_decay: float = 0.01
    monitor: Monitor | None = "auto"
    patience: int | None = None
    every: int = 1
    average: float | None = 0.99
    hide_ratings: float = 0.1
    parts: tuple[str, ...] = ("train",)
    max_seconds: float | None = None
    jit_compile: bool = True
    seed: int = 0

    def __post_init__(self) -> None:
        for name, least in (("epochs", 1), ("batch_size", 1), ("every", 1), ("patience", 0)):
            _whole(self, name, least, optional=name == "patience")
        _whole(self, "seed", -(2**63), optional=False)
        _number(self, "learning_rate", "> 0", lambda value: value > 0)
        _number(self, "weight_decay", "≥ 0", lambda value: value >= 0)
        _number(self, "average", "in [0, 1), or None", lambda value: 0 <= value < 1)
        _number(self, "hide_ratings", "in [0, 1]", lambda value: 0 <= value <= 1)
        _number(self, "max_seconds", "≥ 0, or None", lambda value: value >= 0)
        if not isinstance(self.jit_compile, bool):
            raise ParameterError(f"jit_compile must be True or False, got {self.jit_compile!r}")
        object.__setattr__(self, "parts", _parts(self.parts))
        _check_monitor(self.monitor)
        if self.monitor is None and self.patience is not None:
            raise ParameterError(
                f"patience waits for a better monitor, got patience={self.patience} and "
                "monitor=None; name a monitor, or leave patience out"
            )
        if isinstance(self.monitor, str) and "validation" in self.parts:
            raise ParameterError(
                f"monitor must be None where the validation part is trained on, got "
                f"{self.monitor!r} and parts={self.parts}: it would choose by what it has learned"
            )


def settled(settings: Settings | None, changes: dict[str, Any]) -> Settings:
    """Settings with some values changed.

    Raises:
        ParameterError: a name that no setting has, with the nearest one.
    """
    names = [field.name for field in fields(Settings)]
    for name in changes:
        if name not in names:
            near = nearest(name, [*names, "balancing", "callbacks", "checkpoint"], n=1)
            hint = f"did you mean {near[0]!r}?" if near else f"there are {', '.join(names)}"
            raise ParameterError(f"fit has no argument {name!r}; {hint}")
    if settings is not None and not isinstance(settings, Settings):
        raise ParameterError(
            f"settings must be mt.training.Settings(...), got {settings!r}; "
            "write fit(model, split, epochs=3) to change single ones"
        )
    return replace(settings or Settings(), **changes)


def _whole(settings: Settings, name: str, least: int, optional: bool) -> None:
    value = getattr(settings, name)
    if value is None and optional:
        return
    if isinstance(value, bool) or not isinstance(value, Integral) or int(value) < least:
        bound = "" if least < 0 else f" ≥ {least}"
        or_none = ", or None" if optional else ""
        raise ParameterError(f"{name} must be a whole number{bound}{or_none}, got {value!r}")
    object.__setattr__(settings, name, int(value))  # NumPy's integers are no JSON


def _number(settings: Settings, name: str, rule: str, holds: Callable[[float], bool]) -> None:
    value = getattr(settings, name)
    if value is None and "None" in rule:
        return
    is_number = not isinstance(value, bool) and isinstance(value, Real)
    if not is_number or not math.isfinite(value) or not holds(float(value)):
        raise ParameterError(f"{name} must be a finite number {rule}, got {value!r}")
    object.__setattr__(settings, name, float(value))


def _parts(parts: Any) -> tuple[str, ...]:
    chosen = tuple(parts) if isinstance(parts, list | tuple) else (parts,)
    if chosen not in {PARTS[:1], PARTS[:2], PARTS}:
        raise ParameterError(
            f"parts must be ('train',), ('train', 'validation') or {PARTS}, got {parts!r}"
        )
    return chosen


def _check_monitor(monitor: object) -> None:
    if monitor is None or callable(monitor) or monitor in MONITORS:
        return
    near = nearest(str(monitor), MONITORS, n=1)
    raise ParameterError(
        f"monitor must be 'auto', 'ndcg@10', 'loss', None or a function, got {monitor!r}"
        + (f"; did you mean {near[0]!r}?" if near else "")
    )
