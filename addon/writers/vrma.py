"""VRM animations (.vrma): the motion of a humanoid for every VRM avatar.

The format: https://github.com/vrm-c/vrm-specification/tree/master/specification/VRMC_vrm_animation-1.0
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from ..body.rotations import quaternion_from_matrix
from .clip import Clip, relative
from .gltf_clips import add_animation
from .gltf_file import Document

_EXTENSION = "VRMC_vrm_animation"
_LEFT, _RIGHT, _DOWN, _AHEAD = (1.0, 0.0, 0.0), (-1.0, 0.0, 0.0), (0.0, -1.0, 0.0), (0.0, 0.0, 1.0)
_T_POSE: dict[str, tuple[str, tuple[float, float, float]]] = {
    "leftUpperArm": ("leftLowerArm", _LEFT),
    "leftLowerArm": ("leftHand", _LEFT),
    "rightUpperArm": ("rightLowerArm", _RIGHT),
    "rightLowerArm": ("rightHand", _RIGHT),
    "leftUpperLeg": ("leftLowerLeg", _DOWN),
    "leftLowerLeg": ("leftFoot", _DOWN),
    "rightUpperLeg": ("rightLowerLeg", _DOWN),
    "rightLowerLeg": ("rightFoot", _DOWN),
    "leftFoot": ("leftToes", _AHEAD),
    "rightFoot": ("rightToes", _AHEAD),
}
"""Where limbs point in the pose that VRM asks of a rest pose; feet lie level as they are and point ahead."""
_ABOVE = {
    "spine": "hips", "chest": "spine", "upperChest": "chest", "neck": "upperChest", "head": "neck",
    **{
        f"{side}{part}": above if above in ("hips", "upperChest") else f"{side}{above}"
        for side in ("left", "right")
        for part, above in (
            ("UpperLeg", "hips"), ("LowerLeg", "UpperLeg"), ("Foot", "LowerLeg"), ("Toes", "Foot"),
            ("Shoulder", "upperChest"), ("UpperArm", "Shoulder"), ("LowerArm", "UpperArm"),
            ("Hand", "LowerArm"),
        )
    },
}  # fmt: skip
"""What VRM's human bones hang on, or where that is missing, on what that does."""
_NOWHERE = 1e-6
"""Metres of a direction that is none, and share of the way round to the opposite one."""
_WITH_PARENT = ("Hand", "Toes", "Thumb", "Index", "Middle", "Ring", "Little")
"""Parts of limbs' ends, which turn as what carries them."""


class NoHumanoid(ValueError):
    """The skeleton has no hips, without which nothing plays."""


def write_vrma(path: Path, clip: Clip, humanoid: Mapping[str, str]) -> None:
    """A file of one humanoid, in metres, Y up, facing +Z, at rest in a T pose.

    humanoid: VRM's human bones by the clip's bones. Raises NoHumanoid where none of them is the hips.
    """
    human = {humanoid[bone]: place for place, bone in enumerate(clip.bones) if bone in humanoid}
    if "hips" not in human:
        raise NoHumanoid("Its bones are no humanoid's: none is known to be the hips.")
    clip = _hung(clip, human)
    human = {humanoid[bone]: place for place, bone in enumerate(clip.bones) if bone in humanoid}
    clip = replace(clip, rest=_facing(clip, human) @ clip.rest)
    posed = _by_human_bones(_in_t_pose(clip, human), set(human.values()))
    kept = _needed(posed, set(human.values()))
    nodes = _nodes(posed, kept)
    document = Document({"asset": {"version": "2.0", "generator": "SMPL Pose Refiner"}})
    document.content |= {
        "scene": 0,
        "scenes": [{"nodes": [kept.index(place) for place in kept if posed.parents[place] < 0]}],
        "nodes": nodes,
        "extensionsUsed": [_EXTENSION],
        "extensions": {
            _EXTENSION: {
                "specVersion": "1.0",
                "humanoid": {
                    "humanBones": {bone: {"node": kept.index(place)} for bone, place in human.items()}
                },
            }
        },
    }
    animated = replace(
        posed,
        bones=tuple(posed.bones[place] for place in kept),
        parents=np.array([kept.index(p) if p >= 0 else -1 for p in posed.parents[kept].tolist()]),
        rest=posed.rest[kept],
        posed=posed.posed[:, kept],
        lengths=posed.lengths[kept],
    )
    add_animation(document, animated, list(range(len(kept))), {kept.index(human["hips"])})
    document.write(path)


def _hung(clip: Clip, human: Mapping[str, int]) -> Clip:
    """The same motion of bones that hang on each other as VRM's do, which players take for granted: of rigs
    whose trunk hangs beside the hips, or feet and hands beside their limbs."""
    parents = clip.parents.tolist()
    for name, place in human.items():
        above = _ABOVE.get(name, "")
        while above and above not in human:
            above = _ABOVE.get(above, "")
        if not above or human[above] in _line(parents, place):
            continue
        if place in _line(parents, human[above]):
            parents[human[above]] = parents[place]
        parents[place] = human[above]
    order = sorted(range(len(parents)), key=lambda bone: len(_line(parents, bone)))
    new = {bone: place for place, bone in enumerate(order)}
    return replace(
        clip,
        bones=tuple(clip.bones[bone] for bone in order),
        parents=np.array([new.get(parents[bone], -1) for bone in order]),
        rest=clip.rest[order],
        posed=clip.posed[:, order],
        lengths=clip.lengths[order],
    )


def _line(parents: Sequence[int], bone: int) -> list[int]:
    """A bone and all that it hangs on."""
    found = []
    while bone >= 0:
        found.append(bone)
        bone = parents[bone]
    return found


def _facing(clip: Clip, human: Mapping[str, int]) -> np.ndarray:
    """(4, 4) quarter turns about up after which the left side is along +X at rest."""
    pairs = ((human.get(f"left{part}"), human.get(f"right{part}")) for part in ("UpperLeg", "UpperArm"))
    places = clip.rest[:, :3, 3]
    sides = [places[left] - places[right] for left, right in pairs if None not in (left, right)]
    x, _, z = np.sum(sides, axis=0) if sides else _LEFT
    cosine, sine = ((1, 0), (0, 1), (-1, 0), (0, -1))[round(np.arctan2(z, x) / (np.pi / 2)) % 4]
    return np.array([[cosine, 0, sine, 0], [0, 1, 0, 0], [-sine, 0, cosine, 0], [0, 0, 0, 1.0]])


def _in_t_pose(clip: Clip, human: Mapping[str, int]) -> Clip:
    """The same motion of bones whose axes are the world's in the clip's rest pose, at rest in a T pose."""
    back = np.swapaxes(clip.rest[:, :3, :3], -1, -2)
    posed, rest = clip.posed.copy(), np.tile(np.eye(4), (len(clip.bones), 1, 1))
    posed[..., :3, :3] = clip.posed[..., :3, :3] @ back
    turns = _turns(clip, human)
    rest[:, :3, :3] = turns
    places = clip.rest[:, :3, 3].copy()
    for bone, parent in enumerate(clip.parents.tolist()):
        if parent >= 0:
            offset = clip.rest[bone, :3, 3] - clip.rest[parent, :3, 3]
            places[bone] = places[parent] + turns[parent] @ offset
    rest[:, :3, 3] = places + _standing(clip, places, human)
    return replace(clip, rest=rest, posed=posed)


def _standing(clip: Clip, places: np.ndarray, human: Mapping[str, int]) -> np.ndarray:
    """(3,) that brings the ankles back to their height, with legs that are straight now."""
    feet = [human[name] for name in ("leftFoot", "rightFoot") if name in human]
    lift = (clip.rest[feet, 1, 3] - places[feet, 1]).mean() if feet else 0.0
    return np.array([0.0, lift, 0.0])


def _by_human_bones(clip: Clip, human: set[int]) -> Clip:
    """The same turns and way with all other bones at rest: players take those of human bones alone, and would
    leave out what a root bone, a twist bone or a spine's further bones do."""
    rest, posed = relative(clip.parents, clip.rest[None])[0], clip.posed.copy()
    for bone, parent in enumerate(clip.parents.tolist()):
        if bone not in human:
            posed[:, bone] = posed[:, parent] @ rest[bone] if parent >= 0 else rest[bone]
    return replace(clip, posed=posed)


def _turns(clip: Clip, human: Mapping[str, int]) -> np.ndarray:
    """(B, 3, 3) from the clip's rest pose to the T pose."""
    named = {place: name for name, place in human.items()}
    turns = np.tile(np.eye(3), (len(clip.bones), 1, 1))
    for bone, parent in enumerate(clip.parents.tolist()):
        name = named.get(bone, "")
        end, wanted = _T_POSE.get(name, ("", _AHEAD))
        if end in human:
            along = clip.rest[human[end], :3, 3] - clip.rest[bone, :3, 3]
            level = np.array([1.0, 0.0, 1.0]) if wanted is _AHEAD else np.ones(3)
            turns[bone] = _shortest_turn(along * level, np.array(wanted))
        elif parent >= 0 and (not name or any(part in name for part in _WITH_PARENT)):
            turns[bone] = turns[parent]
    return turns


def _shortest_turn(start: np.ndarray, end: np.ndarray) -> np.ndarray:
    """(3, 3) that turns a vector to an axis of the world; where it has no direction, as that of a foot that
    hangs straight down, none; where it has the opposite one, about up or ahead."""
    length = np.linalg.norm(start)
    if length < _NOWHERE:
        return np.eye(3)
    start = start / length
    if start @ end < _NOWHERE - 1.0:
        about = np.abs(_AHEAD if end[1] else _DOWN)
        return 2.0 * np.outer(about, about) - np.eye(3)
    axis, cosine = np.cross(start, end), float(start @ end)
    cross = np.array([[0, -axis[2], axis[1]], [axis[2], 0, -axis[0]], [-axis[1], axis[0], 0]])
    return np.asarray(np.eye(3) + cross + cross @ cross / (1.0 + cosine))


def _needed(clip: Clip, human: set[int]) -> list[int]:
    """Human bones and all that carry them, in their order."""
    kept = set(human)
    for bone in human:
        while (bone := int(clip.parents[bone])) >= 0:
            kept.add(bone)
    return sorted(kept)


def _nodes(clip: Clip, kept: list[int]) -> list[dict[str, Any]]:
    rest = relative(clip.parents, clip.rest[None])[0]
    turns = quaternion_from_matrix(rest[:, :3, :3])[:, [1, 2, 3, 0]]
    nodes = []
    for bone in kept:
        node: dict[str, Any] = {
            "name": clip.bones[bone],
            "translation": rest[bone, :3, 3].tolist(),
            "rotation": turns[bone].tolist(),
        }
        children = [kept.index(child) for child in clip.children(bone) if child in kept]
        nodes.append(node | ({"children": children} if children else {}))
    return nodes
