"""A GGUF file, read with every offset, size, count and type held against the file's length.

The header is parsed here, once, instead of by ``gguf.GGUFReader``: its slices end silently at the
end of a file, and its counts may be any number. The package ``gguf`` then gets nothing but blocks
of bytes of a known type and size to turn into numbers.
"""

import math
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from mtrec_lib.core.errors import DataIntegrityError
from mtrec_lib.pretrained.files.optional_imports import needs

MAGIC, VERSIONS = b"GGUF", (2, 3)
SCALARS = dict(zip((0, 1, 2, 3, 4, 5, 6, 7, 10, 11, 12), "BbHhIif?Qqd", strict=True))
STRING, ARRAY = 8, 9
LEAST_FIELD, LEAST_TENSOR = 8 + 4 + 1, 8 + 4 + 8 + 4 + 8  # bytes of the shortest there can be
LONGEST_SHAPE = 4


@dataclass(frozen=True)
class Stored:
    """Where a tensor's numbers lie: ``shape`` rows first, GGML type, first byte, bytes."""

    shape: tuple[int, ...]
    kind: int
    start: int
    size: int


class GGUFFile:
    """The fields and tensors of a GGUF file (little-endian, version 2 or 3).

    Args:
        path: the file; it is read whole.
        fix: what a user can do about a damaged one, for the error.

    Attributes:
        fields: key → number, text, truth value or list of these.
        tensors: name → :class:`Stored`.

    Raises:
        DataIntegrityError: the file is truncated or malformed; names it, the rule and ``fix``.

    Source: the GGUF specification of the ggml project.
    Taught in chapter 05.
    """

    def __init__(self, path: Path, fix: str) -> None:
        self.path, self.fix = path, fix
        self._content, self._at = path.read_bytes(), 0
        self.fields: dict[str, Any] = {}
        self.tensors: dict[str, Stored] = {}
        fields, tensors = self._counts()
        for _ in range(fields):
            key = self._text("a key")
            self._need(key not in self.fields, f"key {key!r} stands there once", "twice")
            self.fields[key] = self._value(key)
        heads = [self._tensor_head() for _ in range(tensors)]
        for name, stored in self._placed(heads):
            self._need(name not in self.tensors, f"tensor {name!r} stands there once", "twice")
            self.tensors[name] = stored

    def array(self, name: str) -> np.ndarray:
        """The numbers of a tensor, float32, rows first, dequantised.

        Raises:
            DataIntegrityError: one of them is not finite.
        """
        gguf = needs("gguf")
        stored = self.tensors[name]
        raw = np.frombuffer(self._content, np.uint8, stored.size, stored.start)
        kind = gguf.GGMLQuantizationType(stored.kind)
        rows = raw.reshape(*stored.shape[:-1], -1)
        try:
            numbers = gguf.dequantize(rows, kind).reshape(stored.shape)
        except NotImplementedError as error:
            raise self.refused(f"tensor {name!r} has a type that can be read", kind.name) from error
        self._need(np.isfinite(numbers).all(), f"tensor {name!r} holds finite numbers", "others")
        return numbers

    def _counts(self) -> tuple[int, int]:
        """How many fields and tensors the head promises: no more than the file has room for."""
        self._need(self._content[:4] == MAGIC, "it begins with GGUF", repr(self._content[:4]))
        self._at = len(MAGIC)
        version = self._number("I", "the version")
        self._need(version in VERSIONS, f"its version is one of {VERSIONS}", version)
        tensors, fields = self._number("Q", "a count"), self._number("Q", "a count")
        for count, least, what in (
            (tensors, LEAST_TENSOR, "tensors"),
            (fields, LEAST_FIELD, "fields"),
        ):
            self._room(count, least, what)
        return fields, tensors

    def _value(self, key: str) -> Any:
        kind = self._number("I", f"the type of {key!r}")
        if kind != ARRAY:
            return self._scalar(kind, key)
        kind, count = self._number("I", f"the type of {key!r}"), self._number("Q", f"{key!r}")
        if kind == STRING:
            self._room(count, 8, f"texts of {key!r}")
            return [self._text(key) for _ in range(count)]
        code = self._code(kind, key)
        size = struct.calcsize(code)
        self._room(count, size, f"values of {key!r}")
        return list(struct.unpack_from(f"<{count}{code}", self._content, self._take(count * size)))

    def _scalar(self, kind: int, key: str) -> Any:
        if kind == STRING:
            return self._text(key)
        return self._number(self._code(kind, key), key)

    def _code(self, kind: int, key: str) -> str:
        known = sorted([*SCALARS, STRING])
        self._need(kind in SCALARS, f"the type of {key!r} is one of {known}", kind)
        return SCALARS[kind]

    def _tensor_head(self) -> tuple[str, tuple[int, ...], int, int]:
        name = self._text("a tensor's name")
        dims = self._number("I", name)
        rule = f"tensor {name!r} has 1 to {LONGEST_SHAPE} axes"
        self._need(1 <= dims <= LONGEST_SHAPE, rule, dims)
        # The file says the axis that moves fastest first; here rows come first.
        shape = tuple(self._number("Q", name) for _ in range(dims))[::-1]
        self._need(min(shape) > 0, f"tensor {name!r} is not empty", shape)
        return name, shape, self._number("I", name), self._number("Q", name)

    def _placed(
        self, heads: list[tuple[str, tuple[int, ...], int, int]]
    ) -> Iterator[tuple[str, Stored]]:
        """Each tensor with its place in the file, which must lie inside."""
        alignment = self.fields.get("general.alignment", 32)
        good = isinstance(alignment, int) and alignment > 0 and alignment & (alignment - 1) == 0
        self._need(good, "general.alignment is a power of two", alignment)
        data = -(-self._at // alignment) * alignment
        sizes = needs("gguf").GGML_QUANT_SIZES
        for name, shape, kind, offset in heads:
            self._need(kind in sizes, f"tensor {name!r} has a known type", kind)
            block, width = sizes[kind]
            rule = f"a row of tensor {name!r} is a multiple of {block}"
            self._need(shape[-1] % block == 0, rule, shape[-1])
            self._need(offset % alignment == 0, f"tensor {name!r} is aligned", offset)
            start, size = data + offset, math.prod(shape) // block * width
            rule = f"tensor {name!r} ends within {len(self._content)} bytes"
            self._need(start + size <= len(self._content), rule, start + size)
            yield name, Stored(shape, kind, start, size)

    def _text(self, what: str) -> str:
        size = self._number("Q", what)
        self._room(size, 1, f"bytes of text of {what}")
        start = self._take(size)
        try:
            return self._content[start : start + size].decode("utf-8")
        except UnicodeDecodeError as error:
            raise self.refused(f"{what} is UTF-8", str(error)) from error

    def _number(self, code: str, what: str) -> Any:
        size = struct.calcsize(f"<{code}")
        self._room(1, size, f"numbers of {what}")
        return struct.unpack_from(f"<{code}", self._content, self._take(size))[0]

    def _take(self, size: int) -> int:
        """Step over ``size`` bytes, whose room was checked; where they begin."""
        start = self._at
        self._at += size
        return start

    def _room(self, count: int, each: int, what: str) -> None:
        left = len(self._content) - self._at
        if count * each > left:
            wanted = f"{count} {what} fit into the {left} bytes left at byte {self._at}"
            raise self.refused(wanted, f"{count * each} bytes needed: truncated or malformed")

    def _need(self, truth: object, rule: str, value: object) -> None:
        if not truth:
            raise self.refused(rule, value)

    def refused(self, rule: str, found: object) -> DataIntegrityError:
        """The error about a file that breaks ``rule``."""
        return DataIntegrityError(
            f"{self.path.name}: not a whole GGUF file; rule: {rule}; found: {found}; "
            f"not used; fix: {self.fix}"
        )
