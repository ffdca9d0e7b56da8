"""From texts to the numbers that a pretrained model reads."""

import re
from collections.abc import Sequence
from typing import Any, Protocol

from mtrec_lib.core.errors import DataIntegrityError, ParameterError
from mtrec_lib.pretrained.files.folders import Place
from mtrec_lib.pretrained.files.optional_imports import needs

_LONE_SURROGATE = re.compile("[\ud800-\udfff]")


class Words(Protocol):
    """What reads a text for a model.

    Attributes:
        tokenizer: of the package ``tokenizers``, or of KerasHub.
    """

    tokenizer: Any

    def ids(self, texts: Sequence[str]) -> list[list[int]]:
        """The tokens of each text, those that open and close it included."""

    def pieces(self, text: str) -> list[str]:
        """The same tokens of one text, as the vocabulary writes them."""


class FastWords:
    """A ``tokenizer.json`` in Hugging Face's layout, read by the package ``tokenizers``."""

    def __init__(self, place: Place) -> None:
        path = f"{place.preset}/tokenizer.json"
        tokenizers = needs("tokenizers")
        try:
            self.tokenizer: Any = tokenizers.Tokenizer.from_file(path)
        except Exception as error:  # the package raises bare exceptions
            raise DataIntegrityError(f"{path}: no tokenizer ({error}); copy it again") from error
        self.tokenizer.no_truncation()
        self.tokenizer.no_padding()

    def ids(self, texts: Sequence[str]) -> list[list[int]]:
        """The tokens of each text, those that open and close it included."""
        return [coded.ids for coded in self.tokenizer.encode_batch_fast(list(texts))]

    def pieces(self, text: str) -> list[str]:
        """The same tokens of one text, as the vocabulary writes them."""
        return list(self.tokenizer.encode(text).tokens)


class HubWords:
    """The tokenizer of a KerasHub preset.

    Args:
        place: of the preset.
        enclosed: whether a token opens and one closes each text, as encoders expect.
    """

    def __init__(self, place: Place, enclosed: bool) -> None:
        self.enclosed = enclosed
        self.tokenizer: Any = needs("keras_hub").tokenizers.Tokenizer.from_preset(place.preset)

    def ids(self, texts: Sequence[str]) -> list[list[int]]:
        """The tokens of each text, those that open and close it included."""
        first, last = self._ends()
        return [[*first, *map(int, self.tokenizer(text)), *last] for text in texts]

    def pieces(self, text: str) -> list[str]:
        """The same tokens of one text, as the vocabulary writes them."""
        return [str(self.tokenizer.id_to_token(number)) for number in self.ids([text])[0]]

    def _ends(self) -> tuple[list[int], list[int]]:
        """The tokens before and after a text."""
        if not self.enclosed:
            return [], []
        return [self._special("start", "cls")], [self._special("end", "sep")]

    def _special(self, *names: str) -> int:
        numbers = (getattr(self.tokenizer, f"{name}_token_id", None) for name in names)
        return int(next(number for number in numbers if number is not None))


def words_of(place: Place, enclosed: bool) -> Words:
    """The tokenizer of the model at ``place``; ``enclosed`` as :class:`HubWords` takes it."""
    # In a preset of KerasHub tokenizer.json is the configuration of a Keras layer.
    of_hub = place.folder is None or "class_name" in place.settings("tokenizer.json")
    has_file = place.folder is not None and (place.folder / "tokenizer.json").is_file()
    return FastWords(place) if has_file and not of_hub else HubWords(place, enclosed)


def texts_of(texts: Sequence[str]) -> list[str]:
    """``texts`` as a list of valid Unicode: half a character becomes U+FFFD.

    Raises:
        ParameterError: it is one text instead of several, or holds something that is no text.
    """
    if isinstance(texts, str):
        raise ParameterError(f"texts must be a list of texts, got one: write [{texts[:40]!r}]")
    items = list(texts)
    wrong = next((row for row, text in enumerate(items) if not isinstance(text, str)), None)
    if wrong is not None:
        raise ParameterError(f"texts must be text, got {items[wrong]!r} at place {wrong}")
    return [_LONE_SURROGATE.sub("\N{REPLACEMENT CHARACTER}", text) for text in items]
