"""Listed members out of an archive: streamed, size-limited, checked. Never ``extractall``."""

import hashlib
import stat
import zipfile
import zlib
from collections.abc import Sequence
from pathlib import Path

from mtrec_lib.core import sha256_file
from mtrec_lib.core.errors import DataIntegrityError
from mtrec_lib.data.sources.registry import Member

PIECE = 1 << 20  # bytes


def check_file(path: Path, sha256: str, size: int | None, fix: str) -> None:
    """Pass if ``path`` has this SHA-256 (and size); else move it aside and refuse it.

    Raises:
        DataIntegrityError: names the file, the SHA-256 expected and got, the size, and ``fix``.
    """
    if not path.is_file():
        raise DataIntegrityError(f"{path.name}: missing; expected sha256 {sha256}; fix: {fix}")
    actual_size = path.stat().st_size
    actual = sha256_file(path) if size in (None, actual_size) else "not computed, the size differs"
    if actual != sha256:
        damaged = path.with_name(f"{path.name}.damaged")
        path.replace(damaged)
        expected_size = f" of {size}" if size is not None else ""
        raise DataIntegrityError(
            f"{path.name}: expected sha256 {sha256}, got {actual}, "
            f"size {actual_size}{expected_size} bytes; "
            f"moved aside as {damaged.name} and not used; fix: {fix}"
        )


def extract(archive: Path, members: Sequence[Member], folder: Path, fix: str) -> None:
    """Write the listed ``members`` of a zip file into ``folder``, under their bare names.

    Whatever else the archive holds is not looked at; a member that is a link, stands there twice,
    or is longer than its card says is refused before a byte too many is written.

    Raises:
        DataIntegrityError: names the archive, the member, what was expected and what was found.
    """
    try:
        with zipfile.ZipFile(archive) as opened:
            for member in members:
                _extract_one(opened, member, folder, fix)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError) as error:
        raise DataIntegrityError(
            f"{archive.name}: not a readable archive ({error}), "
            f"size {archive.stat().st_size} bytes; fix: {fix}"
        ) from error


def _extract_one(opened: zipfile.ZipFile, member: Member, folder: Path, fix: str) -> None:
    entry = _entry(opened, member, fix)
    digest, written = hashlib.sha256(), 0
    with opened.open(entry) as source, (folder / member.file).open("wb") as target:
        # The declared size may lie: read one byte past the limit at most.
        while piece := source.read(min(PIECE, member.size + 1 - written)):
            written += len(piece)
            if written > member.size:
                raise _refused(member, f"more than {member.size} bytes", fix)
            digest.update(piece)
            target.write(piece)
    if digest.hexdigest() != member.sha256:
        raise _refused(member, f"got sha256 {digest.hexdigest()}, size {written} bytes", fix)


def _entry(opened: zipfile.ZipFile, member: Member, fix: str) -> zipfile.ZipInfo:
    entries = [entry for entry in opened.infolist() if entry.filename == member.path]
    if len(entries) != 1:
        raise _refused(member, f"found {len(entries)} times in the archive", fix)
    (entry,) = entries
    if stat.S_ISLNK(entry.external_attr >> 16):
        raise _refused(member, "a symbolic link", fix)
    if entry.file_size != member.size:
        raise _refused(member, f"declared size {entry.file_size} of {member.size} bytes", fix)
    return entry


def _refused(member: Member, received: str, fix: str) -> DataIntegrityError:
    return DataIntegrityError(
        f"{member.path}: expected sha256 {member.sha256}, size {member.size} bytes; {received}; "
        f"not used; fix: {fix}"
    )
