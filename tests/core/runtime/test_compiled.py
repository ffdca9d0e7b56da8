"""What XLA has compiled: where it is kept, what is removed, and that results stay the same."""

import os
import subprocess
import sys

import pytest

from mtrec_lib.core.paths import home
from mtrec_lib.core.runtime.compiled import compiled_code_environment, tidy


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch):
    """An empty cache."""
    monkeypatch.setenv("MTREC_HOME", str(tmp_path / "home"))
    return tmp_path / "home" / "compiled"


def test_the_cache_is_named_by_what_compiled_code_depends_on(cache):
    flags = compiled_code_environment({})["TF_XLA_FLAGS"]
    assert f"--tf_xla_persistent_cache_directory={cache}" in flags
    one = compiled_code_environment({"TF_NUM_INTRAOP_THREADS": "1"})["TF_XLA_FLAGS"]
    many = compiled_code_environment({"TF_NUM_INTRAOP_THREADS": "9"})["TF_XLA_FLAGS"]
    assert one != many
    assert len(list(cache.iterdir())) >= 2


def test_flags_of_others_stay_and_so_does_a_cache_of_theirs():
    flags = compiled_code_environment({"TF_XLA_FLAGS": "--tf_xla_auto_jit=2"})["TF_XLA_FLAGS"]
    assert flags.startswith("--tf_xla_auto_jit=2 --tf_xla_persistent_cache_directory=")
    own = {"TF_XLA_FLAGS": "--tf_xla_persistent_cache_directory=elsewhere"}
    assert compiled_code_environment(own) == {}


def test_a_cache_that_cannot_be_written_or_named_is_left_out(tmp_path, monkeypatch):
    (tmp_path / "file").write_text("in the way", encoding="utf-8")
    monkeypatch.setenv("MTREC_HOME", str(tmp_path / "file" / "home"))
    assert compiled_code_environment({}) == {}
    monkeypatch.setenv("MTREC_HOME", str(tmp_path / "with a blank"))
    assert compiled_code_environment({}) == {}


# Field 1 is a text of 3 bytes, field 2 one of 200 (two bytes of length): 5 + 203 bytes.
ENTRY = b"\x0a\x03abc" + b"\x12\xc8\x01" + b"x" * 200


@pytest.mark.parametrize("cut", [0, 1, 4, 6, 7, 100, 207])
def test_an_entry_that_is_cut_off_is_removed_and_a_whole_one_stays(cache, cut):
    folder = cache / "kind"
    folder.mkdir(parents=True)
    (folder / "whole.pb").write_bytes(ENTRY)
    # Cut between the fields (after 5 bytes) it would be a whole message, which TensorFlow refuses
    # by its contents; every other cut is seen.
    (folder / "cut.pb").write_bytes(ENTRY[:cut])
    tidy(cache)
    assert [path.name for path in folder.iterdir()] == ["whole.pb"]


def test_above_the_bound_the_oldest_go_whatever_their_kind(cache):
    for age, name in enumerate(("newest", "older", "oldest")):
        folder = cache / f"kind{age}"
        folder.mkdir(parents=True)
        (folder / f"{name}.pb").write_bytes(ENTRY)
        os.utime(folder / f"{name}.pb", (1e9 - age, 1e9 - age))
    tidy(cache, most_bytes=2 * len(ENTRY))
    assert {path.stem for path in cache.glob("*/*.pb")} == {"newest", "older"}


CODE = """
import mtrec_lib, tensorflow as tf
@tf.function(jit_compile=True)
def f(x):
    for _ in range(8):
        x = tf.nn.softmax(tf.matmul(x, x) + tf.sin(x))
    return tf.reduce_sum(x * tf.range(16, dtype=tf.float32))
print(float(f(tf.eye(16))).hex())
"""


def _start(**more):
    environment = os.environ | more
    environment |= compiled_code_environment(environment)
    return subprocess.Popen(
        [sys.executable, "-c", CODE],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
    )


@pytest.mark.slow
def test_two_processes_may_fill_it_at_once_and_a_third_finds_the_same_result():
    both = [_start(), _start()]
    seen = [process.communicate(timeout=300) for process in both]
    (entry,) = (home() / "compiled").glob("*/*.pb")
    made = entry.stat().st_mtime_ns
    seen.append(_start().communicate(timeout=300))
    assert entry.stat().st_mtime_ns == made
    entry.write_bytes(entry.read_bytes()[:1000])  # as after a power failure
    seen.append(_start().communicate(timeout=300))
    assert len({out for out, _ in seen}) == 1, seen
    assert seen[0][0].strip()
