"""Several tasks on ml-100k: ours beside multi-task peers, and one model beside four."""

PARTS = {
    "speed": ("multi-task/samples-per-second",),
    "gbdt": ("multi-task/gbdt",),
    "one_model": ("multi-task/training-time", "multi-task/latency", "multi-task/worth"),
}
