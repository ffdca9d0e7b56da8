"""From a name to what KerasHub can load: a folder at hand, or a preset of a hub."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import keras

from mtrec_lib.core.errors import DataIntegrityError, OfflineError, ParameterError
from mtrec_lib.core.suggest import nearest
from mtrec_lib.data.sources import fetch, sources
from mtrec_lib.pretrained.files.gguf_folder import converted
from mtrec_lib.pretrained.files.optional_imports import needs
from mtrec_lib.pretrained.files.safetensors_check import check_folder

ENCODERS = ("Albert", "Bert", "DebertaV3", "DistilBert", "Electra", "Roberta", "XLMRoberta")
DECODERS = (
    *("Bloom", "Falcon", "GPT2", "GPTNeoX", "Gemma", "Gemma3", "GptOss", "Llama", "Llama3"),
    *("Mistral", "Mixtral", "OPT", "Phi3", "Qwen", "Qwen3", "Qwen3Moe", "QwenMoe", "SmolLM3"),
)


@dataclass(frozen=True)
class Place:
    """Where a model lies.

    Args:
        name: as the reader wrote it.
        preset: what ``from_preset`` of KerasHub takes.
        folder: the folder, None for a preset that a hub keeps.
    """

    name: str
    preset: str
    folder: Path | None = None

    def settings(self, file: str = "config.json") -> dict[str, Any]:
        """What a JSON file of the folder says; nothing where there is no such file.

        Raises:
            DataIntegrityError: the file is no JSON object.
        """
        path = self.folder / file if self.folder else None
        if path is None or not path.is_file():
            return {}
        try:
            settings = json.loads(path.read_text(encoding="utf-8"))
        except ValueError as error:
            raise DataIntegrityError(f"{path}: not JSON ({error}); copy the model again") from error
        if not isinstance(settings, dict):
            raise DataIntegrityError(f"{path}: expected a JSON object; copy the model again")
        return settings


def locate(name: str | Path) -> Place:
    """Where the model ``name`` lies; what is known is fetched, verified and converted first.

    Raises:
        ParameterError: no card, no folder and no preset has this name.
        OfflineError: a known model is neither cached nor reachable.
        DataIntegrityError: a file of it is not what it must be.
    """
    text = str(name)
    if text in at_hand():
        return _known(text)
    folder = Path(text).expanduser()
    if "://" not in text and folder.is_dir():
        check_folder(folder, f"copy the model into {folder} again")
        return Place(text, str(folder), folder)
    if "://" in text or text in needs("keras_hub").models.Backbone.presets:
        return Place(text, text)
    close = nearest(text, [*at_hand(), *needs("keras_hub").models.Backbone.presets], n=1)
    hint = f"; did you mean {close[0]!r}?" if close else ""
    raise ParameterError(
        f"no pretrained model is called {text!r}; at hand are {_listed()}, and a folder in "
        f"Hugging Face's layout, a preset of KerasHub or 'hf://OWNER/MODEL' is taken too{hint}"
    )


def at_hand() -> tuple[str, ...]:
    """The models that there is a card for."""
    return tuple(source.name for source in sources("weights"))


def load_backbone(place: Place) -> keras.Model:
    """The KerasHub backbone at ``place``, with its weights, in float32.

    Raises:
        DataIntegrityError: the files of a folder do not make a model.
        OfflineError: the hub that keeps the preset cannot be reached, or has no such preset.
    """
    hub = needs("keras_hub")
    try:
        return hub.models.Backbone.from_preset(place.preset, dtype="float32", **_forgotten(place))
    except Exception as error:  # each hub raises its own kinds
        cause = f"{type(error).__name__}: {error}"
        if place.folder is None:
            raise OfflineError(
                f"{place.name} cannot be fetched ({cause}); at hand are {_listed()}"
            ) from error
        raise DataIntegrityError(
            f"{place.folder}: KerasHub cannot make a model of it ({cause}); it needs config.json, "
            f"model.safetensors and a tokenizer; at hand are {_listed()}"
        ) from error


def family_of(backbone: keras.Model, name: str) -> str:
    """``encoder`` or ``decoder``, by the class of the backbone.

    Raises:
        ParameterError: it is neither, such as a model of images.
    """
    kind = type(backbone).__name__.removesuffix("Backbone")
    if kind in ENCODERS:
        return "encoder"
    if kind in DECODERS:
        return "decoder"
    raise ParameterError(
        f"name must be a text encoder or a decoder, got {name!r}, a {kind}; at hand are {_listed()}"
    )


def _known(name: str) -> Place:
    folder = fetch(name)
    if list(folder.glob("*.gguf")):
        folder = converted(name)
    check_folder(folder, f"mtrec data fetch {name} --force")
    return Place(name, str(folder), folder)


def _forgotten(place: Place) -> dict[str, Any]:
    """What KerasHub does not take over from a Llama's config.json."""
    config = place.settings()
    epsilon = config.get("rms_norm_eps") if config.get("model_type") == "llama" else None
    return {} if epsilon is None else {"layer_norm_epsilon": epsilon}


def _listed() -> str:
    return " and ".join(map(repr, at_hand()))
