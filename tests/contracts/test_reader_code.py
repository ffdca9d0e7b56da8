"""The code that a reader should be able to write, as README.md prints it, on the real log."""

import re

import pytest

import mtrec_lib as mt
from tests.contracts.tree import ROOT


def _listing() -> str:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    (code,) = [c for c in re.findall(r"```python\n(.*?)```", text, re.S) if "mt.training.fit" in c]
    return code


@pytest.mark.slow
def test_the_listing_of_the_readme_runs(tmp_path, monkeypatch):
    """As printed, but one short epoch of a narrow model: the words are tested, not the score."""
    monkeypatch.chdir(tmp_path)
    code = _listing()
    smaller = {"max_length=200": "max_length=20", "width=64": "width=8", "epochs=30": "epochs=1"}
    for printed, small in smaller.items():
        assert printed in code
        code = code.replace(printed, small)
    names: dict = {}
    exec(compile(code, "README.md", "exec"), names)
    assert (tmp_path / "toy.mtrec").is_file()
    ranking = mt.evaluation.rank(names["model"], names["split"], part="test", k=10)
    assert 0 < ranking.metrics["ndcg@10"] < 1
    again = mt.recommend.top(names["model"], history=["Toy Story (1995)", "Fargo (1996)"], k=10)
    assert again.frame.height == 10
