"""The table as people read it: on the terminal line by line, in the model card as Markdown."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from dataclasses import fields
from pathlib import Path

import numpy as np

from ..metrics import Figures
from .cases import CASES
from .methods import METHODS, OURS
from .run import Row

CARD = Path(__file__).resolve().parents[2] / "MODEL_CARD.md"
CSV = CARD.with_name("accuracy.csv")
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


CARD_COLUMNS = {
    "do nothing": ("do nothing",),
    "SMPLify": ("SMPLify Adam",),
    "LM": ("LM", "LM diagonal", "LM from start", "LM chain", "LM chain diagonal", "swing"),
    "smoothed": (
        "smoothed LM", "smoothed LM from start",
        "rotation filter 1", "rotation filter 2", "rotation filter 3",
    ),
    "ours, start": ("ours, start",),
    "ours": (OURS,),
}  # fmt: skip
"""Columns of the model card, and of which methods each shows the best."""


def markdown(rows: list[Row]) -> str:
    """For each motion the cases that decide: rows are cases, columns kinds of methods, cells "PVE /
    rotation", the least of each in bold."""
    parts = []
    for motion in dict.fromkeys(row.motion for row in rows):
        table = {case: found for (of, case), found in by_case(rows).items() if of == motion}
        deciding = {case.name: table[case.name] for case in CASES if case.decides and case.name in table}
        lines = [
            f"| PVE mm / rotation ° | {' | '.join(CARD_COLUMNS)} |",
            f"| --- |{' ---: |' * len(CARD_COLUMNS)}",
        ]
        lines += [_card_line(case, found) for case, found in deciding.items()]
        parts += [f"### {TITLES[motion]}", "\n".join(lines)]
    return "\n\n".join(parts)


TITLES = {
    "dialects": "Five foreign dialects (headline)",
    "mean": "The mean dialect",
    "captured": "As captured or given",
}


def _card_line(case: str, found: dict[str, Row]) -> str:
    cells = []
    for names in CARD_COLUMNS.values():
        figures = [found[name].figures for name in names if name in found]
        cells.append(
            (
                min((f.pve for f in figures), default=np.nan),
                min((f.rotation for f in figures), default=np.nan),
            )
        )
    least = [f"{np.nanmin(column):.1f}" for column in np.array(cells).T]
    return f"| {case} | {' | '.join(_cell(cell, least) for cell in cells)} |"


def _cell(values: tuple[float, float], least: list[str]) -> str:
    if np.isnan(values[0]):
        return "–"
    shown = zip((f"{value:.1f}" for value in values), least, strict=True)
    return " / ".join(f"**{value}**" if value == best else value for value, best in shown)


def write_csv(rows: list[Row], path: Path = CSV) -> None:
    """Every row and every figure, for who wants to know more than the card tells."""
    names = [each.name for each in fields(Figures)]
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["motion", "case", "method", *names, "ms", "single_ms", "frames", "settings"])
        for (motion, case), found in by_case(rows).items():
            for name, row in found.items():
                numbers = [f"{getattr(row.figures, figure):.3f}" for figure in names]
                times = [f"{row.ms:.3f}", f"{row.single_ms:.3f}"]
                writer.writerow([motion, case, name, *numbers, *times, row.frames, row.settings])


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
