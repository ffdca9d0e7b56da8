"""What every mixer has in common: it is built for a number of tasks."""

from typing import Any

import keras

from mtrec_lib.core.errors import ParameterError
from mtrec_lib.core.types import Shape, States


class Mixer(keras.layers.Layer):
    """From the state that the trunk hands on to one state a task.

    A subclass makes its weights in ``build(input_shape, tasks)`` and writes ``call`` and
    ``get_config``; ``hidden`` is the width of its task states, or None for that of the state. The
    number of tasks is a keyword of every call and not of the constructor: a mixer is named before
    the tasks of its model are known.

    Shapes: states ``(batch, length, width)`` and ``tasks`` = m → a tuple of m states
    ``(batch, length, ...)``; ``segment`` ``(batch, length)`` int, the pieces of packed rows, for a
    mixer that reads from one event to the next and says so of itself (``sequential``): it cannot
    answer from the last state alone.

    Raises:
        ParameterError: a call with another number of tasks than it was built for.

    Taught in chapter 07.
    """

    sequential = False
    hidden: int | None = None

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.supports_masking = True  # an LSTM trunk hands its mask on
        self.built_for: int | None = None

    def __call__(self, states: States, tasks: int = 1, **kwargs: Any) -> tuple[States, ...]:
        """One state a task; the first call builds."""
        self.prepare(states.shape, tasks)
        return super().__call__(states, tasks=tasks, **kwargs)

    def prepare(self, input_shape: Shape, tasks: int) -> None:
        """Build for this number of tasks, or see that it is the one it was built for."""
        if not self.built:
            self.build(tuple(input_shape), tasks=tasks)
        if self.built_for not in (None, tasks):
            raise ParameterError(
                f"tasks must be {self.built_for}, the number that this {type(self).__name__} was "
                f"built for, got {tasks}; make a new mixer for another model"
            )

    def compute_output_shape(self, input_shape: Shape, tasks: int = 1) -> tuple[Shape, ...]:
        """One state shape a task."""
        return ((*input_shape[:-1], self.hidden or input_shape[-1]),) * tasks
