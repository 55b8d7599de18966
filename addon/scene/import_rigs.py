"""Files that Blender opens, sampled in a scene of their own and taken away again."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import bpy
import numpy as np

from ..rigs import BoneMap, NoHumanoid, Sampled, SampledRig, match
from ..rigs.vrm import frame_rate, human_bones, map_of_human_bones, nodes_of, rig_of_nodes
from ..safe_read import FormatError
from ..safe_read.gltf import read_gltf
from ..steps import finish
from .connections import connected, disconnect
from .curve_keys import move_keys
from .errors import SceneError
from .quiet import reading
from .sample_rigs import rig_of, sample_nodes, sample_rigs
from .scratch import scratch_scene
from .takes_of_files import plain_name, play_take

_MOST_FRAMES = 200_000
_GLTF = (".glb", ".gltf", ".vrm", ".vrma")
_NO_IMPORTER = "This Blender has no importer for {kind} files; enable its add-on in the preferences."


def import_rigs(path: Path, take: str | None = None) -> list[Sampled]:
    """Everybody who moves in a take of an .fbx, glTF, VRM, VRMA or USD file. Raises FormatError.

    The user's scenes, selection and data stay as they are.
    """
    kind = path.suffix.lower()
    content = read_gltf(path) if kind in _GLTF else {}
    try:
        with scratch_scene() as scene:
            earlier = frozenset(action.session_uid for action in bpy.data.actions)
            with _as_dense_as_keys(scene, frame_rate(content)):
                _bring_in(path, kind)
            for one in scene.objects:
                if one.type == "ARMATURE":
                    disconnect(one, connected(one, one.data.bones.keys()))
            return _people(scene, path.name, content, take, earlier)
    except SceneError as error:
        raise FormatError(str(error)) from error


@contextmanager
def _as_dense_as_keys(scene: bpy.types.Scene, fps: float | None) -> Iterator[None]:
    """glTF has times alone: frames are as dense as its keys. Blender's importer puts a second at
    fps * fps_base frames, though the rate of a scene is fps / fps_base."""
    if fps is not None:
        scene.render.fps = max(1, round(fps))
        scene.render.fps_base = fps / scene.render.fps
    yield
    if fps is not None:
        scene.render.fps_base = scene.render.fps / fps


def _bring_in(path: Path, kind: str) -> None:
    """By Blender's own importer. Raises FormatError."""
    with reading(path):
        if kind == ".fbx":
            _import_fbx(path)
        elif kind in _GLTF:
            _import_gltf(path)
        else:
            _import_usd(path)


def _import_fbx(path: Path) -> None:
    """By the importer in C++ where there is one: it reads FBX as text, too, and knows rates that are no whole
    numbers, for which the other one counts its frames by the next whole rate."""
    if "fbx_import" in dir(bpy.ops.wm):
        bpy.ops.wm.fbx_import(filepath=str(path), anim_offset=0.0, use_custom_props=False)
        return
    _need(bpy.ops.import_scene, "fbx", "FBX")
    earlier = set(bpy.data.actions)
    bpy.ops.import_scene.fbx(
        filepath=str(path), anim_offset=0.0, use_image_search=False, use_custom_props=False
    )
    for action in set(bpy.data.actions) - earlier:
        for curve in action.fcurves:
            move_keys(curve, 0, factor=1.0 / bpy.context.scene.render.fps_base)


def _import_gltf(path: Path) -> None:
    _need(bpy.ops.import_scene, "gltf", "glTF")
    bpy.ops.import_scene.gltf(filepath=str(path), import_pack_images=False, disable_bone_shape=True)


def _import_usd(path: Path) -> None:
    _need(bpy.ops.wm, "usd_import", "USD")
    bpy.ops.wm.usd_import(
        filepath=str(path), import_materials=False, import_lights=False, import_cameras=False
    )


def _need(place: Any, name: str, kind: str) -> None:
    if name not in dir(place):
        raise FormatError(_NO_IMPORTER.format(kind=kind))


def _people(
    scene: bpy.types.Scene,
    name: str,
    content: Mapping[str, Any],
    take: str | None,
    earlier: frozenset[int],
) -> list[Sampled]:
    human = human_bones(content)
    armatures = [one for one in scene.objects if one.type == "ARMATURE"]
    if not armatures and human:
        numbers = {bone: str(node) for bone, node in human.items() if str(node) in _objects(scene, content)}
        return [_of_nodes(scene, name, content, map_of_human_bones(numbers))]
    if not armatures and content:
        return _of_bare_nodes(scene, name, content, take, earlier)
    if not armatures:
        raise FormatError(f"{name} has no armature; export the character's skeleton with its animation.")
    maps, refusal = _maps(armatures, content)
    if not maps:
        raise FormatError(f"{name}: {refusal}")
    bodies = [one for one in armatures if one.name in maps]
    bodies, takes = play_take(name, bodies, take, earlier)
    frames = _frames(name, [_moving(one) for one in bodies])
    sampled = finish(sample_rigs(scene, bodies, frames, maps))
    # The user's own objects may have the file's names, so that Blender numbered these.
    sampled = [replace(one, name=plain_name(one.name), takes=takes.names) for one in sampled]
    return [replace(sampled[0], notes=takes.notes), *sampled[1:]]


def _named(content: Mapping[str, Any], human: Mapping[str, int]) -> dict[str, str]:
    """VRM's name of a bone -> the name of its node."""
    nodes = nodes_of(content)
    return {bone: str(nodes[node].get("name", "")) for bone, node in human.items()}


def told_map(armature: bpy.types.Object, content: Mapping[str, Any]) -> BoneMap | None:
    """What VRM's extension of a glTF file's description says of an armature; None where it says nothing."""
    human = _named(content, human_bones(content))
    return (
        map_of_human_bones(human)
        if human and set(human.values()) <= set(armature.data.bones.keys())
        else None
    )


def _maps(
    armatures: Iterable[bpy.types.Object], content: Mapping[str, Any]
) -> tuple[dict[str, BoneMap], str]:
    """The bone maps of those that are bodies, by name; a sentence on one that is none."""
    found, refusal = {}, ""
    for one in armatures:
        try:
            told = told_map(one, content)
            found[one.name] = match(rig_of(one)) if told is None else told
        except NoHumanoid as error:
            refusal = str(error)
    return found, refusal


def _objects(scene: bpy.types.Scene, content: Mapping[str, Any]) -> dict[str, bpy.types.Object]:
    """What stands in the scene for a glTF file's nodes, by their numbers."""
    named = {str(place): str(node.get("name", "")) for place, node in enumerate(nodes_of(content))}
    return {place: scene.objects[name] for place, name in named.items() if name in scene.objects}


def _of_nodes(scene: bpy.types.Scene, name: str, content: Mapping[str, Any], bone_map: BoneMap) -> SampledRig:
    """Nodes without a skin, as a VRM Animation has them: they come as empties. The map's names are their
    numbers."""
    there = {place: one for place, one in _objects(scene, content).items() if place in bone_map.bones}
    frames = _frames(name, [_moving(one) for one in there.values()])
    return finish(sample_nodes(scene, Path(name).stem, rig_of_nodes(content), bone_map, there, frames))


def _of_bare_nodes(
    scene: bpy.types.Scene, name: str, content: Mapping[str, Any], take: str | None, earlier: frozenset[int]
) -> list[Sampled]:
    """A body of nodes alone, as libraries of animations have it. Raises FormatError."""
    rig, there = rig_of_nodes(content), _objects(scene, content)
    names = tuple(f"{there[place].name if place in there else 'node'}.{place}" for place in rig.names)
    try:
        found = match(replace(rig, names=names)).renamed(lambda shown: shown.rpartition(".")[2])
    except NoHumanoid as refusal:
        raise FormatError(
            f"{name} has no armature, and its nodes are no body's; export the character's skeleton with its"
            " animation."
        ) from refusal
    bodies = [one for place, one in there.items() if place in found.bones and one.animation_data is not None]
    _, takes = play_take(name, bodies, take, earlier)
    one = _of_nodes(scene, name, content, found)
    return [replace(one, notes=(*one.notes, *takes.notes), takes=takes.names)]


def _frames(name: str, ranges: Sequence[tuple[float, float] | None]) -> np.ndarray:
    """(T,) whole frames that the animations cover. Raises FormatError."""
    known = [each for each in ranges if each is not None]
    if not known:
        raise FormatError(f"{name} has no animation of its armature; export it with its animation.")
    first, last = min(each[0] for each in known), max(each[1] for each in known)
    if not last - first < _MOST_FRAMES:
        raise FormatError(f"{name} is longer than {_MOST_FRAMES} frames; cut it in parts.")
    return np.arange(int(np.floor(first + 1e-3)), int(np.ceil(last - 1e-3)) + 1)


def _moving(one: bpy.types.Object | None) -> tuple[float, float] | None:
    """First and last frame of what moves an object or what it hangs on; None where nothing does."""
    spans = []
    while one is not None:
        data = one.animation_data
        if data is not None and data.action is not None:
            spans.append(tuple(data.action.frame_range))
        elif data is not None:
            strips = [strip for track in data.nla_tracks for strip in track.strips]
            spans += [(strip.frame_start, strip.frame_end) for strip in strips]
        one = one.parent
    return (min(span[0] for span in spans), max(span[1] for span in spans)) if spans else None
