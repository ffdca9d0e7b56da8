"""Masked training: events are hidden, and predicted from what stands around them."""

from typing import Any

import numpy as np

from mtrec_lib.core import generator
from mtrec_lib.core.errors import ParameterError
from mtrec_lib.data import Split
from mtrec_lib.features.sequences.packed import Packed
from mtrec_lib.features.sequences.spec import InputSpec
from mtrec_lib.features.sequences.tokens import Parts, parts_of


class Masked(Packed):
    """Packed rows in which some events are hidden; the hidden ones are the targets.

    Where other feeds read the event before the target, this one reads the target itself, so that
    ``x`` and ``y`` stand at the same place. At a hidden place ``item`` is 1, the id of an unknown
    item, and ``gap``, ``rating`` and flags are 0, missing: when the model is asked what comes next,
    none is known. The gap of a later event stays; it is counted from the hidden event and says
    nothing about it.

    In training every event is hidden with probability ``rate``, at least one a piece, drawn by
    (seed, epoch); of a share ``last`` of the pieces only the last event is hidden, which is what
    the model is asked later. Without the training part all events of the parts are hidden. What is
    learned is p(event | events before *and* after it): these factors do not multiply to the
    probability of the history, so their sum is a pseudo-likelihood and not L_LM.

    Args:
        spec, split, part, batch_size, seed, hide_ratings: see :class:`Feed`.
        rate: share of the events that are hidden, in (0, 1].
        last: share of the pieces of which only the last event is hidden, in [0, 1].

    Raises:
        ParameterError: a share out of range.

    Source: Devlin et al., arXiv:1810.04805; Sun et al., arXiv:1904.06690 (BERT4Rec).
    Taught in chapter 04.
    """

    MASK = 1  # the id of an unknown item

    def __init__(
        self,
        spec: InputSpec,
        split: Split,
        part: Parts = "train",
        rate: float = 0.2,
        last: float = 0.1,
        **settings: Any,
    ) -> None:
        super().__init__(spec, split, part, **settings)
        if not 0 < rate <= 1 or not 0 <= last <= 1:
            raise ParameterError(
                f"rate must be in (0, 1] and last in [0, 1], got {rate} and {last}; "
                "0.2 and 0.1 are usual"
            )
        self.rate, self.last = rate, last
        self.trains = "train" in parts_of(part)

    @classmethod
    def unknown(cls, name: str) -> int:
        """What stands in the array ``name`` at a hidden event."""
        return cls.MASK if name == "item" else 0

    def rows(self, epoch: int) -> tuple[np.ndarray, ...]:
        """``(token, segment, counts)``, each ``(rows, length)``; ``counts`` at hidden places."""
        token, segment, counts = super().rows(epoch)
        if not self.trains:
            return token, segment, counts
        return token, segment, counts * self._hidden(segment, epoch)

    def _hidden(self, segment: np.ndarray, epoch: int) -> np.ndarray:
        """``(rows, length)`` int8: 1 at the places that are drawn."""
        rng = generator(self.seed, "masks", epoch)
        change = np.ones(segment.shape, bool)
        change[:, 1:] = segment[:, 1:] != segment[:, :-1]
        piece = np.cumsum(change.ravel()) - 1  # padding is a piece too, and never counts
        draw = rng.random(segment.size)
        least = np.minimum.reduceat(draw, np.flatnonzero(change.ravel()))
        ends = np.append(np.flatnonzero(change.ravel())[1:], segment.size) - 1
        is_last = np.zeros(segment.size, bool)
        is_last[ends] = True
        like_asking = rng.random(len(ends)) < self.last
        drawn = (draw < self.rate) | (draw == least[piece])
        return np.where(like_asking[piece], is_last, drawn).reshape(segment.shape).astype(np.int8)

    def read(
        self, token: np.ndarray, real: np.ndarray, targets: np.ndarray
    ) -> dict[str, np.ndarray]:
        """The event to come itself, hidden where it is a target."""
        events = self.tokens.read(np.where(real, token + 1, 0), real)
        return {
            name: np.where(targets, self.unknown(name), read).astype(np.int32)
            for name, read in events.items()
        }
