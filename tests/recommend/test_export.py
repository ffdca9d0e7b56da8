import json

import polars as pl
from polars.testing import assert_frame_equal

from mtrec_lib.recommend import export, top
from tests.recommend.fakes import Table


def test_csv(tmp_path) -> None:
    path = export(top(Table(), history=[50], k=2), tmp_path / "list.csv")
    assert path.read_text(encoding="utf-8") == (
        "rank,item_id,title,categories,score,reason\n"
        "1,40,Alien (1986),Horror,4.0,history\n"
        '2,30,The Fall (2006),"",3.0,history\n'
    )


def test_json_and_parquet_hold_the_frame(tmp_path) -> None:
    recommended = top(Table(), history=[50], k=3)
    rows = json.loads(export(recommended, tmp_path / "list.json").read_text(encoding="utf-8"))
    assert rows == recommended.frame.to_dicts()
    read = pl.read_parquet(export(recommended, tmp_path / "list.parquet"))
    assert_frame_equal(read, recommended.frame)


def test_an_older_file_is_replaced_and_nothing_else_is_left(tmp_path) -> None:
    for history in ([10], [20]):
        export(top(Table(), history=history, k=1), tmp_path / "list.json")
    assert [path.name for path in tmp_path.iterdir()] == ["list.json"]
