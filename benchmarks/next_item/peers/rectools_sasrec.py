"""RecTools' SASRec: one row a person, the last items of it; its own data preparation and loop."""

import logging
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import torch
from _given import TRAIN, Diary, Given, arguments
from pytorch_lightning import Callback, Trainer, seed_everything
from rectools import Columns
from rectools.dataset import Dataset
from rectools.models import SASRecModel

EpochEnd = Callable[[Any], bool]


class _Watch(Callback):
    """Calls back at the end of each epoch; the training stops when the answer is no."""

    def __init__(self, epoch_end: EpochEnd) -> None:
        self.epoch_end = epoch_end

    def on_train_epoch_end(self, trainer: Any, pl_module: Any) -> None:
        """Lightning's hook."""
        trainer.should_stop = not self.epoch_end(pl_module)


def targets(given: Given, settings: dict[str, Any]) -> int:
    """Targets an epoch: a person's last ``length`` training events that have one before them."""
    counts = np.bincount(given.user[given.part == TRAIN])
    return int(np.minimum(counts - 1, settings["length"]).sum())


def train(given: Given, settings: dict[str, Any], epoch_end: EpochEnd) -> None:
    """Fit on the training events; ``epoch_end`` is given a function of a part: its scores."""
    for name in ("pytorch_lightning", "lightning.pytorch"):
        logging.getLogger(name).setLevel(logging.ERROR)
    warnings.filterwarnings("ignore")
    torch.set_num_threads(settings["threads"])
    seed_everything(settings["seed"], verbose=False)
    rows = given.part == TRAIN
    place = pd.Timestamp("1998-01-01") + pd.to_timedelta(np.arange(len(rows)), unit="s")
    columns = {Columns.User: given.user, Columns.Item: given.item, Columns.Datetime: place}
    events = pd.DataFrame(columns)[rows].assign(**{Columns.Weight: 1.0})
    model = SASRecModel(
        n_factors=settings["width"],
        n_blocks=settings["layers"],
        n_heads=settings["heads"],
        session_max_len=settings["length"],
        dropout_rate=settings["dropout"],
        loss="softmax",
        lr=settings["learning_rate"],
        batch_size=settings["batch_size"],
        epochs=settings["epochs"],
        deterministic=True,
    )

    def ended(module: Any) -> bool:
        known = model.data_preparator.item_id_map
        column = np.zeros(given.size, np.int64)  # 0: never seen in training
        external = known.get_external_sorted_by_internal()[1:]
        column[np.array(external, int)] = np.arange(1, len(external) + 1)
        return epoch_end(lambda part: scores(module, given, part, column, settings["length"]))

    model._trainer = Trainer(
        max_epochs=settings["epochs"],
        deterministic=True,
        enable_progress_bar=False,
        enable_model_summary=False,
        logger=False,
        enable_checkpointing=False,
        devices=1,
        callbacks=[_Watch(ended)],
    )
    model.fit(Dataset.construct(events))


@torch.no_grad()
def scores(module: Any, given: Given, part: int, column: np.ndarray, length: int) -> np.ndarray:
    """Scores of all items, (people asked, items); an item that it never saw stands last."""
    user, _ = given.asked(part)
    past = given.past(part)
    sequence = np.zeros((len(user), length), np.int64)
    for row, person in enumerate(user):
        last = column[past[person]]
        last = last[last > 0][-length:]
        sequence[row, length - len(last) :] = last
    training, backbone = module.training, module.torch_model
    module.eval()
    items = backbone.item_model.get_all_embeddings()
    batches = torch.tensor(sequence).split(256)
    states = torch.cat([backbone.encode_sessions({"x": b}, items)[:, -1] for b in batches])
    found = (states @ items.T).numpy()[:, column]
    module.train(training)
    found[:, column == 0] = found.min() - 1
    return found


def main() -> None:
    """Train, look, keep the best."""
    given, settings, folder = arguments()
    diary = Diary(given, settings["patience"], settings["max_seconds"])
    real = targets(given, settings)
    train(given, settings, lambda scored: diary.epoch(scored, targets=real))
    diary.write(folder)


if __name__ == "__main__":
    main()
