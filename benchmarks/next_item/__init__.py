"""Next item on ml-100k: peers and ours on one split, one protocol, one machine.

The cells that ``settings.toml`` names; ``python -m benchmarks next-item --only WORD`` runs those
whose name holds the word, ``--page`` writes record and page from what is there.
"""

PARTS = {
    "quality": ("next-item/ndcg", "next-item/seconds-to-peer"),
    "speed": (
        "next-item/sequences-per-second",
        "next-item/targets-per-second",
        "next-item/share-of-bound",
    ),
    "million_items": ("next-item/million-items",),
}
