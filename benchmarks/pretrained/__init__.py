"""Pretrained language models on ml-100k: ours beside transformers and sentence-transformers."""

PARTS = {
    "minilm": ("pretrained/minilm",),
    "smollm2": ("pretrained/smollm2/speed",),
    "score_titles": ("pretrained/smollm2/score-titles",),
    "cold_items": ("pretrained/cold-items",),
    "few_events": ("pretrained/few-events",),
    "reader": ("pretrained/reader",),
    "two_tower": ("pretrained/two-tower",),
    "zero_shot": ("pretrained/zero-shot",),
    "load": ("pretrained/load",),
}
