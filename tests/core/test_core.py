"""Atomic files, seeds, hashes, paths, suggestions."""

import errno

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mtrec_lib import core
from mtrec_lib.core.errors import MtrecError


def test_a_failed_write_leaves_the_old_file_and_no_scratch(tmp_path):
    path = core.write_text(tmp_path / "a.txt", "old")

    def half_a_file():
        with core.atomic_path(path) as scratch:
            scratch.write_text("half", encoding="utf-8")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        half_a_file()
    assert path.read_text(encoding="utf-8") == "old"
    assert [p.name for p in tmp_path.iterdir()] == ["a.txt"]


def test_a_full_disk_is_named_with_its_numbers(tmp_path):
    path = core.write_text(tmp_path / "a.txt", "old")

    def on_a_full_disk():
        with core.atomic_path(path):
            raise OSError(errno.ENOSPC, "No space left on device")

    with pytest.raises(MtrecError, match=r"disk is full while writing .*a\.txt.*bytes free"):
        on_a_full_disk()
    assert path.read_text(encoding="utf-8") == "old"


def test_json_refuses_nan(tmp_path):
    with pytest.raises(ValueError, match="not JSON compliant"):
        core.write_json(tmp_path / "a.json", {"x": float("nan")})
    assert not list(tmp_path.iterdir())


@given(st.integers(0, 2**31), st.text())
def test_derived_seeds_are_stable_and_in_range(seed, name):
    assert core.derive(seed, name) == core.derive(seed, name)
    assert 0 <= core.derive(seed, name) < 2**63


def test_fingerprint_ignores_the_order_of_keys():
    assert core.fingerprint({"a": 1, "b": [2]}) == core.fingerprint({"b": [2], "a": 1})


def test_home_follows_the_environment(monkeypatch, tmp_path):
    monkeypatch.setenv("MTREC_HOME", str(tmp_path))
    assert core.home() == tmp_path


def test_an_unwritable_folder_is_named(tmp_path):
    (tmp_path / "file").write_text("x", encoding="utf-8")
    with pytest.raises(MtrecError, match="set MTREC_HOME"):
        core.writable(tmp_path / "file" / "below")
