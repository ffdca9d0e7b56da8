"""The Complete Journey: one year of a grocer's receipts, 2,467 households."""

from pathlib import Path

import polars as pl

from mtrec_lib.core.errors import ParameterError
from mtrec_lib.data.about import About
from mtrec_lib.data.cleaning import CANONICAL, Report
from mtrec_lib.data.log import Log
from mtrec_lib.data.sources import fetch, find
from mtrec_lib.data.sources.registry import Source

UNITS = {"product_type": "product type", "product": "product"}
FUEL = "GASOLINE-REG UNLEADED"
# What a till also sells: sales tickets, gift cards, stamps, key rings, warehouse lots.
NOT_GOODS = ("MISCELLANEOUS", "POSTAL CENTER", "PROD-WHS SALES")
COUPON_OR_MISC = "COUPON/MISC ITEMS"
_LINES = pl.Schema(
    {
        "household_id": pl.Int64(),
        "basket_id": pl.Int64(),  # exceeds int32, which would wrap without a word
        "product_id": pl.Int64(),
        "quantity": pl.Int32(),
        "sales_value": pl.Float64(),
        "retail_disc": pl.Float64(),
        "coupon_disc": pl.Float64(),
        "week": pl.Int8(),
        "transaction_timestamp": pl.Datetime("us"),
    }
)


def load(item: str = "product_type", source: Source | None = None) -> Log:
    """The shop log, cleaned: no fuel, no coupon or miscellaneous items, no line without a type.

    Events, one a receipt line: ``user_id`` (household), ``item_id``, ``timestamp`` (UTC),
    ``behaviour`` (``buy``), ``row``, ``price`` (USD a unit), ``quantity``, ``spend`` (USD),
    ``discount`` (USD, the store's), ``coupon`` (whether a coupon was used in this basket),
    ``session_id`` (basket), ``week`` (1 to 53, as the owner counts: US-Eastern midnight).
    Items: ``title``, ``categories`` (the department, of a type its most frequent one), ``price``
    (median USD a unit over the year). Users: the demographics of 801 households, null for others.

    Args:
        item: ``"product_type"``: 2,220 types, numbered from 1 in the order of their names;
            or ``"product"``: the owner's product ids.
        source: the source to read; left out, the card ``complete-journey``.

    Raises:
        ParameterError: ``item`` is neither.
        OfflineError, DataIntegrityError: see :func:`mtrec_lib.data.fetch`.

    >>> load().catalogue.size
    2220

    Taught in chapter 01.
    """
    if item not in UNITS:
        raise ParameterError(f"item must be one of {', '.join(UNITS)}, got {item!r}")
    source = source or find("complete-journey")
    folder = fetch(source)
    lines, report = _clean(*_read(folder))
    items = _types(lines) if item == "product_type" else _products(lines)
    events = _events(lines, items if item == "product_type" else None)
    users = _users(folder, lines)
    return Log("complete-journey", events, items, users, about_of(source, item), report)


def about_of(source: Source, item: str = "product_type") -> About:
    """What the card says, and that people come back to the same item."""
    return About(
        title=source.title,
        licence=source.licence,
        acknowledgement=source.acknowledgement,
        source=f"{source.package} {source.version}",
        unit=UNITS[item],
        caveats=source.caveats,
        repeats=True,
        currency="USD",
        split="by_week",
    )


def campaigns(source: Source | None = None) -> pl.DataFrame:
    """Who was sent which campaign, and whether any of its coupons was redeemed.

    Returns:
        One row a pair: ``user_id``, ``campaign_id``, ``campaign_type``, ``start``, ``end``
        (dates), ``redeemed`` (Boolean).

    >>> campaigns().height
    6589

    Taught in chapter 01.
    """
    folder = fetch(source or find("complete-journey"))
    pair = ["household_id", "campaign_id"]
    used = pl.read_parquet(folder / "coupon_redemptions.parquet", columns=pair).unique()
    sent = pl.read_parquet(folder / "campaigns.parquet")
    when = pl.read_parquet(folder / "campaign_descriptions.parquet")
    return (
        sent.join(when, on="campaign_id", how="left")
        .join(used.with_columns(redeemed=True), on=pair, how="left")
        .select(
            "campaign_id",
            "campaign_type",
            user_id=pl.col("household_id"),
            start=pl.col("start_date").dt.date(),
            end=pl.col("end_date").dt.date(),
            redeemed=pl.col("redeemed").fill_null(False),
        )
        .select("user_id", "campaign_id", "campaign_type", "start", "end", "redeemed")
        .sort("user_id", "campaign_id")
    )


def _read(folder: Path) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Receipt lines in the order of the file, and products."""
    lines = pl.read_parquet(folder / "transactions.parquet", columns=_LINES.names()).cast(_LINES)
    columns = ["product_id", "department", "product_category", "product_type", "brand"]
    products = pl.read_parquet(folder / "products.parquet", columns=[*columns, "package_size"])
    texts = pl.col(columns[1:]).cast(pl.Categorical)
    in_basket = (pl.col("coupon_disc") > 0).any().over("basket_id")
    return lines.with_row_index("row").with_columns(coupon=in_basket), products.with_columns(texts)


def _clean(lines: pl.DataFrame, products: pl.DataFrame) -> tuple[pl.DataFrame, Report]:
    """Lines of goods, with what is known of the product; each drop is counted once, in order."""
    lines = lines.join(products, on="product_id", how="left", maintain_order="left")
    report = Report(rows_in=lines.height)
    for reason, bad in _REASONS.items():
        marked = lines.select(bad.fill_null(False)).to_series()
        dropped = lines.filter(marked).select("row", "product_id", "quantity", "sales_value")
        lines, report = lines.filter(~marked), report.dropped(reason, dropped)
    coupons = lines.filter(pl.col("department") == "COUPON").select("row", "product_id")
    return lines, report.flagged("store or manufacturer coupon", coupons)


_REASONS = {
    "product without a row or a type": pl.col("product_type").is_null(),
    "fuel": pl.col("product_type") == FUEL,
    "coupon/misc item": pl.col("product_category") == COUPON_OR_MISC,
    "department that sells no goods": pl.col("department").cast(pl.String).is_in(NOT_GOODS),
    "quantity of 0": pl.col("quantity") <= 0,
    "sales of 0": pl.col("sales_value") <= 0,
}


def _unit_price() -> pl.Expr:
    return pl.col("sales_value") / pl.col("quantity")


def _types(lines: pl.DataFrame) -> pl.DataFrame:
    """Product types, numbered from 1 by name."""
    departments = (
        lines.group_by("product_type", "department")
        .len()
        .cast({"product_type": pl.String, "department": pl.String})
        .sort("product_type", "len", "department", descending=[False, True, False])
        .unique("product_type", keep="first", maintain_order=True)
    )
    prices = lines.group_by("product_type").agg(price=_unit_price().median())
    return (
        departments.join(prices.cast({"product_type": pl.String}), on="product_type")
        .sort("product_type")
        .with_row_index("item_id", offset=1)
        .select(
            pl.col("item_id").cast(pl.Int64),
            title="product_type",
            categories=pl.concat_list("department"),
            price="price",
        )
    )


def _products(lines: pl.DataFrame) -> pl.DataFrame:
    """The products that were sold; a title is the type and, where known, the size."""
    first = ["department", "product_type", "product_category", "brand", "package_size"]
    sold = lines.group_by("product_id").agg(pl.col(first).first(), price=_unit_price().median())
    size = (
        pl.when(pl.col("package_size").is_null())
        .then(pl.lit(""))
        .otherwise(pl.format(", {}", "package_size"))
    )
    return (
        sold.with_columns(pl.col(first).cast(pl.String))
        .select(
            item_id="product_id",
            title=pl.col("product_type") + size,
            categories=pl.concat_list("department"),
            price="price",
            product_type="product_type",
            product_category="product_category",
            brand="brand",
        )
        .sort("item_id")
    )


def _events(lines: pl.DataFrame, types: pl.DataFrame | None) -> pl.DataFrame:
    """Receipt lines in canonical order."""
    if types is None:
        number = pl.col("product_id")
    else:
        number = (
            pl.col("product_type")
            .cast(pl.String)
            .replace_strict(types["title"], types["item_id"], return_dtype=pl.Int64)
        )
    return lines.select(
        user_id="household_id",
        item_id=number,
        timestamp=pl.col("transaction_timestamp").dt.replace_time_zone("UTC"),
        behaviour=pl.lit("buy"),
        row=pl.col("row").cast(pl.UInt32),
        price=_unit_price(),
        quantity=pl.col("quantity").cast(pl.Float64),
        spend="sales_value",
        discount="retail_disc",
        coupon="coupon",
        session_id="basket_id",
        week=pl.col("week").cast(pl.Int64),
    ).sort(CANONICAL)


def _users(folder: Path, lines: pl.DataFrame) -> pl.DataFrame:
    """Every household that bought something; what the owner knows of 801 of them."""
    known = pl.read_parquet(folder / "demographics.parquet")
    households = lines.select(user_id=pl.col("household_id").unique().sort())
    return households.join(
        known.rename({"household_id": "user_id"}), on="user_id", how="left", maintain_order="left"
    )
