"""A reader's own files, written out by hand."""

from pathlib import Path

import polars as pl
import pytest

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
