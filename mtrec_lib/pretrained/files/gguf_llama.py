"""The configuration and the weights of a Llama in a GGUF file, named as Hugging Face names them."""

import re
from typing import Any

import numpy as np

from mtrec_lib.core.errors import ParameterError
from mtrec_lib.pretrained.files.gguf_file import GGUFFile

KEYS = {
    "hidden_size": "embedding_length",
    "intermediate_size": "feed_forward_length",
    "num_hidden_layers": "block_count",
    "num_attention_heads": "attention.head_count",
    "num_key_value_heads": "attention.head_count_kv",
    "max_position_embeddings": "context_length",
}
ENDS = {"token_embd": "model.embed_tokens", "output_norm": "model.norm", "output": "lm_head"}
PARTS = {
    "attn_norm": "input_layernorm",
    "attn_q": "self_attn.q_proj",
    "attn_k": "self_attn.k_proj",
    "attn_v": "self_attn.v_proj",
    "attn_output": "self_attn.o_proj",
    "ffn_norm": "post_attention_layernorm",
    "ffn_gate": "mlp.gate_proj",
    "ffn_up": "mlp.up_proj",
    "ffn_down": "mlp.down_proj",
}
TURNED = {"attn_q": "num_attention_heads", "attn_k": "num_key_value_heads"}


def config_of(file: GGUFFile) -> dict[str, Any]:
    """``config.json`` of the model in ``file``.

    Raises:
        ParameterError: it is no Llama.
        DataIntegrityError: a key is missing, or sizes do not fit together.
    """
    kind = file.fields.get("general.architecture")
    if kind != "llama":
        raise ParameterError(
            f"{file.path.name}: only models of the family 'llama' are read, got {kind!r}; name a "
            "folder in Hugging Face's layout instead"
        )
    sizes = {name: _whole_number(file, f"llama.{key}") for name, key in KEYS.items()}
    heads, groups = sizes["num_attention_heads"], sizes["num_key_value_heads"]
    if sizes["hidden_size"] % (2 * heads) or heads % groups:
        raise file.refused("heads of one even size share keys evenly", sizes)
    return sizes | {
        "architectures": ["LlamaForCausalLM"],
        "model_type": "llama",
        "hidden_act": "silu",
        "vocab_size": len(_list(file, "tokenizer.ggml.tokens")),
        "rms_norm_eps": round(_positive(file, "llama.attention.layer_norm_rms_epsilon"), 12),
        "rope_theta": _positive(file, "llama.rope.freq_base"),
        "tie_word_embeddings": "output.weight" not in file.tensors,
        "attention_bias": False,
        "mlp_bias": False,
        "bos_token_id": file.fields.get("tokenizer.ggml.bos_token_id"),
        "eos_token_id": file.fields.get("tokenizer.ggml.eos_token_id"),
        "dtype": "float32",
    }


def weights_of(file: GGUFFile, config: dict[str, Any]) -> dict[str, np.ndarray]:
    """The tensors of ``file``, float32, under Hugging Face's names.

    Raises:
        DataIntegrityError: a tensor is missing, not expected, or of another shape.
    """
    wanted = shapes(config)
    stored = {name: tensor.shape for name, tensor in file.tensors.items()}
    if stored != wanted:
        differs = sorted(n for n in {*stored, *wanted} if stored.get(n) != wanted.get(n))[:3]
        message = {name: f"{stored.get(name)}, expected {wanted.get(name)}" for name in differs}
        raise file.refused("its tensors are those of the configuration", message)
    weights = {}
    for name in wanted:
        part = name.split(".")[-2]
        numbers = file.array(name)
        if part in TURNED:
            numbers = turned_back(numbers, config[TURNED[part]])
        weights[_renamed(name)] = np.ascontiguousarray(numbers)
    return weights


def shapes(config: dict[str, Any]) -> dict[str, tuple[int, ...]]:
    """Every tensor that such a model has, by its name in GGUF."""
    width, inner = config["hidden_size"], config["intermediate_size"]
    shared = width // config["num_attention_heads"] * config["num_key_value_heads"]
    table = (config["vocab_size"], width)
    block: dict[str, tuple[int, ...]] = {
        "attn_norm": (width,),
        "attn_q": (width, width),
        "attn_k": (shared, width),
        "attn_v": (shared, width),
        "attn_output": (width, width),
        "ffn_norm": (width,),
        "ffn_gate": (inner, width),
        "ffn_up": (inner, width),
        "ffn_down": (width, inner),
    }
    layers = range(config["num_hidden_layers"])
    every = {f"blk.{n}.{part}.weight": shape for n in layers for part, shape in block.items()}
    every |= {"token_embd.weight": table, "output_norm.weight": (width,)}
    return every if config["tie_word_embeddings"] else every | {"output.weight": table}


def turned_back(rows: np.ndarray, heads: int) -> np.ndarray:
    """Rows of a query or key matrix in the order in which rotary halves lie side by side.

    llama.cpp turns the pairs (i, i + size/2) of each head, (rows, width), into neighbours; this
    undoes it.

    >>> turned_back(np.array([[0], [2], [1], [3]]), heads=1).ravel().tolist()
    [0, 1, 2, 3]
    """
    pairs = rows.reshape(heads, len(rows) // heads // 2, 2, -1)
    return pairs.swapaxes(1, 2).reshape(rows.shape)


def _renamed(name: str) -> str:
    block = re.fullmatch(r"blk\.(\d+)\.(\w+)\.weight", name)
    if block is None:
        return f"{ENDS[name.removesuffix('.weight')]}.weight"
    return f"model.layers.{block[1]}.{PARTS[block[2]]}.weight"


def _whole_number(file: GGUFFile, key: str) -> int:
    value = file.fields.get(key)
    if type(value) is not int or value < 1:
        raise file.refused(f"{key} is a whole number ≥ 1", value)
    return value


def _positive(file: GGUFFile, key: str) -> float:
    value = file.fields.get(key)
    if not isinstance(value, float) or not 0 < value < float("inf"):
        raise file.refused(f"{key} is a number > 0", value)
    return value


def _list(file: GGUFFile, key: str) -> list[Any]:
    value = file.fields.get(key)
    if not isinstance(value, list) or not value:
        raise file.refused(f"{key} is a list", type(value).__name__)
    return value
