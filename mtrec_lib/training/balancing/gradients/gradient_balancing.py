"""What the methods that look at gradients have in common."""

from typing import Any

from keras import ops

from mtrec_lib.core.errors import ParameterError
from mtrec_lib.core.types import Tensor
from mtrec_lib.training.balancing.balancing import AT, Balancing


class GradientBalancing(Balancing):
    """A balancing method that reads weights off the inner products of the tasks' gradients.

    With the gradients as rows of a Jacobian J ``(tasks, n)`` every such method moves along
    d = Jᵀw, and w depends on J through M = JJᵀ alone: that is what ``combine`` is given, and why
    it costs nothing beside the backward passes, however many parameters there are.

    Args:
        at: where gradients are taken: ``"representation"`` or ``"parameters"``.

    Raises:
        ParameterError: another word for ``at``; more tasks than the method's ``limit``; no
            inner products.

    Taught in chapter 06.
    """

    needs_gram = True
    limit: int | None = None  # the most tasks that a method can weigh

    def __init__(self, at: str = "representation") -> None:
        super().__init__()
        if at not in AT:
            raise ParameterError(f"at must be one of {', '.join(AT)}, got {at!r}")
        self.at = at

    def check(self, tasks: list[str]) -> None:
        """Refuse more tasks than can be weighed."""
        if self.limit is not None and len(tasks) > self.limit:
            raise ParameterError(
                f"{type(self).__name__} weighs at most {self.limit} tasks, got {len(tasks)}: it "
                "solves its problem on every subset of them; take a method that does not, such "
                "as NashMTL or PCGrad"
            )

    def weights(self, losses: Tensor, gram: Tensor | None = None) -> Tensor:
        """w of each task, ``(tasks,)`` float32; ``losses`` are not looked at."""
        return self.combine(self.gram_of(gram))

    def gram_of(self, gram: Tensor | None) -> Tensor:
        """The inner products as a constant, ``(tasks, tasks)`` float32."""
        if gram is None:
            raise ParameterError(
                f"{type(self).__name__} needs gram, the inner products of the tasks' gradients "
                "(tasks, tasks), got None"
            )
        return ops.stop_gradient(ops.cast(ops.convert_to_tensor(gram), "float32"))

    def combine(self, gram: Tensor) -> Tensor:
        """w from M, ``(tasks, tasks)`` float32 → ``(tasks,)``."""
        raise TypeError(f"{type(self).__name__} must define combine")

    def get_config(self) -> dict[str, Any]:
        """Constructor arguments."""
        return {"at": self.at}
