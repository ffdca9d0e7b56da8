"""Code that XLA has compiled, kept for the next process: ``MTREC_HOME/compiled``, safe to delete.

A second process that compiles the same functions in the same order finds them there. TensorFlow
writes each entry to a temporary file and renames it, so several processes may share the folder;
but it stops at an entry that is cut off, as after a power failure, so those are removed before.
"""

import os
import platform
from collections.abc import Iterator, Mapping
from contextlib import suppress
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from mtrec_lib.core.errors import MtrecError
from mtrec_lib.core.hashes import fingerprint
from mtrec_lib.core.paths import home, writable

_FLAGS = "TF_XLA_FLAGS"
_MOST_BYTES = 1 << 30
# Compiled code divides its work among as many threads as there were when it was compiled.
_THREADS = "TF_NUM_INTRAOP_THREADS"


def compiled_code_environment(environment: Mapping[str, str]) -> dict[str, str]:
    """The variable to add before a process starts, so that it keeps what XLA compiles on a CPU.

    Args:
        environment: what is set already; a cache that somebody else has chosen stays.

    Returns:
        The variable; empty where the cache cannot be written.
    """
    flags = environment.get(_FLAGS, "")
    if "persistent_cache" in flags:
        return {}
    try:
        folder = writable(home() / "compiled" / _kind(environment))
        tidy(folder.parent)
    except (MtrecError, OSError):
        return {}
    if set(str(folder)) & set(" \t\"'"):  # the flags are split at blanks
        return {}
    own = [
        f"--tf_xla_persistent_cache_directory={folder}",
        "--tf_xla_persistent_cache_read_only=false",
        "--tf_xla_persistent_cache_device_types=CPU",
    ]
    return {_FLAGS: " ".join(filter(None, [flags, *own]))}


def _kind(environment: Mapping[str, str]) -> str:
    """A name for all that compiled code depends on beside the function itself."""
    packages = {name: _version(name) for name in ("tensorflow", "numpy")}
    threads = environment.get(_THREADS, str(os.cpu_count()))
    return fingerprint([packages, platform.machine(), _processor(), threads])[:16]


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return ""


def _processor() -> list[str]:
    """The model of the processor and its instructions."""
    with suppress(OSError):
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace").splitlines()
        wanted = ("model name", "flags", "Features")
        return sorted({line for line in lines if line.startswith(wanted)})
    return [platform.processor()]


def tidy(folder: Path, most_bytes: int = _MOST_BYTES) -> None:
    """Remove entries below ``folder`` that are cut off, and the oldest above ``most_bytes``."""
    entries = []
    for path in folder.glob("*/*.pb"):
        with suppress(OSError):  # another process may remove it meanwhile
            facts = path.stat()
            if _is_whole(path, facts.st_size):
                entries.append((facts.st_mtime, facts.st_size, path))
            else:
                path.unlink()
    total = 0
    for _, size, path in sorted(entries, reverse=True):
        total += size
        if total > most_bytes:
            with suppress(OSError):
                path.unlink()


def _is_whole(path: Path, size: int) -> bool:
    """Whether the fields of a protobuf message end exactly where its file ends."""
    with path.open("rb") as stream:
        place = 0
        while place < size:
            stream.seek(place)
            head = iter(stream.read(20))
            try:
                _number(head)  # which field; all of them are texts with their length before them
                length = _number(head)
            except StopIteration:
                return False
            place = stream.tell() - len(bytes(head)) + length
        return place == size > 0


def _number(stream: Iterator[int]) -> int:
    """A number in groups of seven bits, the lowest first; the eighth says that more follow."""
    value = shift = 0
    while True:
        byte = next(stream)
        value |= (byte & 127) << shift
        shift += 7
        if byte < 128:
            return value
