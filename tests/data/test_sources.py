"""The cards of the sources, and the cache."""

from dataclasses import replace

import polars as pl
import pytest

import mtrec_lib as mt
from mtrec_lib.core.errors import DataIntegrityError, ParameterError
from mtrec_lib.data.sources.registry import Member, find, sources

HEX = set("0123456789abcdef")


@pytest.mark.parametrize("source", sources(), ids=lambda source: source.name)
class TestEveryCard:
    def test_says_whose_the_data_are(self, source):
        assert all([source.title, source.licence, source.acknowledgement, source.used_for])

    def test_pins_the_wheel_and_every_member(self, source):
        pins = [source.sha256, *(member.sha256 for member in source.members)]
        assert all(len(pin) == 64 and set(pin) <= HEX for pin in pins)

    def test_members_have_sizes_and_names_of_their_own(self, source):
        assert all(member.size > 0 for member in source.members)
        assert len({member.file for member in source.members}) == len(source.members)


def test_the_large_promotions_table_is_never_taken():
    assert "promotions.parquet" not in {m.file for m in find("complete-journey").members}


def test_an_unknown_name_lists_what_there_is():
    names = ", ".join(source.name for source in sources())
    with pytest.raises(ParameterError, match=f"there are {names}; did you mean 'ml-100k'"):
        find("ml100k")


def test_the_simulator_has_nothing_to_fetch():
    with pytest.raises(ParameterError, match="needs no files"):
        mt.data.fetch("simulator")


def test_an_unknown_route_lists_the_routes():
    with pytest.raises(ParameterError, match="one of wheel for complete-journey, got 'official'"):
        mt.data.fetch("complete-journey", route="official")


@pytest.mark.parametrize(
    "path", ["../a.csv", "/a.csv", "a/../../b.csv", "C:/a.csv", "a\\b.csv", "", "a/b.pkl", "b.pth"]
)
def test_a_member_outside_its_folder_or_with_code_is_refused(path):
    with pytest.raises(DataIntegrityError, match="plain relative path"):
        Member(path, "0" * 64, 1)


@pytest.mark.parametrize("name", ["minilm", "smollm2-135m"])
def test_weights_are_sources_and_no_logs(name):
    assert name in {source.name for source in sources("weights")} - {s.name for s in sources("log")}
    assert find(name).kind == "weights"
    with pytest.raises(
        ParameterError, match=f"weights, not a log: mt.pretrained.Pretrained\\(.{name}"
    ):
        mt.data.load(name)


def test_a_card_of_another_kind_is_refused():
    with pytest.raises(DataIntegrityError, match="one of log, weights, got"):
        replace(find("minilm"), kind="picture")


def test_an_empty_cache_is_absent_and_nothing_to_remove(tmp_path, monkeypatch):
    monkeypatch.setenv("MTREC_HOME", str(tmp_path))
    assert set(mt.data.status()["state"]) == {"absent"}
    assert mt.data.remove("ml-100k") is False


def test_what_was_converted_of_a_source_goes_with_it(tmp_path, monkeypatch):
    monkeypatch.setenv("MTREC_HOME", str(tmp_path))
    made = tmp_path / "converted" / "minilm-0123"
    made.mkdir(parents=True)
    (made / "model.safetensors").write_bytes(b"x")
    assert mt.data.remove("minilm") is True
    assert not made.exists()
    assert mt.data.remove("minilm") is False


def test_a_fetched_source_is_ready(ml100k):
    row = mt.data.status().row(by_predicate=pl.col("name") == "ml-100k", named=True)
    assert (row["state"], row["kind"]) == ("ready", "log")
    assert row["megabytes"] == pytest.approx(2.07, abs=0.01)
