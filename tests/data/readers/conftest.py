"""A reader's own files, written out by hand: a description and its files in a folder."""

from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest

import mtrec_lib as mt

HEAD = '[log]\nname = "mine"\n'


def described(columns: str, log: str = "", time: str = "", rest: str = "", file: str = "e.csv"):
    """A description of one file of events; columns as in ``user_id item_id timestamp=t``."""
    pairs = [word.partition("=")[::2] for word in columns.split()]
    lines = "".join(f'{ours} = "{theirs or ours}"\n' for ours, theirs in pairs)
    when = f"[events.timestamp]\n{time}\n" if time else ""
    return f'{HEAD}{log}\n[events]\nfile = "{file}"\n[events.columns]\n{lines}{when}{rest}\n'


@pytest.fixture
def own_log(tmp_path: Path):
    """Writes ``my.toml`` and its files, and returns the path of the description."""

    def write(toml: str, **files: str | pl.DataFrame) -> Path:
        (tmp_path / "my.toml").write_text(toml, encoding="utf-8")
        for name, content in files.items():
            if isinstance(content, pl.DataFrame):
                content.write_parquet(tmp_path / f"{name}.parquet")
            else:
                (tmp_path / f"{name}.csv").write_text(content, encoding="utf-8")
        return tmp_path / "my.toml"

    return write


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
