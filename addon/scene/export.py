"""People and rigs as files of other programs, with rest pose, scale, frame range and rotations kept."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from itertools import zip_longest
from pathlib import Path
from types import MappingProxyType
from typing import Any

import bpy
import numpy as np

from ..safe_read import as_text
from ..steps import Progress, Stepped, Steps, as_part, finish
from ..writers.bvh import write_bvh
from ..writers.presets import PRESETS, Preset
from ..writers.vrma import NoHumanoid, write_vrma
from .curves import find_curves, remove_curves
from .errors import SceneError
from .export_copy import Copied, Recipe, bake, copy_person
from .fbx import write_fbx
from .gltf import write_gltf
from .human_bones import human_bones_of
from .layers import playing_strips
from .output import replaced_when_done
from .quiet import quiet
from .rollback import nothing_left_behind
from .units import metres
from .usd import write_usd
from .workshop import object_mode, out_of_edit_mode, posed_as_before, shown, stage, take_in_edits

Write = Callable[[Path, str, bpy.types.Scene, Sequence[Copied], Preset], Steps[None]]
"""What needs the copies is done when it is called; the steps are what is left to do with the file alone."""
_WITH_BLENDER: Mapping[str, tuple[Write, str, str]] = MappingProxyType(
    {
        ".fbx": (write_fbx, "export_scene.fbx", "FBX format"),
        ".glb": (write_gltf, "export_scene.gltf", "glTF 2.0 format"),
        ".usd": (write_usd, "wm.usd_export", "Universal Scene Description"),
    }
)
"""What writes a kind of file, the operator of Blender's that it needs, and that operator's add-on or part."""


_SPACE = 32
"""Bytes of a person's name before those of the bones."""
_READ = 0.8
"""How far the work is when all motion is read."""


@dataclass(frozen=True)
class ReadMotion:
    """What an armature does at these frames of the scene: (T, B, 4, 4) of its bones in the world."""

    frames: range
    posed: np.ndarray

    def within(self, frames: range) -> ReadMotion:
        """Some of its frames."""
        first = self.frames.start
        return ReadMotion(frames, self.posed[frames.start - first : frames.stop - first])


@dataclass(frozen=True)
class _Person:
    """An armature to write, and its motion once that is read."""

    armature: bpy.types.Object
    motion: ReadMotion | None = None

    @property
    def span(self) -> range | None:
        """From its first key to its last."""
        return _keyed(self.armature) if self.motion is None else self.motion.frames

    def own(self, frames: range) -> range:
        """Those of the frames in which it has keys; all of them where it has none there."""
        span = self.span or frames
        return range(max(span.start, frames.start), min(span.stop, frames.stop)) or frames


@dataclass(frozen=True)
class _Take:
    """The scene's frames to write, and the frame of the file at which they start."""

    frames: range
    first: int


@Stepped
def export_people(
    path: str | Path,
    armatures: Sequence[bpy.types.Object],
    *,
    preset: str = "plain",
    rename: bool = True,
    in_place: bool = False,
    mesh: bool = True,
    one_each: bool = False,
    frame_start: int | None = None,
    frame_end: int | None = None,
    file_start: int | None = None,
    bones: Mapping[str, str] | None = None,
    motions: Sequence[ReadMotion] = (),
) -> Steps[list[Path]]:
    """Write armatures, the meshes they move and their motion on every frame; the files written.

    Any armature will do: of a rig of another make its deforming bones are written.
    preset: a name in `PRESETS`. rename: take the preset's bone names. in_place: take the way over the
    floor out. mesh: with the meshes. one_each: a file for each armature, NAME_ARMATURE.fbx, as most presets
    have it anyway. frame_start, frame_end: frames of the scene, those of each armature's keys by default.
    file_start: number of the first frame in the file, the preset's by default. bones: names in the file by
    ours, in place of the preset's. motions: of each armature what `motion_taken` gave.
    The scene is afterwards what it was. SceneError when a file can't be written; the others are complete.
    """
    wanted = _preset(preset)
    if bones is not None:
        wanted = replace(wanted, bones=bones)
    _check(armatures, wanted)
    recipe = Recipe(wanted, rename, in_place, metres(bpy.context.scene))
    people = [_Person(*one) for one in zip_longest(armatures, motions)]
    groups = [[person] for person in people] if one_each or wanted.one_each else [people]
    paths = _paths(Path(path).absolute(), groups)
    number = wanted.file_start if file_start is None else file_start
    takes = [_take(group, frame_start, frame_end, number) for group in groups]
    for place, (target, group, take) in enumerate(zip(paths, groups, takes, strict=True)):
        write, name, share = _writer(wanted, group[0].armature), as_text(target.stem), 1.0 / len(paths)
        with replaced_when_done(target) as temporary:
            read = yield from as_part(_read(group, take.frames), place * share, _READ * share)
            yield Progress((place + _READ) * share, f"Writing {target.name}")
            yield from _write(temporary, name, read, recipe, take, mesh, write)
    return paths


def motion_taken(armature: bpy.types.Object) -> ReadMotion:
    """All that an armature does, for `export_people`; its keys are gone then. Those of several long clips at
    once, and Blender's copies of them, take gigabytes."""
    span = _keyed(armature) or _scene_range()
    (posed,) = finish(_baked([armature], span))
    remove_curves(armature, lambda _curve: True)
    return ReadMotion(span, posed)


def export_fbx(
    path: str | Path, armatures: Sequence[bpy.types.Object], *, preset: str = "plain", **options: Any
) -> list[Path]:
    """`export_people` with one of the presets for FBX."""
    return export_people(path, armatures, preset=preset, **options)


def _check(armatures: Sequence[bpy.types.Object], preset: Preset) -> None:
    if not armatures:
        raise SceneError("There is no armature to export; refine a pose or choose an armature first.")
    for armature in armatures:
        take_in_edits(armature)
        if not armature.data.bones:
            raise SceneError(f"{armature.name} has no bones, so there is nothing to write; choose another.")
    if preset.suffix not in _WITH_BLENDER:
        return
    _, operator, part = _WITH_BLENDER[preset.suffix]
    module, _, name = operator.partition(".")
    if name in dir(getattr(bpy.ops, module)):
        return
    if preset.suffix == ".usd":
        raise SceneError("This Blender was built without USD; choose another kind of file.")
    raise SceneError(f"Blender's add-on '{part}' is switched off; enable it in the preferences.")


def _preset(name: str) -> Preset:
    if name not in PRESETS:
        raise SceneError(f"There is no preset {name!r} for export; choose {', '.join(PRESETS)}.")
    return PRESETS[name]


def _writer(preset: Preset, first: bpy.types.Object) -> Write:
    """What writes the preset's kind of file. first: of the armatures in it."""
    if preset.suffix in _WITH_BLENDER:
        return _WITH_BLENDER[preset.suffix][0]
    if preset.suffix == ".bvh":
        return lambda path, _name, _scene, people, _preset: write_bvh.steps(path, people[0].clip)
    human = human_bones_of(first)
    return lambda path, _name, _scene, people, _preset: _write_humanoid(path, people[0], human)


def _write_humanoid(path: Path, person: Copied, humanoid: Mapping[str, str]) -> Steps[None]:
    try:
        write_vrma(path, person.clip, humanoid)
    except NoHumanoid as error:
        raise SceneError(
            f"{person.clip.name} can't become a VRM animation: none of its bones is known as the hips."
        ) from error
    yield None


def _take(people: Sequence[_Person], start: int | None, end: int | None, file_start: int | None) -> _Take:
    spans = [person.span for person in people if person.span is not None] or [_scene_range()]
    first = min(span.start for span in spans) if start is None else start
    last = max(span.stop for span in spans) - 1 if end is None else end
    if first > last:
        raise SceneError(f"The first frame {first} lies after the last frame {last}; swap them.")
    number = first if file_start is None else file_start
    if number < 0:
        raise SceneError(
            f"Blender can't export frame {number};"
            " let the file start at frame 0 or later, or move the animation."
        )
    return _Take(range(first, last + 1), number)


def _keyed(armature: bpy.types.Object) -> range | None:
    """From its first key to its last; None where it has none."""
    ranges = [(strip.frame_start, strip.frame_end) for strip in playing_strips(armature)]
    if find_curves(armature):
        ranges.append(tuple(armature.animation_data.action.curve_frame_range))
    if not ranges:
        return None
    return range(math.floor(min(r[0] for r in ranges)), math.ceil(max(r[1] for r in ranges)) + 1)


def _scene_range() -> range:
    scene = bpy.context.scene
    return range(scene.frame_start, scene.frame_end + 1)


def _paths(path: Path, groups: Sequence[Sequence[_Person]]) -> list[Path]:
    if len(groups) == 1:
        return [path]
    names = [re.sub(r"[^\w.+-]", "_", group[0].armature.name) for group in groups]
    if len({name.lower() for name in names}) < len(names):
        raise SceneError("The names of these people give the same file names; rename their armatures.")
    return [path.with_name(f"{path.stem}_{name}{path.suffix}") for name in names]


def _read(people: Sequence[_Person], frames: range) -> Steps[list[_Person]]:
    """People with their own of these frames read, if they are not already."""
    unread = [person.armature for person in people if person.motion is None]
    found = iter((yield from _baked(unread, frames)) if unread else ())
    return [
        replace(person, motion=(person.motion or ReadMotion(frames, next(found))).within(person.own(frames)))
        for person in people
    ]


def _baked(armatures: list[bpy.types.Object], frames: range) -> Steps[list[np.ndarray]]:
    """What `bake` finds, by a scene that is gone afterwards."""
    with ExitStack() as kept:
        for armature in armatures:
            kept.enter_context(out_of_edit_mode(armature))
        kept.enter_context(posed_as_before(bpy.context.scene))
        scene = stage(bpy.context.scene, "Export")
        kept.callback(bpy.data.scenes.remove, scene)
        kept.enter_context(shown(scene, armatures))
        return (yield from bake.steps(scene, armatures, frames))


def _write(
    path: Path,
    name: str,
    read: Sequence[_Person],
    recipe: Recipe,
    take: _Take,
    with_meshes: bool,
    write: Write,
) -> Steps[None]:
    """One file, from copies in a scene that is gone afterwards; what needs them is done when it is called.
    name: of all people together."""
    armatures = [person.armature for person in read]
    with ExitStack() as kept:
        kept.enter_context(object_mode())
        kept.enter_context(posed_as_before(bpy.context.scene))
        kept.enter_context(nothing_left_behind())
        scene = stage(bpy.context.scene, name)
        scene.frame_start, scene.frame_end = take.frames.start, take.frames.stop - 1
        kept.enter_context(shown(scene, armatures))
        scene.frame_set(bpy.context.scene.frame_current)
        meshes = [_moved_meshes(armature) if with_meshes else [] for armature in armatures]
        people = _copies(scene, read, meshes, recipe, take)
        for armature in armatures:
            scene.collection.objects.unlink(armature)
        kept.enter_context(named(_names(people, armatures, meshes, recipe.preset)))
        scene.frame_set(take.frames.start)
        kept.enter_context(quiet())
        return write(path, name, scene, people, recipe.preset)


def _copies(
    scene: bpy.types.Scene,
    read: Sequence[_Person],
    meshes: list[list[bpy.types.Object]],
    recipe: Recipe,
    take: _Take,
) -> list[Copied]:
    """Copies of all people, each with the frames of its own of those asked for."""
    several = len(read) > 1 and recipe.preset.suffix in (".fbx", ".glb")
    spaces = _short([one.armature.name for one in read]) if several else [None] * len(read)
    people = []
    for one, bodies, space in zip(read, meshes, spaces, strict=True):
        assert one.motion is not None
        start, posed = one.motion.frames.start, one.motion.posed
        first = take.first + start - take.frames.start
        people.append(copy_person(scene, one.armature, bodies, posed, start, first, recipe, space))
    return people


def _short(names: Sequence[str]) -> list[str]:
    """Names before those of bones, different in their first bytes: a bone's name has room for 63 in all."""
    short: list[str] = []
    for name in names:
        start = name.encode()[:_SPACE].decode(errors="ignore")
        tries = (start, *(f"{start[: _SPACE - 4]}~{number}" for number in range(2, len(names) + 1)))
        short.append(next(one for one in tries if one not in short))
    return short


def _moved_meshes(armature: bpy.types.Object) -> list[bpy.types.Object]:
    return [
        ob
        for ob in bpy.context.scene.objects
        if ob.type == "MESH" and any(m.type == "ARMATURE" and m.object == armature for m in ob.modifiers)
    ]


def _names(
    people: Sequence[Copied],
    armatures: Sequence[bpy.types.Object],
    meshes: Sequence[Sequence[bpy.types.Object]],
    preset: Preset,
) -> list[tuple[bpy.types.ID, str]]:
    """The copies with the names that they have in the file."""
    named: list[tuple[bpy.types.ID, str]] = []
    for person, armature, bodies in zip(people, armatures, meshes, strict=True):
        name = preset.armature or armature.name
        named += [(person.armature, name), (person.armature.data, name)]
        for copy, body in zip(person.meshes, bodies, strict=True):
            named += [(copy, body.name), (copy.data, body.data.name)]
    return named


@contextmanager
def named(blocks: Sequence[tuple[bpy.types.ID, str]]) -> Iterator[None]:
    """Give data-blocks names that others have, who lend them for a while."""
    lenders: list[tuple[bpy.types.ID, str]] = []
    try:
        for block, name in blocks:
            kinds = {bpy.types.Mesh: bpy.data.meshes, bpy.types.Armature: bpy.data.armatures}
            others = kinds.get(type(block), bpy.data.objects)
            lender = others.get((name, None))
            if lender is not None and lender != block:
                lenders.append((lender, name))
                lender.name = "Export"
            block.name = name
        yield
    finally:
        for block, _ in blocks:
            block.name = "Export"
        for lender, name in lenders:
            lender.name = name
