"""The one file format of saved models: a zip of plain members, what it holds, a SHA-256 a member.

No pickle and no code: JSON, arrays and tables. The file replaces an older one once it is whole.
"""

import io
import json
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import ArrayLike

from mtrec_lib.core.atomic import write_bytes
from mtrec_lib.core.errors import CheckpointError, MtrecError, ParameterError
from mtrec_lib.core.hashes import sha256_bytes

FORMAT = 2
MANIFEST = "manifest.json"
_AGAIN = "save the model again with this version"


def packed(kind: str, members: Mapping[str, bytes]) -> bytes:
    """The bytes of a file that holds ``members`` of a model of some kind."""
    sums = {name: sha256_bytes(content) for name, content in members.items()}
    manifest = {"format": FORMAT, "kind": kind, "sha256": sums}
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)
        archive.writestr(MANIFEST, json.dumps(manifest))
    return stream.getvalue()


def write(path: Path | str, content: bytes) -> Path:
    """Write a file that :func:`packed` made, whole or not at all.

    Raises:
        ParameterError: ``path`` is a folder.
        MtrecError: the folder of ``path`` cannot be written.
    """
    path = Path(path)
    if path.is_dir():
        raise ParameterError(
            f"path must name a file, such as {path / 'model.mtrec'}, got the folder {path}"
        )
    try:
        return write_bytes(path, content)
    except OSError as error:
        raise MtrecError(f"cannot write {path}: {error.strerror or error}") from error


def read(path: Path | str) -> bytes:
    """The bytes of a file.

    Raises:
        CheckpointError: there is no such file, or it is a folder.
    """
    path = Path(path)
    try:
        return path.read_bytes()
    except FileNotFoundError as error:
        raise CheckpointError(f"there is no file {path}; save a model there first") from error
    except IsADirectoryError as error:
        raise CheckpointError(f"{path} is a folder; name the file of a saved model") from error
    except OSError as error:
        raise CheckpointError(f"cannot read {path}: {error.strerror or error}") from error


def unpacked(content: bytes, path: Path | str) -> tuple[str, dict[str, bytes]]:
    """The kind of a saved model and its members, each once its checksum agrees.

    Args:
        content: the bytes of a file.
        path: its name, for errors.

    Raises:
        CheckpointError: the file is damaged, of another format, or nothing that mtrec saved.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            manifest = _manifest(archive, path)
            members = {name: archive.read(name) for name in manifest["sha256"]}
    except CheckpointError:
        raise
    except (zipfile.BadZipFile, KeyError, ValueError, OSError, NotImplementedError) as error:
        raise CheckpointError(
            f"{path} is damaged, or no saved model at all ({error}); {_AGAIN}"
        ) from error
    for name, member in members.items():
        if sha256_bytes(member) != manifest["sha256"][name]:
            raise CheckpointError(f"{path} is damaged: {name} is not what its checksum says")
    return str(manifest["kind"]), members


def _manifest(archive: zipfile.ZipFile, path: Path | str) -> dict[str, Any]:
    if MANIFEST not in archive.namelist():
        raise CheckpointError(f"{path} holds no model of mtrec: it has no {MANIFEST}")
    manifest = json.loads(archive.read(MANIFEST))
    if not isinstance(manifest, dict) or manifest.get("format") != FORMAT:
        version = manifest.get("format") if isinstance(manifest, dict) else None
        raise CheckpointError(
            f"{path} has format {version!r} and this version reads format {FORMAT}; {_AGAIN}"
        )
    return manifest


def of_json(value: Any) -> bytes:
    """A plain value as JSON; NaN is refused."""
    return json.dumps(value, indent=1, allow_nan=False).encode("utf-8")


def of_arrays(arrays: Mapping[str, ArrayLike]) -> bytes:
    """Arrays as ``.npz``; texts as fixed-width unicode, for objects would need pickle."""
    plain = {name: np.asarray(each) for name, each in arrays.items()}
    plain = {n: each.astype(np.str_) if each.dtype == object else each for n, each in plain.items()}
    stream = io.BytesIO()
    np.savez(stream, allow_pickle=False, **plain)
    return stream.getvalue()


def arrays_of(content: bytes) -> dict[str, np.ndarray]:
    """What :func:`of_arrays` wrote."""
    with np.load(io.BytesIO(content), allow_pickle=False) as arrays:
        return dict(arrays)


def of_table(frame: pl.DataFrame) -> bytes:
    """A table as Parquet."""
    stream = io.BytesIO()
    frame.write_parquet(stream)
    return stream.getvalue()


def table_of(content: bytes) -> pl.DataFrame:
    """What :func:`of_table` wrote."""
    return pl.read_parquet(io.BytesIO(content))
