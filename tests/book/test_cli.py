"""The command line, without running chapters."""

import json
import subprocess
import sys

import pytest
from click.testing import CliRunner

from mtrec_lib.cli import main
from tests.book.tiny import write_notebook


def _mtrec(*words):
    return CliRunner().invoke(main, list(words))


@pytest.mark.parametrize(
    "words",
    [[], ["run"], ["sweep"], ["results"], ["recommend"], ["doctor"], ["data"], ["data", "fetch"]],
)
def test_every_command_has_help(words):
    done = _mtrec(*words, "--help")
    assert done.exit_code == 0
    assert "Usage" in done.output


@pytest.mark.parametrize(
    ("word", "message"),
    [
        ("epocs=3", "did you mean 'epochs'"),
        ("epochs=three", "epochs wants a whole number, got 'three'"),
        ("epochs=-1", "at least 1"),
        ("epochs", "NAME=VALUE"),
        ("__import__('os')=1", "plain name"),
    ],
)
def test_wrong_parameters_end_at_once_with_a_message(chapters, tmp_path, word, message):
    write_notebook(chapters / "04_lms.ipynb")
    done = _mtrec("run", "04", "-p", word, "--out", str(tmp_path / "runs"))
    assert done.exit_code == 1
    assert message in done.output
    assert not (tmp_path / "runs").exists()


def test_a_parameter_given_twice_is_for_sweep(chapters):
    write_notebook(chapters / "04_lms.ipynb")
    assert "mtrec sweep" in _mtrec("run", "-p", "seed=1", "-p", "seed=2").output


def test_results_without_runs_says_where_it_looked(tmp_path):
    done = _mtrec("results", "--out", str(tmp_path))
    assert done.exit_code == 1
    assert "default" in done.output


def test_refusing_a_parameter_needs_no_deep_learning_library(chapters):
    write_notebook(chapters / "04_lms.ipynb")
    code = """
import sys
from mtrec_lib.cli import main
try:
    main(["run", "-p", "epocs=3"])
finally:
    heavy = {"tensorflow", "keras", "polars", "papermill", "matplotlib"} & set(sys.modules)
    print(sorted(heavy))
"""
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, encoding="utf-8"
    )
    assert done.returncode == 1
    assert "epochs" in done.stderr
    assert done.stdout == "[]\n"


def test_recommendations_are_printed_and_written(tmp_path):
    out = tmp_path / "list.json"
    done = _mtrec(
        "recommend", "--dataset", "simulator", "--history", "", "--k", "3", "--out", str(out)
    )
    assert done.exit_code == 0, done.output
    assert json.loads(out.read_text(encoding="utf-8"))
    assert str(out) in done.output


def test_recommendations_of_one_category_and_without_some_items(tmp_path):
    words = ["recommend", "--dataset", "simulator", "--k", "3", "--only-category", "Lamp"]
    listed = _mtrec(*words).output.splitlines()[1:]
    assert len(listed) == 3
    assert all(line.rstrip().endswith("Lamp") for line in listed)
    first = " ".join(listed[0].split()[1:3])  # "Lamp 7"
    less = _mtrec(*words, "--exclude", first).output.splitlines()[1:]
    assert [line[3:].strip() for line in less[:2]] == [line[3:].strip() for line in listed[1:]]
    done = _mtrec(*words, "--only-category", "Lamps")
    assert done.exit_code == 1
    assert "'Lamps', which no item has; there are Lamp" in done.output


def test_doctor_says_what_is_there_and_names_a_cure(monkeypatch):
    from mtrec_lib.book import doctor

    monkeypatch.setattr(doctor, "_accelerator", lambda: doctor.Finding("GPU", "none"))
    monkeypatch.setattr(
        doctor, "_avx", lambda: doctor.Finding("AVX", "no", False, "use another machine")
    )
    done = _mtrec("doctor")
    assert done.exit_code == 1
    assert "cure: use another machine" in done.output
    assert "cores" in done.output


def test_43_without_avx_tensorflow_is_not_started(monkeypatch):
    from mtrec_lib.book import doctor

    monkeypatch.setattr(doctor, "_avx", lambda: doctor.Finding("AVX", "no", False, "cure"))
    monkeypatch.setattr(doctor, "_accelerator", lambda: pytest.fail("started"))
    assert not next(each for each in doctor.examine() if each.what == "TensorFlow").fine
