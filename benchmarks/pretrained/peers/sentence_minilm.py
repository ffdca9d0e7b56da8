"""MiniLM in sentence-transformers: ``python sentence_minilm.py settings.json out.npy``.

In windows, a look at the clock after all texts are embedded. The model is put together from the
same files: the transformer, the mean over tokens, length one.
"""

import json
import sys
from pathlib import Path

import numpy as np
import torch
from sentence_transformers import SentenceTransformer
from sentence_transformers.sentence_transformer import modules

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "next_item" / "peers"))

from _gate import Gate
from _gemm import gflops
from _given import peak_mb


def main() -> None:
    """Embed for as long as the windows are open; the first time warms up."""
    settings, out = sys.argv[1:3]
    told = json.loads(Path(settings).read_text(encoding="utf-8"))
    torch.set_num_threads(told["threads"])
    transformer = modules.Transformer(told["model"])
    pooling = modules.Pooling(transformer.get_embedding_dimension(), pooling_mode="mean")
    parts = [transformer, pooling, modules.Normalize()]
    model = SentenceTransformer(modules=parts, device="cpu")
    texts, size = told["texts"], told["peer_batch_size"]

    def embed() -> np.ndarray:
        return model.encode(texts, batch_size=size, show_progress_bar=False)

    np.save(out, embed())
    gate = Gate()
    go = gate.ready(gflops=gflops(), memory_mb=peak_mb())
    while go:
        embed()
        go = gate.count(texts=len(texts))


if __name__ == "__main__":
    main()
