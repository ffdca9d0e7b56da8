"""The direction that every gradient sees under the same angle."""

from keras import ops

from mtrec_lib.core.types import Tensor
from mtrec_lib.training.balancing.gradients.gradient_balancing import GradientBalancing
from mtrec_lib.training.balancing.gradients.quadratic import solve_ridged, unit_rows


class IMTLG(GradientBalancing):
    """Impartial multi-task learning, its gradient half: d·g_i/‖g_i‖ is the same for every i.

    So Mα ∝ ‖g‖, with Σα_i = 1 as the scale. The direction does not depend on the scale of any
    loss. α may be negative, and where Σα_i would be, the published formula climbs on every task:
    here the sign is the descending one and |Σα_i| = 1. Near Σα_i = 0 the step is long. A gradient
    of zero is left out.

    Args:
        at: where gradients are taken: ``"representation"`` or ``"parameters"``.

    Raises:
        ParameterError: another word for ``at``.

    >>> [round(float(w), 3) for w in IMTLG().weights(None, [[1.0, 0.0], [0.0, 4.0]])]
    [0.667, 0.333]

    Source: Liu et al., Towards impartial multi-task learning, ICLR 2021, eq. 3–5.
    Taught in chapter 06.
    """

    def combine(self, gram: Tensor) -> Tensor:
        """C⁻¹1 / ‖g‖, with C the cosines, divided by its sum."""
        cosines, lengths = unit_rows(gram)
        angled = ops.cast(ops.diagonal(cosines) > 0, "float32")  # a gradient of zero has no angle
        equal = solve_ridged(cosines[None], angled[None, :, None])[0, :, 0]
        weights = equal / (lengths / ops.max(lengths))
        least = 1e-6 * ops.sum(ops.abs(weights)) + 1e-18
        return weights / ops.maximum(ops.abs(ops.sum(weights)), least)
