"""Where behaviour comes from: sources, one schema, cleaning, splits, the simulator, your own."""

from typing import TYPE_CHECKING

from mtrec_lib.data.about import About
from mtrec_lib.data.baskets import Baskets
from mtrec_lib.data.catalogue import Catalogue
from mtrec_lib.data.cleaning import Report
from mtrec_lib.data.edited_histories import appended, erased, shortened, shuffled, without
from mtrec_lib.data.histories import Histories
from mtrec_lib.data.load import load
from mtrec_lib.data.log import Log
from mtrec_lib.data.queries import Queries
from mtrec_lib.data.shared_order import shared_order
from mtrec_lib.data.simulator import simulate
from mtrec_lib.data.sources import fetch, remove, sources, status
from mtrec_lib.data.splitting.blinded import blinded
from mtrec_lib.data.splitting.cold_items import ColdItems, cold_items
from mtrec_lib.data.splitting.few_events import few_events
from mtrec_lib.data.splitting.new_people import new_people
from mtrec_lib.data.splitting.one_a_visit import one_a_visit
from mtrec_lib.data.splitting.splits import Split, by_week, global_time, leave_last_out, split

if TYPE_CHECKING:
    from mtrec_lib.data.schema import validate as validate
else:

    def __getattr__(name):
        """``validate`` when it is first named: pandera, which it stands on, is slow to import."""
        if name == "validate":
            from mtrec_lib.data.schema import validate

            return validate
        raise AttributeError(f"module 'mtrec_lib.data' has no attribute {name!r}")


__all__ = [
    "About",
    "Baskets",
    "Catalogue",
    "ColdItems",
    "Histories",
    "Log",
    "Queries",
    "Report",
    "Split",
    "appended",
    "blinded",
    "by_week",
    "cold_items",
    "erased",
    "fetch",
    "few_events",
    "global_time",
    "leave_last_out",
    "load",
    "new_people",
    "one_a_visit",
    "remove",
    "shared_order",
    "shortened",
    "shuffled",
    "simulate",
    "sources",
    "split",
    "status",
    "validate",
    "without",
]
