"""MovieLens 100K: the traps of the file, each with its number, and its two routes."""

import zipfile
from dataclasses import replace

import polars as pl
import pytest

import mtrec_lib as mt
from mtrec_lib.core import sha256_bytes
from mtrec_lib.core.errors import DataIntegrityError, EncodingError, OfflineError
from mtrec_lib.data.readers import ml_100k
from mtrec_lib.data.sources import download, find
from mtrec_lib.data.sources.registry import Member, Official
from mtrec_lib.data.sources.store import folder

LIKED = pl.col("rating") >= 4


class TestTheFile:
    def test_size(self, ml100k):
        assert ml100k.events.height == 100_000
        assert (ml100k.users.height, ml100k.catalogue.size) == (943, 1682)

    def test_it_obeys_the_schema(self, ml100k):
        assert mt.data.validate(ml100k) is ml100k

    def test_it_is_not_sorted_by_time(self, ml100k):
        assert not ml100k.events.sort("row")["timestamp"].is_sorted()

    def test_canonical_order_breaks_ties_by_the_row_never_by_the_item(self, ml100k):
        order = ml100k.events.select("user_id", "timestamp", "row")
        assert order.equals(order.sort("user_id", "timestamp", "row"))
        items = ml100k.events.select("user_id", "timestamp", "item_id")
        assert not items.equals(items.sort("user_id", "timestamp", "item_id"))

    def test_44_percent_have_a_tied_last_moment(self, ml100k):
        at_last = pl.col("timestamp") == pl.col("timestamp").max()
        tied = ml100k.events.group_by("user_id").agg(at_last.sum() > 1)["timestamp"].mean()
        assert tied == pytest.approx(0.440, abs=5e-4)

    def test_75_8_percent_of_the_rows_are_tied(self, ml100k):
        together = ml100k.events.select(pl.len().over("user_id", "timestamp") > 1)
        assert together["len"].mean() == pytest.approx(0.758, abs=5e-4)

    def test_67_7_percent_rated_all_within_a_day(self, ml100k):
        span = pl.col("timestamp").max() - pl.col("timestamp").min()
        spans = ml100k.events.group_by("user_id").agg(span)
        within = spans.select((pl.col("timestamp") < pl.duration(days=1)).mean()).item()
        assert within == pytest.approx(0.677, abs=5e-4)

    def test_55_4_percent_are_likes(self, ml100k):
        assert ml100k.about.like_at == 4
        assert ml100k.events.select(LIKED.mean()).item() == 0.55375

    def test_69_9_percent_of_the_events_have_more_than_one_genre(self, ml100k):
        both = ml100k.events.join(ml100k.items, on="item_id")
        assert (both["categories"].list.len() > 1).mean() == pytest.approx(0.699, abs=5e-4)

    def test_nineteen_genres_and_no_film_without_one(self, ml100k):
        assert set(ml100k.catalogue.categories) == set(ml_100k.GENRES)
        assert ml100k.items["categories"].list.len().min() == 1

    def test_18_films_stand_under_two_ids(self, ml100k):
        pairs = ml100k.items.group_by("title", "year").len().filter(pl.col("len") > 1)
        assert pairs["len"].to_list() == [2] * 18

    def test_929_people_are_unique_by_what_is_known_of_them(self, ml100k):
        known = ml100k.users.group_by("age", "gender", "occupation", "zip").len()
        assert (known["len"] == 1).sum() == 929

    def test_zip_codes_are_text(self, ml100k):
        assert ml100k.users["zip"].dtype == pl.String
        assert {"T8H1N", "02215"} <= set(ml100k.users["zip"])

    def test_v_and_unkonwn_are_no_years(self, ml100k):
        without = ml100k.items.filter(pl.col("year").is_null()).sort("item_id")
        assert without["item_id"].to_list() == [267, 1412]
        assert without["title"][0] == "unknown"
        assert without["title"][1] == "Land Before Time III: The Time of the Great Giving (1995)"

    def test_titles_read_as_people_write_them(self, ml100k):
        catalogue = ml100k.catalogue
        assert catalogue.title(catalogue.find("usual suspects")) == "The Usual Suspects (1995)"
        assert catalogue.title(catalogue.find("Les Misérables")) == "Les Misérables (1995)"


class TestItsSplits:
    def test_three_test_films_have_no_training_event(self, ml100k):
        split = mt.data.leave_last_out(ml100k)
        assert split.test.join(split.train, on="item_id", how="anti").height == 3

    def test_a_global_time_split_leaves_85_percent_to_people_never_seen(self, ml100k):
        split = mt.data.global_time(ml100k)
        unseen = split.test.join(split.train, on="user_id", how="anti").height
        assert unseen / split.test.height == pytest.approx(0.858, abs=5e-4)


# --- the two routes, on a table of six made-up films -------------------------------------------

RATINGS = "2\t5\t3\t890000000\n1\t1\t5\t880000001\n1\t6\t4\t880000001\n2\t2\t1\t890000000\n"
PEOPLE = "1|24|M|writer|02215\n2|53|F|other|T8H1N\n"
FILMS = [  # id, name, year, title in u.item, genres
    ("1", "None", "1995", "None (1995)", ["Comedy"]),
    ("2", 'The "Quoted', "1996", 'The "Quoted (1996) ', ["Drama", "War"]),
    ("3", "Misérables, Les", "1990", "Misérables, Les (1990)", ["Musical"]),
    ("4", "unkonwn", "unkonwn", "unknown", ["unknown"]),
    ("5", "On Video (1995)", "V", "On Video (1995) (V)", ["Animation", "Children's"]),
    ("6", "Hate (Haine, La)", "1995", "Hate (Haine, La) (1995)", ["Drama"]),
]


def wheel_files():
    ratings = "user_id:token\titem_id:token\trating:float\ttimestamp:float\n" + RATINGS
    films = "item_id:token\tmovie_title:token_seq\trelease_year:token\tclass:token_seq\n"
    films += "".join(f"{i}\t{name}\t{year}\t{' '.join(g)}\n" for i, name, year, _, g in FILMS)
    people = "user_id:token\tage:token\tgender:token\toccupation:token\tzip_code:token\n"
    people += PEOPLE.replace("|", "\t")
    texts = {"inter": ratings, "item": films, "user": people}
    return {f"a/ml-100k.{end}": text.encode("utf-8") for end, text in texts.items()}


def official_files():
    flags = ["|".join(str(int(g in genres)) for g in ml_100k.GENRES) for *_, genres in FILMS]
    films = "".join(
        f"{row[0]}|{row[3]}|01-Jan-1995||address|{flag}\n"
        for row, flag in zip(FILMS, flags, strict=True)
    )
    texts = {"u.data": RATINGS, "u.item": films, "u.user": PEOPLE}
    return {f"ml-100k/{name}": text.encode("latin-1") for name, text in texts.items()}


def pack(path, files):
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    content = path.read_bytes()
    members = tuple(Member(n, sha256_bytes(text), len(text)) for n, text in files.items())
    return {"sha256": sha256_bytes(content), "members": members}, len(content)


@pytest.fixture
def six(tmp_path, monkeypatch):
    """A source of six films by both routes; the owner's zip lies at ``origin.zip``."""
    wheel, _ = pack(tmp_path / "six.whl", wheel_files())
    official, size = pack(tmp_path / "origin.zip", official_files())
    owner = Official(address=str(tmp_path / "origin.zip"), size=size, **official)
    monkeypatch.setenv("MTREC_HOME", str(tmp_path / "home"))

    def copied(source, scratch):
        target = scratch / "six.whl"
        target.write_bytes((tmp_path / "six.whl").read_bytes())
        return target

    monkeypatch.setattr(download, "wheel", copied)
    return replace(find("ml-100k"), official=owner, **wheel)


class TestRoutes:
    def test_both_give_the_same_table(self, six):
        assert ml_100k.load(six, "wheel").hash == ml_100k.load(six, "official").hash

    def test_what_is_cached_is_taken(self, six):
        ml_100k.load(six, "official")
        ml_100k.load(six)
        assert not (folder(six) / "ml-100k.inter").exists()

    @pytest.mark.parametrize(("first", "then"), [("wheel", "official"), ("official", "wheel")])
    def test_one_route_replaces_the_other(self, six, first, then):
        assert ml_100k.load(six, first).hash == ml_100k.load(six, then).hash
        assert ml_100k.load(six).hash == ml_100k.load(six, then).hash

    @pytest.mark.parametrize("route", ["wheel", "official"])
    def test_titles_survive(self, six, route):
        items = ml_100k.load(six, route).items
        assert items["title"].to_list() == [
            "None (1995)",
            'The "Quoted (1996)',
            "Les Misérables (1990)",
            "unknown",
            "On Video (1995)",
            "Hate (La Haine) (1995)",
        ]
        assert items["year"].to_list() == [1995, 1996, 1990, None, None, 1995]
        assert items["categories"].to_list() == [genres for *_, genres in FILMS]

    def test_ties_keep_the_order_of_the_file(self, six):
        assert ml_100k.load(six).events["item_id"].to_list() == [1, 6, 5, 2]

    def test_a_zip_from_another_place_is_taken_if_it_is_the_owners(self, six, tmp_path):
        (tmp_path / "origin.zip").rename(tmp_path / "mine.zip")
        mt.data.fetch(six, route="official", origin=tmp_path / "mine.zip")
        assert ml_100k.load(six, "official").catalogue.size == 6

    def test_another_zip_is_refused(self, six, tmp_path):
        pack(tmp_path / "other.zip", {"ml-100k/u.data": b"1\t1\t1\t1\n"})
        with pytest.raises(DataIntegrityError, match=r"official\.zip: expected sha256"):
            mt.data.fetch(six, route="official", origin=tmp_path / "other.zip")

    def test_no_zip_is_offline(self, six, tmp_path):
        with pytest.raises(OfflineError, match="cannot read"):
            mt.data.fetch(six, route="official", origin=tmp_path / "nowhere.zip")

    def test_the_rows_of_the_wheel_are_the_owners_byte_for_byte(self, ml100k):
        """The order of the rows decides ties: without its header the file must be u.data."""
        source = find("ml-100k")
        data, _, people = source.official.members
        ratings = (folder(source) / "ml-100k.inter").read_bytes().split(b"\n", 1)[1]
        users = (folder(source) / "ml-100k.user").read_bytes().split(b"\n", 1)[1]
        assert sha256_bytes(ratings) == data.sha256
        assert sha256_bytes(users.replace(b"\t", b"|")) == people.sha256


def test_a_text_in_another_encoding_is_refused_with_its_place(tmp_path):  # fault 26
    path = tmp_path / "films.item"
    path.write_bytes("Misérables".encode("latin-1"))
    with pytest.raises(EncodingError, match=r"films\.item: not utf-8 at byte 3"):
        ml_100k._table(path, "\t", "utf-8", ["name"])
