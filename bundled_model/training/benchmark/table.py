"""The table as people read it: on the terminal line by line, in the model card as Markdown."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import numpy as np

from .methods import METHODS, OURS, PAIRWISE
from .run import Row

CARD = Path(__file__).resolve().parents[2] / "MODEL_CARD.md"
BEGIN, END = "<!-- accuracy: written by `{command}` -->", "<!-- end of accuracy -->"
_MARK = BEGIN.split("{", maxsplit=1)[0]
HEADER = (
    f"{'case':<38}{'method':<24}{'MPJPE':>7}{'PVE':>7}{'abs.':>7}{'rot.':>7}{'others':>8}{'twist':>7}"
    f"{'accel.':>8}{'drift':>7}{'ms':>9}{'alone':>9}"
)


def line(row: Row) -> str:
    """A line of the terminal's table: mm, mm, mm, degrees, degrees, degrees, ratio, degrees, ms a frame of a
    whole clip and of one frame alone."""
    f = row.figures
    return (
        f"{row.case:<38}{row.method:<24}{f.mpjpe:7.1f}{f.pve:7.1f}{f.absolute:7.1f}{f.rotation:7.2f}"
        f"{f.other:8.2f}{f.twist:7.2f}{f.acceleration:8.2f}{f.drift:7.2f}{row.ms:9.2f}{row.single_ms:9.2f}"
    )


def by_case(rows: Iterable[Row]) -> dict[tuple[str, str], dict[str, Row]]:
    """Rows by (motion, case), then by method, both in the order of the table."""
    order = [method.name for method in METHODS]
    table: dict[tuple[str, str], dict[str, Row]] = {}
    for row in sorted(rows, key=lambda row: order.index(row.method)):
        table.setdefault((row.motion, row.case), {})[row.method] = row
    return table


def markdown(rows: list[Row]) -> str:
    """Two tables for each motion: surface and rotation error of every method; all figures of three."""
    parts = []
    for motion in dict.fromkeys(row.motion for row in rows):
        table = {case: found for (of, case), found in by_case(rows).items() if of == motion}
        parts += [f"### {motion.capitalize()} motion", _every_method(table), _every_figure(table)]
    return "\n\n".join(parts)


def _every_method(table: dict[str, dict[str, Row]]) -> str:
    """Rows are cases, columns methods, cells "PVE / rotation"; the best of each in bold."""
    names = [m.name for m in METHODS if any(m.name in found for found in table.values())]
    lines = [f"| PVE mm / rotation ° | {' | '.join(names)} |", f"| --- |{' ---: |' * len(names)}"]
    for case, found in table.items():
        least = [min(_pair(row)[k] for row in found.values()) for k in (0, 1)]
        cells = [_cell(found.get(name), least) for name in names]
        lines.append(f"| {case} | {' | '.join(cells)} |")
    return "\n".join(lines)


def _pair(row: Row) -> tuple[str, str]:
    return f"{row.figures.pve:5.1f}", f"{row.figures.rotation:5.1f}"


def _cell(row: Row | None, least: list[str]) -> str:
    if row is None:
        return "–"
    shown = zip(_pair(row), least, strict=True)
    return " / ".join(f"**{value.strip()}**" if value == best else value.strip() for value, best in shown)


def _every_figure(table: dict[str, dict[str, Row]]) -> str:
    """All figures of the best solver, the pairwise network and ours."""
    lines = [
        "| case | method | MPJPE | absolute | others ° | twist ° | acceleration | drift ° | ms | alone |",
        "| --- | --- |" + " ---: |" * 8,
    ]
    for case, found in table.items():
        rivals = [name for name in found if name != PAIRWISE and not name.startswith(OURS)]
        best = min(rivals, key=lambda name: found[name].figures.rotation, default=None)
        for name in (best, PAIRWISE, OURS):
            if name is not None and name in found:
                row, f = found[name], found[name].figures
                numbers = [f.mpjpe, f.absolute, f.other, f.twist, f.acceleration, f.drift]
                cells = [_number(n, digits) for n, digits in zip(numbers, (1, 1, 1, 1, 2, 2), strict=True)]
                lines.append(
                    f"| {case} | {name} | {' | '.join(cells)} | {row.ms:.2f} | {row.single_ms:.1f} |"
                )
    return "\n".join(lines)


def _number(value: float, digits: int) -> str:
    return "–" if np.isnan(value) else f"{value:.{digits}f}"


def write_card(text: str, command: str, card: Path = CARD) -> None:
    """Puts a text between the marks of the model card, with the command that made it.

    Raises ValueError when the card has no marks.
    """
    page = card.read_text("utf-8")
    first, last = page.find(_MARK), page.find(END)
    if first < 0 or last < first:
        raise ValueError(f"{card.name} has no place for the table; put back {_MARK} … --> and {END}.")
    block = f"{BEGIN.format(command=command)}\n\n{text}\n\n{END}"
    card.write_text(page[:first] + block + page[last + len(END) :], "utf-8")
