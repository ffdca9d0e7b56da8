"""The TOML file by which a reader describes a log: keys checked, each error naming its cure."""

import codecs
import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from mtrec_lib.core.errors import EncodingError, ParameterError
from mtrec_lib.core.suggest import nearest
from mtrec_lib.data.about import About
from mtrec_lib.data.readers.cells.near_names import check_columns
from mtrec_lib.data.readers.own_names import refuse_inside_names

_LOG: dict[str, tuple[type, ...]] = {
    "name": (str,),
    "title": (str,),
    "licence": (str,),
    "acknowledgement": (str,),
    "source": (str,),
    "unit": (str,),
    "caveats": (list,),
    "repeats": (bool,),
    "grades": (list,),
    "like_at": (int, float),
    "currency": (str,),
    "simulated": (bool,),
    "split": (str,),
    "validation_weeks": (list,),
    "test_weeks": (list,),
}
_FILE: dict[str, tuple[type, ...]] = {
    "file": (str,),
    "format": (str,),
    "encoding": (str,),
    "separator": (str,),
    "quote": (str,),
    "header": (bool, list),
    "decimal": (str,),
    "missing": (list,),
    "columns": (dict,),
}
_TABLES: dict[str, dict[str, tuple[type, ...]]] = {
    "events": _FILE | {"timestamp": (dict,), "behaviour": (str,)},
    "items": _FILE | {"categories_separator": (str,), "film_titles": (bool,)},
    "users": _FILE,
}
_TIME: dict[str, tuple[type, ...]] = {"format": (str,), "unit": (str,), "timezone": (str,)}
_LONGEST = 100
_CLEANING: dict[str, tuple[type, ...]] = {
    "repeated": (str,),
    "repeated_within": (str,),
    "summed": (list,),
    "min_events_per_user": (int,),
    "min_events_per_item": (int,),
    "min_events_rule": (str,),
}


@dataclass(frozen=True)
class Table:
    """One file of a log: where it is, how it is written, which columns mean what.

    ``columns`` has the name of a column of the file, or its number from 1, for each of ours.
    """

    name: str
    path: Path
    where: str
    columns: dict[str, str | int]
    options: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Description:
    """The checked contents of a description."""

    path: Path
    tables: dict[str, dict[str, Any]]
    cleaning: dict[str, Any] = field(default_factory=dict)

    def table(self, name: str) -> Table:
        """The table ``events``, ``items`` or ``users``."""
        options = self.tables[name]
        where = f"[{name}] in {self.path}"
        path = _file(self.path.parent, options["file"], where)
        return Table(name, path, where, options["columns"], options)


def _file(folder: Path, file: str, where: str) -> Path:
    """The path of a file; a path of Windows is read everywhere."""
    if any(not letter.isprintable() for letter in file) or not file.strip():
        raise ParameterError(
            f"{where}: file = {file!r} is no path; write paths with /, or with \\ in single quotes"
        )
    path = folder / Path(file).expanduser()
    if not path.exists() and "\\" in file:
        path = folder / file.replace("\\", "/")
    if path.is_dir():
        raise ParameterError(f"{where}: {path} is a folder; name one file in it")
    if not path.is_file():
        raise ParameterError(f"{where}: file {path} does not exist; paths start at the .toml")
    return path


def read_description(path: Path) -> tuple[About, str, Description]:
    """What is known about the log, its name, and its files.

    Raises:
        ParameterError: no such file, no TOML, an unknown or missing key, a value of a wrong type.
    """
    content = _toml(path)
    _check_keys(content, dict.fromkeys(("log", *_TABLES, "cleaning"), (dict,)), str(path))
    cleaning = content.get("cleaning", {})
    _check_keys(cleaning, _CLEANING, f"[cleaning] in {path}")
    for name in ("log", "events"):
        if name not in content:
            raise ParameterError(
                f"{path}: the table [{name}] is missing; see data/templates/my.toml"
            )
    tables = {name: content[name] for name in _TABLES if name in content}
    for name, options in tables.items():
        _check_table(name, options, path)
    about = _about(content["log"], path)
    return about, str(content["log"].get("name", path.stem)), Description(path, tables, cleaning)


def _toml(path: Path) -> dict[str, Any]:
    if path.is_dir():
        raise ParameterError(f"{path} is a folder; name the .toml in it")
    if not path.is_file():
        raise ParameterError(f"no file {path}; copy data/templates/my.toml and describe your log")
    data = path.read_bytes()
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        raise EncodingError(f"{path}: is UTF-16; save it as UTF-8")
    try:
        return tomllib.loads(data.removeprefix(codecs.BOM_UTF8).decode("utf-8"))
    except UnicodeDecodeError as error:
        raise EncodingError(f"{path}: byte {error.start} is not UTF-8; save it as UTF-8") from error
    except tomllib.TOMLDecodeError as error:
        path_of_windows = "'\\' in a string" in str(error) or "hex value" in str(error)
        cure = "write paths with / or in single quotes" if path_of_windows else "correct that place"
        raise ParameterError(f"{path} is not TOML: {error}; {cure}") from error


def _about(options: dict[str, Any], path: Path) -> About:
    where = f"[log] in {path}"
    _check_keys(options, _LOG, where)
    _check_name(str(options.get("name", path.stem)), where)
    values = {key: value for key, value in options.items() if key != "name"}
    values.setdefault("title", options.get("name", path.stem))
    values.setdefault("licence", "not stated")
    values["caveats"] = tuple(map(str, values.get("caveats", ())))
    try:
        values["grades"] = tuple(float(grade) for grade in values.get("grades", ()))
        if "like_at" in values:
            values["like_at"] = float(values["like_at"])
        for key in ("validation_weeks", "test_weeks"):
            values[key] = tuple(values[key]) if key in values else None
        return About(**values)
    except (TypeError, ValueError) as error:
        raise ParameterError(f"{where}: {error}") from error


def _check_name(name: str, where: str) -> None:
    """A name stands in names of folders and files."""
    bad = sorted({letter for letter in name if letter in '/\\:*?"<>|' or not letter.isprintable()})
    if bad or not name.strip(" .") or len(name) > _LONGEST:
        raise ParameterError(
            f"{where}: name must be one word of 1 to {_LONGEST} letters for folders and figures, "
            f"without {'/'.join(bad) or '/'}, got {name!r}; put the rest in title"
        )


def _check_table(name: str, options: dict[str, Any], path: Path) -> None:
    where = f"[{name}] in {path}"
    _check_keys(options, _TABLES[name], where)
    _check_keys(options.get("timestamp", {}), _TIME, f"[{name}.timestamp] in {path}")
    for key in ("file", "columns"):
        if key not in options:
            raise ParameterError(f"{where}: the key {key!r} is missing; see data/templates/my.toml")
    _check_writing(options, where)
    refuse_inside_names(name, options["columns"], path)
    check_columns(name, options["columns"], options["file"], f"[{name}.columns] in {path}")


def _check_writing(options: dict[str, Any], where: str) -> None:
    """The keys that say how a file is written, as far as they can be judged without it."""
    if options.get("decimal", ".") not in (".", ","):
        raise ParameterError(f'{where}: decimal must be "." or ",", got {options["decimal"]!r}')
    if not options.get("categories_separator", "|"):
        raise ParameterError(
            f'{where}: categories_separator is empty; write what stands between two, as in "|"'
        )
    for key in ("header", "missing"):
        words = options.get(key)
        if isinstance(words, list) and not all(isinstance(word, str) for word in words):
            raise ParameterError(f'{where}: {key} must list texts, as in ["a", "b"], got {words!r}')


def _check_keys(options: dict[str, Any], known: dict[str, tuple[type, ...]], where: str) -> None:
    for key, value in options.items():
        if key not in known:
            close = nearest(key, known, n=1)
            hint = f"; did you mean {close[0]!r}?" if close else ""
            raise ParameterError(f"{where}: unknown key {key!r}; known: {', '.join(known)}{hint}")
        types = known[key]
        if not isinstance(value, types) or (isinstance(value, bool) and bool not in types):
            wanted = " or ".join(kind.__name__ for kind in types)
            raise ParameterError(f"{where}: {key} must be {wanted}, got {value!r}; correct it")
