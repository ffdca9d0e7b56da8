"""Logs as readers bring them: a description and its files, written into a folder of their own."""

from collections.abc import Callable

import polars as pl
import pytest

import mtrec_lib as mt

LOG = '[log]\nname = "mine"\n'


def table(name: str, file: str, columns: str, keys: str = "") -> str:
    """One table of a description."""
    return f'[{name}]\nfile = "{file}"\n{keys}\n[{name}.columns]\n{columns}\n'


def events(columns: str = "", file: str = "e.csv", keys: str = "") -> str:
    """A log of events alone: people ``u``, items ``i`` and further columns."""
    return LOG + table("events", file, f'user_id = "u"\nitem_id = "i"\n{columns}', keys)


def items(columns: str = "", file: str = "i.csv", keys: str = "") -> str:
    """Items ``i`` and further columns."""
    return table("items", file, f'item_id = "i"\n{columns}', keys)


@pytest.fixture
def own(tmp_path) -> Callable[..., mt.data.Log]:
    """Writes a description and its files, name by name, and loads it."""

    def load(toml: str, files: dict[str, str | bytes | pl.DataFrame]) -> mt.data.Log:
        (tmp_path / "my.toml").write_bytes(toml if isinstance(toml, bytes) else toml.encode())
        for name, content in files.items():
            if isinstance(content, pl.DataFrame):
                content.write_parquet(tmp_path / name)
            else:
                data = content if isinstance(content, bytes) else content.encode()
                (tmp_path / name).write_bytes(data)
        return mt.data.load(tmp_path / "my.toml")

    return load
