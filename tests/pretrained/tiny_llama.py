"""A Llama of 32 numbers a state, written as a GGUF file, and what it computes, in NumPy."""

import gguf
import numpy as np
from tokenizers.pre_tokenizers import ByteLevel

WIDTH, HEADS, GROUPS, INNER, LAYERS, LONGEST = 32, 4, 2, 64, 2, 256
SIZE, THETA, EPSILON = WIDTH // HEADS, 10_000.0, 1e-5
SPECIAL = ["<|endoftext|>", "<|im_start|>", "<|im_end|>"]
MERGES = ["t h", "th e", "Ġ the", "Ġ f"]
TOKENS = [*SPECIAL, *sorted(ByteLevel.alphabet()), *(merge.replace(" ", "") for merge in MERGES)]


def weights(seed=0):
    """Tensors by their names in GGUF, rows first, heads not yet turned."""
    rng, shared = np.random.default_rng(seed), SIZE * GROUPS
    shapes = {"token_embd": (len(TOKENS), WIDTH), "output_norm": (WIDTH,)}
    for n in range(LAYERS):
        shapes |= {
            f"blk.{n}.attn_norm": (WIDTH,),
            f"blk.{n}.attn_q": (WIDTH, WIDTH),
            f"blk.{n}.attn_k": (shared, WIDTH),
            f"blk.{n}.attn_v": (shared, WIDTH),
            f"blk.{n}.attn_output": (WIDTH, WIDTH),
            f"blk.{n}.ffn_norm": (WIDTH,),
            f"blk.{n}.ffn_gate": (INNER, WIDTH),
            f"blk.{n}.ffn_up": (INNER, WIDTH),
            f"blk.{n}.ffn_down": (WIDTH, INNER),
        }
    return {name: (0.3 * rng.normal(size=s)).astype(np.float32) for name, s in shapes.items()}


def turned(rows, heads):
    """Rows of a matrix in llama.cpp's order: number i and i + size/2 of a head side by side."""
    return rows.reshape(heads, 2, -1, rows.shape[-1]).swapaxes(1, 2).reshape(rows.shape)


def write(path, tensors=None, **fields):
    """A GGUF file of ``tensors``; ``fields`` take the place of those it has else."""
    writer = gguf.GGUFWriter(path, fields.pop("architecture", "llama"))
    writer.add_block_count(LAYERS)
    writer.add_context_length(LONGEST)
    writer.add_embedding_length(WIDTH)
    writer.add_feed_forward_length(INNER)
    writer.add_head_count(fields.pop("heads", HEADS))
    writer.add_head_count_kv(GROUPS)
    writer.add_rope_freq_base(THETA)
    writer.add_layer_norm_rms_eps(EPSILON)
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre(fields.pop("pre", "smollm"))
    tokens = fields.pop("tokens", TOKENS)
    writer.add_token_list(tokens)
    writer.add_token_types([3] * len(SPECIAL) + [1] * (len(tokens) - len(SPECIAL)))
    writer.add_token_merges(fields.pop("merges", MERGES))
    writer.add_bos_token_id(1)
    writer.add_eos_token_id(2)
    for name, rows in (weights() if tensors is None else tensors).items():
        heads = {"attn_q": HEADS, "attn_k": GROUPS}.get(name.split(".")[-1])
        writer.add_tensor(f"{name}.weight", turned(rows, heads) if heads else rows)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return path


def logits(tensors, ids):
    """``(tokens, vocabulary)`` logits of one text, token by token and head by head."""
    x = tensors["token_embd"][ids].astype(np.float64)
    for n in range(LAYERS):
        block = {k.split(".")[-1]: v for k, v in tensors.items() if k.startswith(f"blk.{n}.")}
        normed = norm(x, block["attn_norm"])
        query, key, value = (normed @ block[f"attn_{part}"].T for part in "qkv")
        x = x + attended(query, key, value) @ block["attn_output"].T
        normed = norm(x, block["ffn_norm"])
        gate = normed @ block["ffn_gate"].T
        x = x + (gate / (1 + np.exp(-gate)) * (normed @ block["ffn_up"].T)) @ block["ffn_down"].T
    return norm(x, tensors["output_norm"]) @ tensors["token_embd"].T


def norm(x, scale):
    """Root mean square norm."""
    return x / np.sqrt((x**2).mean(-1, keepdims=True) + EPSILON) * scale


def attended(query, key, value):
    """Causal attention; head h reads the keys of group h // 2."""
    mixed = np.zeros_like(query)
    for head in range(HEADS):
        group = head // (HEADS // GROUPS)
        own, shared = (slice(n * SIZE, (n + 1) * SIZE) for n in (head, group))
        q, k = rotated(query[:, own]), rotated(key[:, shared])
        for t in range(len(q)):
            score = np.exp(k[: t + 1] @ q[t] / np.sqrt(SIZE))
            mixed[t, own] = score / score.sum() @ value[: t + 1, shared]
    return mixed


def rotated(x):
    """Pairs (i, i + size/2) turned by position / θ^(2i/size)."""
    half = SIZE // 2
    angle = np.arange(len(x))[:, None] / THETA ** (np.arange(half) * 2 / SIZE)
    a, b = x[:, :half], x[:, half:]
    turned = (a * np.cos(angle) - b * np.sin(angle), b * np.cos(angle) + a * np.sin(angle))
    return np.concatenate(turned, axis=1)
