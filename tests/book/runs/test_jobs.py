"""From what is typed to what will run (faults 6 to 8, 10)."""

import os
import sys

import pytest

from mtrec_lib.book.runs.jobs import plan, sweep_grid
from mtrec_lib.book.runs.notebooks import Notebook
from mtrec_lib.book.runs.profiles import Profile, load_profile
from mtrec_lib.book.runs.watching import Limits
from mtrec_lib.core import write_text
from mtrec_lib.core.errors import ParameterError
from tests.book.tiny import PARAMETERS, write_notebook

DEFAULT = Profile("default")


@pytest.fixture
def book(chapters):
    """A chapter with a data set, a text and a list."""
    lines = [PARAMETERS, 'dataset: str = "ml-100k"  # log', 'seeds: str = "0,1"  # seeds']
    return Notebook(write_notebook(chapters / "04_lms.ipynb", parameters="\n".join(lines)))


def _job(book, profile=DEFAULT, run_id="", **words):
    (job,) = plan([book], profile, words, book.path.parent / "runs", run_id)
    return job


def test_the_default_run_has_the_plain_name(book):
    job = _job(book)
    assert job.folder == book.path.parent / "runs" / "default" / "04_lms"
    assert job.changed == {}


def test_typed_values_go_before_the_profile_and_the_profile_before_the_notebook(book):
    profile = Profile("smoke", all={"epochs": 1, "width": 8}, chapters={"04": {"seed": 3}})
    assert _job(book, profile).values["epochs"] == 1
    assert _job(book, profile).changed == {"epochs": 1, "seed": 3}
    assert _job(book, profile, epochs="2").values["epochs"] == 2


def test_a_profile_alone_keeps_the_plain_name_and_a_typed_change_does_not(book):
    profile = Profile("smoke", all={"epochs": 1})
    assert _job(book, profile).folder.name == "04_lms"
    assert _job(book, profile, epochs="1").folder.name == "04_lms"
    changed = _job(book, profile, epochs="2").folder.name
    assert changed.startswith("04_lms@")
    assert changed == _job(book, profile, epochs="2").folder.name
    assert changed != _job(book, profile, epochs="4").folder.name


def test_a_run_id_names_the_folder(book):
    assert _job(book, run_id="mine").folder.name == "04_lms@mine"


@pytest.mark.parametrize("run_id", ["a:b", "../x", "a/b", "", ".", "x" * 50])
def test_19_a_run_id_is_a_plain_name_on_every_system(book, run_id):
    if run_id == "":
        assert "@" not in _job(book, run_id=run_id).folder.name
        return
    with pytest.raises(ParameterError, match="run-id"):
        _job(book, run_id=run_id)


def test_06_an_unknown_name_is_refused_with_the_valid_ones(book):
    with pytest.raises(ParameterError, match=r"did you mean 'epochs'.*valid names: .*seed"):
        _job(book, epocs="3")


@pytest.mark.parametrize("name", ["__import__('os')", "a=1;b", "epochs; x"])
def test_10_a_name_with_code_is_refused(book, name):
    with pytest.raises(ParameterError, match="unknown parameter"):
        plan([book], DEFAULT, {name: "1"}, book.path.parent, "")


@pytest.mark.parametrize("words", [{"epochs": "three"}, {"epochs": "-1"}, {"seeds": ""}])
def test_07_08_wrong_values_are_refused_before_anything_starts(book, words):
    with pytest.raises(ParameterError):
        _job(book, **words)


def test_a_path_to_a_log_must_exist(book, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ParameterError, match="no file"):
        _job(book, dataset="mine.toml")
    (tmp_path / "mine.toml").write_text("", encoding="utf-8")
    assert _job(book, dataset="mine.toml").values["dataset"] == str(tmp_path / "mine.toml")


def test_the_identity_moves_with_the_notebook_and_its_parameters(book):
    first = _job(book).identity
    assert first == _job(book).identity
    assert first["parameters"] != _job(book, epochs="2").identity["parameters"]
    write_notebook(book.path, "1")
    with pytest.raises(ParameterError):
        _job(Notebook(book.path), seeds="1")
    assert first["notebook"] != _job(Notebook(book.path)).identity["notebook"]


# A table in the very folder, below it, beside it, and one without an ending.
@pytest.mark.parametrize("place", ["events.csv", "raw/events.csv", "../other/events.csv", "events"])
def test_the_identity_holds_the_content_of_exactly_the_tables_described(book, tmp_path, place):
    path = tmp_path / "mine" / "mine.toml"
    table, neighbour = path.parent / place, path.parent / "notes.csv"
    path.parent.mkdir()
    path.write_text(
        f'[log]\nname = "mine"\n[events]\nfile = "{place}"\nformat = "csv"\n'
        '[events.columns]\nuser_id = "u"\nitem_id = "i"\n',
        encoding="utf-8",
    )
    seen = []
    for content, other in [("u,i\n1,2\n", "a"), ("u,i\n1,3\n", "a"), ("u,i\n1,3\n", "b")]:
        write_text(table, content)
        write_text(neighbour, other)
        seen.append(_job(book, dataset=str(path)).identity["data"])
    assert seen[0] != seen[1] == seen[2]


def test_a_description_without_its_table_is_refused(book, tmp_path):
    path = write_text(tmp_path / "mine.toml", '[log]\n[events]\nfile = "no.csv"\ncolumns = {}\n')
    with pytest.raises(ParameterError, match="user_id"):
        _ = _job(book, dataset=str(path)).identity


# In Latin-1, as from an archive made elsewhere: byte E9 is no UTF-8.
FOREIGN = os.fsdecode(b"donn\xe9es")
LINUX = pytest.mark.skipif(sys.platform != "linux", reason="file names are bytes on Linux alone")


@LINUX
def test_37_a_path_that_is_not_utf8_is_refused_in_a_line(book, tmp_path):
    write_text(tmp_path / FOREIGN / "mine.toml", "")
    with pytest.raises(ParameterError, match=r"dataset must be UTF-8, got .*udce9.*rename"):
        _job(book, dataset=f"{tmp_path}/{FOREIGN}/mine.toml")
    with pytest.raises(ParameterError, match=r"out must be UTF-8"):
        plan([book], DEFAULT, {}, tmp_path / FOREIGN / "runs")


@LINUX
def test_37_a_relative_path_below_such_a_folder_is_refused_too(book, tmp_path, monkeypatch):
    write_text(tmp_path / FOREIGN / "mine.toml", "")
    monkeypatch.chdir(tmp_path / FOREIGN)
    with pytest.raises(ParameterError, match=r"dataset must be UTF-8"):
        plan([book], DEFAULT, {"dataset": "mine.toml"}, tmp_path / "runs")


def test_a_sweep_is_every_combination(book):
    assert sweep_grid({"epochs": ["1,3"], "seed": ["0", "1"]}, [book]) == [
        {"epochs": "1", "seed": "0"},
        {"epochs": "1", "seed": "1"},
        {"epochs": "3", "seed": "0"},
        {"epochs": "3", "seed": "1"},
    ]


def test_a_list_is_not_split_in_a_sweep(book):
    assert sweep_grid({"seeds": ["0,1", "2"]}, [book]) == [{"seeds": "0,1"}, {"seeds": "2"}]


def test_a_profile_is_read_and_checked(chapters):
    folder = chapters / "profiles"
    folder.mkdir()
    path = folder / "smoke.toml"
    path.write_text("[budget]\nsilence = 5\n[all]\nepochs = 1\n", encoding="utf-8")
    profile = load_profile("smoke")
    assert (profile.limits, profile.all) == (Limits(silence=5), {"epochs": 1})
    assert profile.within(0.5).limits == Limits(silence=5, budget=30)
    path.write_text("[all]\nepochs = -1\n", encoding="utf-8")
    with pytest.raises(ParameterError, match="epochs"):
        load_profile("smoke")
    for wrong in ("silence = 0", "cell = 5", 'silence = "long"'):
        path.write_text(f"[budget]\n{wrong}\n", encoding="utf-8")
        with pytest.raises(ParameterError, match="silence = SECONDS"):
            load_profile("smoke")
    path.write_text("[every]\nepochs = 1\n", encoding="utf-8")
    with pytest.raises(ParameterError, match="every"):
        load_profile("smoke")


def test_a_profile_may_not_set_what_its_chapter_has_not(book):
    with pytest.raises(ParameterError, match="width"):
        Profile("smoke", chapters={"04": {"width": 8}}).values(book)


def test_there_are_three_profiles():
    with pytest.raises(ParameterError, match="smoke, default, full"):
        load_profile("quick")
