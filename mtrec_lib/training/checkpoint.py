"""Checkpoints that are whole, checked, and belong to exactly one training."""

import json
import tempfile
from pathlib import Path
from typing import Any

import numpy as np

from mtrec_lib.core import atomic_path, sha256_file, write_json
from mtrec_lib.core.errors import CheckpointError

GENERATIONS = 2
Generation = tuple[int, dict[str, np.ndarray], dict[str, Any]]  # epoch, arrays, state


class Checkpoints:
    """A folder with the last two epochs of a training.

    Each generation is one ``.npz`` of arrays, written to a temporary file, synced and moved into
    place, and then a manifest with its SHA-256 and the identity of the training. A crash at any
    moment leaves the generation before intact; a damaged file is passed over.

    Args:
        folder: where the generations lie.
        identity: what must agree for a resume: configuration, data, versions.

    Raises:
        CheckpointError: the folder cannot be created or written.

    Taught in chapter 04.
    """

    def __init__(self, folder: Path | str, identity: dict[str, Any]) -> None:
        self.folder = Path(folder)
        self.identity = json.loads(json.dumps(identity))
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryFile(dir=self.folder):
                pass
        except OSError as error:
            raise CheckpointError(
                f"cannot write checkpoints in {self.folder} ({error.strerror or error}); name a "
                "folder of your own, or pass checkpoint=None to keep nothing"
            ) from error

    def save(self, epoch: int, arrays: dict[str, np.ndarray], state: dict[str, Any]) -> None:
        """Write the generation of ``epoch`` and drop those older than the one before."""
        path = self.folder / f"epoch_{epoch:05d}.npz"
        with atomic_path(path) as scratch, scratch.open("wb") as stream:
            np.savez(stream, **arrays)  # type: ignore[arg-type]
        manifest = {
            "epoch": epoch,
            "sha256": sha256_file(path),
            "identity": self.identity,
            "state": state,
        }
        write_json(path.with_suffix(".json"), manifest)
        self._drop(self._manifests()[GENERATIONS:])

    def clear(self) -> None:
        """Forget every generation, for a training that begins anew."""
        self._drop(self._manifests())

    def _drop(self, manifests: list[Path]) -> None:
        for manifest in manifests:
            manifest.unlink(missing_ok=True)
            manifest.with_suffix(".npz").unlink(missing_ok=True)

    def latest(self) -> Generation | None:
        """The newest whole generation: ``(epoch, arrays, state)``, or None.

        Raises:
            CheckpointError: it belongs to another training; the differing keys are named.
        """
        for path in self._manifests():
            manifest = _read(path)
            weights = path.with_suffix(".npz")
            if manifest is None or not weights.is_file():
                continue
            self._same_training(manifest["identity"])
            if sha256_file(weights) == manifest["sha256"]:
                with np.load(weights, allow_pickle=False) as held:
                    return manifest["epoch"], dict(held), manifest["state"]
        return None

    def _manifests(self) -> list[Path]:
        return sorted(self.folder.glob("epoch_*.json"), reverse=True)

    def _same_training(self, identity: dict[str, Any]) -> None:
        keys = sorted(set(identity) | set(self.identity))
        other = [key for key in keys if identity.get(key) != self.identity.get(key)]
        if other:
            differences = "; ".join(
                f"{k}: {identity.get(k)!r} there, {self.identity.get(k)!r} here" for k in other
            )
            raise CheckpointError(
                f"the checkpoint in {self.folder} belongs to another training ({differences}); "
                "pass restart=True to begin anew, or name another folder"
            )


def _read(path: Path) -> dict[str, Any] | None:
    try:
        manifest = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    whole = isinstance(manifest, dict) and {"epoch", "sha256", "identity", "state"} <= set(manifest)
    return manifest if whole else None
