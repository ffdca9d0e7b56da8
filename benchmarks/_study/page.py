"""A record as a page for readers: a table of ratios, and what else each row holds."""

import json
from typing import Any

from mtrec_lib.core import code_hash

COLUMNS = {
    "id", "what", "ratio", "ours", "peer", "unit", "seeds", "interval", "n", "command", "commit",
    "machine", "stale", "code", "modules",
}  # fmt: skip


def text(name: str, rows: list[dict[str, Any]]) -> str:
    """The page of a whole record as Markdown.

    Args:
        name: of the record, ``results/<name>.json``.
        rows: of the record.
    """
    parts = [
        f"# {name.replace('_', ' ').capitalize()}: what was measured\n",
        f"Written from `{name}.json`; every figure is measured, none is typed. The ratio is ours "
        "over the peer's; what an interval is of stands in the row. Commands make the figures "
        "again.\n",
        *ratios(rows),
        "\n## Beside the ratios\n",
    ]
    for row in rows:
        parts += [f"**`{row['id']}`**: `{row['command']}`, {row['machine']}\n", *_more(row), ""]
    return "\n".join(parts).rstrip() + "\n"


def ratios(rows: list[dict[str, Any]]) -> list[str]:
    """Lines of a table, a row a ratio; one whose code has changed since is marked *."""
    if not rows:
        return ["Nothing is measured yet."]
    lines = [
        "| id | what | ours | peer | ratio | interval | seeds |",
        "|---|---|---|---|---|---|---|",
    ]
    for row in rows:
        ends = [f"{end:,.4g}" for end in row["interval"] or ()]
        lines.append(
            f"| `{row['id']}`{'*' if is_older(row) else ''} | {row['what']} "
            f"| {row['ours']:,.4g} | {row['peer']:,.4g} | **{row['ratio']:.3f}** "
            f"| {' to '.join(ends) or '–'} | {row['seeds']} |"
        )
    return lines


def is_older(row: dict[str, Any]) -> bool:
    """Whether the code that made a row has changed since; not, where it is not known."""
    return "code" in row and row["code"] != code_hash(row["modules"])


def _more(row: dict[str, Any]) -> list[str]:
    """What a row holds beyond the columns of every record."""
    more = {name: value for name, value in row.items() if name not in COLUMNS}
    return [f"- {name}: {json.dumps(value, ensure_ascii=False)}" for name, value in more.items()]
