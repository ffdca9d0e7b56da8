"""A reader's own column names never meet the library's: refused, or kept apart."""

import ast
from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest

import mtrec_lib as mt
from mtrec_lib.core.errors import ParameterError
from mtrec_lib.data.readers.cells.near_names import meant_by
from mtrec_lib.data.readers.own_names import INSIDE, is_inside
from mtrec_lib.features.causal.derived import derived_labels
from tests.data.readers.conftest import described

ROOMS = ("data", "features", "evaluation", "baselines", "recommend", "tasks", "models")
SCHEMA = {"user_id", "item_id", "timestamp", "behaviour", "session_id", "rating", "price"}
# What the schema, the tasks and the features mean by these is what the reader means by them.
MEANT = SCHEMA | {"quantity", "like", "click", "buy", "week", "spend", "coupon"}
COLUMNS = "user_id=u item_id=i timestamp=t rating=r session_id=s price=p"


def words() -> set[str]:
    """Every word of the library's code that could be the name of a column."""
    root = Path(mt.__file__).parent
    words_of_code: set[str] = set()
    for room in ROOMS:
        for path in (root / room).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Constant) and isinstance(node.value, str):
                    words_of_code.add(node.value)
                elif isinstance(node, ast.keyword) and node.arg:
                    words_of_code.add(node.arg)
    return {word for word in words_of_code if word.isidentifier() and word.isascii()}


def events(extra=()) -> pl.DataFrame:
    lines = [
        (u, (u * 3 + n * n) % 7, 1_700_000_000 + n * 90_000, 1 + (u + n) % 5)
        for u in range(6)
        for n in range(5)
    ]
    frame = pl.DataFrame(lines, schema=["u", "i", "t", "r"], orient="row")
    frame = frame.with_columns(s=pl.col("u") * 5 + (pl.col("t") % 3), p=pl.col("r") * 1.5)
    return frame.with_columns(pl.Series(f"x_{n}", [3] * frame.height) for n in extra)


def loaded(own_log, extra=()):
    columns = COLUMNS + "".join(f" {name}=x_{name}" for name in sorted(extra))
    log = "grades = [1, 2, 3, 4, 5]\nlike_at = 4\nrepeats = true\n"
    rest = '[items]\nfile = "i.csv"\n[items.columns]\nitem_id = "i"\ncategories = "c"\n'
    toml = described(columns, log, rest=rest, file="e.parquet")
    items = "i,c\n" + "".join(f"{n},{'ab'[n % 2]}\n" for n in range(7))
    return mt.data.load(own_log(toml, e=events(extra), i=items))


def test_no_word_of_the_library_changes_what_it_computes(own_log):
    free = {word for word in words() if not is_inside("events", word)} - MEANT
    free = {word for word in free if not meant_by(word, "events", {})}
    assert len(free) > 500  # the search finds what it looks for
    plain, crowded = (mt.data.split(loaded(own_log, extra)) for extra in ((), free))
    assert crowded.events.select(plain.events.columns).equals(plain.events)
    for part in ("train", "validation", "test"):
        one, other = plain.queries(part), crowded.queries(part)
        assert one.target_items.tolist() == other.target_items.tolist()
        for name, column in one.histories.columns.items():
            assert column.tobytes() == other.histories.columns[name].tobytes(), name
    for make in (
        mt.features.user_behaviour,
        mt.features.item_features,
        mt.features.user_preference,
    ):
        assert make(plain).equals(make(crowded))
    draws = [mt.data.one_a_visit(split).events for split in (plain, crowded)]
    assert draws[1].select(draws[0].columns).equals(draws[0])


def test_no_word_of_the_library_is_taken_from_the_items_or_the_people(own_log):
    free = {word for word in words() if not is_inside("items", word)} - MEANT
    free -= {"title", "categories", "year"}
    plain = loaded(own_log)
    extra = pl.DataFrame({name: [3] for name in sorted(free)})
    crowded = replace(
        plain,
        items=plain.items.join(extra, how="cross"),
        users=plain.users.join(extra.drop("user_id", strict=False), how="cross"),
    )
    splits = [mt.data.split(log) for log in (plain, crowded)]
    for make in (
        mt.features.user_behaviour,
        mt.features.item_features,
        mt.features.user_preference,
    ):
        assert make(splits[0]).equals(make(splits[1]))
    models = [mt.baselines.DecayedCounts().fit(split) for split in splits]
    tops = [mt.recommend.top(model, history=["1", "2"], k=3).frame for model in models]
    assert tops[0].equals(tops[1])
    assert plain.catalogue.hash == crowded.catalogue.hash


def test_the_names_of_derived_labels_are_the_librarys_own(own_log):
    split = mt.data.split(loaded(own_log))
    histories = mt.data.Histories.from_events(split.events, split.log.catalogue)
    assert set(derived_labels(split, "test", histories)) <= set(INSIDE)


@pytest.mark.parametrize("name", [*INSIDE, "_place", "_rated"])
def test_a_name_of_the_librarys_own_is_refused_with_the_list(own_log, name):
    toml = described(f"user_id=u item_id=i {name}=t")
    with pytest.raises(ParameterError, match=rf"uses the name '{name}'.*names in use: item, row"):
        mt.data.load(own_log(toml, e="u,i,t\n1,2,3\n"))


@pytest.mark.parametrize(("name", "meant"), [("time", "timestamp"), ("item", "item_id")])
def test_the_name_that_was_meant_is_named(own_log, name, meant):
    with pytest.raises(ParameterError, match=f"did you mean '{meant}'"):
        mt.data.load(own_log(described(f"user_id=u item_id=i {name}=t"), e="u,i,t\n1,2,3\n"))


def test_items_and_people_may_have_a_size(own_log):
    rest = '[items]\nfile = "i.csv"\n[items.columns]\nitem_id = "i"\nsize = "z"\n'
    log = mt.data.load(
        own_log(described("user_id=u item_id=i", rest=rest), e="u,i\n1,2\n", i="i,z\n2,9\n")
    )
    assert log.items["size"].to_list() == [9.0]


def test_a_column_needs_a_name(own_log):
    toml = described("user_id=u item_id=i").replace('user_id = "u"', 'user_id = "u"\n"" = "t"')
    with pytest.raises(ParameterError, match="to the left of the = is empty"):
        mt.data.load(own_log(toml, e="u,i,t\n1,2,3\n"))


@pytest.mark.parametrize("name", ["", " ", "..", "a/b", "../x", "a:b", "x" * 101])
def test_the_name_of_the_log_can_be_a_folder(own_log, name):
    toml = described("user_id=u item_id=i").replace('"mine"', f'"{name}"')
    with pytest.raises(ParameterError, match=r"name must be one word.*put the rest in title"):
        mt.data.load(own_log(toml, e="u,i\n1,2\n"))
