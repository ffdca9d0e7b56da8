"""Pasts and what came next, as batches whose items stand against each other."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from mtrec_lib.core import generator
from mtrec_lib.features.sequences.without_autotune import without_autotune

SIDES = ("past", "item")


class Pairs:
    """Pasts and what came next, in batches that come in a new order each epoch.

    Args:
        past: frozen states ``(pairs, tokens, width)`` of pasts, and their mask.
        items: the same of every item.
        target: ``(pairs,)`` column of the item that came next.
        batch_size: pairs a batch; what is left over waits for another epoch's order.
        seed: of the orders.
    """

    def __init__(
        self,
        past: tuple[NDArray[Any], NDArray[Any]],
        items: tuple[NDArray[Any], NDArray[Any]],
        target: np.ndarray,
        batch_size: int,
        seed: int,
    ) -> None:
        self.past, self.items, self.target = past, items, target
        self.batch_size, self.seed, self.epoch = batch_size, seed, 0
        counts = np.bincount(target, minlength=len(items[0]))
        self.log_q = np.log(np.maximum(counts, 1) / len(target)).astype(np.float32)

    def __len__(self) -> int:
        """Batches an epoch."""
        return len(self.target) // self.batch_size

    def batches(self) -> tf.data.Dataset:
        """What ``fit`` takes: one pass over it is one epoch."""
        first = next(iter(self))[0]
        signature = {
            name: tf.TensorSpec([None] * each.ndim, each.dtype) for name, each in first.items()
        }
        signature |= {
            name: tf.TensorSpec((None, None, first[name].shape[2]), tf.float16) for name in SIDES
        }
        self.epoch -= 1
        made = tf.data.Dataset.from_generator(lambda: iter(self), output_signature=(signature,))
        return without_autotune(made.apply(tf.data.experimental.assert_cardinality(len(self))))

    def __iter__(self) -> Iterator[tuple[dict[str, np.ndarray]]]:
        order = generator(self.seed, "two towers", "order", self.epoch).permutation(
            len(self.target)
        )
        self.epoch += 1
        for some in order[: len(self) * self.batch_size].reshape(-1, self.batch_size):
            item = self.target[some]
            inputs: dict[str, np.ndarray] = {"log_q": self.log_q[item]}
            sides = ((self.past, some), (self.items, item))
            for name, (side, rows) in zip(SIDES, sides, strict=True):
                inputs[name], inputs[f"{name}_mask"] = trimmed(side[0][rows], side[1][rows])
            yield (inputs,)


def trimmed(states: np.ndarray, mask: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Without the places behind the longest text."""
    longest = int(mask.sum(axis=1).max(initial=1))
    return states[:, :longest], mask[:, :longest]
