"""Rotary position embedding: the place of an event as an angle."""

import numpy as np
from keras import ops

from mtrec_lib.core.types import Tensor

BASE = 10_000.0


def rotate(vectors: Tensor, base: float = BASE) -> Tensor:
    """Turn each pair of numbers by an angle that grows with the place in the row (RoPE).

    Pair ``j`` of a vector at place ``t`` turns by ``t · base^(−2j / size)``, so the product of two
    rotated vectors depends on their contents and on the distance of their places alone.

    Args:
        vectors: ``(batch, length, heads, size)``, ``size`` even; pair ``j`` is made of the numbers
            ``j`` and ``j + size / 2``.
        base: the larger, the slower the last pairs turn.

    Returns:
        The same shape and lengths.

    >>> turned = np.asarray(rotate(np.ones((1, 3, 1, 2))))[0, :, 0]  # (length, size)
    >>> dots = turned @ turned.T
    >>> bool(np.isclose(dots[0, 1], dots[1, 2]))  # equal distances, equal products
    True

    Source: Su et al., arXiv:2104.09864, equation 34.
    Taught in chapter 04.
    """
    length, half = vectors.shape[1], vectors.shape[3] // 2
    angle = np.arange(length)[:, None] * base ** (-np.arange(half) / half)[None, :]
    cosine, sine = (
        ops.cast(ops.convert_to_tensor(of(angle)[:, None].astype("float32")), vectors.dtype)
        for of in (np.cos, np.sin)
    )
    left, right = vectors[..., :half], vectors[..., half:]
    turned = (left * cosine - right * sine, left * sine + right * cosine)
    return ops.concatenate(turned, axis=-1)
