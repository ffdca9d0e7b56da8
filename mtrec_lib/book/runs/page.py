"""The results page: one HTML file that needs no network and runs no script."""

import base64
import binascii
import json
from collections.abc import Iterator, Sequence
from html import escape
from pathlib import Path
from typing import Any

from mtrec_lib.book.runs.notebooks import text
from mtrec_lib.book.runs.run_folders import RunFolder
from mtrec_lib.core.atomic import write_text

_STYLE = """
:root { color-scheme: light dark; --ink: #1d2530; --soft: #5c6773; --line: #e3e6ea;
  --paper: #ffffff; --card: #f7f8fa; --good: #00734d; --bad: #b3400a; --link: #005f99; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6e9ed; --soft: #9aa5b1; --line: #2c333b;
  --paper: #14181d; --card: #1b2027; --good: #4cc79a; --bad: #f08a4b; --link: #6cb8ee; } }
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 3rem 1.25rem 5rem; max-width: 62rem; background: var(--paper);
  color: var(--ink); font: 16px/1.55 system-ui, "Segoe UI", Roboto, sans-serif; }
h1 { margin: 0; font-size: 1.9rem; letter-spacing: -.02em; }
h2 { margin: 0 0 .2rem; font-size: 1.2rem; }
h3 { margin: 1.4rem 0 .4rem; font-size: .8rem; color: var(--soft); font-weight: 600;
  text-transform: uppercase; letter-spacing: .06em; }
a { color: var(--link); text-decoration-thickness: 1px; text-underline-offset: 2px; }
p { margin: .3rem 0; }
.soft { color: var(--soft); }
.good { color: var(--good); } .bad { color: var(--bad); }
table { border-collapse: collapse; width: 100%; margin: 1.5rem 0 2.5rem; }
th, td { padding: .45rem .7rem; text-align: left; border-bottom: 1px solid var(--line); }
th { font-size: .8rem; color: var(--soft); font-weight: 600; }
.number { text-align: right; font-variant-numeric: tabular-nums; }
section { margin: 1.25rem 0; padding: 1.4rem 1.6rem; background: var(--card);
  border: 1px solid var(--line); border-radius: 10px; }
ul { margin: 0; padding: 0; list-style: none; }
li { padding-left: 1.5rem; text-indent: -1.5rem; margin: .2rem 0; }
li b { display: inline-block; width: 1.5rem; text-indent: 0; }
dl { display: grid; grid-template-columns: repeat(auto-fill, minmax(15rem, 1fr));
  gap: .1rem 2rem; margin: 0; }
dl div { display: flex; justify-content: space-between; gap: 1rem;
  border-bottom: 1px dotted var(--line); padding: .15rem 0; }
dt { color: var(--soft); overflow-wrap: anywhere; }
dd { margin: 0; font-variant-numeric: tabular-nums; }
.figures { display: grid; grid-template-columns: repeat(auto-fit, minmax(19rem, 1fr)); gap: 1rem; }
.figures img { width: 100%; height: auto; border-radius: 6px; background: #fff; }
pre { white-space: pre-wrap; overflow-wrap: anywhere; margin: .3rem 0; font-size: .85rem; }
"""


def write_page(results: Sequence[RunFolder], path: Path, profile: str) -> Path:
    """Write the page about ``results`` to ``path``, whole or not at all; every text is escaped."""
    body = "\n".join(_section(result) for result in results)
    html = (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>mtrec · {escape(profile)}</title><style>{_STYLE}</style></head><body>\n"
        f"{_head(results, profile)}\n{_overview(results)}\n{body}\n</body></html>\n"
    )
    return write_text(path, html)


def _head(results: Sequence[RunFolder], profile: str) -> str:
    minutes = sum(result.minutes for result in results)
    claims = [claim["truth"] for result in results for claim in result.claims]
    states = [result.state for result in results]
    words = [
        _count(len(results), "run"),
        f"{minutes:.1f} minutes",
        f"{claims.count(True)} of {_count(len(claims), 'claim')} hold",
    ]
    for state in ("failed", "skipped"):
        if state in states:
            words.append(f'<span class="bad">{states.count(state)} {state}</span>')
    return (
        "<header><h1>Results</h1>"
        f'<p class="soft">profile <b>{escape(profile)}</b> · {" · ".join(words)}</p></header>'
    )


def _count(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"


def _overview(results: Sequence[RunFolder]) -> str:
    rows = "".join(_row(result) for result in results)
    return (
        '<table><thead><tr><th>Chapter</th><th>State</th><th class="number">Minutes</th>'
        '<th class="number">GB</th><th class="number">Claims</th>'
        '<th class="number">Numbers</th></tr></thead>'
        f"<tbody>{rows}</tbody></table>"
    )


def _row(result: RunFolder) -> str:
    kind = "good" if result.state == "done" else "bad"
    state = f'<span class="{kind}">{result.state}</span>'
    held = sum(claim["truth"] is True for claim in result.claims)
    claims = f"{held} / {len(result.claims)}" if result.claims else "–"
    name = escape(result.name)
    return (
        f'<tr><td><a href="#{name}">{name}</a></td><td>{state}</td>'
        f'<td class="number">{result.minutes:.1f}</td>'
        f'<td class="number">{result.memory}</td>'
        f'<td class="number">{claims}</td><td class="number">{len(result.metrics) or "–"}</td></tr>'
    )


def _section(result: RunFolder) -> str:
    name, content = escape(result.name), _read(result.notebook)
    changed = result.config.get("changed", [])
    values = result.config.get("parameters", {})
    listed = ", ".join(f"{each}={values.get(each)!r}" for each in changed)
    parts = [f'<section id="{name}"><h2>{escape(_title(content) or result.name)}</h2>']
    link = f"{name}/{escape(result.notebook.name)}"
    memory = f", {result.gigabytes:.1f} GB" if result.gigabytes else ""
    note = f"{result.minutes:.1f} minutes{memory} · " + (escape(listed) or "stored parameters")
    parts.append(f'<p class="soft"><a href="{link}">{name}</a> · {note}</p>')
    if result.failure:
        older = "<p>Below: the last whole run.</p>" if result.whole else ""
        head, why = result.state.capitalize(), escape(result.failure)
        parts.append(f'<h3>{head}</h3><pre class="bad">{why}</pre>{older}')
    parts += [_claims(result.claims), _metrics(result.metrics), _figures(content), "</section>"]
    return "\n".join(filter(None, parts))


def _claims(claims: list[dict[str, Any]]) -> str:
    marks = {True: '<b class="good">✓</b>', False: '<b class="bad">✗</b>'}
    unknown = '<b class="soft">–</b>'
    rows = [
        f"<li>{marks.get(claim['truth'], unknown)}{escape(claim['sentence'])}</li>"
        for claim in claims
    ]
    return f"<h3>Claims</h3><ul>{''.join(rows)}</ul>" if rows else ""


def _metrics(metrics: dict[str, float | None]) -> str:
    rows = [
        f"<div><dt>{escape(name)}</dt><dd>{'–' if value is None else f'{value:.4g}'}</dd></div>"
        for name, value in metrics.items()
    ]
    return f"<h3>Numbers</h3><dl>{''.join(rows)}</dl>" if rows else ""


def _figures(content: dict[str, Any]) -> str:
    images = [
        f'<img alt="{escape(alt)}" src="data:image/png;base64,{data}">'
        for alt, data in _pngs(content)
    ]
    return f'<h3>Figures</h3><div class="figures">{"".join(images)}</div>' if images else ""


def _pngs(content: dict[str, Any]) -> Iterator[tuple[str, str]]:
    for cell in content.get("cells", []):
        alt = cell["metadata"].get("mystnb", {}).get("image", {}).get("alt", "")
        for output in cell.get("outputs", []):
            png = output.get("data", {}).get("image/png")
            if png:
                yield alt, _clean("".join(png))


def _clean(data: str) -> str:
    """Decode and encode again, so that nothing but an image can stand in the page."""
    try:
        return base64.b64encode(base64.b64decode(data)).decode("ascii")
    except binascii.Error:
        return ""


def _title(content: dict[str, Any]) -> str:
    for cell in content.get("cells", []):
        first = text(cell).lstrip().split("\n")[0]
        if cell["cell_type"] == "markdown" and first.startswith("# "):
            return first[2:].strip()
    return ""


def _read(path: Path) -> dict[str, Any]:
    return json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
