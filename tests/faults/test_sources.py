"""Faults 20 to 24 and 46: damaged, missing, hostile and other archives.

The sources here are made up: a wheel of one small text file, written by the test, found by pip in
a folder instead of a registry.
"""

import os
import shutil
import socket
import stat
import subprocess
import sys
import time
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest

import mtrec_lib as mt
from mtrec_lib.core import sha256_bytes, sha256_file
from mtrec_lib.core.errors import DataIntegrityError, MtrecError, OfflineError
from mtrec_lib.data.sources import download, fetch, members, remove
from mtrec_lib.data.sources.registry import Member, Source
from mtrec_lib.data.sources.store import folder, installed

TEXT = b"user,item\n1,2\n" * 500
PATH = "tiny/data/rows.csv"


def write_wheel(path, files):
    about = "Metadata-Version: 2.1\nName: tiny\nVersion: 1.0\n"
    wheel = "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("tiny-1.0.dist-info/METADATA", about)
        archive.writestr("tiny-1.0.dist-info/WHEEL", wheel)
        for name, content in files:
            archive.writestr(name, content)
    return path


def describe(wheel):
    member = Member(PATH, sha256_bytes(TEXT), len(TEXT))
    return Source("tiny", "Tiny", "a test", "tiny", "1.0", sha256_file(wheel), "CC0", "", (member,))


@pytest.fixture
def by_pip(tmp_path, monkeypatch):
    """A made-up source whose wheel pip finds in a folder; the cache is empty."""
    shelf = tmp_path / "shelf"
    shelf.mkdir()
    wheel = write_wheel(
        shelf / "tiny-1.0-py3-none-any.whl", [(PATH, TEXT), ("tiny/evil.pkl", b"x")]
    )
    monkeypatch.setenv("MTREC_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(shelf))
    return describe(wheel)


@pytest.fixture
def tiny(by_pip, tmp_path, monkeypatch):
    """The same, copied from the folder without pip, which takes a second to start."""
    (wheel,) = (tmp_path / "shelf").iterdir()
    monkeypatch.setattr(
        download, "wheel", lambda source, scratch: Path(shutil.copy(wheel, scratch))
    )
    return by_pip


@pytest.fixture
def cached(tiny):
    fetch(tiny)
    return tiny


def left_over(tmp_path):
    """What the cache holds beside the folder of the source."""
    return sorted(path.name for path in (tmp_path / "home" / "sources").iterdir())


def extract(tmp_path, files, member=None):
    wheel = write_wheel(tmp_path / "w.whl", files)
    target = tmp_path / "out"
    target.mkdir()
    listed = member or Member(PATH, sha256_bytes(TEXT), len(TEXT))
    members.extract(wheel, [listed], target, "mtrec data fetch tiny --force")
    return sorted(path.name for path in target.iterdir())


class TestHealthy:
    def test_only_the_listed_member_is_kept(self, by_pip, tmp_path):
        found = fetch(by_pip)
        assert sorted(path.name for path in found.iterdir()) == ["manifest.json", "rows.csv"]
        assert (found / "rows.csv").read_bytes() == TEXT
        assert left_over(tmp_path) == ["tiny"]  # the wheel is gone

    def test_a_cached_source_needs_no_network(self, cached, monkeypatch):
        monkeypatch.setattr(download, "wheel", None)
        assert fetch(cached) == folder(cached)

    def test_remove_empties_the_cache(self, cached):
        assert remove(cached) is True
        assert installed(cached) is None

    def test_two_processes_at_once_both_succeed(self, by_pip, tmp_path):
        code = (
            "from mtrec_lib.data.sources.registry import Member, Source\n"
            "from mtrec_lib.data.sources import fetch\n"
            f"import sys; sys.stdout.write(str((fetch({by_pip!r}) / 'rows.csv').stat().st_size))"
        )
        command = [sys.executable, "-c", code]
        root = mt.__path__[0].removesuffix("mtrec_lib")
        both = [
            subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=root) for _ in range(2)
        ]
        assert [process.communicate(timeout=60)[0] for process in both] == [str(len(TEXT))] * 2
        assert left_over(tmp_path) == ["tiny"]


@pytest.mark.fault(20)
class TestDamage:
    def test_a_flipped_bit_is_found_moved_aside_and_named(self, cached):
        path = folder(cached) / "rows.csv"
        path.write_bytes(b"U" + TEXT[1:])
        with pytest.raises(DataIntegrityError) as caught:
            fetch(cached)
        text = str(caught.value)
        assert "rows.csv: expected sha256" in text
        assert f"size {len(TEXT)}" in text
        assert "fix: mtrec data fetch tiny --force" in text
        assert not path.exists()
        assert path.with_name("rows.csv.damaged").exists()

    def test_damage_stays_an_error_until_forced(self, cached):
        path = folder(cached) / "rows.csv"
        path.write_bytes(TEXT[:-1])
        for _ in range(2):
            with pytest.raises(DataIntegrityError):
                fetch(cached)
        assert (fetch(cached, force=True) / "rows.csv").read_bytes() == TEXT

    def test_a_truncated_archive_is_refused(self, tmp_path):
        wheel = write_wheel(tmp_path / "w.whl", [(PATH, TEXT)])
        wheel.write_bytes(wheel.read_bytes()[:-30])
        with pytest.raises(DataIntegrityError, match="not a readable archive"):
            members.extract(wheel, [Member(PATH, "0" * 64, 1)], tmp_path, "again")

    def test_no_manifest_means_not_fetched(self, cached):
        (folder(cached) / "manifest.json").unlink()
        assert installed(cached) is None
        fetch(cached)
        assert installed(cached) == "wheel"


@pytest.mark.fault(21)
class TestOffline:
    @pytest.mark.parametrize("name", ["ml-100k", "complete-journey"])
    def test_a_refused_connection_fails_soon_and_names_the_simulator(
        self, name, tmp_path, monkeypatch
    ):
        nothing_listens(monkeypatch, tmp_path)
        start = time.monotonic()
        with pytest.raises(OfflineError) as caught:
            mt.data.load(name)
        assert time.monotonic() - start < 10
        assert "-p dataset=simulator" in str(caught.value)
        assert f"mtrec data fetch {name}" in str(caught.value)

    def test_a_server_that_never_answers_is_given_up(self, by_pip, monkeypatch):
        monkeypatch.setattr(download, "PATIENCE", 1.5)
        with socket.create_server(("127.0.0.1", 0)) as silent:
            address = f"http://127.0.0.1:{silent.getsockname()[1]}/simple"
            monkeypatch.setenv("PIP_INDEX_URL", address)
            monkeypatch.delenv("PIP_NO_INDEX")
            monkeypatch.delenv("PIP_FIND_LINKS")
            with pytest.raises(OfflineError, match="no new byte for 2 s"):
                fetch(by_pip)

    def test_patience_and_start_fit_in_ten_seconds(self):
        assert download.PATIENCE <= 8

    def test_a_python_without_pip_says_how_to_get_it(self, by_pip, monkeypatch):
        monkeypatch.setattr(download.importlib.util, "find_spec", lambda name: None)
        with pytest.raises(OfflineError, match="ensurepip"):
            fetch(by_pip)


def nothing_listens(monkeypatch, tmp_path):
    """An empty cache, and a registry address where every connection is refused."""
    monkeypatch.setenv("MTREC_HOME", str(tmp_path))
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("PIP_EXTRA_INDEX_URL", "")
    monkeypatch.setenv("PIP_FIND_LINKS", "")
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    monkeypatch.setenv("PIP_INDEX_URL", f"http://127.0.0.1:{port}/simple")


@pytest.mark.fault(22)
def test_other_content_under_the_same_version_is_refused(tiny, tmp_path):
    with pytest.raises(DataIntegrityError, match="write the new checksums into data/cards/tiny"):
        fetch(replace(tiny, sha256="0" * 64))
    assert left_over(tmp_path) == ["tiny-1.0-py3-none-any.whl.damaged"]


def test_a_card_with_other_members_fetches_again(cached):
    other = replace(cached, members=(Member("tiny/evil.csv", "0" * 64, 1),))
    assert installed(other) is None


@pytest.mark.fault(23, 24)
class TestHostileArchive:
    def test_unlisted_members_are_never_written(self, tmp_path):
        files = [(PATH, TEXT), ("../../escaped.csv", b"x"), ("tiny/data/rows.pkl", b"x")]
        assert extract(tmp_path, files) == ["rows.csv"]
        assert not list(tmp_path.parent.glob("escaped.csv"))

    def test_a_symbolic_link_is_refused(self, tmp_path):
        link = zipfile.ZipInfo(PATH)
        link.external_attr = (stat.S_IFLNK | 0o777) << 16
        with pytest.raises(DataIntegrityError, match="symbolic link"):
            extract(tmp_path, [(link, TEXT)])

    def test_a_bomb_is_refused_by_its_declared_size(self, tmp_path):
        with pytest.raises(DataIntegrityError, match="declared size 10000000 of 7000 bytes"):
            extract(tmp_path, [(PATH, b"0" * 10_000_000)])

    def test_a_bomb_that_lies_about_its_size_is_stopped(self, tmp_path):
        wheel = write_wheel(tmp_path / "w.whl", [(PATH, b"0" * 10_000_000)])
        honest = (10_000_000).to_bytes(4, "little")
        wheel.write_bytes(wheel.read_bytes().replace(honest, len(TEXT).to_bytes(4, "little")))
        target = tmp_path / "out"
        target.mkdir()
        with pytest.raises(DataIntegrityError):
            members.extract(wheel, [Member(PATH, sha256_bytes(TEXT), len(TEXT))], target, "again")
        assert sum(path.stat().st_size for path in target.iterdir()) <= len(TEXT)

    def test_a_member_that_stands_there_twice_is_refused(self, tmp_path):
        refused = pytest.raises(DataIntegrityError, match="found 2 times")
        with pytest.warns(UserWarning, match="Duplicate name"), refused:
            extract(tmp_path, [(PATH, TEXT), (PATH, TEXT)])

    def test_a_missing_member_is_named(self, tmp_path):
        with pytest.raises(DataIntegrityError, match=f"{PATH}.*found 0 times"):
            extract(tmp_path, [])

    def test_other_content_of_the_same_size_is_refused(self, tmp_path):
        with pytest.raises(DataIntegrityError, match="got sha256"):
            extract(tmp_path, [(PATH, b"U" + TEXT[1:])])


@pytest.mark.fault(46)
def test_a_cache_that_cannot_be_written_names_mtrec_home(tiny, tmp_path, monkeypatch):
    occupied = tmp_path / "a file"
    occupied.write_text("not a folder", encoding="utf-8")
    monkeypatch.setenv("MTREC_HOME", str(occupied))
    with pytest.raises(MtrecError, match="set MTREC_HOME"):
        fetch(tiny)
