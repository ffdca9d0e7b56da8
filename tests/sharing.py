"""Several workers share one machine: threads, memory, and who runs which chapter."""

import os

from xdist.scheduler import LoadScopeScheduling

from mtrec_lib.book.runs.machine import threads_of
from mtrec_lib.core.runtime.allocator import allocator_environment


def settings_of_workers(workers: int | None) -> dict[str, str]:
    """Variables to add: an allocator that keeps its memory, and each worker's share of the cores.

    What is set already stays.
    """
    return allocator_environment(os.environ) | threads_of(workers or 1)


class ChaptersApart(LoadScopeScheduling):
    """As loadscope, except that each test of a whole chapter is a piece of work of its own.

    Other files keep together what their tests share, such as a trained model.
    """

    def __init__(self, config, log=None):
        # As collected, longest first; xdist would put files with many tests first.
        config.option.loadscopereorder = False
        super().__init__(config, log)

    def _split_scope(self, nodeid):
        return nodeid if nodeid.startswith("tests/chapters/") else super()._split_scope(nodeid)
