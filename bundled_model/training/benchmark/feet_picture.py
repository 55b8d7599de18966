"""The paths of feet from above, as refined and held, drawn as an SVG picture."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np

from addon import formats
from addon.body.kinematics import forward
from addon.motion import Motion
from addon.recording import Person
from addon.refiner import Controls, refine
from addon.refiner.feet.places import places_under

from ..motion_data import load_split
from ..synthesis import Faults
from .captures import SAMPLES
from .cases import Case
from .tasks import make_task

RECORDINGS = ("pose2sim/S00_P00_T01_BalancingTrial_0-100.trc", "bodypose3d/kpts_3d.dat")
WALK, WALK_FRAMES = "12_01", 150
SIZE, MARGIN = 330, 26
COLOURS = ("#c0392b", "#2563a8")
"""Of the left and the right foot."""


def draw(path: Path) -> None:
    """Writes the picture: a row for each recording, as refined on the left, held on the right."""
    rows = [_row(number, name, person) for number, (name, person) in enumerate(_people())]
    height = len(rows) * (SIZE + MARGIN)
    head = f'<svg xmlns="http://www.w3.org/2000/svg" width="{2 * (SIZE + MARGIN)}" height="{height}"'
    style = ' font-family="sans-serif" font-size="13"><rect width="100%" height="100%" fill="white"/>'
    path.write_text(f"{head}{style}\n{''.join(rows)}</svg>\n", "utf-8")


def _people() -> list[tuple[str, Person]]:
    found = [(Path(name).stem[:24], formats.read(SAMPLES / name).people[0]) for name in RECORDINGS]
    walk = next(clip for clip in load_split("test") if clip.name.startswith(WALK))
    task = make_task(Case("walk", "smpl24", Faults(white=0.02)), walk.part(WALK_FRAMES), 0)
    return [*found, (f"CMU {WALK}, 20 mm of noise", task.problem.person)]


def _row(number: int, name: str, person: Person) -> str:
    held = refine(person, engine="numpy", controls=Controls(feet=1.0))
    assert held.free is not None
    free = replace(held, rotations=held.free[0], pelvis=held.free[1])
    paths = [_paths(motion) for motion in (free, held)]
    low, high = paths[0].reshape(-1, 2).min(0), paths[0].reshape(-1, 2).max(0)
    scale = SIZE / float((high - low).max() * 1.1)
    drawn = [f'<g transform="translate(0,{number * (SIZE + MARGIN)})">']
    for side, (title, places) in enumerate(zip(("as refined", "held"), paths, strict=True)):
        points = (places - (low + high) / 2.0) * scale + SIZE / 2.0
        drawn.append(f'<g transform="translate({side * (SIZE + MARGIN) + MARGIN // 2},{MARGIN})">')
        drawn.append(f'<text x="4" y="-6">{name}, {title}</text>')
        drawn.append(f'<rect width="{SIZE}" height="{SIZE}" fill="none" stroke="#bbb"/>')
        drawn += _lines(points, held.contacts)
        drawn.append("</g>\n")
    return "".join([*drawn, "</g>\n"])


def _paths(motion: Motion) -> np.ndarray:
    """(T, 4, 2) metres from above, of left heel, left ball, right heel, right ball."""
    posed = forward(motion.rotations, motion.pelvis, motion.bone_offsets)
    places = places_under(*posed, motion.bone_offsets)[:, :, :2]
    return np.asarray(places[..., [0, 2]].reshape(motion.frames, 4, 2))


def _lines(points: np.ndarray, contacts: np.ndarray) -> list[str]:
    """Each path as a thin line, and dots where it bears."""
    drawn = []
    for column in range(4):
        colour = COLOURS[column // 2]
        line = " ".join(f"{x:.1f},{y:.1f}" for x, y in points[:, column])
        drawn.append(f'<polyline points="{line}" fill="none" stroke="{colour}" stroke-width="0.7"/>')
        bearing = points[contacts[:, column] > 0.5, column]
        drawn += [f'<circle cx="{x:.1f}" cy="{y:.1f}" r="1.6" fill="{colour}"/>' for x, y in bearing]
    return drawn
