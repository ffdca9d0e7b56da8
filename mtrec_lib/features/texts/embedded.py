"""Vectors of texts, computed once and kept."""

import io
import json
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import ArrayLike

from mtrec_lib.core import fingerprint, home, sha256_bytes, writable, write_bytes, write_json
from mtrec_lib.core.errors import ParameterError


def embedded(
    texts: Sequence[str], encode: Callable[[Sequence[str]], np.ndarray], key: str
) -> np.ndarray:
    """What ``encode`` makes of ``texts``, from the cache if it has made it before.

    The cache is ``MTREC_HOME/embeddings``. An entry is named by the hash of ``key`` and of every
    text in order; its manifest, written last, holds the shape and the SHA-256 of the numbers. An
    entry that is damaged or half written is made anew, for nothing is lost with it.

    Args:
        texts: ``n`` texts.
        encode: from texts to ``(n, width)`` numbers, such as ``embed`` of a pretrained encoder.
        key: what stands for ``encode``: for other weights it must be another, such as
            ``Pretrained(…).identity``.

    Returns:
        ``(n, width)`` float32.

    Raises:
        ParameterError: no key, or ``encode`` answers with another shape or numbers not finite.

    >>> import os, tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     old = os.environ.get("MTREC_HOME")
    ...     os.environ["MTREC_HOME"] = folder
    ...     vectors = embedded(["a", "bb"], lambda texts: [[len(text)] for text in texts], "length")
    ...     _ = os.environ.pop("MTREC_HOME") if old is None else os.environ.update(MTREC_HOME=old)
    >>> vectors.tolist()
    [[1.0], [2.0]]

    Taught in chapter 05.
    """
    if not key:
        raise ParameterError(f"key must name the encoder and its weights, got {key!r}")
    entry = home() / "embeddings" / fingerprint({"key": key, "texts": list(texts)})[:32]
    vectors = _read(entry, len(texts))
    if vectors is None:
        vectors = _checked(encode(texts), len(texts))
        _write(entry, vectors, key)
    return vectors


def _checked(vectors: ArrayLike, n: int) -> np.ndarray:
    numbers = np.asarray(vectors, np.float32)
    if numbers.ndim != 2 or len(numbers) != n or not np.isfinite(numbers).all():
        raise ParameterError(
            f"encode must give {n} rows of finite numbers, got shape {numbers.shape}"
            f"{', some not finite' if not np.isfinite(numbers).all() else ''}"
        )
    return numbers


def _read(entry: Path, n: int) -> np.ndarray | None:
    """The vectors of an entry; None if there are none, or not those of its manifest."""
    try:
        manifest = json.loads(entry.with_suffix(".json").read_text(encoding="utf-8"))
        content = entry.with_suffix(".npy").read_bytes()
        if sha256_bytes(content) != manifest["sha256"]:
            return None
        vectors = np.load(io.BytesIO(content), allow_pickle=False)
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return vectors if vectors.ndim == 2 and len(vectors) == n else None


def _write(entry: Path, vectors: np.ndarray, key: str) -> None:
    writable(entry.parent)
    stream = io.BytesIO()
    np.save(stream, vectors, allow_pickle=False)
    content = stream.getvalue()
    entry.with_suffix(".json").unlink(missing_ok=True)
    write_bytes(entry.with_suffix(".npy"), content)
    manifest = {"key": key, "sha256": sha256_bytes(content), "shape": list(vectors.shape)}
    write_json(entry.with_suffix(".json"), manifest)
