"""Fault 45: weights of others are checked before a number of them is used."""

import json
import struct

import numpy as np
import pytest

from mtrec_lib.core.errors import DataIntegrityError
from mtrec_lib.pretrained.files.safetensors_check import INDEX, check_folder, check_safetensors

CURE = "mtrec data fetch tiny --force"
pytestmark = pytest.mark.fault(45)


def written(path, entries, numbers=b"\0" * 24, length=None):
    """A file of this header and these numbers; ``length`` is what it says of its header."""
    header = entries if isinstance(entries, bytes) else json.dumps(entries).encode("utf-8")
    said = len(header) if length is None else length
    path.write_bytes(struct.pack("<Q", said) + header + numbers)
    return path


def entry(begin, end, shape=(2,), dtype="F32"):
    return {"dtype": dtype, "shape": list(shape), "data_offsets": [begin, end]}


GOOD = {"a": entry(0, 8), "b": entry(8, 24, (2, 2))}


def test_a_whole_file_tells_its_names_and_shapes(tmp_path):
    path = written(tmp_path / "a.safetensors", GOOD | {"__metadata__": {"format": "np"}})
    assert check_safetensors(path, CURE) == {"a": (2,), "b": (2, 2)}


def test_what_the_format_s_own_writer_writes_passes(tmp_path):
    numpy = pytest.importorskip("safetensors.numpy")
    path = tmp_path / "a.safetensors"
    numpy.save_file({"x": np.zeros((3, 2), np.float16), "y": np.zeros((), np.int64)}, path)
    assert check_safetensors(path, CURE) == {"x": (3, 2), "y": ()}


@pytest.mark.parametrize(
    ("entries", "rule"),
    [
        ({"a": entry(0, 8), "b": entry(8, 24, (4,), "F64")}, "needs 32 bytes, has 16"),
        ({"a": entry(0, 8), "b": entry(8, 40, (8,))}, "outside the 24 bytes"),
        ({"a": entry(0, 8), "b": entry(4, 24, (5,))}, "over the tensor before it"),
        ({"a": entry(0, 8), "b": entry(12, 24, (3,))}, "behind a hole"),
        ({"a": entry(0, 8)}, "16 bytes belong to no tensor"),
        ({"a": entry(8, 0)}, "outside"),
        ({"a": entry(-8, 0)}, "whole numbers"),
        ({"a": entry(0, 24, (2.0, 3.0))}, "whole numbers"),
        ({"a": entry(0, 24, (True, 6))}, "whole numbers"),
        ({"a": entry(0, 24, (2**40, 2**40))}, "needs"),
        ({"a": entry(0, 24, (6,), "PICKLE")}, "dtype among"),
        ({"a": [0, 24]}, "dtype among"),
        ([1, 2], "JSON object"),
        (b"{'a': 1}", "not a whole safetensors file"),
        (b"\xff\xfe", "not a whole safetensors file"),
        (b'{"a": 1, "a": 2}', "stands twice"),
    ],
)
def test_a_header_that_breaks_a_rule_is_refused(tmp_path, entries, rule):
    path = written(tmp_path / "broken.safetensors", entries)
    with pytest.raises(DataIntegrityError, match=rule) as caught:
        check_safetensors(path, CURE)
    assert "broken.safetensors" in str(caught.value)
    assert CURE in str(caught.value)


@pytest.mark.parametrize("kept", [0, 7, 8, 20, -1])
def test_a_truncated_file_is_refused(tmp_path, kept):
    path = written(tmp_path / "short.safetensors", GOOD)
    path.write_bytes(path.read_bytes()[:kept])
    with pytest.raises(DataIntegrityError, match=r"short\.safetensors.*" + CURE):
        check_safetensors(path, CURE)


@pytest.mark.parametrize("length", [2**63, 10**9, 0])
def test_a_header_whose_length_is_a_lie_is_refused_without_reading_it(tmp_path, length):
    path = written(tmp_path / "a.safetensors", GOOD, length=length)
    with pytest.raises(DataIntegrityError, match="not a whole safetensors file"):
        check_safetensors(path, CURE)


def test_a_folder_is_refused_for_one_bad_file(tmp_path):
    written(tmp_path / "good.safetensors", GOOD)
    written(tmp_path / "bad.safetensors", {"a": entry(0, 8)})
    with pytest.raises(DataIntegrityError, match=r"bad\.safetensors"):
        check_folder(tmp_path, CURE)


@pytest.mark.parametrize(
    ("index", "rule"),
    [
        ({"weight_map": {"a": "../../elsewhere.safetensors"}}, "not beside it"),
        ({"weight_map": {"a": "gone.safetensors"}}, "not beside it"),
        ({"weight_map": ["a"]}, "no weight_map"),
        ({}, "no weight_map"),
    ],
)
def test_an_index_names_only_files_beside_it(tmp_path, index, rule):
    written(tmp_path / "good.safetensors", GOOD)
    (tmp_path / INDEX).write_text(json.dumps(index), encoding="utf-8")
    with pytest.raises(DataIntegrityError, match=rule):
        check_folder(tmp_path, CURE)
