"""The one table of parameter names: their types, their ranges, what they mean.

A chapter may use only these names, so that one name means one idea in the whole book, and so that
the command line can refuse a wrong value before anything starts.
"""

import math
from dataclasses import dataclass

Value = bool | int | float | str
TYPES: dict[str, type] = {"bool": bool, "int": int, "float": float, "str": str}


@dataclass(frozen=True)
class Known:
    """One parameter: ``kind`` is its type; ``low`` and ``high`` bound a number, ends included."""

    kind: str
    meaning: str
    low: float = -math.inf
    high: float = math.inf
    positive: bool = False
    parts: str = ""
    choices: tuple[str, ...] = ()

    @property
    def kinds(self) -> tuple[str, ...]:
        """The types it may have."""
        return tuple(self.kind.split("|"))

    @property
    def range(self) -> str:
        """Its range in words, as an error shows it."""
        if self.choices:
            return "one of " + ", ".join(self.choices)
        if self.parts:
            return f"at least one {self.parts}, separated by commas"
        if self.low == -math.inf and self.high == math.inf:
            return "any text" if "str" in self.kinds else "any finite value"
        return (
            f"{'above 0 and' if self.positive else f'at least {self.low:,g} and'} "
            f"at most {self.high:,g}"
        )


_WHOLE, _REAL, _TEXT, _FLAG = "int", "float", "str", "bool"
KNOWN: dict[str, Known] = {
    # the data
    "dataset": Known(_TEXT, "the name of a data set, or the path of your own .toml"),
    "users": Known(_WHOLE, "people to simulate", 1, 10_000_000),
    "items": Known(_WHOLE, "items to simulate", 2, 10_000_000),
    "events": Known(_WHOLE, "events to simulate", 1, 1_000_000_000),
    "types": Known(_WHOLE, "discrete tastes of the simulator", 1, 1_000),
    "confounding": Known(_REAL, "ρ: how strongly a hidden mood moves click and buy", 0.0, 10.0),
    "drift": Known(_REAL, "probability that a taste moves at an event", 0.0, 1.0),
    "order": Known(_WHOLE, "how many past events the next one depends on", 0, 20),
    "symbols": Known(_WHOLE, "items of the n-gram world", 2, 1_000_000),
    "categories": Known(_WHOLE, "number of categories", 1, 10_000),
    "sample": Known(_WHOLE, "rows to use, drawn by the seed; 0 is all", 0, 1_000_000_000),
    "min_events": Known(_WHOLE, "events a person needs to be kept", 1, 1_000_000),
    "people": Known(_WHOLE, "people who are asked, drawn by the seed", 1, 1_000_000),
    "candidates": Known(_WHOLE, "items that are ranked, drawn by the seed", 1, 1_000_000),
    "fraction": Known(_REAL, "share of the rows to use", 0.0, 1.0, positive=True),
    "examples": Known(_WHOLE, "rows to print", 1, 1_000),
    "max_length": Known(_WHOLE, "past events that a model sees", 1, 100_000),
    "max_events": Known(_WHOLE, "past events that are written as text", 1, 100_000),
    "per_person": Known(_WHOLE, "training pairs drawn of each person", 1, 1_000_000),
    "text": Known(_TEXT, "a text of the reader's own"),
    # the model
    "width": Known(_WHOLE, "model dimension", 1, 16_384),
    "units": Known(_WHOLE, "units of a hidden layer", 1, 65_536),
    "layers": Known(_WHOLE, "blocks of the trunk", 1, 128),
    "frozen_layers": Known(_WHOLE, "layers of an encoder that stay as they are", 1, 128),
    "heads": Known(_WHOLE, "attention heads; a divisor of the width", 1, 256),
    "dropout": Known(_REAL, "share of activations dropped in training", 0.0, 0.95),
    "experts": Known(_WHOLE, "experts of a mixer", 1, 1_024),
    "rank": Known(_WHOLE, "rank of a low-rank head or addition", 1, 4_096),
    "neighbours": Known(_WHOLE, "neighbours kept an item", 1, 1_000_000),
    "shrinkage": Known(_REAL, "added to the denominator of a similarity", 0.0, 1e6),
    "smoothing": Known(_REAL, "pseudo-count of a probability", 0.0, 1e6),
    "decay": Known(_REAL, "factor by which an older event counts less", 0.0, 1.0),
    "half_life": Known(
        _REAL,
        "days or events after which one counts half",
        0.0,
        1e6,
        positive=True,
    ),
    "tasks": Known(_TEXT, "names of the tasks", parts="name"),
    "models": Known(_TEXT, "names of the models", parts="name"),
    "encoder": Known(_TEXT, "a pretrained text encoder: minilm, a folder, or a preset"),
    "decoder": Known(_TEXT, "a pretrained decoder: smollm2-135m, a folder, or a preset"),
    "use_text": Known(_FLAG, "whether the model reads item titles"),
    # the training
    "epochs": Known(_WHOLE, "passes over the training part", 1, 100_000),
    "steps": Known(_WHOLE, "steps of an optimizer or of a loop", 1, 100_000_000),
    "batch_size": Known(_WHOLE, "rows a step", 1, 1_048_576),
    "learning_rate": Known(_REAL, "step size of the optimizer", 0.0, 10.0, positive=True),
    "weight_decay": Known(_REAL, "decoupled weight decay", 0.0, 10.0),
    "label_smoothing": Known(_REAL, "probability spread over all items", 0.0, 0.95),
    "patience": Known(_WHOLE, "epochs without progress before training stops", 0, 100_000),
    "task_weights": Known(_TEXT, "one weight a task", parts="number"),
    "balancing": Known(_TEXT, "name of the balancing method"),
    "like_weight": Known(_REAL, "weight of the like loss", 0.0, 1e6),
    "rating_weight": Known(_REAL, "weight of the rating loss", 0.0, 1e6),
    "jitted": Known(_FLAG, "whether XLA compiles the training step"),
    "mixed_precision": Known(_FLAG, "whether layers compute in 16 bits"),
    "seed": Known(_WHOLE, "the seed of everything random", 0, 2**31 - 1),
    "seeds": Known(_TEXT, "several seeds", parts="whole number"),
    # the evaluation and the lists
    "k": Known(_WHOLE, "length of a ranked list", 1, 10_000),
    "resamples": Known(_WHOLE, "bootstrap resamples", 1, 1_000_000),
    "negatives": Known(_WHOLE, "sampled items beside each target", 1, 1_000_000),
    "grid": Known(_TEXT, "values to try", parts="number"),
    "temperature": Known(_REAL, "divides the scores before sampling", 0.0, 1e3, positive=True),
    "user_id": Known("int|str", "a person of the log"),
    "item_id": Known("int|str", "an item of the log"),
    "history": Known(_TEXT, "titles or ids, oldest first, separated by |"),
    "products": Known(_TEXT, "titles or ids of what a shopper has looked at, separated by |"),
    "exchange": Known(_TEXT, "a title or an id that takes the place of the last product"),
    "query": Known(_TEXT, "a title or an id to look up"),
    "category": Known(_TEXT, "a category of the catalogue"),
}
