"""The speed of SmolLM2 in transformers: ``python transformers_smollm2.py settings.json out.npz``.

In windows, a look at the clock after each batch. Ids, logits and greedy continuation of each text
go to ``out.npz``.
"""

import json
import sys
from pathlib import Path
from typing import Any

import numpy as np
import torch
from transformers import AutoModelForCausalLM, AutoTokenizer

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "next_item" / "peers"))

from _gate import Gate
from _gemm import gflops
from _given import peak_mb


def said(model: Any, tokenizer: Any, told: dict[str, Any]) -> dict[str, np.ndarray]:
    """Ids, logits and greedy continuation of each text."""
    found: dict[str, np.ndarray] = {}
    for n, text in enumerate(told["texts"]):
        ids = torch.tensor([tokenizer.encode(text)])
        found[f"ids{n}"], found[f"logits{n}"] = ids[0].numpy(), model(ids).logits[0].numpy()
        for _ in range(told["greedy"]):
            ids = torch.cat([ids, model(ids).logits[:, -1:].argmax(-1)], dim=1)
        new = ids[0, len(found[f"ids{n}"]) :]
        found[f"greedy{n}"] = np.array(tokenizer.decode(new))
    return found


@torch.inference_mode()
def main() -> None:
    """Read for as long as the windows are open; the first batch warms up."""
    settings, out = sys.argv[1:3]
    told = json.loads(Path(settings).read_text(encoding="utf-8"))
    torch.set_num_threads(told["threads"])
    model = AutoModelForCausalLM.from_pretrained(told["model"], dtype=torch.float32).eval()
    rng = np.random.default_rng(told["seed"])
    size = (told["batch"], told["length"])
    tokens = torch.tensor(rng.integers(model.config.vocab_size, size=size))
    model(tokens, use_cache=False)
    memory = peak_mb()
    np.savez(out, **said(model, AutoTokenizer.from_pretrained(told["model"]), told))
    gate = Gate()
    go = gate.ready(gflops=gflops(), memory_mb=memory)
    while go:
        model(tokens, use_cache=False)
        go = gate.count(tokens=tokens.numel())


if __name__ == "__main__":
    main()
