"""Which tasks a log can carry."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from mtrec_lib.tasks.task import Task

if TYPE_CHECKING:
    from mtrec_lib.data.log import Log


def carried(tasks: Sequence[Task], log: "Log") -> tuple[list[Task], dict[str, str]]:
    """Split tasks into those a log can carry and those it cannot, with the reason.

    Args:
        tasks: the tasks wanted.
        log: the log they are wanted for.

    Returns:
        The tasks to train, and ``{name: reason}`` of those left out.

    >>> import mtrec_lib as mt
    >>> log = mt.data.load("simulator", users=20, events=200)
    >>> wanted = [mt.tasks.NextItem(), mt.tasks.Rating()]
    >>> [task.name for task in carried(wanted, log)[0]]
    ['next_item', 'rating']

    Taught in chapter 07.
    """
    reasons = {task.name: task.missing_in(log) for task in tasks}
    possible = [task for task in tasks if reasons[task.name] is None]
    return possible, {name: reason for name, reason in reasons.items() if reason is not None}
