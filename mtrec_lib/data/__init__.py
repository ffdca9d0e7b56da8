"""Where behaviour comes from: sources, one schema, cleaning, splits, the simulator, your own."""

from mtrec_lib.data.about import About
from mtrec_lib.data.catalogue import Catalogue
from mtrec_lib.data.cleaning import Report
from mtrec_lib.data.histories import Histories
from mtrec_lib.data.load import load
from mtrec_lib.data.log import Log
from mtrec_lib.data.queries import Queries
from mtrec_lib.data.schema import validate
from mtrec_lib.data.simulator import simulate
from mtrec_lib.data.sources import fetch, remove, sources, status
from mtrec_lib.data.splits import Split, by_week, global_time, leave_last_out, split

__all__ = [
    "About",
    "Catalogue",
    "Histories",
    "Log",
    "Queries",
    "Report",
    "Split",
    "by_week",
    "fetch",
    "global_time",
    "leave_last_out",
    "load",
    "remove",
    "simulate",
    "sources",
    "split",
    "status",
    "validate",
]
