"""The tokenizer of a GGUF file as the package ``tokenizers`` writes it.

Byte-level pairs (BPE): text becomes bytes, written as printable characters, and pairs of pieces
that stand in the list of merges are joined, the earliest in the list first. Each digit is a piece
of its own, so that numbers are read digit by digit.
"""

from typing import Any

from mtrec_lib.core.errors import ParameterError
from mtrec_lib.pretrained.files.gguf_file import GGUFFile

# How text is cut before pairs are joined, by the name that llama.cpp has for it.
SMOLLM = "smollm"
CONTROL, OWN = 3, 4  # types of tokens that are never joined out of others
ENDS = {"bos_token": "bos", "eos_token": "eos", "unk_token": "unknown", "pad_token": "padding"}


def tokenizer_of(file: GGUFFile) -> dict[str, Any]:
    """``tokenizer.json`` of the model in ``file``.

    Raises:
        ParameterError: a tokenizer of another kind.
        DataIntegrityError: tokens and merges do not fit together.
    """
    _known(file)
    tokens, merges = _texts(file, "tokens"), _texts(file, "merges")
    vocabulary = {token: number for number, token in enumerate(tokens)}
    if len(vocabulary) != len(tokens):
        raise file.refused("every token is another", f"{len(tokens) - len(vocabulary)} twice")
    for merge in merges:
        parts = merge.split(" ")
        if len(parts) != 2 or not {*parts, "".join(parts)} <= vocabulary.keys():
            raise file.refused("a merge joins two tokens to a third", repr(merge))
    return {
        "version": "1.0",
        "truncation": None,
        "padding": None,
        "added_tokens": _added(file, tokens),
        "normalizer": None,
        "pre_tokenizer": {
            "type": "Sequence",
            "pretokenizers": [{"type": "Digits", "individual_digits": True}, _byte_level()],
        },
        "post_processor": None,
        "decoder": _byte_level(),
        "model": {
            "type": "BPE",
            "dropout": None,
            "unk_token": None,
            "continuing_subword_prefix": None,
            "end_of_word_suffix": None,
            "fuse_unk": False,
            "byte_fallback": False,
            "vocab": vocabulary,
            "merges": merges,
        },
    }


def tokenizer_config_of(file: GGUFFile) -> dict[str, Any]:
    """``tokenizer_config.json``: which tokens open, close and pad, and the form of a chat."""
    tokens = _texts(file, "tokens")
    config: dict[str, Any] = {"tokenizer_class": "PreTrainedTokenizerFast"}
    for name, key in ENDS.items():
        number = file.fields.get(f"tokenizer.ggml.{key}_token_id")
        if number is not None:
            if type(number) is not int or not 0 <= number < len(tokens):
                raise file.refused(f"{name} is one of {len(tokens)} tokens", number)
            config[name] = tokens[number]
    chat = file.fields.get("tokenizer.chat_template")
    return config | ({"chat_template": chat} if isinstance(chat, str) else {})


def _known(file: GGUFFile) -> None:
    kind = tuple(file.fields.get(f"tokenizer.ggml.{key}") for key in ("model", "pre"))
    if kind != ("gpt2", SMOLLM):
        raise ParameterError(
            f"{file.path.name}: only the tokenizer ('gpt2', {SMOLLM!r}) is read, got {kind}; name "
            "a folder in Hugging Face's layout instead"
        )


def _texts(file: GGUFFile, key: str) -> list[str]:
    texts = file.fields.get(f"tokenizer.ggml.{key}")
    if not isinstance(texts, list) or not all(isinstance(text, str) for text in texts):
        raise file.refused(f"tokenizer.ggml.{key} is a list of texts", type(texts).__name__)
    return texts


def _added(file: GGUFFile, tokens: list[str]) -> list[dict[str, Any]]:
    """The tokens that are never joined out of others, such as those that open and close a turn."""
    kinds = file.fields.get("tokenizer.ggml.token_type")
    if not isinstance(kinds, list) or len(kinds) != len(tokens):
        raise file.refused("tokenizer.ggml.token_type has a type a token", type(kinds).__name__)
    plain = {"single_word": False, "lstrip": False, "rstrip": False, "normalized": False}
    return [
        {"id": number, "content": token, "special": kind == CONTROL, **plain}
        for number, (token, kind) in enumerate(zip(tokens, kinds, strict=True))
        if kind in (CONTROL, OWN)
    ]


def _byte_level() -> dict[str, Any]:
    return {
        "type": "ByteLevel",
        "add_prefix_space": False,
        "trim_offsets": True,
        "use_regex": True,
    }
