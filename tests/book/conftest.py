"""A run that is forgotten after each test."""

import pytest

from mtrec_lib.book import context


@pytest.fixture(autouse=True)
def fresh_run(monkeypatch):
    """Each test starts without a run and outside any runner."""
    monkeypatch.delenv(context.VARIABLE, raising=False)
    monkeypatch.setattr(context, "_current", context.Run())


@pytest.fixture
def chapters(tmp_path, monkeypatch):
    """An empty folder of chapters that every part of the book takes for the real one."""
    folder = tmp_path / "chapters"
    folder.mkdir()
    monkeypatch.setenv("MTREC_CHAPTERS", str(folder))
    return folder
