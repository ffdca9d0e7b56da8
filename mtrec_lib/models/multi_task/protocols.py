"""What a multi-task model needs of its tasks and of the object that weighs them."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Protocol

import keras

from mtrec_lib.core.types import Batch, States, Tensor

if TYPE_CHECKING:
    from mtrec_lib.data.log import Log
    from mtrec_lib.features.inputs import Inputs
    from mtrec_lib.features.sequences.spec import InputSpec


class TaskLike(Protocol):
    """A question about the next event; :class:`mtrec_lib.tasks.Task` explains each member."""

    name: str
    label: str
    given: tuple[str, ...]
    conditions: tuple[str, ...]
    transfer_from: str
    wide: bool
    also: tuple[str, ...]

    @property
    def own_train_loss(self) -> bool: ...
    def missing_in(self, log: "Log") -> str | None: ...
    def prepare(self, inputs: "Inputs | None") -> None: ...
    def make_head(self, spec: "InputSpec", width: int) -> keras.layers.Layer: ...
    def output(
        self,
        head: keras.layers.Layer,
        states: States,
        table: Tensor,
        item: Tensor | None,
        training: bool,
        **transferred: Tensor,
    ) -> Tensor: ...
    def mask(self, y: Batch) -> Tensor: ...
    def loss(self, output: Tensor, y: Batch) -> Tensor: ...
    def train_loss(
        self, head: keras.layers.Layer, states: States, table: Tensor, y: Batch
    ) -> Tensor: ...
    def combine(self, output: Tensor, answers: Mapping[str, Tensor]) -> Tensor: ...
    def tempered(self, output: Tensor, temperature: Tensor | float) -> Tensor: ...
    def readings(self, output: Tensor) -> dict[str, Tensor]: ...


class BalancingLike(Protocol):
    """Weighs the tasks; :class:`mtrec_lib.training.Balancing` explains each member."""

    needs_gram: bool
    needs_after: bool
    tempers: bool
    at: str
    variables: list[keras.Variable]
    trainable_variables: list[keras.Variable]

    def bind(self, tasks: list[str]) -> None: ...
    def weights(self, losses: Tensor, gram: Tensor | None = None) -> Tensor: ...
    def total(self, losses: Tensor, weights: Tensor) -> Tensor: ...
    def judged(self, losses: Tensor) -> Tensor: ...
    def temperatures(self) -> Tensor: ...
    def after(self, before: Tensor, losses: Tensor) -> None: ...
    def end_epoch(self, losses: Tensor) -> None: ...
