"""A BERT of eight numbers a state in Hugging Face's layout, and what it computes, in NumPy."""

import json

import numpy as np

WORDS = "[PAD] [UNK] [CLS] [SEP] [MASK] the a film of love war ##s and , ( ) 1995 drama".split()
WIDTH, HEADS, INNER, LAYERS, LONGEST = 8, 2, 16, 2, 200
CONFIG = {
    "model_type": "bert",
    "vocab_size": len(WORDS),
    "hidden_size": WIDTH,
    "num_hidden_layers": LAYERS,
    "num_attention_heads": HEADS,
    "intermediate_size": INNER,
    "max_position_embeddings": LONGEST,
}


def weights(seed=0):
    """Names as Hugging Face writes them → arrays."""
    rng = np.random.default_rng(seed)
    shapes = {
        "embeddings.word_embeddings.weight": (len(WORDS), WIDTH),
        "embeddings.position_embeddings.weight": (LONGEST, WIDTH),
        "embeddings.token_type_embeddings.weight": (2, WIDTH),
        **norm("embeddings.LayerNorm"),
        **dense("pooler.dense", WIDTH, WIDTH),
    }
    for layer in range(LAYERS):
        at = f"encoder.layer.{layer}"
        for name in ("query", "key", "value"):
            shapes |= dense(f"{at}.attention.self.{name}", WIDTH, WIDTH)
        shapes |= dense(f"{at}.attention.output.dense", WIDTH, WIDTH)
        shapes |= norm(f"{at}.attention.output.LayerNorm")
        shapes |= dense(f"{at}.intermediate.dense", WIDTH, INNER)
        shapes |= dense(f"{at}.output.dense", INNER, WIDTH) | norm(f"{at}.output.LayerNorm")
    return {name: rng.normal(size=shape).astype(np.float32) for name, shape in shapes.items()}


def dense(name, inputs, outputs):
    return {f"{name}.weight": (outputs, inputs), f"{name}.bias": (outputs,)}


def norm(name):
    return {f"{name}.weight": (WIDTH,), f"{name}.bias": (WIDTH,)}


def write(folder, **more):
    """The folder of the model; ``more`` goes into config.json."""
    from safetensors.numpy import save_file
    from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors

    folder.mkdir(parents=True, exist_ok=True)
    number = {word: place for place, word in enumerate(WORDS)}
    tokenizer = Tokenizer(models.WordPiece(number, unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.BertNormalizer(lowercase=True)
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    ends = [(word, number[word]) for word in ("[CLS]", "[SEP]")]
    tokenizer.post_processor = processors.TemplateProcessing("[CLS] $A [SEP]", None, ends)
    tokenizer.add_special_tokens(WORDS[:5])
    tokenizer.enable_truncation(5)  # as files of sentence encoders do: it must not cut what we read
    tokenizer.enable_padding(length=12)
    tokenizer.save(str(folder / "tokenizer.json"))
    texts = {
        "config.json": json.dumps(CONFIG | more),
        "tokenizer_config.json": json.dumps({"do_lower_case": True}),
        "vocab.txt": "\n".join(WORDS),
    }
    for name, text in texts.items():
        (folder / name).write_text(text, encoding="utf-8")
    save_file(weights(), folder / "model.safetensors")
    return folder


def embed(ids):
    """The mean of the states of one text, at length one: Devlin et al. 2019, written out."""
    w = weights()
    x = (
        w["embeddings.word_embeddings.weight"][ids]
        + w["embeddings.token_type_embeddings.weight"][0]
    )
    x = normed(
        x + w["embeddings.position_embeddings.weight"][: len(ids)], w, "embeddings.LayerNorm"
    )
    for layer in range(LAYERS):
        at = f"encoder.layer.{layer}"
        q, k, v = (
            linear(x, w, f"{at}.attention.self.{name}").reshape(-1, HEADS, WIDTH // HEADS)
            for name in ("query", "key", "value")
        )
        scores = np.einsum("ihd,jhd->hij", q, k) / np.sqrt(WIDTH / HEADS)
        shares = np.exp(scores - scores.max(-1, keepdims=True))
        shares /= shares.sum(-1, keepdims=True)
        mixed = np.einsum("hij,jhd->ihd", shares, v).reshape(-1, WIDTH)
        after = linear(mixed, w, f"{at}.attention.output.dense")
        x = normed(x + after, w, f"{at}.attention.output.LayerNorm")
        inner = gelu(linear(x, w, f"{at}.intermediate.dense"))
        x = normed(x + linear(inner, w, f"{at}.output.dense"), w, f"{at}.output.LayerNorm")
    mean = x.mean(axis=0)
    return mean / np.linalg.norm(mean)


def linear(x, w, name):
    return x @ w[f"{name}.weight"].T + w[f"{name}.bias"]


def normed(x, w, name):
    centred = x - x.mean(-1, keepdims=True)
    scaled = centred / np.sqrt((centred**2).mean(-1, keepdims=True) + 1e-12)
    return scaled * w[f"{name}.weight"] + w[f"{name}.bias"]


def gelu(x):
    """The form with tanh, which KerasHub takes."""
    return x * (1 + np.tanh(np.sqrt(2 / np.pi) * (x + 0.044715 * x**3))) / 2
