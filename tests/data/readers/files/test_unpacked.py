"""Files that are packed, or are not what their name says."""

import bz2
import gzip
import io
import lzma
import zipfile

import polars as pl
import pytest

from mtrec_lib.core.errors import ParameterError
from tests.data.readers.conftest import events

TEXT = b"u,i\n1,5\n"


def _gzip(data: bytes) -> bytes:
    """Packed without the time of day, which would enter the names of the tests."""
    return gzip.compress(data, mtime=0)


def _zip(name: str) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr(name, "u,i\n1,5\n")
    return stream.getvalue()


def _parquet() -> bytes:
    stream = io.BytesIO()
    pl.DataFrame({"u": [1], "i": [5]}).write_parquet(stream)
    return stream.getvalue()


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("e.csv.gz", _gzip(TEXT)),
        ("e.csv", _gzip(TEXT)),
        ("e.csv.bz2", bz2.compress(TEXT)),
        ("e.csv.xz", lzma.compress(TEXT)),
        ("e.tsv.gz", _gzip(b"u\ti\n1\t5\n")),
        ("e.jsonl.gz", _gzip(b'{"u": 1, "i": 5}\n')),
        ("e.parquet.gz", _gzip(_parquet())),
        ("my 数据 v1.csv", TEXT),
    ],
)
def test_packed_files_are_read(own, name, data):
    assert own(events(file=name), {name: data}).events["item_id"].to_list() == [5]


@pytest.mark.parametrize(
    ("name", "data", "message"),
    [
        ("e.csv", _gzip(TEXT * 99)[:-9], "is a damaged gzip file"),
        ("e.csv", b"", "is empty"),
        ("e.csv", b"\n \n", "is empty"),
        ("e.csv", _zip("e.csv"), "is a zip archive of e.csv; unpack it"),
        ("e.zip", _zip("e.csv"), "is a zip archive of e.csv; unpack it"),
        ("e.xlsx", _zip("xl/workbook.xml"), 'is an Excel workbook; save the sheet as "CSV UTF-8"'),
        ("e.csv", _zip("xl/workbook.xml"), "is an Excel workbook"),
        ("e.csv", _zip("content.xml"), "is an OpenDocument file"),
        ("e.csv", b"PK\x03\x04xx", "is a damaged zip archive"),
        ("e.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "is an old Excel"),
        ("e.csv", _parquet(), 'is a Parquet file; set format = "parquet"'),
        ("e.jsonl", _parquet(), 'is a Parquet file; set format = "parquet"'),
        ("e.parquet", TEXT, "is not parquet: it begins with 'u,i"),
        ("e.parquet", b"PAR1 cut off", "is not parquet"),
        ("e.csv", b"<!DOCTYPE html><html>", "is a web page"),
        ("e.csv", b"SQLite format 3\0", "is an SQLite database"),
        ("e.csv", b"version https://git-lfs.x/spec\n", "git lfs pull"),
        ("e.foo", TEXT, "does not say what it is; set format to one of csv"),
    ],
)
def test_a_file_of_another_kind_is_named_with_its_cure(own, name, data, message):
    with pytest.raises(ParameterError, match=message):
        own(events(file=name), {name: data})
