"""Tasks: what a model is asked about the next event."""

from mtrec_lib.tasks.carried import carried
from mtrec_lib.tasks.like import Like
from mtrec_lib.tasks.next_item import NextItem
from mtrec_lib.tasks.rating import Rating
from mtrec_lib.tasks.task import Task

__all__ = ["Like", "NextItem", "Rating", "Task", "carried"]
