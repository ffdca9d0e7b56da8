"""From a GGUF file to a folder in Hugging Face's layout, which KerasHub and others can load."""

import json
import tempfile
from pathlib import Path
from typing import Any

from mtrec_lib.core import fingerprint, sha256_file, writable, write_json
from mtrec_lib.data.sources import store
from mtrec_lib.data.sources.registry import find
from mtrec_lib.pretrained.files.gguf_file import GGUFFile
from mtrec_lib.pretrained.files.gguf_llama import config_of, weights_of
from mtrec_lib.pretrained.files.gguf_words import tokenizer_config_of, tokenizer_of
from mtrec_lib.pretrained.files.optional_imports import needs

MANIFEST = "manifest.json"
FORMAT = 1  # of what is written here: another number converts anew


def converted(name: str) -> Path:
    """The folder of the known model ``name``, made out of its fetched GGUF file where needed.

    Args:
        name: of a source whose one GGUF file lies in the cache, verified.

    Raises:
        DataIntegrityError: the file is malformed.
        ParameterError: it is of another kind than is read here.
    """
    source = find(name)
    (member,) = (member for member in source.members if member.file.endswith(".gguf"))
    path = store.folder(source) / member.file
    return gguf_folder(path, name, f"mtrec data fetch {name} --force", member.sha256)


def gguf_folder(path: Path, name: str, fix: str, sha256: str | None = None) -> Path:
    """The folder that holds ``path`` as ``model.safetensors``, ``config.json``, ``tokenizer.json``.

    It is made once, in ``MTREC_HOME/converted/NAME-HASH``: beside its place, then moved in file by
    file, the manifest last. Two processes may do this at once: both move in the same bytes. A
    folder whose files are no longer those of its manifest is made again.

    Args:
        path: a GGUF file of a model of the family of Llama.
        name: what the folder's name begins with.
        fix: what a user can do about a damaged file, for the error.
        sha256: of the file, where it is known and was verified.

    Raises:
        DataIntegrityError: the file is truncated or malformed; names it, the rule and ``fix``.
        ParameterError: a model or a tokenizer of another kind.
    """
    identity = {"sha256": sha256 or sha256_file(path), "format": FORMAT}
    base = writable(store.converted())
    folder = base / f"{name}-{fingerprint(identity)[:16]}"
    if not whole(folder, identity):
        with tempfile.TemporaryDirectory(prefix=f".{name}.", dir=base) as scratch:
            files = _write(GGUFFile(path, fix), Path(scratch))
            folder.mkdir(exist_ok=True)
            (folder / MANIFEST).unlink(missing_ok=True)
            for file in files:
                (Path(scratch) / file).replace(folder / file)
        write_json(folder / MANIFEST, {"source": identity, "files": files})
    return folder


def whole(folder: Path, identity: dict[str, Any]) -> bool:
    """Whether ``folder`` was made out of this source and every file is the one in its manifest."""
    try:
        manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        files = manifest["files"].items() if manifest["source"] == identity else ()
        same = [sha256_file(folder / file) == sha256 for file, sha256 in files]
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        return False
    return bool(same) and all(same)


def _write(file: GGUFFile, folder: Path) -> dict[str, str]:
    """Write the model's files; name → SHA-256."""
    config = config_of(file)
    # Tools that read safetensors ask which framework wrote them; the numbers are the same.
    save = needs("safetensors.numpy").save_file
    save(weights_of(file, config), folder / "model.safetensors", metadata={"format": "pt"})
    write_json(folder / "config.json", config)
    write_json(folder / "tokenizer.json", tokenizer_of(file))
    write_json(folder / "tokenizer_config.json", tokenizer_config_of(file))
    return {path.name: sha256_file(path) for path in sorted(folder.iterdir())}
