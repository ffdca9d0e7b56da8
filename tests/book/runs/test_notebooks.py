"""Reading notebooks without running them (fault 9)."""

import pytest

from mtrec_lib.book.runs.notebooks import Notebook, all_notebooks, parse_parameters, select
from mtrec_lib.core.errors import ParameterError, RunError
from tests.book.tiny import write_notebook


@pytest.fixture
def three(chapters):
    """Chapters 00, 04_1 and 04_2, and a notebook that is none."""
    for name in ("00_tour", "04_1_counts", "04_2_gpt", "scratch"):
        write_notebook(chapters / f"{name}.ipynb")
    return chapters


def test_chapters_are_found_in_the_order_of_the_book(three):
    assert [book.chapter for book in all_notebooks()] == ["00", "04_1", "04_2"]


@pytest.mark.parametrize(
    ("names", "selected"),
    [
        ([], ["00_tour", "04_1_counts", "04_2_gpt"]),
        (["0"], ["00_tour"]),
        (["04"], ["04_1_counts", "04_2_gpt"]),
        (["04_2"], ["04_2_gpt"]),
        (["04_2_gpt", "00", "04_2"], ["00_tour", "04_2_gpt"]),
        (["00_tour.ipynb"], ["00_tour"]),
        (["chapters/00_tour.ipynb"], ["00_tour"]),
    ],
)
def test_chapters_are_named_by_number_name_or_path(three, names, selected, monkeypatch):
    monkeypatch.chdir(three.parent)
    assert [book.name for book in select(names)] == selected


@pytest.mark.parametrize("name", ["mine/00_tour.ipynb", "mine/../mine/00_tour.ipynb", "mine/00"])
def test_a_path_to_another_notebook_of_that_name_is_refused(three, name, monkeypatch):
    write_notebook(three.parent / "mine" / "00_tour.ipynb", "'my own'")
    monkeypatch.chdir(three.parent)
    with pytest.raises(RunError, match=r"only chapters of .*chapters are run; .*MTREC_CHAPTERS"):
        select([name])


def test_a_copy_in_the_current_folder_is_not_taken_for_the_chapter(three, tmp_path, monkeypatch):
    write_notebook(tmp_path / "mine" / "00_tour.ipynb", "'my own'")
    monkeypatch.chdir(tmp_path / "mine")
    with pytest.raises(RunError, match="is no chapter of the book"):
        select(["00_tour.ipynb"])
    assert [book.path for book in select(["00_tour"])] == [three / "00_tour.ipynb"]


def test_a_path_that_does_not_exist_is_refused(three):
    with pytest.raises(RunError, match="does not exist"):
        select(["/no/such/folder/00_tour.ipynb"])


def test_an_unknown_chapter_is_refused_with_the_nearest(three):
    with pytest.raises(RunError, match="00_tour"):
        select(["tour"])


def test_an_empty_folder_is_named(chapters):
    with pytest.raises(RunError, match="MTREC_CHAPTERS"):
        select([])


def test_parameters_are_read_with_type_value_and_help(chapters):
    book = Notebook(write_notebook(chapters / "00_tour.ipynb"))
    parameter = book.parameters["epochs"]
    assert (parameter.kind, parameter.value, parameter.help) == ("int", 3, "passes over the data")


@pytest.mark.parametrize(
    "line",
    [
        "epochs = 3",
        "epochs: int | None = 3",
        "epochs: 'int' = 3",
        "epochs: int",
        "epochs: int = 1 + open('x')",
        "import os",
    ],
)
def test_another_kind_of_line_is_refused_and_shown(line):
    with pytest.raises(ParameterError, match="may only hold") as caught:
        parse_parameters(line, "04.ipynb")
    assert line in str(caught.value)


@pytest.mark.parametrize("line", ["epochs: int = -1", "epochs: int = 1.5", "nonsense: int = 1"])
def test_a_stored_value_is_checked_too(line):
    with pytest.raises(ParameterError):
        parse_parameters(line, "04.ipynb")


def test_09_a_notebook_without_a_parameters_cell_is_refused(chapters):
    book = Notebook(write_notebook(chapters / "00_tour.ipynb", parameters=None))
    with pytest.raises(RunError, match="tagged 'parameters'"):
        _ = book.parameters


def test_the_source_hash_is_of_the_code_alone(chapters):
    one = Notebook(write_notebook(chapters / "00_tour.ipynb", "1 + 1"))
    two = Notebook(write_notebook(chapters / "01_data.ipynb", "1 + 2"))
    assert one.source_sha != two.source_sha
    one.content["cells"][0]["source"] = "other words"
    assert one.source_sha == Notebook(one.path).source_sha


def test_a_broken_notebook_is_named(chapters):
    path = chapters / "00_tour.ipynb"
    path.write_text("{", encoding="utf-8")
    with pytest.raises(RunError, match="00_tour"):
        _ = Notebook(path).cells
