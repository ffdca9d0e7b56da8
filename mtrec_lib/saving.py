"""``mt.save`` and ``mt.load``: one file for any model, counting or deep.

What is kept of a model is the business of its own room, which is imported when a file or a model of
its kind is met: a counting model needs no deep learning library, here as elsewhere.
"""

import json
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mtrec_lib.core.errors import CheckpointError, ParameterError

if TYPE_CHECKING:
    from mtrec_lib.evaluation import Scorer
    from mtrec_lib.pretrained import Pretrained

_ROOMS = {
    "counting": "mtrec_lib.baselines.saving",
    "multi_task": "mtrec_lib.training.saving",
    "next_basket": "mtrec_lib.models.next_basket.saving",
    "two_tower": "mtrec_lib.models.two_tower.saving",
}
_MIXTURE = "log_linear"  # made of other models, each of which is a file inside the file
_CAN = "the baselines, LogLinear, MultiTask, NextBasket and TwoTower"


def save(model: "Scorer", path: Path | str) -> Path:
    """Write a fitted model, counting or deep, with all it needs to recommend.

    One file holds what was learned, the configuration, the catalogue and the identity of the data
    that the model was fitted on. It is a zip of plain arrays, JSON and Parquet with a SHA-256 a
    member: no pickle, no code. It replaces an older file only once it is whole.

    Args:
        model: a baseline, ``LogLinear``, ``MultiTask``, ``NextBasket`` or ``TwoTower``; of the
            latter the file names the pretrained encoder and does not hold it.
        path: where to, by habit ``*.mtrec``.

    Returns:
        The path.

    Raises:
        ParameterError: a model that cannot be saved or is not fitted, or a path that is a folder.
        MtrecError: the path cannot be written.

    >>> import tempfile
    >>> import mtrec_lib as mt
    >>> split = mt.data.split(mt.data.load("simulator", users=20, events=400))
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = mt.save(mt.baselines.DecayedCounts().fit(split), Path(folder, "counts.mtrec"))
    ...     mt.load(path)
    DecayedCounts(window=20, decay=0.8)

    Taught in chapter 09.
    """
    from mtrec_lib.core import archive

    return archive.write(path, _packed(model))


def load(path: Path | str, encoder: "Pretrained | None" = None) -> "Scorer":
    """Read what :func:`save` wrote; the file says what kind of model it holds.

    Only classes of mtrec are built (Keras safe mode), and arrays are read without pickle.

    Args:
        path: the file.
        encoder: for ``TwoTower``, the ``Pretrained`` encoder; left out, the one that the file
            names is loaded. It must have the very weights that the towers were made with.

    Returns:
        The model, ready for ``scores``, ``mt.recommend.top`` and further training.

    Raises:
        CheckpointError: the file is missing, damaged, of another format, or no model of mtrec.

    Taught in chapter 09.
    """
    from mtrec_lib.core import archive

    return _unpacked(archive.read(path), path, encoder)


def _packed(model: Any) -> bytes:
    from mtrec_lib.core import archive

    kind = getattr(model, "saved_as", None)
    if kind == _MIXTURE:
        config = {"weights": model.weights, "floor": model.floor, "models": len(model.models)}
        members = {f"model-{n}.mtrec": _packed(each) for n, each in enumerate(model.models)}
        return archive.packed(kind, {"config.json": archive.of_json(config)} | members)
    if kind not in _ROOMS:
        hint = "" if not hasattr(model, "world") else "; a truth comes with its simulated log"
        raise ParameterError(
            f"model must be one that can be saved ({_CAN}), got {type(model).__name__}{hint}"
        )
    return archive.packed(kind, import_module(_ROOMS[kind]).pack(model))


def _unpacked(content: bytes, path: Path | str, encoder: "Pretrained | None") -> "Scorer":
    from mtrec_lib.core import archive

    kind, members = archive.unpacked(content, path)
    if kind != _MIXTURE and kind not in _ROOMS:
        raise CheckpointError(
            f"{path} holds a model of the kind {kind!r}, which this version does not know; it "
            f"loads {_CAN}"
        )
    if kind == _MIXTURE:
        return _mixture(members, path, encoder)
    options = {"encoder": encoder} if kind == "two_tower" else {}
    try:
        return import_module(_ROOMS[kind]).unpack(members, **options)
    except CheckpointError as error:
        raise CheckpointError(f"{path}: {error}") from error
    except (KeyError, TypeError, AttributeError) as error:
        raise CheckpointError(
            f"{path} does not hold what a model of the kind {kind!r} needs ({error!r}); save the "
            "model again with this version"
        ) from error


def _mixture(members: dict[str, bytes], path: Path | str, encoder: "Pretrained | None") -> "Scorer":
    from mtrec_lib.baselines import LogLinear

    config = json.loads(members["config.json"])
    names = [f"model-{number}.mtrec" for number in range(config["models"])]
    models = [_unpacked(members[name], f"{path} ({name})", encoder) for name in names]
    return LogLinear(models, config["weights"], config["floor"])
