"""One trunk, one state a task, one head a task: the model, its scores and its training step."""

from mtrec_lib.models.multi_task.model import MultiTask

__all__ = ["MultiTask"]
