"""RecBole's SASRec: one row a prefix, its own data set, data loader, model and training epoch."""

import os
import sys
import types
from pathlib import Path
from typing import Any

import numpy as np
from _given import TRAIN, Diary, Given, arguments

# RecBole imports ray for tuning alone; it does not install beside this Python.
ray = types.ModuleType("ray")
ray.tune = types.ModuleType("ray.tune")
sys.modules |= {"ray": ray, "ray.tune": ray.tune}

import torch  # noqa: E402
from recbole.config import Config  # noqa: E402
from recbole.data import create_dataset, data_preparation  # noqa: E402
from recbole.data.interaction import Interaction  # noqa: E402
from recbole.utils import get_model, get_trainer, init_seed  # noqa: E402


def export(given: Given, folder: Path) -> None:
    """RecBole's own file format; the place in a history is the time, so ties stay as they are."""
    first = np.searchsorted(given.user, np.arange(given.users))
    place = np.arange(len(given.user)) - first[given.user]
    rows = ["user_id:token\titem_id:token\ttimestamp:float"]
    rows += [f"u{u}\ti{i}\t{t}" for u, i, t in zip(given.user, given.item, place, strict=True)]
    (folder / "log").mkdir(exist_ok=True)
    (folder / "log" / "log.inter").write_text("\n".join(rows) + "\n", encoding="utf-8")


def configuration(settings: dict[str, Any], folder: Path) -> Config:
    """Cross-entropy over all items, leave-one-out by time, everything else as published."""
    chosen = {
        "data_path": str(folder),
        "USER_ID_FIELD": "user_id",
        "ITEM_ID_FIELD": "item_id",
        "TIME_FIELD": "timestamp",
        "load_col": {"inter": ["user_id", "item_id", "timestamp"]},
        "eval_args": {"split": {"LS": "valid_and_test"}, "order": "TO", "mode": "full"},
        "train_neg_sample_args": None,
        "MAX_ITEM_LIST_LENGTH": settings["length"],
        "hidden_size": settings["width"],
        "inner_size": 4 * settings["width"],
        "n_layers": settings["layers"],
        "n_heads": settings["heads"],
        "hidden_dropout_prob": settings["dropout"],
        "attn_dropout_prob": settings["dropout"],
        "train_batch_size": settings["batch_size"],
        "learning_rate": settings["learning_rate"],
        "loss_type": "CE",
        "seed": settings["seed"],
        "reproducibility": True,
        "use_gpu": False,
        "checkpoint_dir": str(folder / "saved"),
        "show_progress": False,
    }
    sys.argv = sys.argv[:1]  # RecBole reads the command line too
    return Config(model="SASRec", dataset="log", config_dict=chosen)


def main() -> None:
    """Train, look, keep the best."""
    given, settings, folder = arguments()
    os.chdir(folder)  # RecBole leaves its logs in the current folder
    torch.set_num_threads(settings["threads"])
    export(given, folder)
    config = configuration(settings, folder)
    init_seed(config["seed"], config["reproducibility"])
    dataset = create_dataset(config)
    train_data, _, _ = data_preparation(config, dataset)
    init_seed(config["seed"], config["reproducibility"])
    model = get_model(config["model"])(config, train_data._dataset).to(config["device"])
    trainer = get_trainer(config["MODEL_TYPE"], config["model"])(config, model)
    column = dataset.token2id("item_id", np.array([f"i{item}" for item in range(given.size)]))
    rows = int((given.part == TRAIN).sum()) - given.users
    if len(train_data._dataset) != rows:
        raise ValueError(f"expected {rows} prefixes, got {len(train_data._dataset)}")
    length = settings["length"]

    @torch.no_grad()
    def scores(part: int) -> np.ndarray:
        """Scores of all items for everybody asked, (people, items)."""
        model.eval()
        user, _ = given.asked(part)
        past = given.past(part)
        sequence = np.zeros((len(user), length), np.int64)
        for row, person in enumerate(user):
            last = column[past[person][-length:]]
            sequence[row, : len(last)] = last
        lengths = (sequence > 0).sum(axis=1)
        asked = {"item_id_list": torch.tensor(sequence), "item_length": torch.tensor(lengths)}
        return model.full_sort_predict(Interaction(asked)).numpy()[:, column]

    diary = Diary(given, settings["patience"], settings["max_seconds"])
    for epoch in range(settings["epochs"]):
        loss = trainer._train_epoch(train_data, epoch)
        more = {"loss": loss / len(train_data), "targets": rows}
        if not diary.epoch(scores, **more):
            break
    diary.write(folder)


if __name__ == "__main__":
    main()
