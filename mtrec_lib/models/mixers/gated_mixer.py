"""Mixtures of experts: what gates do, how they are inspected, and when they have collapsed."""

import numpy as np
from keras import ops
from numpy.typing import ArrayLike

from mtrec_lib.core.errors import ParameterError
from mtrec_lib.core.types import States, Tensor
from mtrec_lib.models.mixers.mixer import Mixer


class GatedMixer(Mixer):
    """A mixer whose task states are weighted means of what experts say.

    A gate is a softmax over experts, a task and a position: numbers ≥ 0 that sum to one, in
    float32 whatever the precision of the states. A subclass writes ``shares``.

    Taught in chapter 07.
    """

    def shares(self, states: States) -> Tensor:
        """Gates of a built mixer, ``(batch, length, tasks, experts)``."""
        raise TypeError(f"{type(self).__name__} must define shares")

    def gates(self, states: States, tasks: int) -> Tensor:
        """How much each task takes from each expert, at every position.

        Args:
            states: ``(batch, length, width)``, as the trunk hands them on.
            tasks: of the model.

        Returns:
            ``(tasks, batch, length, experts)`` float32; sums to one over the experts.
        """
        self.prepare(states.shape, tasks)
        return ops.moveaxis(self.shares(states), -2, 0)

    @staticmethod
    def use(gates: Tensor | ArrayLike, mask: Tensor | ArrayLike | None = None) -> np.ndarray:
        """The share of each expert in what a task reads: the mean gate.

        Args:
            gates: ``(tasks, batch, length, experts)``, of :meth:`gates`.
            mask: ``(batch, length)``, 1 or true at the positions that count; default all.

        Returns:
            ``(tasks, experts)`` float64; a row sums to one.

        Raises:
            ParameterError: the mask leaves no position.

        >>> GatedMixer.use([[[[1.0, 0.0], [0.5, 0.5]]]], mask=[[True, True]]).tolist()
        [[0.75, 0.25]]
        """
        gates = np.asarray(gates, np.float64)
        counted = np.ones(gates.shape[1:-1]) if mask is None else np.asarray(mask, np.float64)
        if not counted.sum() > 0:
            raise ParameterError("mask must leave a position, got none; take rows with events")
        return np.einsum("mbte,bt->me", gates, counted) / counted.sum()

    @staticmethod
    def effective(use: ArrayLike) -> np.ndarray:
        """exp(entropy) of each task's use: how many experts it reads, were they read alike.

        Args:
            use: ``(tasks, experts)``, of :meth:`use`.

        Returns:
            ``(tasks,)`` between 1 and the number of experts.

        >>> GatedMixer.effective([[0.25, 0.25, 0.25, 0.25], [1, 0, 0, 0]]).round(6).tolist()
        [4.0, 1.0]
        """
        use = np.asarray(use, np.float64)
        logs = np.log(np.where(use > 0, use, 1.0))  # 0 · log 0 = 0
        return np.exp(-(use * logs).sum(axis=-1))

    @staticmethod
    def collapsed(use: ArrayLike, below: float = 1.5) -> np.ndarray:
        """Which tasks in effect read one expert: ``effective(use) < below``.

        1.5 is the value at which one of two experts has 86 % of the gate. The rule looks at the
        mean gate: one that chooses a single expert at every position, but not everywhere the same,
        has not collapsed. A task that has but one expert to read always counts as collapsed. If
        all tasks have collapsed to the same expert, the mixer is a shared bottom; if each has its
        own, the tasks share the trunk alone.

        Args:
            use: ``(tasks, experts)``, of :meth:`use`.
            below: number of effective experts.

        Returns:
            ``(tasks,)`` bool.

        >>> GatedMixer.collapsed([[0.9, 0.1], [0.8, 0.2]]).tolist()
        [True, False]
        """
        return GatedMixer.effective(use) < below


def softmax(logits: Tensor) -> Tensor:
    """Softmax over the last axis in float32: in bfloat16 the shares would not sum to one."""
    # by its logarithm, because Keras warns of a softmax over a single expert
    return ops.exp(ops.log_softmax(ops.cast(logits, "float32"), axis=-1))


def blend(shares: Tensor, outputs: Tensor) -> tuple[Tensor, ...]:
    """Σ_e share_e · output_e, a reader at a time.

    Args:
        shares: ``(..., readers, experts)`` float32.
        outputs: ``(..., experts, hidden)``, of the experts.

    Returns:
        ``(..., hidden)`` for each reader, in the precision of the experts. Not one product for all:
        going back from one task must not pass through the mixtures of the others.
    """
    each = ops.unstack(ops.cast(shares, outputs.dtype), axis=-2)
    return tuple(ops.sum(share[..., None] * outputs, axis=-2) for share in each)
