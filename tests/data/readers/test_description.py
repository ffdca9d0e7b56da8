"""The description itself as people save it, and paths as people write them."""

import codecs

import pytest

import mtrec_lib as mt
from mtrec_lib.core.errors import EncodingError, ParameterError
from tests.data.readers.conftest import events, items

FILES = {"e.csv": "u,i\n1,5\n"}


def test_a_byte_order_mark_tabs_and_line_ends_of_windows(own):
    text = events().replace("\n", "\r\n").replace(" = ", "\t=\t").encode()
    assert own(codecs.BOM_UTF8 + text, FILES).events.height == 1


def test_a_description_in_utf_16(own):
    with pytest.raises(EncodingError, match=r"my\.toml: is UTF-16; save it as UTF-8"):
        own(events().encode("utf-16"), FILES)


def test_a_path_of_windows_is_read_everywhere(own, tmp_path):
    (tmp_path / "my data").mkdir()
    toml = events().replace('"e.csv"', "'my data\\e.csv'")
    assert own(toml, {"my data/e.csv": "u,i\n1,5\n"}).events.height == 1


@pytest.mark.parametrize(
    ("file", "message"),
    [
        ("data\\events.csv", r"is not TOML.*write paths with / or in single quotes"),
        ("C:\\Union\\e.csv", r"is not TOML.*write paths with / or in single quotes"),
        ("data\\test.csv", r"is no path; write paths with /"),  # \t is a tab
        ("", "is no path"),
        (".", r"is a folder; name one file in it"),
        ("nowhere.csv", r"does not exist; paths start at the \.toml"),
    ],
)
def test_paths_that_are_none(own, file, message):
    with pytest.raises(ParameterError, match=message):
        own(events(file=file), FILES)


def test_a_folder_called_toml(tmp_path):
    (tmp_path / "my.toml").mkdir()
    with pytest.raises(ParameterError, match=r"is a folder; name the \.toml in it"):
        mt.data.load(tmp_path / "my.toml")


def test_an_empty_separator_of_categories(own):
    toml = events() + items('categories = "c"', keys='categories_separator = ""')
    with pytest.raises(ParameterError, match="categories_separator is empty"):
        own(toml, FILES)
