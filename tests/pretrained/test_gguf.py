"""A GGUF file becomes a folder that others can load, once."""

import json
import sys

import gguf
import numpy as np
import pytest
from tokenizers import Tokenizer

from mtrec_lib.core.errors import MtrecError, ParameterError
from mtrec_lib.pretrained.files.gguf_file import GGUFFile
from mtrec_lib.pretrained.files.gguf_folder import MANIFEST, gguf_folder
from mtrec_lib.pretrained.files.gguf_llama import turned_back
from mtrec_lib.pretrained.files.optional_imports import needs
from tests.pretrained import tiny_llama

FILES = {"model.safetensors", "config.json", "tokenizer.json", "tokenizer_config.json", MANIFEST}


@pytest.fixture(scope="module")
def tiny(tmp_path_factory):
    return tiny_llama.write(tmp_path_factory.mktemp("gguf") / "tiny.gguf")


@pytest.fixture
def folder(tiny, tmp_path, monkeypatch):
    monkeypatch.setenv("MTREC_HOME", str(tmp_path))
    return gguf_folder(tiny, "tiny", "write it again")


def test_fields_and_tensors_are_those_that_were_written(tiny):
    file = GGUFFile(tiny, "")
    assert file.fields["llama.embedding_length"] == tiny_llama.WIDTH
    assert file.fields["tokenizer.ggml.tokens"] == tiny_llama.TOKENS
    assert file.fields["general.architecture"] == "llama"
    for name, expected in tiny_llama.weights().items():
        if not name.endswith(("attn_q", "attn_k")):
            np.testing.assert_array_equal(file.array(f"{name}.weight"), expected)


def test_what_the_package_reads_is_read_alike(tiny):
    ours, theirs = GGUFFile(tiny, ""), gguf.GGUFReader(tiny)
    assert set(ours.tensors) == {tensor.name for tensor in theirs.tensors}
    for tensor in theirs.tensors:
        stored = ours.tensors[tensor.name]
        assert (stored.start, stored.size) == (tensor.data_offset, tensor.n_bytes)
        assert stored.shape == tuple(reversed(tensor.shape.tolist()))


@pytest.mark.parametrize("kind", ["Q4_1", "Q8_0", "F16"])
def test_quantised_numbers_are_within_half_a_step(tmp_path, kind):
    writer = gguf.GGUFWriter(tmp_path / "some.gguf", "llama")
    numbers = np.linspace(-1, 1, 256, dtype=np.float32).reshape(4, 64)
    number = gguf.GGMLQuantizationType[kind]
    packed = gguf.quantize(numbers, number)
    writer.add_tensor("some", packed, raw_dtype=number)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    found = GGUFFile(tmp_path / "some.gguf", "").array("some")
    # A block of 32 of these numbers spans 0.243 in 15 steps of Q4_1, or ±1 in 127 of Q8_0.
    step = {"Q4_1": 0.2432 / 15, "Q8_0": 1 / 127, "F16": 2**-10}[kind]
    assert found.dtype == np.float32
    assert abs(found - numbers).max() <= 0.51 * step


def test_heads_are_turned_back():
    rows = np.arange(48).reshape(16, 3)
    np.testing.assert_array_equal(turned_back(tiny_llama.turned(rows, 2), 2), rows)


def test_the_folder_holds_a_model_of_hugging_face(folder):
    assert {path.name for path in folder.iterdir()} == FILES
    config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    assert (config["model_type"], config["num_key_value_heads"]) == ("llama", tiny_llama.GROUPS)
    assert (config["rms_norm_eps"], config["tie_word_embeddings"]) == (1e-5, True)
    ends = json.loads((folder / "tokenizer_config.json").read_text(encoding="utf-8"))
    assert (ends["bos_token"], ends["eos_token"]) == ("<|im_start|>", "<|im_end|>")


def test_it_is_made_once(folder, tiny):
    before = {path: path.stat().st_mtime_ns for path in folder.iterdir()}
    assert gguf_folder(tiny, "tiny", "") == folder
    assert {path: path.stat().st_mtime_ns for path in folder.iterdir()} == before
    assert [path.name for path in folder.parent.iterdir()] == [folder.name]


@pytest.mark.parametrize("file", sorted(FILES))
@pytest.mark.parametrize("how", ["flipped", "gone"])
def test_a_damaged_folder_is_made_again(folder, tiny, file, how):
    path = folder / file
    whole = path.read_bytes()
    if how == "gone":
        path.unlink()
    else:
        path.write_bytes(bytes([whole[0] ^ 1]) + whole[1:])
    gguf_folder(tiny, "tiny", "")
    assert path.read_bytes() == whole


def test_another_file_has_another_folder(folder, tmp_path):
    other = tiny_llama.write(tmp_path / "other.gguf", tiny_llama.weights(seed=1))
    assert gguf_folder(other, "tiny", "") != folder


def test_text_is_cut_as_merges_and_digits_say(folder):
    words = Tokenizer.from_file(str(folder / "tokenizer.json"))
    found = words.encode("the film of 1995<|im_end|>")
    # "Ġ f" is merged, "of" has no merge, each digit stands alone, a special token is one piece
    told = ["the", "Ġf", *"ilm", "Ġ", *"of", "Ġ", *"1995", "<|im_end|>"]
    assert found.tokens == told
    assert words.decode(found.ids, skip_special_tokens=False) == "the film of 1995<|im_end|>"


@pytest.mark.parametrize("text", ["", "é 電影 🎬 שלום", "a\n\tb  c", "٣½"])
def test_every_text_comes_back(folder, text):
    words = Tokenizer.from_file(str(folder / "tokenizer.json"))
    assert words.decode(words.encode(text).ids) == text


@pytest.mark.parametrize(
    ("field", "named"), [({"architecture": "gemma"}, "'gemma'"), ({"pre": "tekken"}, "'tekken'")]
)
def test_a_model_of_another_kind_is_refused(tmp_path, monkeypatch, field, named):
    monkeypatch.setenv("MTREC_HOME", str(tmp_path))
    path = tiny_llama.write(tmp_path / "other.gguf", **field)
    with pytest.raises(ParameterError, match=named):
        gguf_folder(path, "other", "")
    assert not any((tmp_path / "converted").iterdir())


def test_a_missing_package_is_named_with_its_cure(monkeypatch):
    monkeypatch.setitem(sys.modules, "gguf", None)
    with pytest.raises(MtrecError, match=r"'gguf'.*mtrec\[pretrained\]"):
        needs("gguf")
