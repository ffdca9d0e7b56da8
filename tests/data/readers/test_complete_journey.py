"""The Complete Journey: the traps of the file, each with its number, and the clean set."""

import polars as pl
import pytest

import mtrec_lib as mt
from mtrec_lib.core.errors import ParameterError
from mtrec_lib.data.readers import complete_journey
from mtrec_lib.data.sources import find
from mtrec_lib.data.sources.store import folder


@pytest.fixture(scope="module")
def raw(journey):
    return pl.read_parquet(folder(find("complete-journey")) / "transactions.parquet")


@pytest.fixture(scope="module")
def products(journey):
    return pl.read_parquet(folder(find("complete-journey")) / "products.parquet")


class TestTheFile:
    def test_size(self, raw):
        assert raw.height == 1_469_307
        assert raw["household_id"].n_unique() == 2469
        assert raw["basket_id"].n_unique() == 155_848
        assert raw["product_id"].n_unique() == 68_509

    def test_13510_lines_of_more_than_100_units_are_fuel_but_for_one_of_corn(self, raw, products):
        large = raw.filter(pl.col("quantity") > 100).join(products, on="product_id")
        assert large.height == 13_510
        assert large.filter(pl.col("product_type") != complete_journey.FUEL).height == 1

    def test_8869_lines_have_quantity_0(self, raw):
        assert raw.filter(pl.col("quantity") == 0).height == 8869

    def test_4836_lines_have_no_product_row(self, raw, products):
        assert raw.join(products, on="product_id", how="anti").height == 4836

    def test_week_1_has_one_day_and_week_53_six(self, raw):
        local = raw["transaction_timestamp"].dt.replace_time_zone("UTC")
        days = raw.with_columns(day=local.dt.convert_time_zone("America/New_York").dt.date())
        counts = dict(days.group_by("week").agg(pl.col("day").n_unique()).iter_rows())
        assert (counts[1], counts[2], counts[53]) == (1, 7, 6)

    def test_weeks_turn_at_us_eastern_midnight_not_at_utc(self, raw):
        first = raw.filter(pl.col("week") == 1)["transaction_timestamp"]
        assert str(first.max()) == "2017-01-02 04:59:58"

    def test_coupons_are_in_6_3_percent_of_the_baskets(self, raw):
        used = raw.group_by("basket_id").agg((pl.col("coupon_disc") > 0).any())
        assert used["coupon_disc"].mean() == pytest.approx(0.063, abs=5e-4)


class TestTheCleanSet:
    def test_size(self, journey):
        assert journey.events.height == 1_439_340
        assert journey.users.height == 2467
        assert journey.catalogue.size == 2220

    def test_it_obeys_the_schema(self, journey):
        assert mt.data.validate(journey) is journey

    def test_the_report_counts_every_line_once(self, journey):
        dropped = {s.reason: s.count for s in journey.report.steps if s.action == "dropped"}
        assert dropped == {
            "product without a row or a type": 6310,
            "fuel": 14_697,
            "coupon/misc item": 2540,
            "department that sells no goods": 77,
            "quantity of 0": 3945,
            "sales of 0": 2398,
        }
        assert journey.report.rows_out == journey.events.height

    def test_every_line_sells_something(self, journey):
        assert journey.events["quantity"].min() >= 1
        assert journey.events["spend"].min() > 0

    def test_basket_ids_exceed_int32_and_do_not_wrap(self, journey):
        assert journey.events["session_id"].min() > 2**31
        assert journey.events["session_id"].dtype == pl.Int64

    def test_a_basket_is_one_household_at_one_moment(self, journey):
        shared = pl.col("user_id", "timestamp", "week").n_unique()
        counts = journey.events.group_by("session_id").agg(shared)
        assert counts.select(pl.exclude("session_id").max()).row(0) == (1, 1, 1)

    def test_coupon_is_a_property_of_the_basket(self, journey):
        counts = journey.events.group_by("session_id").agg(pl.col("coupon").n_unique())
        assert counts["coupon"].max() == 1

    def test_price_times_quantity_is_spend(self, journey):
        off = (pl.col("price") * pl.col("quantity") - pl.col("spend")).abs().max()
        assert journey.events.select(off).item() < 1e-9

    def test_canonical_order(self, journey):
        order = journey.events.select("user_id", "timestamp", "row")
        assert order.equals(order.sort("user_id", "timestamp", "row"))

    def test_801_households_are_described_the_others_are_there_with_nulls(self, journey):
        assert journey.users["income"].count() == 801
        assert set(journey.users["user_id"]) == set(journey.events["user_id"].unique())

    def test_types_are_numbered_from_1_by_name(self, journey):
        assert journey.items["item_id"].to_list() == list(range(1, 2221))
        assert journey.items["title"].is_sorted()
        assert journey.items["title"].is_unique().all()

    def test_what_it_says_about_itself(self, journey):
        about = journey.about
        assert (about.repeats, about.currency, about.split) == (True, "USD", "by_week")
        assert (
            "retailer-released teaching data (84.51°/dunnhumby Complete Journey)" in about.licence
        )
        assert "simulated from real patterns" in about.licence

    def test_about_2000_households_shop_in_the_test_weeks(self, journey):
        tested = journey.events.filter(pl.col("week") >= 50)["user_id"].n_unique()
        assert tested == 2002


def test_products_instead_of_types(journey):
    log = mt.data.load("complete-journey", item="product")
    assert log.events.height == journey.events.height
    assert log.about.unit == "product"
    assert log.catalogue.size == log.events["item_id"].n_unique()
    assert log.items["title"][0] == "ICE - CRUSHED/CUBED, 22 LB"


def test_another_unit_is_refused():
    with pytest.raises(ParameterError, match="one of product_type, product, got 'basket'"):
        mt.data.load("complete-journey", item="basket")


def test_12_percent_of_6589_campaigns_sent_are_redeemed(journey):
    sent = complete_journey.campaigns()
    assert sent.height == 6589
    assert sent["redeemed"].mean() == pytest.approx(0.120, abs=5e-4)
