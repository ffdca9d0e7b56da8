"""Will it be something that the person had before?"""

from typing import TYPE_CHECKING

import keras

from mtrec_lib.tasks.binary import Binary

if TYPE_CHECKING:
    from mtrec_lib.data.log import Log


@keras.saving.register_keras_serializable("mtrec")
class Repeat(Binary):
    """p(the next item is one of the past | history). A coarse view of the item, given nothing.

    With the item and the past known nothing is left to be random. The label is derived from the
    whole past of the person, whatever the length that the trunk sees.

    Args:
        hidden: hidden units of the head.
        dropout: rate in the head.

    >>> Repeat().kind, Repeat().given
    ('coarse view', ())

    Taught in chapter 07.
    """

    name = label = "repeat"
    kind = "coarse view"

    def missing_in(self, log: "Log") -> str | None:
        """Why a log cannot carry this task, or None if it can."""
        return None if log.about.repeats else f"nobody comes back to an item in {log.name}"
