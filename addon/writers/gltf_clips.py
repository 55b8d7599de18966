"""Clips of skeletons as glTF animations."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np

from ..body.rotations import quaternion_from_matrix, without_flips
from .clip import Clip, relative
from .gltf_file import Document

_STILL = 1e-6
"""Metres, or parts of a quaternion, that are rounding: two keys are enough."""


def add_clips(path: Path, clips: Iterable[Clip]) -> None:
    """Give a .glb file an animation for each clip; the bones are the nodes below the node of its name.

    The bones' matrices are in the file's frame, in the space of the armature's node.
    """
    document = Document.read(path)
    document.content.pop("animations", None)
    for clip in clips:
        add_animation(document, clip, _bone_nodes(document.content, clip))
    document.write(path)


def _bone_nodes(content: dict[str, Any], clip: Clip) -> list[int]:
    nodes = content["nodes"]
    roots = content["scenes"][content.get("scene", 0)]["nodes"]
    below = [place for place in roots if nodes[place]["name"] == clip.name and "mesh" not in nodes[place]]
    found: dict[str, int] = {}
    while below:
        place = below.pop()
        children = nodes[place].get("children", [])
        found |= {nodes[child]["name"]: child for child in children if "mesh" not in nodes[child]}
        below += children
    return [found[bone] for bone in clip.bones]


def add_animation(document: Document, clip: Clip, nodes: list[int], travels: set[int] | None = None) -> None:
    """An animation of these nodes, one for each bone: turns of all, places of those that move.

    travels: the bones whose places are written, those that leave their rest by default.
    """
    rest = relative(clip.parents, clip.rest[None])[0]
    samplers: list[dict[str, Any]] = []
    channels: list[dict[str, Any]] = []
    whole = document.add(clip.seconds)
    ends = document.add(clip.seconds[[0, -1]]) if len(clip.posed) > 2 else whole

    def add(node: int, path: str, values: np.ndarray) -> None:
        still = np.ptp(values, axis=0).max() <= _STILL and ends != whole
        keys = {
            "input": ends if still else whole,
            "output": document.add(values[[0, -1]] if still else values),
        }
        channels.append({"sampler": len(samplers), "target": {"node": node, "path": path}})
        samplers.append({**keys, "interpolation": "LINEAR"})

    for bone, node in enumerate(nodes):
        local = clip.local(bone)
        moves = np.abs(local[:, :3, 3] - rest[bone, :3, 3]).max() > _STILL
        if moves if travels is None else bone in travels:
            add(node, "translation", local[:, :3, 3])
        add(node, "rotation", without_flips(quaternion_from_matrix(local[:, :3, :3]))[:, [1, 2, 3, 0]])
    animation = {"name": clip.name, "channels": channels, "samplers": samplers}
    document.content.setdefault("animations", []).append(animation)
