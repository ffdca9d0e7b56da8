"""The strongest model that needs no training, ready in a second: counted once, then kept.

Reading and checking a log takes longer than a list: what was counted of a data set that mtrec knows
is kept beside what was converted of it, and goes with it when ``mtrec data remove`` deletes it.
"""

import shutil
from pathlib import Path

import mtrec_lib
from mtrec_lib.baselines import DecayedCounts
from mtrec_lib.core import fingerprint, sha256_file
from mtrec_lib.core.errors import CheckpointError, MtrecError
from mtrec_lib.data import load, split
from mtrec_lib.data.sources import sources
from mtrec_lib.data.sources.store import converted, installed
from mtrec_lib.evaluation import Scorer
from mtrec_lib.saving import load as load_model
from mtrec_lib.saving import save as save_model

_CODE = ("core", "data", "baselines")  # what decides which numbers are counted


def counting_model(dataset: str) -> Scorer:
    """Decayed counts of all events of a data set.

    Args:
        dataset: a name, or the path of a reader's own description, which is read each time: its
            files may change.

    Raises:
        MtrecError: as :func:`mtrec_lib.data.load`.
    """
    path = _place(dataset)
    if path is not None and path.is_file():
        try:
            return load_model(path)
        except CheckpointError:
            pass  # damaged: counted anew, nothing is lost
    model = DecayedCounts().fit(split(load(dataset)), parts=("train", "validation", "test"))
    if path is not None:
        _keep(model, path)
    return model


def _place(dataset: str) -> Path | None:
    """Where the counts of a data set lie, or would; None for what may change without notice.

    The name changes with the bytes of the data and with the code that reads and counts them.
    """
    source = next((each for each in sources("log") if each.name == dataset), None)
    route = None if source is None else installed(source)
    if source is None or route is None:
        return None
    files = {member.file: member.sha256 for member in source.members_of(route)}
    key = fingerprint({"files": files, "code": _code()})[:16]
    return converted() / f"{dataset}-counts" / f"{key}.mtrec"


def _code() -> dict[str, str]:
    """SHA-256 of every file that decides which numbers are counted."""
    room = Path(mtrec_lib.__file__).parent
    files = (file for name in _CODE for file in sorted((room / name).rglob("*.py")))
    return {file.relative_to(room).as_posix(): sha256_file(file) for file in files}


def _keep(model: DecayedCounts, place: Path) -> None:
    """Write the counts in place of older ones; where nothing can be written, go on without."""
    try:
        shutil.rmtree(place.parent, ignore_errors=True)
        save_model(model, place)
    except (MtrecError, OSError):
        pass
