"""safetensors files are checked before anything reads a number of them.

The format: 8 bytes with the length of a header, the header in JSON, then the numbers. The header
gives each tensor a type, a shape and the bytes where it begins and ends.
"""

import json
import math
from pathlib import Path
from typing import Any

from mtrec_lib.core.errors import DataIntegrityError

BYTES = {
    **dict.fromkeys(("BOOL", "U8", "I8", "F8_E4M3", "F8_E5M2"), 1),
    **dict.fromkeys(("U16", "I16", "F16", "BF16"), 2),
    **dict.fromkeys(("U32", "I32", "F32"), 4),
    **dict.fromkeys(("U64", "I64", "F64"), 8),
}
LONGEST_HEADER = 100_000_000  # bytes, as in the format's own reader
INDEX = "model.safetensors.index.json"


def check_folder(folder: Path, cure: str) -> None:
    """Check every safetensors file of ``folder``, and that all that its index names are there.

    Raises:
        DataIntegrityError: names the file, the rule that it breaks, and ``cure``.
    """
    for path in sorted(folder.glob("*.safetensors")):
        check_safetensors(path, cure)
    if (folder / INDEX).is_file():
        _check_index(folder, cure)


def check_safetensors(path: Path, cure: str) -> dict[str, tuple[int, ...]]:
    """The names and shapes of the tensors in a safetensors file, once its bounds are checked.

    Args:
        path: the file; only its header is read.
        cure: what to do about a file that is refused.

    Raises:
        DataIntegrityError: the header is longer than the file or no JSON; a type is unknown; a
            tensor lies outside the file or over another; its bytes are not those of its type and
            shape; bytes are left over. Names the file, the rule and ``cure``.

    Taught in chapter 05.
    """
    try:
        header, room = _header(path)
        tensors = {name: _tensor(name, header[name], room) for name in header}
        _side_by_side(tensors, room)
    except (ValueError, RecursionError) as error:
        raise DataIntegrityError(
            f"{path}: not a whole safetensors file: {error}; {cure}"
        ) from error
    return {name: shape for name, (shape, _, _) in tensors.items()}


def _header(path: Path) -> tuple[dict[str, Any], int]:
    """The entries of the header, and how many bytes of numbers follow it."""
    size = path.stat().st_size
    with path.open("rb") as stream:
        length = int.from_bytes(stream.read(8), "little")
        if size < 8 or length > min(size - 8, LONGEST_HEADER):
            raise ValueError(f"a header of {length} bytes does not fit a file of {size} bytes")
        text = stream.read(length)
    header = json.loads(text.decode("utf-8"), object_pairs_hook=_no_name_twice)
    if not isinstance(header, dict):
        raise ValueError("the header must be a JSON object")
    header.pop("__metadata__", None)
    return header, size - 8 - length


def _no_name_twice(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    entries = dict(pairs)
    if len(entries) != len(pairs):
        raise ValueError("a name stands twice in the header")
    return entries


def _tensor(name: str, entry: Any, room: int) -> tuple[tuple[int, ...], int, int]:
    """Shape, first byte and one past the last byte of a tensor."""
    if not isinstance(entry, dict) or entry.get("dtype") not in BYTES:
        raise ValueError(f"{name} must have a dtype among {', '.join(BYTES)}")
    shape, offsets = _naturals(entry.get("shape")), _naturals(entry.get("data_offsets"))
    if shape is None or offsets is None or len(offsets) != 2:
        raise ValueError(f"shape and data_offsets of {name} must be lists of whole numbers ≥ 0")
    begin, end = offsets
    if not begin <= end <= room:
        raise ValueError(
            f"{name} at bytes {begin} … {end} lies outside the {room} bytes of numbers"
        )
    needed = BYTES[entry["dtype"]] * math.prod(shape)
    if end - begin != needed:
        raise ValueError(
            f"{name}, {entry['dtype']} {shape}, needs {needed} bytes, has {end - begin}"
        )
    return tuple(shape), begin, end


def _naturals(values: Any) -> list[int] | None:
    """``values`` if they are a list of whole numbers ≥ 0."""
    whole = isinstance(values, list) and all(type(n) is int and n >= 0 for n in values)
    return values if whole else None


def _side_by_side(tensors: dict[str, tuple[tuple[int, ...], int, int]], room: int) -> None:
    """No overlap, no hole, nothing left over."""
    reached = 0
    for name, (_, begin, end) in sorted(tensors.items(), key=lambda item: item[1][1:]):
        if begin != reached:
            kind = "over the tensor before it" if begin < reached else "behind a hole"
            raise ValueError(f"{name} begins at byte {begin}, {kind}, which ends at {reached}")
        reached = end
    if reached != room:
        raise ValueError(f"{room - reached} bytes belong to no tensor")


def _check_index(folder: Path, cure: str) -> None:
    path = folder / INDEX
    try:
        named = set(json.loads(path.read_text(encoding="utf-8"))["weight_map"].values())
    except (ValueError, KeyError, AttributeError, TypeError) as error:
        raise DataIntegrityError(f"{path}: no weight_map of names to files; {cure}") from error
    there = {path.name for path in folder.glob("*.safetensors")}
    if missing := sorted(map(str, named - there)):
        raise DataIntegrityError(f"{path}: names files that are not beside it: {missing}; {cure}")
