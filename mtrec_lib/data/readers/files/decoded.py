"""Text files as UTF-8 with plain line ends; an encoding is declared, never guessed."""

import codecs
import re

from mtrec_lib.core.errors import EncodingError, ParameterError
from mtrec_lib.data.readers.description import Table
from mtrec_lib.data.readers.files.unpacked import contents, refuse_other_kinds

_MARKS = {
    codecs.BOM_UTF32_LE: "utf-32",  # before UTF-16, whose mark begins alike
    codecs.BOM_UTF32_BE: "utf-32",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
    codecs.BOM_UTF8: "utf-8",
}


def utf8(table: Table) -> bytes:
    """The text of a file in UTF-8, without a byte order mark, its line ends ``\\n``.

    Raises:
        ParameterError: an unknown encoding, or a file that is no text.
        EncodingError: a byte that the encoding does not allow, or a mark of another encoding.
    """
    data = contents(table.path, table.where)
    refuse_other_kinds(data, table.path, table.where)
    encoding = _known(table)
    _refuse_other_marks(data, encoding, table)
    if not encoding.startswith(("utf-16", "utf-32")):
        _refuse_zeros(data, table)
    try:
        if encoding != "utf-8":
            data = data.decode(encoding).encode("utf-8")
        elif not data.isascii():
            data.decode("utf-8")
    except LookupError as error:  # a codec of bytes, such as hex
        raise ParameterError(_unknown(table)) from error
    except UnicodeDecodeError as error:
        raise EncodingError(_wrong_byte(error, table)) from error
    except UnicodeEncodeError as error:
        raise EncodingError(
            f"{table.path}: holds {error.object[error.start]!r}, half a character, which no text "
            f"in {encoding} does; export the file again"
        ) from error
    data = data.removeprefix(codecs.BOM_UTF8)
    if b"\r" in data:
        data = data.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    return data


def _known(table: Table) -> str:
    """The declared encoding by Python's name for it; UTF-8 with or without a mark is one."""
    encoding = table.options.get("encoding", "utf-8")
    try:
        name = codecs.lookup(encoding).name
    except (LookupError, ValueError) as error:
        raise ParameterError(_unknown(table)) from error
    return "utf-8" if name == "utf-8-sig" else name


def _unknown(table: Table) -> str:
    encoding = table.options["encoding"]
    return f"{table.where}: unknown encoding {encoding!r}; try utf-8, latin-1, gb18030"


def _refuse_other_marks(data: bytes, encoding: str, table: Table) -> None:
    marked = next((name for mark, name in _MARKS.items() if data.startswith(mark)), None)
    if marked and not encoding.startswith(marked):
        raise EncodingError(
            f"{table.path}: begins with the byte order mark of {marked.upper()}; "
            f'set encoding = "{marked}" in {table.where}, got {encoding!r}'
        )


def _refuse_zeros(data: bytes, table: Table) -> None:
    """Zero bytes: UTF-16 without a mark has one beside every letter of ours."""
    place = data.find(b"\0")
    if place < 0:
        return
    even, odd = data[0:2000:2].count(0), data[1:2000:2].count(0)
    half = len(data[:2000]) // 4
    if max(even, odd) > half:
        name = "utf-16-le" if odd > even else "utf-16-be"
        cure = f'it seems to be UTF-16: set encoding = "{name}" in {table.where}'
    else:
        cure = "the file is damaged or no text; export it again"
    raise EncodingError(f"{table.path}: byte {place} is zero, which no text holds; {cure}")


def _wrong_byte(error: UnicodeDecodeError, table: Table) -> str:
    encoding = table.options.get("encoding", "utf-8")
    if "truncated" in error.reason:
        return f"{table.path}: ends within a character of {encoding}; fetch the file again"
    byte, line = error.object[error.start], _line(error)
    return (
        f"{table.path}: byte {error.start} (0x{byte:02x}){line} is not {encoding}; set the key "
        f'encoding of {table.where}, as in encoding = "latin-1" or "gb18030"'
    )


def _line(error: UnicodeDecodeError) -> str:
    if not re.fullmatch("utf-8|ascii|gb.*|big5.*", error.encoding):
        return ""
    return f" in line {error.object[: error.start].count(10) + 1}"
