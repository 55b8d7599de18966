"""The bone map of VRM and VRM Animation, which glTF files carry as an extension, and how their nodes rest.

Sources: vrm-c/vrm-specification VRMC_vrm 1.0, VRMC_vrm_animation 1.0, 0.0.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from ..body.rotations import matrix_from_quaternion
from ..safe_read import FormatError
from .bone_map import BoneMap
from .rig import Rig

_SIDED = {
    "Shoulder": "collar", "UpperArm": "shoulder", "LowerArm": "elbow", "Hand": "wrist", "UpperLeg": "hip",
    "LowerLeg": "knee", "Foot": "ankle", "Toes": "foot",
}  # fmt: skip
_FINGERS = {"Index": "Index", "Middle": "Middle", "Ring": "Ring", "Little": "Pinky"}
_PARTS = ("Proximal", "Intermediate", "Distal")
_THUMB, _OLD_THUMB = ("Metacarpal", "Proximal", "Distal"), _PARTS
_SPINE = ("spine", "chest", "upperChest")
_MOST_NODES = 100_000


def human_bones(content: Mapping[str, Any]) -> dict[str, int]:
    """VRM's name of a bone -> node, of whichever of the extensions a glTF file has; {} without any."""
    extensions = _object(content, "extensions")
    for name in ("VRMC_vrm", "VRMC_vrm_animation"):
        bones = _object(_object(_object(extensions, name), "humanoid"), "humanBones")
        if bones:
            pairs = [(bone, one.get("node")) for bone, one in bones.items() if isinstance(one, dict)]
            return _nodes(pairs, content)
    listed = _object(_object(extensions, "VRM"), "humanoid").get("humanBones")
    rows = listed if isinstance(listed, list) else []
    return _nodes([(one.get("bone"), one.get("node")) for one in rows if isinstance(one, dict)], content)


def _nodes(pairs: Sequence[tuple[Any, Any]], content: Mapping[str, Any]) -> dict[str, int]:
    count = len(nodes_of(content))
    return {
        bone: node
        for bone, node in pairs
        if isinstance(bone, str) and isinstance(node, int) and 0 <= node < count
    }


def nodes_of(content: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The nodes of a glTF file. Raises FormatError where they are none."""
    nodes = content.get("nodes", [])
    if (
        not isinstance(nodes, list)
        or len(nodes) > _MOST_NODES
        or not all(isinstance(one, dict) for one in nodes)
    ):
        raise FormatError("The nodes of the glTF file are not usable; export it again.")
    return nodes


def _object(content: Mapping[str, Any], name: str) -> dict[str, Any]:
    found = content.get(name)
    return found if isinstance(found, dict) else {}


def map_of_human_bones(bones: Mapping[str, str]) -> BoneMap:
    """The bone map of VRM's names of bones, each with the rig's own name of it."""
    spine = tuple(bones[name] for name in _SPINE if name in bones)
    joints = {
        joint: bones[name]
        for name, joint in (("hips", "pelvis"), ("neck", "neck"), ("head", "head"))
        if name in bones
    }
    joints |= {"spine3": spine[-1]} if spine else {}
    joints |= {"spine1": spine[0]} if len(spine) > 1 else {}
    joints |= {"spine2": spine[1]} if len(spine) > 2 else {}
    fingers: dict[str, str] = {}
    for side, letter in (("left", "L"), ("right", "R")):
        joints |= {
            f"{side}_{joint}": bones[side + name] for name, joint in _SIDED.items() if side + name in bones
        }
        thumb = _THUMB if f"{side}ThumbMetacarpal" in bones else _OLD_THUMB
        for own, finger, parts in (
            *((own, ours, _PARTS) for own, ours in _FINGERS.items()),
            ("Thumb", "Thumb", thumb),
        ):
            for number, part in enumerate(parts, 1):
                name = f"{side}{own}{part}"
                fingers |= {f"{letter}_{finger}{number}": bones[name]} if name in bones else {}
    neck = (bones["neck"],) if "neck" in bones else ()
    return BoneMap(joints, spine, neck, fingers=fingers, family="VRM")


def rig_of_nodes(content: Mapping[str, Any]) -> Rig:
    """The nodes of a glTF file as they rest, Y up, each called by its number. Raises FormatError."""
    nodes = nodes_of(content)
    parents = [-1] * len(nodes)
    for place, node in enumerate(nodes):
        children = node.get("children", [])
        for child in children if isinstance(children, list) else []:
            if isinstance(child, int) and 0 <= child < len(nodes):
                parents[child] = place
    world: dict[int, np.ndarray] = {}
    for place in range(len(nodes)):
        _resolve(place, parents, nodes, world)
    all_world = np.stack([world[place] for place in range(len(nodes))]) if nodes else np.empty((0, 4, 4))
    axes = all_world[:, :3, :3] / np.maximum(
        np.linalg.norm(all_world[:, :3, :3], axis=1, keepdims=True), 1e-12
    )
    heads = all_world[:, :3, 3]
    return Rig(tuple(map(str, range(len(nodes)))), tuple(parents), heads, heads + 0.05 * axes[:, :, 1], axes)


def _resolve(
    place: int, parents: Sequence[int], nodes: Sequence[dict[str, Any]], world: dict[int, np.ndarray]
) -> None:
    """The node's place in the world, from the root down. Raises FormatError where it hangs on itself."""
    line = []
    while place >= 0 and place not in world:
        if place in line:
            raise FormatError("The nodes of the glTF file hang on themselves; export it again.")
        line.append(place)
        place = parents[place]
    for each in reversed(line):
        above = world[parents[each]] if parents[each] >= 0 else np.eye(4)
        world[each] = above @ _local(nodes[each])


def _local(node: Mapping[str, Any]) -> np.ndarray:
    try:
        if "matrix" in node:
            return np.asarray(node["matrix"], dtype=float).reshape(4, 4).T
        x, y, z, w = map(float, node.get("rotation", (0.0, 0.0, 0.0, 1.0)))
        local = np.eye(4)
        local[:3, :3] = matrix_from_quaternion(np.array([w, x, y, z])) * np.asarray(
            node.get("scale", (1.0, 1.0, 1.0)), dtype=float
        )
        local[:3, 3] = np.asarray(node.get("translation", (0.0, 0.0, 0.0)), dtype=float)
    except (TypeError, ValueError) as error:
        raise FormatError("A node of the glTF file has no usable place; export it again.") from error
    return local


def frame_rate(content: Mapping[str, Any]) -> float | None:
    """Keys a second of the densest animation channel, a whole number or one of television's where it is near
    one; None where there are too few to tell a rate."""
    accessors = content.get("accessors")
    accessors = accessors if isinstance(accessors, list) else []
    rates = [_rate(accessors, sampler) for sampler in _samplers(content)]
    known = [rate for rate in rates if rate is not None and _SLOWEST <= rate <= _FASTEST]
    if not known:
        return None
    found = max(known)
    usual = min(
        (whole / slower for whole in (round(found), round(_NTSC * found)) for slower in (1.0, _NTSC)),
        key=lambda rate: abs(rate - found),
    )
    return usual if abs(found - usual) < 0.01 * found else found


_SLOWEST, _FASTEST = 9.0, 1000.0
_NTSC = 1.001
"""By which television's rates are slower than whole ones."""


def _samplers(content: Mapping[str, Any]) -> list[dict[str, Any]]:
    animations = content.get("animations")
    animations = animations if isinstance(animations, list) else []
    rows = [one.get("samplers") for one in animations if isinstance(one, dict)]
    return [each for row in rows if isinstance(row, list) for each in row if isinstance(each, dict)]


def _rate(accessors: Sequence[Any], sampler: Mapping[str, Any]) -> float | None:
    """From the first and the last time and their number, which glTF states for the times of keys."""
    place = sampler.get("input")
    one = accessors[place] if isinstance(place, int) and 0 <= place < len(accessors) else None
    if not isinstance(one, dict):
        return None
    try:
        span = float(one["max"][0]) - float(one["min"][0])
        return (int(one["count"]) - 1) / span if span > 0 else None
    except (KeyError, TypeError, ValueError, IndexError):
        return None
