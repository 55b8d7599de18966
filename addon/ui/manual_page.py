"""The manual's Markdown as a page for a browser: the parts of Markdown that it uses, and no others."""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path

STYLE = (
    "body{max-width:50em;margin:2em auto;padding:0 1em;font:16px/1.5 sans-serif;color:#222;background:#fff}"
    "table{border-collapse:collapse}td,th{border:1px solid #ccc;padding:.3em .6em;text-align:left;"
    "vertical-align:top}code{background:#eee;padding:0 .2em}pre{background:#eee;padding:.6em;overflow:auto}"
    "img{max-width:100%}h1,h2,h3{line-height:1.2}"
    "@media(prefers-color-scheme:dark){body{color:#ddd;background:#222}code,pre{background:#333}"
    "a{color:#8bf}td,th{border-color:#555}}"
)
_RULE = re.compile(r"\|?[\s:|-]+\|?")
_INDENT = "    "
"""Before lines of code."""
_ITEM = re.compile(r"(\d+\.|[-*]) +(.*)")
_START = re.compile(r"#{1,6} |\||```|(\d+\.|[-*]) ")
"""How a line begins that is no part of a paragraph."""

Target = Callable[[str], str]
"""What a link or picture of the text points to on the page."""


def page(markdown: str, title: str, target: Target = str) -> str:
    """A whole HTML page."""
    body = "\n".join(_blocks(markdown.splitlines(), target))
    head = f'<meta charset="utf-8"><title>{html.escape(title)}</title><style>{STYLE}</style>'
    return f"<!DOCTYPE html><html><head>{head}</head><body>\n{body}\n</body></html>\n"


def write_pages(sources: Sequence[Path], into: Path) -> list[Path]:
    """Write a page for each Markdown file; links between them go to the pages, others to the files."""
    into.mkdir(parents=True, exist_ok=True)
    pages = {source.resolve(): into / f"{source.stem.lower()}.html" for source in sources}
    for source, written in pages.items():
        text = page(source.read_text("utf-8"), source.stem, partial(_target, source.parent, pages))
        written.write_text(text, "utf-8")
    return list(pages.values())


def _target(folder: Path, pages: Mapping[Path, Path], link: str) -> str:
    name, _, part = link.partition("#")
    if not name or ":" in name:
        return link
    path = (folder / name).resolve()
    if path not in pages:
        return path.as_uri()
    return pages[path].name + ("#" + part if part else "")


def _blocks(lines: list[str], target: Target) -> Iterator[str]:
    place = 0
    while place < len(lines):
        line = lines[place]
        end = _end(lines, place)
        if line.startswith("#"):
            yield _heading(line, target)
        elif line.startswith("```"):
            yield f"<pre>{html.escape(chr(10).join(lines[place + 1 : end - 1]))}</pre>"
        elif line.startswith(_INDENT):
            code = "\n".join(each.removeprefix(_INDENT) for each in lines[place:end])
            yield f"<pre>{html.escape(code)}</pre>"
        elif line.startswith("|"):
            yield _table(lines[place:end], target)
        elif _ITEM.match(line):
            yield _list(lines[place:end], target)
        elif line.strip():
            yield f"<p>{_inline(' '.join(lines[place:end]), target)}</p>"
        place = end


def _end(lines: list[str], start: int) -> int:
    """The line after the block that begins here."""
    line, end = lines[start], start + 1
    if line.startswith("```"):
        while end < len(lines) and not lines[end].startswith("```"):
            end += 1
        return min(end + 1, len(lines))
    if line.startswith("#") or not line.strip():
        return end
    if line.startswith(_INDENT):
        while end < len(lines) and lines[end].startswith(_INDENT):
            end += 1
        return end
    while end < len(lines) and lines[end].strip() and _goes_on(line, lines[end]):
        end += 1
    return end


def _goes_on(first: str, line: str) -> bool:
    if first.startswith("|"):
        return line.startswith("|")
    return bool(_ITEM.match(first)) or not _START.match(line)


def _heading(line: str, target: Target) -> str:
    level, text = len(line) - len(line.lstrip("#")), line.lstrip("# ")
    anchor = re.sub(r"[^\w -]", "", text.lower()).replace(" ", "-")
    return f'<h{level} id="{anchor}">{_inline(text, target)}</h{level}>'


def _table(lines: list[str], target: Target) -> str:
    rows = [re.split(r"(?<!\\)\|", line.strip().strip("|")) for line in lines if not _RULE.fullmatch(line)]
    cells = [[_inline(cell.strip().replace("\\|", "|"), target) for cell in row] for row in rows]
    kinds = ["th"] + ["td"] * (len(cells) - 1)
    shown = (
        "".join(f"<{kind}>{cell}</{kind}>" for cell in row) for kind, row in zip(kinds, cells, strict=True)
    )
    return f"<table>{''.join(f'<tr>{row}</tr>' for row in shown)}</table>"


def _list(lines: list[str], target: Target) -> str:
    items: list[str] = []
    for line in lines:
        found = _ITEM.match(line)
        if found:
            items.append(found[2])
        else:
            items[-1] += " " + line.strip()
    kind = "ol" if lines[0][0].isdigit() else "ul"
    return f"<{kind}>{''.join(f'<li>{_inline(item, target)}</li>' for item in items)}</{kind}>"


def _inline(text: str, target: Target) -> str:
    """Code, pictures, links, bold and italic."""
    parts = re.split(r"`([^`]+)`", text)
    shown = [
        f"<code>{html.escape(part)}</code>" if number % 2 else _styled(part, target)
        for number, part in enumerate(parts)
    ]
    return "".join(shown)


def _styled(text: str, target: Target) -> str:
    text = html.escape(text, quote=False)
    text = re.sub(
        r"!\[([^]]*)\]\(([^)]+)\)", lambda found: f'<img alt="{found[1]}" src="{target(found[2])}">', text
    )
    text = re.sub(
        r"\[([^]]*)\]\(([^)]+)\)", lambda found: f'<a href="{target(found[2])}">{found[1]}</a>', text
    )
    text = re.sub(r"\*\*(.+?)\*\*", r"<b>\1</b>", text)
    return re.sub(r"(?<![\w*])\*([^*\s][^*]*?)\*(?![\w*])", r"<i>\1</i>", text)
