"""When the next basket is predicted, and what the network reads then."""

from typing import Any

import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from mtrec_lib.data.baskets import Baskets
from mtrec_lib.data.histories import ranges
from mtrec_lib.features.baskets.basket_pairs import PAIR, PAST, Personal, personal


class Moments:
    """Moments in pasts at which the next basket is predicted, laid out in rows of baskets.

    A row is a window of at most ``length`` baskets of one past; windows of a long past overlap by
    half, and a moment belongs to the first window that reaches it.
    """

    def __init__(
        self,
        baskets: Baskets,
        past: NDArray[Any],
        before: NDArray[Any],
        length: int,
        copy: bool,
        weight: NDArray[Any] | None = None,
    ) -> None:
        self.baskets, self.length = baskets, length
        self.weight = np.ones(len(past), np.float32) if weight is None else weight
        self.target = baskets.starts[past] + before
        half = max(length // 2, 1)
        window = np.maximum(-(-(before - length) // half), 0)
        low = baskets.starts[past] + window * half
        self.place = before - window * half  # baskets of the window before the moment
        key = past * (window.max(initial=0) + 1) + window
        _, first, self.row = np.unique(key, return_index=True, return_inverse=True)
        self.rows = low[first]
        self.ends = np.zeros(len(first), np.int64)
        np.maximum.at(self.ends, self.row, self.target)
        self.by_row = np.argsort(self.row, kind="stable")
        self.offsets = np.searchsorted(self.row[self.by_row], np.arange(len(first) + 1))
        self.known = personal(baskets, past, before) if copy else nothing_known(len(past))
        self.pairs = np.searchsorted(self.known.past, np.arange(len(past) + 1))

    def scales(self) -> dict[str, NDArray[Any]]:
        """Mean and deviation of the features, for standardising."""
        both = {"pairs": self.known.pairs, "pasts": self.known.pasts}
        return {
            name: np.stack([values.mean(axis=0), values.std(axis=0) + 1e-6])
            for name, values in both.items()
            if len(values)
        }

    def batch(self, rows: NDArray[Any]) -> tuple[dict[str, tf.Tensor], NDArray[np.int64]]:
        """What the network reads of some rows, and the moments that it predicts."""
        chosen_row, place = ranges(self.offsets[rows], np.diff(self.offsets)[rows])
        moments = self.by_row[place]
        where = chosen_row * (self.length + 1) + self.place[moments]
        moment, pair = ranges(self.pairs[moments], np.diff(self.pairs)[moments])
        arrays = self._text(rows) | {
            "where": where.astype(np.int32),
            "moment": moment.astype(np.int32),
            "column": self.known.column[pair].astype(np.int32),
            "pairs": self.known.pairs[pair],
            "pasts": self.known.pasts[moments],
            "weight": self.weight[moments],
        }
        return {name: tf.constant(value) for name, value in arrays.items()}, moments

    def _text(self, rows: NDArray[Any]) -> dict[str, NDArray[Any]]:
        """Items of the baskets with their slot and share, and of each slot distance and size."""
        row, basket = ranges(self.rows[rows], self.ends[rows] - self.rows[rows])
        slot = basket - self.rows[rows][row] + 1  # slot 0 stands for what was before
        cell = row * (self.length + 1) + slot
        place, column = self.baskets.members(basket)
        size, week = self.baskets.sizes[basket], self.baskets.weeks
        days = 7 * np.maximum(week[basket] - week[np.maximum(basket - 1, 0)], 0)
        shape = (len(rows), self.length + 1)
        gaps, sizes = np.zeros(shape, np.int32), np.zeros(shape, np.int32)
        gaps[row, slot] = np.minimum(1 + np.floor(2 * np.log2(1 + days)), 21)
        sizes[row, slot] = np.minimum(1 + np.floor(2 * np.log2(np.maximum(size, 1))), 15)
        share = 1 / np.sqrt(np.maximum(size, 1))
        return {
            "item": column.astype(np.int32),
            "cell": cell[place].astype(np.int32),
            "share": share[place].astype(np.float32),
            "gap": gaps,
            "size": sizes,
        }

    def answers(self, moments: NDArray[Any], items: int) -> NDArray[np.float32]:
        """(moments, items): 1 / |B| for the items of the basket that came next."""
        basket = self.target[moments]
        place, column = self.baskets.members(basket)
        shares = np.zeros((len(moments), items), np.float32)
        shares[place, column] = 1 / self.baskets.sizes[basket][place]
        return shares


def nothing_known(n: int) -> Personal:
    """No pair of a past and an item, for a model without the copy part."""
    none = np.zeros(0, np.int64)
    pairs, pasts = np.zeros((0, len(PAIR)), np.float32), np.zeros((n, len(PAST)), np.float32)
    return Personal(none, none, pairs, pasts)
