"""Will the person be back soon?"""

from typing import TYPE_CHECKING, Any

import keras
from keras import ops

from mtrec_lib.core.errors import ParameterError
from mtrec_lib.core.types import Batch, Tensor
from mtrec_lib.tasks.binary import Binary

if TYPE_CHECKING:
    from mtrec_lib.data.log import Log


@keras.saving.register_keras_serializable("mtrec")
class ReturnWithin(Binary):
    """p(another visit within ``days`` of this event | item, history). An auxiliary horizon label.

    It looks at later events, so it is no factor of this one, and labels of neighbouring events
    overlap in time. An event whose horizon crosses the end of its part of the split, or of the
    log, is left out even if a return is seen: else only the returns among them would count. A
    visit is a session, or a day where the log has no sessions.

    Args:
        days: the horizon, > 0.
        hidden: hidden units of the head.
        dropout: rate in the head.

    Raises:
        ParameterError: ``days`` that is not above 0.

    >>> ReturnWithin(days=7).name, ReturnWithin().kind
    ('return_within_7', 'auxiliary')

    Taught in chapter 07.
    """

    label = "until_return"
    given = ("item",)
    kind = "auxiliary"

    def __init__(self, days: float = 7, hidden: int = 64, dropout: float = 0.1) -> None:
        if not days > 0:
            raise ParameterError(f"days must be > 0, got {days}")
        super().__init__(hidden, dropout)
        self.days, self.name = days, f"return_within_{days:g}"

    def missing_in(self, log: "Log") -> str | None:
        """Why a log cannot carry this task, or None if it can."""
        return None if log.has("timestamp") else f"the log {log.name} has no times"

    def target(self, y: Batch) -> Tensor:
        """1 where the next visit begins in time, else 0."""
        return ops.cast(y["until_return"] <= self.days, "float32")

    def mask(self, y: Batch) -> Tensor:
        """1 where the whole horizon was followed."""
        return ops.cast(y["followed_for"] >= self.days, "float32")

    def get_config(self) -> dict[str, Any]:
        """Constructor arguments."""
        return {"days": self.days} | super().get_config()
