"""MovieLens 100K: 943 people, 1,682 films, 100,000 ratings, 1997 to 1998."""

import io
from pathlib import Path

import polars as pl

from mtrec_lib.core.errors import EncodingError
from mtrec_lib.data import titles
from mtrec_lib.data.about import About
from mtrec_lib.data.cleaning import Report, clean
from mtrec_lib.data.log import Log
from mtrec_lib.data.sources import fetch, find
from mtrec_lib.data.sources.registry import Source

# The owner's order of the genre flags in u.item; the wheel lists genres in the same order.
# fmt: off
GENRES = (
    "unknown", "Action", "Adventure", "Animation", "Children's", "Comedy", "Crime", "Documentary",
    "Drama", "Fantasy", "Film-Noir", "Horror", "Musical", "Mystery", "Romance", "Sci-Fi",
    "Thriller", "War", "Western",
)
# fmt: on
_PEOPLE = ["user_id", "age", "gender", "occupation", "zip"]
_RATINGS = ["user_id", "item_id", "rating", "seconds"]


def load(source: Source | None = None, route: str | None = None) -> Log:
    """The log of the book, the same table from either route.

    Events: ``user_id``, ``item_id``, ``rating`` (1 to 5), ``timestamp`` (UTC), ``behaviour``
    (``rate``), ``row`` (place in the owner's file). Items: ``title``, ``categories`` (genres),
    ``year``. Users: ``age`` (years), ``gender``, ``occupation``, ``zip`` (text).

    Args:
        source: the source to read; left out, the card ``ml-100k``.
        route: ``"wheel"`` or ``"official"``; left out, whatever is cached, else the wheel.

    Raises:
        OfflineError, DataIntegrityError: see :func:`mtrec_lib.data.fetch`.
        EncodingError: a text file is not in the encoding of its route.

    >>> log = load()
    >>> log.events.height, log.catalogue.title(51)
    (100000, 'Star Wars (1977)')

    Taught in chapter 01.
    """
    source = source or find("ml-100k")
    folder = fetch(source, route=route)
    owner = route == "official" or not (folder / "ml-100k.inter").is_file()
    ratings, films, people = _official(folder) if owner else _wheel(folder)
    about = about_of(source)
    odd_years = films.filter(~pl.col("year").str.contains(r"^\d{4}$")).select("item_id", "year")
    report = Report(rows_in=ratings.height).flagged("film without a year", odd_years)
    events, report = clean(_events(ratings), report, about)
    return Log("ml-100k", events, _items(films), _users(people), about, report)


def about_of(source: Source) -> About:
    """What the card says, and the scale of the ratings."""
    return About(
        title=source.title,
        licence=source.licence,
        acknowledgement=source.acknowledgement,
        source=f"{source.package} {source.version}",
        unit="film",
        caveats=source.caveats,
        grades=(1.0, 2.0, 3.0, 4.0, 5.0),
        like_at=4.0,
    )


def _wheel(folder: Path) -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]:
    """Ratings, films and people as text, from the wheel's tab-separated files in UTF-8."""
    ratings = _table(folder / "ml-100k.inter", "\t", "utf-8", _RATINGS, skip=1)
    columns = ["item_id", "name", "year", "genres"]
    films = _table(folder / "ml-100k.item", "\t", "utf-8", columns, skip=1)
    films = films.with_columns(
        # The re-packager misspelt the owner's word, in the title too.
        pl.col("name").replace("unkonwn", "unknown"),
        categories=pl.col("genres").str.split(" "),
    )
    return ratings, films, _table(folder / "ml-100k.user", "\t", "utf-8", _PEOPLE, skip=1)


def _official(folder: Path) -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]:
    """The same from the owner's files: no header, Latin-1, a flag for every genre."""
    ratings = _table(folder / "u.data", "\t", "latin-1", _RATINGS)
    columns = ["item_id", "title", "release", "video", "address", *GENRES]
    films = _table(folder / "u.item", "|", "latin-1", columns)
    flags = [pl.when(pl.col(genre) == "1").then(pl.lit(genre)) for genre in GENRES]
    # The last bracket is the year, save for one film on video: "(1995) (V)".
    parts = (
        pl.col("title")
        .str.strip_chars()
        .str.extract_groups(r"^(?<name>.*?)(?: \((?<year>[^()]*)\))?$")
    )
    films = films.with_columns(
        parts.struct.unnest(), categories=pl.concat_list(flags).list.drop_nulls()
    )
    return ratings, films, _table(folder / "u.user", "|", "latin-1", _PEOPLE)


def _table(
    path: Path, separator: str, encoding: str, columns: list[str], skip: int = 0
) -> pl.DataFrame:
    """All columns as text: a film may be called "None", and a quotation mark is a letter."""
    content = path.read_bytes()
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError as error:
        raise EncodingError(
            f"{path.name}: not {encoding} at byte {error.start}; "
            "fix: mtrec data fetch ml-100k --force"
        ) from error
    return pl.read_csv(
        io.BytesIO(text.encode("utf-8")),
        separator=separator,
        has_header=False,
        new_columns=columns,
        skip_rows=skip,
        quote_char=None,
        infer_schema=False,
    ).fill_null("")


def _events(ratings: pl.DataFrame) -> pl.DataFrame:
    return ratings.with_row_index("row").select(
        pl.col("user_id", "item_id").cast(pl.Int64),
        timestamp=pl.from_epoch(pl.col("seconds").cast(pl.Int64), "s")
        .dt.cast_time_unit("us")
        .dt.replace_time_zone("UTC"),
        behaviour=pl.lit("rate"),
        rating=pl.col("rating").cast(pl.Float64),
        row=pl.col("row").cast(pl.UInt32),
    )


def _items(films: pl.DataFrame) -> pl.DataFrame:
    """Titles with their year and the article in front, as people write them."""
    tidy = pl.col("name").str.replace_all(r"\s+", " ").str.strip_chars()
    year = pl.col("year").cast(pl.Int32, strict=False)  # "V" and "unkonwn" are no years
    suffix = pl.when(year.is_not_null()).then(pl.format(" ({})", year)).otherwise(pl.lit(""))
    items = films.select(
        pl.col("item_id").cast(pl.Int64), "categories", title=tidy + suffix, year=year
    )
    names = [titles.display(title) for title in items["title"]]
    return (
        items.with_columns(title=pl.Series(names))
        .select("item_id", "title", "categories", "year")
        .sort("item_id")
    )


def _users(people: pl.DataFrame) -> pl.DataFrame:
    return people.with_columns(pl.col("user_id", "age").cast(pl.Int64)).sort("user_id")
