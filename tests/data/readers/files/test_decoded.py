"""Encodings are declared; marks and zeros of other encodings are named."""

import pytest

from mtrec_lib.core.errors import EncodingError, ParameterError
from tests.data.readers.conftest import events

TEXT = "u,i\n1,é\n"


@pytest.mark.parametrize("encoding", ["utf-16", "utf-32", "latin-1", "gb18030", "utf-8-sig"])
def test_a_declared_encoding_is_read(own, encoding):
    log = own(events(keys=f'encoding = "{encoding}"'), {"e.csv": TEXT.encode(encoding)})
    assert log.events["item_id"].to_list() == ["é"]


@pytest.mark.parametrize(
    ("keys", "data", "message"),
    [
        ("", TEXT.encode("utf-16"), 'mark of UTF-16; set encoding = "utf-16"'),
        ("", TEXT.encode("utf-32"), 'mark of UTF-32; set encoding = "utf-32"'),
        ("", TEXT.encode("utf-16-le"), 'set encoding = "utf-16-le"'),
        ("", TEXT.encode("utf-16-be"), 'set encoding = "utf-16-be"'),
        ("", b"u,i\n1,5\n2,\x006\n", "byte 10 is zero"),
        ('encoding = "latin-1"', b"\xef\xbb\xbfu,i\n", 'mark of UTF-8; set encoding = "utf-8"'),
        ("", TEXT.encode("latin-1"), r"byte 6 \(0xe9\) in line 2 is not utf-8"),
        ('encoding = "utf-16"', TEXT.encode("utf-16")[:-1], "ends within a character of utf-16"),
    ],
)
def test_bytes_of_another_encoding_are_refused_with_the_right_one(own, keys, data, message):
    with pytest.raises(EncodingError, match=message):
        own(events(keys=keys), {"e.csv": data})


@pytest.mark.parametrize("encoding", ["hex", "", "utf-9"])
def test_what_is_no_encoding_of_text_is_refused(own, encoding):
    with pytest.raises(ParameterError, match=f"unknown encoding '{encoding}'"):
        own(events(keys=f'encoding = "{encoding}"'), {"e.csv": TEXT})
