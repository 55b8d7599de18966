"""Meshcapade's `.smpl` (an .npz): SMPL, SMPL-H or SMPL-X motion of a person, Y up; `.mcs`: a scene of them.

SMIL has SMPL's joints, SMPLXS SMPL-X's joints and template; SKEL has 46 angles instead. A `.mcs` is glTF JSON
whose buffers hold `.smpl` files, each with the frames in which its person is there.
Source: Meshcapade/smplcodec smplcodec/codec.py, mcs.py. Most keys are optional.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from ...body.skeleton import REST_PELVIS
from ...recording import Person, Poses
from ...safe_read import FormatError, NpzFile
from ..container import Container
from ..draft import REST_PELVIS_X, Draft, Reader, matrix_poses, person, rows, scalar, smpl_poses
from ..hand_poses import hand_pair
from ..skel import ANGLES, ARMS, skel_poses

_VERSIONS = {
    0: "SMPL", 1: "SMPL-H", 2: "SMPL-X", 3: "SUPR", 4: "SMPL++", 5: "SKEL", 6: "SMIL", 7: "SMPLXS",
}  # fmt: skip
_SMPL_JOINTS = ("SMPL", "SMIL")
_SMPL_X_TEMPLATE = ("SMPL-X", "SUPR", "SMPLXS")
_INFANT = "SMIL is a model of infants; what the file does not tell of the body's size counts as an adult's."
_DOUBTS = {"SMIL": _INFANT, "SKEL": ARMS}
_GENDERS = {0: "neutral", 1: "male", 2: "female"}
_HANDS = ("leftHandPose", "rightHandPose")


def recognises(container: Container) -> bool:
    """The version number that every .smpl file has, or a scene with bodies."""
    return (container.kind == "npz" and container.has("smplVersion")) or _scene(container) is not None


def read(container: Container) -> Draft:
    """Everybody. Raises FormatError for files without motion and for models with other joints."""
    scene = _scene(container)
    if scene is None:
        return _draft([_body("0", None, container.fields)])
    bodies = [_scene_body(container, number, one) for number, one in enumerate(scene["smpl_bodies"])]
    unused = ["camera"] if container.fields.get("cameras") else []
    return _draft([_body(*body) for body in bodies], unused)


@dataclass(frozen=True)
class _Body:
    person: Person
    fps: float | None
    version: str
    codec: int
    unused: tuple[str, ...]
    placed: bool


def _draft(bodies: list[_Body], unused: Sequence[str] = ()) -> Draft:
    rates = {body.fps for body in bodies if body.fps}
    named = dict.fromkeys([*(name for body in bodies for name in body.unused), *unused])
    warnings = [f"Not used: {', '.join(named)}."] if named else []
    versions = {body.version for body in bodies}
    warnings += [sentence for version, sentence in _DOUBTS.items() if version in versions]
    codec = f", codec {codecs[0]}" if (codecs := [body.codec for body in bodies if body.codec]) else ""
    tool = f"Meshcapade ({', '.join(dict.fromkeys(body.version for body in bodies))}{codec})"
    people = [body.person for body in bodies]
    return Draft(
        people, fps=next(iter(rates), None), up="+y", tool=tool, warnings=warnings,
        floating=not all(body.placed for body in bodies),
    )  # fmt: skip


def _scene(container: Container) -> Mapping[str, Any] | None:
    """The scene of a .mcs file that holds bodies."""
    scenes = container.fields.get("scenes") if container.kind == "json" else None
    first = scenes[0] if isinstance(scenes, list) and scenes else None
    extensions = first.get("extensions") if isinstance(first, Mapping) else None
    scene = extensions.get("MC_scene_description") if isinstance(extensions, Mapping) else None
    return scene if isinstance(scene, Mapping) and isinstance(scene.get("smpl_bodies"), list) else None


def _scene_body(container: Container, number: int, one: Any) -> tuple[str, int | None, NpzFile]:
    """(id, first frame, .smpl) of a body of a scene."""
    fields = container.fields
    view = fields["bufferViews"][one["bufferView"]]
    head, _, text = str(fields["buffers"][view["buffer"]]["uri"]).partition(",")
    if not head.startswith("data:") or not head.endswith("base64"):
        raise FormatError("The .mcs scene keeps its bodies in other files; export it as a single file.")
    start = int(view.get("byteOffset", 0))
    data = base64.b64decode(text)[start : start + int(view["byteLength"])]
    presence = one.get("frame_presence") or [0]
    return str(number), int(presence[0]), NpzFile(data, f"Body {number} of {container.name}")


def _body(name: str, first: int | None, fields: Mapping[str, Any]) -> _Body:
    version = _VERSIONS.get(int(scalar(fields["smplVersion"]) or 0), "unknown")
    if "bodyPose" not in fields:
        raise FormatError("The .smpl file holds a body shape without motion; export it with an animation.")
    poses = _poses(version, fields)
    frames = None if first is None else first + np.arange(len(poses.pelvis))
    fps = scalar(fields["frameRate"]) if "frameRate" in fields else None
    hands = hand_pair(*(fields.get(name) for name in _HANDS))
    if hands is not None and len(hands) == len(poses.pelvis):
        poses = replace(poses, hands=hands)
    unused = tuple(name for name in ("headPose",) if name in fields)
    codec = int(scalar(fields["codecVersion"]) or 0) if "codecVersion" in fields else 0
    return _Body(person(name, frames, poses=poses), fps, version, codec, unused, "bodyTranslation" in fields)


def _poses(version: str, fields: Mapping[str, Any]) -> Poses:
    shape = np.shape(fields["bodyPose"])
    trans = fields.get("bodyTranslation", np.zeros((shape[0] if shape else 0, 3)))
    of_body: dict[str, Any] = {
        "betas": fields.get("shapeParameters"),
        "gender": _GENDERS.get(int(scalar(fields.get("gender", 0)) or 0), "neutral"),
    }
    if version == "SKEL" and shape[1:] == (ANGLES,):
        angles = rows(fields["bodyPose"], "bodyPose")
        return matrix_poses(skel_poses(angles, np.zeros((len(angles), 3))).rotations, trans, **of_body)
    if len(shape) != 3 or shape[1] < 22 or shape[2] != 3:
        raise FormatError(
            f"The .smpl file holds a {version} pose {shape}, not SMPL's joints; export as SMPL-X."
        )
    body = rows(fields["bodyPose"], "bodyPose")
    vectors = body[:, :72] if shape[1] == 24 and version in _SMPL_JOINTS else body[:, :66]
    rest_pelvis = REST_PELVIS_X if version in _SMPL_X_TEMPLATE else REST_PELVIS
    return smpl_poses(vectors, trans, rest_pelvis=rest_pelvis, **of_body)


READER = Reader(
    "Meshcapade .smpl", "Meshcapade", "SMPL, SMPL-H, SMPL-X, SMIL, SMPLXS or SKEL motion", ".smpl .mcs",
    recognises, read,
)  # fmt: skip
