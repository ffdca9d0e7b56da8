"""The table of faults, written by the tests that inject them.

A test belongs to a fault by the marker ``fault(20)`` or by numbers at the head of its name, as in
``test_06_07_08_…``. At the end of a session every fault that was tested gets a line in
``runs/faults.md``: what was done to the project, what is expected, what was observed.
"""

import re
from collections import defaultdict

from mtrec_lib.core import write_text
from tests.contracts.tree import ROOT

FAULTS = {
    1: ("the kernel is killed", "cell named, .failed.ipynb, no DONE.json, exit not zero"),
    2: ("kill -9 of the runner", "nothing at the final path, a rerun works"),
    3: ("SIGTERM", "as 2, and no kernel is left behind"),
    4: ("the disk is full", "the old file stays, the path and the free bytes are named"),
    5: ("two runs into one folder", "the second is refused with pid and time"),
    6: ("an unknown parameter", "refused before execution, the nearest is named"),
    7: ("a parameter of a wrong type", "name, wanted type and value are said"),
    8: ("a value out of range", "the range is said"),
    9: ("no parameters cell", "the contract test fails"),
    10: ("a parameter name with code", "refused: no identifier, not known"),
    11: ("a cell hangs", "cell named, the outputs so far are kept"),
    12: ("sys.exit in a notebook", "a failure like any other"),
    13: ("a cell did not run", "a failure, found by the execution counts"),
    14: ("a stored notebook older than its code", "found by the hash of its code cells"),
    15: ("outputs stripped", "found: nothing may pass unchecked"),
    16: ("other last digits", "numbers agree within their tolerance"),
    17: ("progress bars, warnings, widgets", "refused in stored outputs"),
    18: ("markup in a title", "escaped, in text and in HTML"),
    19: ("a locale without Unicode", "titles are written and read in UTF-8"),
    20: ("a damaged or truncated file", "moved aside, never used, the cure is named"),
    21: ("no network and nothing cached", "a clear text in seconds, no made-up data"),
    22: ("other content under one version", "refused by its hash"),
    23: ("a hostile archive", "only listed members, by name and size"),
    24: ("a pickle in a data package", "refused"),
    25: ("a formula in a title", "disarmed in CSV only"),
    26: ("another encoding", "EncodingError with the byte offset"),
    27: ("a title that reads None", "stays text"),
    28: ("large, negative or zero-led ids", "kept as they are"),
    29: ("duplicates and contradictions", "dropped or resolved, and counted"),
    30: ("time going backwards, ties", "stable order, the tie rule"),
    32: ("an empty history", "popularity, reason cold_start"),
    33: ("an unknown item", "the nearest titles, or an out-of-vocabulary id"),
    34: ("columns missing or wrong", "every problem is listed at once"),
    35: ("NaN where a number must be", "refused with its place"),
    36: ("one class only, nothing counted", "null with a reason, finite losses"),
    37: ("huge, empty and turned texts", "cut and counted, never a broken character, [UNK]"),
    38: ("kill -9 in training", "the same final weights after a resume"),
    39: ("a damaged checkpoint", "the generation before is used"),
    40: ("a checkpoint of another training", "refused, the differing keys are shown"),
    41: ("a loss or weight not finite", "stops in the epoch, the best is kept"),
    43: ("another machine: GPU, no GPU, no AVX", "said by mtrec doctor"),
    45: ("weights that nobody vouches for", "bounds checked, hashes required, nothing executed"),
    46: ("a folder that cannot be written", "named, with MTREC_HOME as the cure"),
}
_NUMBERS = re.compile(r"test_((?:\d\d_)+)")


def numbers(item):
    """The faults that a test injects."""
    found = {int(number) for mark in item.iter_markers("fault") for number in mark.args}
    # Elsewhere a number at the head of a name is a figure of the data, as in 44 % of the users.
    rooms = {"faults", "book", "contracts"}
    named = _NUMBERS.match(item.name) if rooms & set(item.path.relative_to(ROOT).parts) else None
    return found | ({int(n) for n in named[1].split("_") if n} if named else set())


class FaultTable:
    """Gathers the outcomes, from workers too, and writes the table."""

    def __init__(self):
        self.outcomes = defaultdict(list)

    def pytest_collection_modifyitems(self, items):
        for item in items:
            item.user_properties += [("fault", number) for number in numbers(item)]

    def pytest_runtest_logreport(self, report):
        if report.when != "call":
            return
        for name, number in report.user_properties:
            if name == "fault":
                self.outcomes[number].append(report.outcome)

    def pytest_sessionfinish(self, session):
        if self.outcomes and not hasattr(session.config, "workerinput"):
            write_text(ROOT / "runs" / "faults.md", self.text())

    def text(self):
        """The table as Markdown."""
        lines = ["| # | fault | expected | observed |", "|---|---|---|---|"]
        for number, outcomes in sorted(self.outcomes.items()):
            fault, expected = FAULTS.get(number, ("not in the table", "–"))
            passed = outcomes.count("passed")
            observed = f"{passed} of {len(outcomes)} tests as expected"
            lines.append(f"| {number} | {fault} | {expected} | {observed} |")
        return "\n".join(lines) + "\n"
