"""The bytes of a file, unpacked; and what the first of them say about a file's kind."""

import bz2
import gzip
import io
import lzma
import zipfile
import zlib
from pathlib import Path

from mtrec_lib.core.errors import ParameterError

_PACKED = {
    b"\x1f\x8b\x08": ("gzip", gzip.decompress),
    b"BZh": ("bzip2", bz2.decompress),
    b"\xfd7zXZ\x00": ("xz", lzma.decompress),
}
_PACKED_ENDINGS = (".gz", ".bz2", ".xz")
_UNPACK = "unpack it, and name the file that was inside"
_EXPORT = "export the table as CSV in UTF-8"
_CSV_OF_EXCEL = 'save the sheet as "CSV UTF-8"'
_OTHERS = {
    b"PAR1": ("a Parquet file", 'set format = "parquet"'),
    b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1": ("an old Excel or Office file", _CSV_OF_EXCEL),
    b"ARROW1": ("an Arrow file", "write it as Parquet"),
    b"SQLite format 3": ("an SQLite database", _EXPORT),
    b"\x28\xb5\x2f\xfd": ("packed by zstd", _UNPACK),
    b"7z\xbc\xaf\x27\x1c": ("packed by 7-Zip", _UNPACK),
    b"%PDF-": ("a PDF", _EXPORT),
    b"version https://git-lfs": (
        "a pointer of Git LFS, not the data",
        "fetch the file itself: git lfs pull",
    ),
}


def contents(path: Path, where: str) -> bytes:
    """The bytes of a file; gzip, bzip2 and xz are undone, whatever the file is called.

    Raises:
        ParameterError: a packed file is damaged or cut off.
    """
    data = path.read_bytes()
    for mark, (name, unpack) in _PACKED.items():
        if data.startswith(mark):
            try:
                return unpack(data)
            except (OSError, EOFError, ValueError, zlib.error, lzma.LZMAError) as error:
                raise ParameterError(
                    f"{where}: {path} is a damaged {name} file ({error}); fetch it again"
                ) from error
    return data


def ending(path: Path) -> str:
    """The ending that names a file's kind: ``csv`` of ``events.CSV.gz``.

    >>> ending(Path("events.CSV.gz"))
    'csv'
    """
    inner = path.with_suffix("") if path.suffix.lower() in _PACKED_ENDINGS else path
    return inner.suffix.lstrip(".").lower()


def refuse_other_kinds(data: bytes, path: Path, where: str) -> None:
    """Refuse bytes that are no text: a workbook, an archive, a Parquet file, an empty file.

    Raises:
        ParameterError: names the kind and the cure.
    """
    kind = _kind(data)
    if kind:
        raise ParameterError(f"{where}: {path} is {kind[0]}; {kind[1]}")


def _kind(data: bytes) -> tuple[str, str] | None:
    if not data.strip():
        return "empty", "name the file that holds the rows"
    if data.startswith(b"PK\x03\x04"):
        return _kind_of_zip(data)
    if data[:200].lstrip().lower().startswith((b"<!doctype html", b"<html")):
        return "a web page, perhaps the notice of a failed download", "fetch the file again"
    return next((kind for mark, kind in _OTHERS.items() if data.startswith(mark)), None)


def _kind_of_zip(data: bytes) -> tuple[str, str]:
    try:
        names = zipfile.ZipFile(io.BytesIO(data)).namelist()
    except zipfile.BadZipFile:
        return "a damaged zip archive", "fetch it again"
    if "xl/workbook.xml" in names:
        return "an Excel workbook", _CSV_OF_EXCEL
    if "content.xml" in names:
        return "an OpenDocument file", "save the sheet as CSV in UTF-8"
    return f"a zip archive of {', '.join(names[:5])}", _UNPACK
