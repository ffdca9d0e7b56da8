"""Windows over whole histories: every event a target once an epoch, with the past it had."""

import numpy as np

from mtrec_lib.features.sequences.feed import Batch, Feed


class Windows(Feed):
    """One piece of one person a row, left-padded, as full of the past as it can be.

    A history of ``n`` events has ``n`` targets: the begin mark predicts the first event, each
    event the next. Each epoch the history is cut at random places into as few pieces of at most
    ``max_length`` targets as it takes; a piece that is short is filled with context on its left
    whose targets do not count. So no target is lost, none counts twice, and a history that fits
    is read once. A single window of the last events would drop most targets of long histories.

    Args and shapes: see :class:`Feed`.

    Taught in chapter 02.
    """

    def rows(self, epoch: int) -> tuple[np.ndarray, ...]:
        """``(person, first, end, hidden)``, a row a window."""
        cuts = self.cuts(epoch)
        return *cuts, self.hidden(epoch, len(cuts[0]))

    def batch(self, *rows: np.ndarray) -> Batch:
        """The arrays ``(x, y)`` of windows ``(person, first, end)``, optionally ``hidden``."""
        person, first, end, *rest = rows
        length = self.spec.max_length
        position = end[:, None] - length + np.arange(length)[None, :]
        real = position >= 0
        token = np.where(real, self.tokens.starts[person][:, None] + position, 0)
        x = self.tokens.read(token, real)
        if rest:
            x = self.without_outcomes(x, rest[0][:, None])
        y = self.tokens.labels(token, real, position >= first[:, None])
        return x | {"segment": real.astype(np.int32)} | self.tokens.given(y, token, real), y
