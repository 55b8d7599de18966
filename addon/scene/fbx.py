"""FBX export that keeps rest pose, scale, frame range and rotations, with and without a mesh."""

from __future__ import annotations

import io
import math
import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import bpy

from .curves import find_curves
from .errors import SceneError
from .fbx_copy import Copied, Recipe, bake, copy_person
from .fbx_presets import FBX_PRESETS, FbxPreset
from .layers import playing_strips
from .output import replaced_when_done
from .rollback import nothing_left_behind
from .workshop import object_mode, posed_as_before, shown, stage

_OPTIONS: dict[str, Any] = {
    "use_selection": True,
    "object_types": {"ARMATURE", "MESH"},
    "add_leaf_bones": False,
    "bake_anim": True,
    "bake_anim_use_all_actions": False,
    "bake_anim_use_nla_strips": False,
    "bake_anim_simplify_factor": 0.0,
    "check_existing": False,
}


@dataclass(frozen=True)
class _Take:
    """The scene's frames to bake, and the frame of the file at which they start."""

    frames: range
    first: int


def export_fbx(
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
) -> list[Path]:
    """Write armatures, the meshes they move and their animation, baked on every frame; the files written.

    preset: a name in `FBX_PRESETS`. rename: take the preset's bone names. in_place: take the way over the
    floor out. mesh: with the meshes. one_each: a file for each armature, NAME_ARMATURE.fbx, as presets for
    programs that read one skeleton from a file have it anyway. frame_start, frame_end: frames of the scene,
    those of the keys by default. file_start: number of the first frame in the file, the scene's by default.
    The scene is afterwards what it was. SceneError when a file can't be written; the others are complete.
    """
    _check(armatures)
    wanted = _preset(preset)
    take = _take(armatures, frame_start, frame_end, file_start)
    recipe = Recipe(wanted, rename, in_place, _metres(bpy.context.scene))
    groups = [[armature] for armature in armatures] if one_each or wanted.one_each else [list(armatures)]
    paths = _paths(Path(path).absolute(), groups)
    for target, group in zip(paths, groups, strict=True):
        with replaced_when_done(target) as temporary:
            _write(temporary, group, recipe, take, mesh)
    return paths


def _check(armatures: Sequence[bpy.types.Object]) -> None:
    if not armatures:
        raise SceneError("There is no armature to export; refine a pose or choose an armature first.")
    if not hasattr(bpy.types, "EXPORT_SCENE_OT_fbx"):
        raise SceneError("Blender's add-on 'FBX format' is switched off; enable it in the preferences.")


def _preset(name: str) -> FbxPreset:
    if name not in FBX_PRESETS:
        raise SceneError(f"There is no FBX preset {name!r}; choose {', '.join(FBX_PRESETS)}.")
    return FBX_PRESETS[name]


def _take(
    armatures: Sequence[bpy.types.Object], start: int | None, end: int | None, file_start: int | None
) -> _Take:
    first, last = _key_range(armatures)
    first = first if start is None else start
    last = last if end is None else end
    if first > last:
        raise SceneError(f"The first frame {first} lies after the last frame {last}; swap them.")
    number = first if file_start is None else file_start
    if number < 0:
        raise SceneError(
            f"Blender can't export frame {number};"
            " let the file start at frame 0 or later, or move the animation."
        )
    return _Take(range(first, last + 1), number)


def _key_range(armatures: Iterable[bpy.types.Object]) -> tuple[int, int]:
    people = list(armatures)
    ranges = [ob.animation_data.action.curve_frame_range for ob in people if find_curves(ob)]
    ranges += [(strip.frame_start, strip.frame_end) for ob in people for strip in playing_strips(ob)]
    if not ranges:
        scene = bpy.context.scene
        return scene.frame_start, scene.frame_end
    return math.floor(min(r[0] for r in ranges)), math.ceil(max(r[1] for r in ranges))


def _metres(scene: bpy.types.Scene) -> float:
    """Metres in a unit of the scene."""
    settings = scene.unit_settings
    return 1.0 if settings.system == "NONE" else float(settings.scale_length)


def _paths(path: Path, groups: Sequence[Sequence[bpy.types.Object]]) -> list[Path]:
    if len(groups) == 1:
        return [path]
    names = [re.sub(r"[^\w.+-]", "_", group[0].name) for group in groups]
    if len({name.lower() for name in names}) < len(names):
        raise SceneError("The names of these people give the same file names; rename their armatures.")
    return [path.with_name(f"{path.stem}_{name}{path.suffix}") for name in names]


def _write(
    path: Path, armatures: list[bpy.types.Object], recipe: Recipe, take: _Take, with_meshes: bool
) -> None:
    """One file, from copies in a scene that is gone afterwards."""
    with ExitStack() as kept:
        kept.enter_context(object_mode())
        kept.enter_context(posed_as_before(bpy.context.scene))
        kept.enter_context(nothing_left_behind())
        scene = stage(bpy.context.scene, "FBX export")
        scene.frame_start, scene.frame_end = take.first, take.first + len(take.frames) - 1
        kept.enter_context(shown(scene, armatures))
        meshes = [_moved_meshes(armature) if with_meshes else [] for armature in armatures]
        baked = bake(scene, armatures, take.frames)
        people = [
            copy_person(scene, armature, bodies, posed, take.first, recipe)
            for armature, bodies, posed in zip(armatures, meshes, baked, strict=True)
        ]
        for armature in armatures:
            scene.collection.objects.unlink(armature)
        kept.enter_context(_named(_names(people, armatures, meshes, recipe.preset)))
        scene.frame_set(take.first - 1)
        _export(path, scene, people, recipe.preset)


def _export(path: Path, scene: bpy.types.Scene, people: Sequence[Copied], preset: FbxPreset) -> None:
    objects = [ob for person in people for ob in (person.armature, *person.meshes)]
    layer = scene.view_layers[0]
    options = {**_OPTIONS, "axis_forward": preset.forward, "axis_up": preset.up}
    if preset.centimetres is not None:
        options |= {"apply_scale_options": "FBX_SCALE_ALL", "global_scale": preset.centimetres / 100.0}
    context = bpy.context.temp_override(scene=scene, view_layer=layer, selected_objects=objects)
    # Blender's exporter prints how it gets on; what we print belongs to who asked for it.
    with context, redirect_stdout(io.StringIO()):
        bpy.ops.export_scene.fbx(filepath=str(path), **options)


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
    preset: FbxPreset,
) -> list[tuple[bpy.types.ID, str]]:
    """The copies with the names that they have in the file."""
    named: list[tuple[bpy.types.ID, str]] = []
    for person, armature, bodies in zip(people, armatures, meshes, strict=True):
        named.append((person.armature, preset.armature or armature.name))
        for copy, body in zip(person.meshes, bodies, strict=True):
            named += [(copy, body.name), (copy.data, body.data.name)]
    return named


@contextmanager
def _named(blocks: Sequence[tuple[bpy.types.ID, str]]) -> Iterator[None]:
    """Give data-blocks names that others have, who lend them for a while."""
    lenders: list[tuple[bpy.types.ID, str]] = []
    try:
        for block, name in blocks:
            others = bpy.data.meshes if isinstance(block, bpy.types.Mesh) else bpy.data.objects
            lender = others.get((name, None))
            if lender is not None and lender != block:
                lenders.append((lender, name))
                lender.name = "FBX export"
            block.name = name
        yield
    finally:
        for block, _ in blocks:
            block.name = "FBX export"
        for lender, name in lenders:
            lender.name = name
