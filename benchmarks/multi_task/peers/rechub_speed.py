"""The speed of torch-rechub's multi-task models: their own layers, trainer and step.

``python rechub_speed.py MODEL FEED flat.npz settings.json``, in windows. MODEL is ``shared-bottom``
or ``mmoe``; FEED is ``memory``, batches cut from shuffled tensors, or ``loader``, their own data
generator.
"""

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch_rechub.basic.features import SequenceFeature, SparseFeature
from torch_rechub.models.multi_task import MMOE, SharedBottom
from torch_rechub.trainers import MTLTrainer
from torch_rechub.utils.data import DataGenerator

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "next_item" / "peers"))

from _gate import Gate
from _gemm import gflops
from _given import peak_mb


class InMemory:
    """Whole batches of shuffled rows; what is left over of an epoch is dropped."""

    def __init__(self, x: dict[str, Any], y: Any, size: int) -> None:
        self.x, self.y, self.size = x, y, size

    def __len__(self) -> int:
        return len(self.y) // self.size

    def __iter__(self) -> Iterator[tuple[dict[str, Any], Any]]:
        order = torch.randperm(len(self.y))[: len(self) * self.size]
        for rows in order.split(self.size):
            yield {name: column[rows] for name, column in self.x.items()}, self.y[rows]


def model_of(kind: str, x: dict[str, Any], told: dict[str, Any]) -> Any:
    """A model over all columns; the genres of a film are a set, whose vectors are averaged."""
    width, features = told["embedding"], []
    for name, column in x.items():
        size = int(column.max()) + 1
        if column.ndim == 2:
            features.append(SequenceFeature(name, size, width, pooling="mean", padding_idx=0))
        else:
            features.append(SparseFeature(name, size, width))
    types = ["classification"] * len(told["tasks"])
    towers = [{"dims": [told["tower"]]} for _ in types]
    if kind == "mmoe":
        return MMOE(features, types, told["experts"], {"dims": [told["expert"]]}, towers)
    return SharedBottom(features, types, {"dims": [told["bottom"]]}, towers)


def main() -> None:
    """Train for as long as the windows are open; the first epoch warms up."""
    kind, feed, path, settings = sys.argv[1:5]
    told = json.loads(Path(settings).read_text(encoding="utf-8"))
    torch.set_num_threads(told["threads"])
    torch.manual_seed(told["seed"])
    found = np.load(path)
    y = found["y"]
    x = {name: found[name] for name in found.files if name != "y"}
    model = model_of(kind, x, told)
    optimizer = {"lr": told["learning_rate"], "weight_decay": told["weight_decay"]}
    trainer = MTLTrainer(model, ["classification"] * y.shape[1], optimizer_params=optimizer)
    if feed == "memory":
        tensors = {name: torch.tensor(column) for name, column in x.items()}
        batches: Any = InMemory(tensors, torch.tensor(y), told["batch_size"])
        rows = len(batches) * told["batch_size"]
    else:
        generator, rows = DataGenerator(x, y), len(y)
        few = {name: column[:1] for name, column in x.items()}
        batches, _, _ = generator.generate_dataloader(
            few, y[:1], few, y[:1], batch_size=told["batch_size"]
        )
    gate, go = Gate(), True
    losses = trainer.train_one_epoch(batches)
    parameters = sum(p.numel() for p in model.parameters())
    go = gate.ready(gflops=gflops(), memory_mb=peak_mb(), parameters=parameters, losses=losses)
    while go:
        trainer.train_one_epoch(batches)
        go = gate.count(samples=rows)


if __name__ == "__main__":
    main()
