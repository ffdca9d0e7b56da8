"""Fault 45: GGUF files that are truncated, malformed or made to mislead."""

import struct

import gguf
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mtrec_lib.core.errors import DataIntegrityError, MtrecError
from mtrec_lib.pretrained.files.gguf_file import GGUFFile
from mtrec_lib.pretrained.files.gguf_folder import gguf_folder
from tests.pretrained import tiny_llama

pytestmark = pytest.mark.fault(45)
FIX = "mtrec data fetch tiny --force"


@pytest.fixture(scope="module")
def good(tmp_path_factory):
    return tiny_llama.write(tmp_path_factory.mktemp("gguf") / "tiny.gguf").read_bytes()


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    return tmp_path_factory.mktemp("bad") / "bad.gguf"


def text(content):
    return struct.pack("<Q", len(content)) + content


def head(tensors=0, fields=0, version=3, magic=b"GGUF"):
    return magic + struct.pack("<IQQ", version, tensors, fields)


def tensor(name=b"w", shape=(32,), kind=0, offset=0, axes=None):
    dims = struct.pack(f"<I{len(shape)}Q", len(shape) if axes is None else axes, *shape)
    return text(name) + dims + struct.pack("<IQ", kind, offset)


def aligned(content, data):
    return content + bytes(-len(content) % 32) + data


U32, TEXT, LIST = 4, 8, 9
EMPTY_LIST = struct.pack("<IIQ", LIST, U32, 0)
BAD = {
    "empty": b"",
    "another format": head(magic=b"PK\3\4"),
    "another version": head(version=1),
    "the other byte order": b"GGUF" + struct.pack(">IQQ", 3, 0, 0),
    "more fields than bytes": head(fields=2**63),
    "more tensors than bytes": head(tensors=2**60),
    "a key longer than the file": head(fields=1) + struct.pack("<Q", 2**62) + bytes(64),
    "a key of no text": head(fields=1) + text(b"\xff\xfe") + struct.pack("<II", U32, 1),
    "an unknown type": head(fields=1) + text(b"a") + struct.pack("<II", 77, 1),
    "a list longer than the file": head(fields=1)
    + text(b"a")
    + struct.pack("<IIQ", LIST, U32, 2**61)
    + bytes(64),
    "a list of lists": head(fields=1) + text(b"a") + struct.pack("<IIQ", LIST, LIST, 1) + bytes(64),
    "texts longer than the file": head(fields=1)
    + text(b"a")
    + struct.pack("<IIQ", LIST, TEXT, 4)
    + text(b"b"),
    "a key twice": head(fields=2) + 2 * (text(b"a") + EMPTY_LIST),
    "an alignment of 3": head(fields=1) + text(b"general.alignment") + struct.pack("<II", U32, 3),
    "an alignment of 0": head(fields=1) + text(b"general.alignment") + struct.pack("<II", U32, 0),
    "an alignment that is a text": head(fields=1)
    + text(b"general.alignment")
    + struct.pack("<I", TEXT)
    + text(b"32"),
    "no axes": aligned(head(tensors=1) + tensor(shape=()), bytes(128)),
    "too many axes": aligned(head(tensors=1) + tensor(shape=(2,) * 5), bytes(128)),
    "four thousand million axes": head(tensors=1) + tensor(axes=2**32 - 1),
    "an empty axis": aligned(head(tensors=1) + tensor(shape=(32, 0)), bytes(128)),
    "a product beyond 64 bits": aligned(head(tensors=1) + tensor(shape=(2**33, 2**33)), bytes(128)),
    "an unknown kind of tensor": aligned(head(tensors=1) + tensor(kind=999), bytes(128)),
    "a row of no whole blocks": aligned(head(tensors=1) + tensor(shape=(33,), kind=2), bytes(99)),
    "an offset between two places": aligned(head(tensors=1) + tensor(offset=4), bytes(256)),
    "an offset behind the file": aligned(head(tensors=1) + tensor(offset=2**40), bytes(128)),
    "an offset that wraps": aligned(head(tensors=1) + tensor(offset=2**64 - 32), bytes(128)),
    "numbers cut off": aligned(head(tensors=1) + tensor(), bytes(127)),
    "a tensor twice": aligned(head(tensors=2) + tensor() + tensor(), bytes(128)),
}


@pytest.mark.parametrize("content", BAD.values(), ids=BAD)
def test_a_malformed_file_is_refused_with_its_name_the_rule_and_the_cure(place, content):
    place.write_bytes(content)
    with pytest.raises(DataIntegrityError, match=r"bad\.gguf.*rule: .*; found: .*fix: mtrec data"):
        GGUFFile(place, FIX)


@settings(max_examples=60, deadline=None)
@given(share=st.floats(0, 1, exclude_max=True))
def test_a_file_cut_anywhere_is_refused(good, place, share):
    place.write_bytes(good[: int(share * len(good))])
    with pytest.raises(DataIntegrityError, match=r"truncated|begins with|ends within"):
        GGUFFile(place, FIX)


@settings(max_examples=150, deadline=None)
@given(at=st.integers(0, 3999), bits=st.integers(1, 255))
def test_a_flipped_byte_is_read_or_refused_and_nothing_else(good, place, at, bits):
    place.write_bytes(good[:at] + bytes([good[at] ^ bits]) + good[at + 1 :])
    try:
        file = GGUFFile(place, FIX)
    except DataIntegrityError:
        return
    assert all(stored.start + stored.size <= len(good) for stored in file.tensors.values())


def refused(path, monkeypatch, match):
    monkeypatch.setenv("MTREC_HOME", str(path.parent / "home"))
    with pytest.raises(DataIntegrityError, match=match):
        gguf_folder(path, "bad", FIX)
    assert not list((path.parent / "home" / "converted").iterdir())


def test_a_number_that_is_not_finite_is_refused(tmp_path, monkeypatch):
    tensors = tiny_llama.weights()
    tensors["blk.1.ffn_up"][3, 4] = np.nan
    path = tiny_llama.write(tmp_path / "bad.gguf", tensors)
    refused(path, monkeypatch, r"blk\.1\.ffn_up\.weight.*finite")


@pytest.mark.parametrize("change", ["missing", "more", "other shape"])
def test_tensors_must_be_those_of_the_configuration(tmp_path, monkeypatch, change):
    tensors = tiny_llama.weights()
    if change == "missing":
        del tensors["blk.0.ffn_norm"]
    elif change == "more":
        tensors["blk.2.attn_norm"] = tensors["blk.0.attn_norm"]
    else:
        tensors["blk.0.ffn_norm"] = np.ones(64, np.float32)
    path = tiny_llama.write(tmp_path / "bad.gguf", tensors)
    refused(path, monkeypatch, "tensors are those of the configuration")


@pytest.mark.parametrize(
    ("fields", "rule"),
    [
        ({"heads": 3}, "one even size"),
        ({"tokens": [*tiny_llama.TOKENS[:-1], "a"]}, "every token is another"),
        ({"merges": ["t h", "q z"]}, "joins two tokens"),
        ({"merges": ["th"]}, "joins two tokens"),
    ],
    ids=["heads", "tokens", "merges", "a merge of one"],
)
def test_sizes_tokens_and_merges_must_fit_together(tmp_path, monkeypatch, fields, rule):
    refused(tiny_llama.write(tmp_path / "bad.gguf", **fields), monkeypatch, rule)


def test_a_kind_that_cannot_be_turned_into_numbers_is_refused(tmp_path):
    kind = int(gguf.GGMLQuantizationType.I64)
    path = tmp_path / "bad.gguf"
    path.write_bytes(aligned(head(tensors=1) + tensor(kind=kind), bytes(256)))
    with pytest.raises(MtrecError, match="a type that can be read"):
        GGUFFile(path, FIX).array("w")
