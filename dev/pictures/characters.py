"""The manual's picture of the rigs that a motion is put on: each at rest, and beside it as its person is."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import bpy
import numpy as np

from addon import formats, scene
from addon.refiner import refine
from addon.retarget.bones import bones_of
from addon.rigs import match
from addon.scene.retarget import retarget
from addon.scene.sample_rigs import rig_of
from tests.rigs.known import KNOWN, build
from tests.scene.rigged import add_armature, generated_rig

from . import stage
from .strip import material, mesh
from .strip import stage as light

REST, POSED = (0.2, 0.2, 0.22), (0.10, 0.36, 0.72)
FRAME = 50
"""A telling moment of the trial."""
IN_A_ROW, WIDE, HIGH, PIXELS = 3, 10.2, 2.35, 1080
"""Rigs in a row, metres that a row shows, and pixels of its width."""
LEAST = 0.004
"""Metres: a shorter bone is not drawn."""
THICK, WIDTHS = 0.12, (0.012, 0.035)
"""Half the width of a bone in its lengths, and the least and the most metres of it."""
BESIDE = ("ik_", "root", "world", "interaction", "center_of_mass")
"""In the names of bones that are beside the body."""
FACES = [[0, 1, 2], [0, 2, 3], [0, 3, 4], [0, 4, 1], [5, 2, 1], [5, 3, 2], [5, 4, 3], [5, 1, 4]]
"""Of a bone: its head, four corners, and its tail."""

Maker = Callable[[], bpy.types.Object]


def _known(family: str, number: int = 0) -> Maker:
    rigs = [known for known in KNOWN if known.family == family]
    return lambda: add_armature(build(rigs[number]))


RIGS: tuple[tuple[str, Maker], ...] = (
    ("Mixamo", _known("Mixamo")),
    ("Rigify, metarig", _known("Rigify")),
    ("Rigify, generated", generated_rig),
    ("Unreal Engine 4", _known("Unreal")),
    ("Unreal Engine 5", _known("Unreal", 1)),
    ("VRM", _known("VRM")),
    ("MHR (SAM 3D Body)", _known("MHR")),
    ("SOMA", _known("SOMA")),
    ("SMPL-X, MPI's add-on", _known("SMPL-X")),
    ("SMPL, Meshcapade's add-on", _known("SMPL")),
    ("MPFB, MakeHuman", _known("MakeHuman")),
    ("Daz Genesis 8", _known("Daz Genesis 8")),
)


def draw(path: Path) -> None:
    """Puts the bundled trial on every rig, as *Retarget* does, and renders their bones. The scene is lost."""
    recording = formats.read(stage.BALANCE)
    motion = refine(recording.people[0])
    cells = []
    for title, make in RIGS:
        bpy.ops.wm.read_homefile(use_factory_startup=True, use_empty=True)
        person = scene.write_motion(motion, mesh=False)
        character = make()
        rest = _bones_of(character)
        retarget(person, character, bones_of(match(rig_of(character))))
        bpy.context.scene.frame_set(FRAME)
        cells.append((title, rest, _bones_of(character)))
    with tempfile.TemporaryDirectory() as folder:
        rows = [cells[first : first + IN_A_ROW] for first in range(0, len(cells), IN_A_ROW)]
        images = [Path(folder) / f"{number}.png" for number in range(len(rows))]
        for row, image in zip(rows, images, strict=True):
            _render(row, image)
        _compose(path, [[title for title, _, _ in row] for row in rows], images)


def _bones_of(armature: bpy.types.Object) -> np.ndarray:
    """(B, 6, 3) corners of the bones that move a mesh, as they are now, about the middle of the floor."""
    evaluated = armature.evaluated_get(bpy.context.evaluated_depsgraph_get())
    bones = [bone for bone in evaluated.pose.bones if _shown(bone)]
    corners = np.array([list(_corners(evaluated.matrix_world @ bone.matrix, bone.length)) for bone in bones])
    middle = (corners.reshape(-1, 3).min(0) + corners.reshape(-1, 3).max(0)) / 2.0
    return np.asarray(corners - [middle[0], middle[1], corners[..., 2].min()])


def _shown(bone: Any) -> bool:
    beside = any(word in bone.name.lower() for word in BESIDE)
    return bone.bone.use_deform and bone.length > LEAST and not beside


def _corners(matrix: Any, length: float) -> Iterator[Any]:
    from mathutils import Vector

    wide = float(np.clip(THICK * length, *WIDTHS))
    yield matrix @ Vector((0.0, 0.0, 0.0))
    for x, z in ((1, 0), (0, 1), (-1, 0), (0, -1)):
        yield matrix @ Vector((x * wide, 0.15 * length, z * wide))
    yield matrix @ Vector((0.0, length, 0.0))


def _render(row: list[tuple[str, np.ndarray, np.ndarray]], path: Path) -> None:
    bpy.ops.wm.read_homefile(use_factory_startup=True, use_empty=True)
    looks = material("Rest", REST), material("Posed", POSED)
    for cell, (_, *both) in enumerate(row):
        for number, (corners, look) in enumerate(zip(both, looks, strict=True)):
            place = np.array([(2 * cell + number + 0.5 - IN_A_ROW) * WIDE / (2 * IN_A_ROW), 0.0, 0.0])
            for bone in corners:
                mesh("Bone", bone + place, FACES, look)
    settings = bpy.context.scene
    light(settings, WIDE)
    settings.render.resolution_x, settings.render.resolution_y = PIXELS, round(PIXELS * HIGH / WIDE)
    settings.render.filepath = str(path)
    bpy.ops.render.render(write_still=True)


def _compose(path: Path, titles: list[list[str]], images: list[Path]) -> None:
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    figure, axes = pyplot.subplots(len(images), 1, figsize=(PIXELS / 100, 2.8 * len(images)), dpi=100)
    for axis, image, row in zip(axes, images, titles, strict=True):
        axis.imshow(pyplot.imread(image))
        axis.axis("off")
        for cell, title in enumerate(row):
            axis.text((cell + 0.5) * PIXELS / IN_A_ROW, -6, title, ha="center", fontsize=10)
    figure.tight_layout()
    figure.savefig(path)
    pyplot.close(figure)
