"""Will it be liked?"""

from typing import TYPE_CHECKING, Any

import keras
from keras import ops

from mtrec_lib.core.errors import ParameterError
from mtrec_lib.core.types import Batch, Tensor
from mtrec_lib.tasks.binary import Binary

if TYPE_CHECKING:
    from mtrec_lib.data.log import Log
    from mtrec_lib.features.inputs import Inputs


@keras.saving.register_keras_serializable("mtrec")
class Like(Binary):
    """p(rating ≥ at | history, item). A coarse view of the rating, given the item.

    Once the rating is known nothing is left to be random, so likelihood names no weight for it
    beside :class:`Rating`.

    Args:
        at: the rating from which an event is a like; default: what the log says.
        hidden: hidden units of the head.
        dropout: rate in the head.

    >>> Like(at=4).kind
    'coarse view'

    Taught in chapter 07.
    """

    name = "like"
    label = "rating"
    given = ("item",)
    kind = "coarse view"

    def __init__(self, at: float | None = None, hidden: int = 64, dropout: float = 0.1) -> None:
        super().__init__(hidden, dropout)
        self.at = at

    def prepare(self, inputs: "Inputs | None") -> None:
        """Take the threshold from the log, where none was given."""
        if self.at is None and inputs is not None:
            self.at = inputs.like_at
        if self.at is None:
            raise ParameterError(
                "at must be a rating: the log does not say from which rating an event is a like; "
                "write mt.tasks.Like(at=4)"
            )

    def missing_in(self, log: "Log") -> str | None:
        """Why a log cannot carry this task, or None if it can."""
        if self.at is None and log.about.like_at is None:
            return f"the log {log.name} does not say from which rating an event is a like"
        return super().missing_in(log)

    def target(self, y: Batch) -> Tensor:
        """1 for a like, else 0."""
        return ops.cast(super().target(y) >= self.at, "float32")

    def get_config(self) -> dict[str, Any]:
        """Constructor arguments."""
        return {"at": self.at} | super().get_config()
