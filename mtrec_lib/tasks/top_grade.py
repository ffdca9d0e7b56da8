"""Will it get the best grade?"""

from typing import TYPE_CHECKING

import keras

from mtrec_lib.core.errors import ParameterError
from mtrec_lib.tasks.like import Like

if TYPE_CHECKING:
    from mtrec_lib.data.log import Log
    from mtrec_lib.features.inputs import Inputs


@keras.saving.register_keras_serializable("mtrec")
class TopGrade(Like):
    """p(rating = best grade | history, item). A coarse view of the rating, given the item.

    Args:
        at: the best grade; default: the last of the log's scale.
        hidden: hidden units of the head.
        dropout: rate in the head.

    >>> TopGrade(at=5).given
    ('item',)

    Taught in chapter 07.
    """

    name = "top"

    def prepare(self, inputs: "Inputs | None") -> None:
        """Take the best grade from the log, where none was given."""
        if self.at is None and inputs is not None and inputs.spec.grades:
            self.at = inputs.spec.grades[-1]
        if self.at is None:
            raise ParameterError(
                "at must be a rating: the log has no grades; mt.tasks.TopGrade(at=5)"
            )

    def missing_in(self, log: "Log") -> str | None:
        """Why a log cannot carry this task, or None if it can."""
        if self.at is None and not log.about.grades:
            return f"the log {log.name} states no grades, so none of them is the best"
        return None if log.has("rating") else f"the log {log.name} has no rating"
