"""Theia3D's C3D: a 4x4 matrix per segment and frame instead of points; the origins are joint centres.

Labels `pelvis_4X4`, `l_thigh_4X4` …; in standing, each segment has x to the subject's right, y ahead, z up,
with the arms hanging and the palms ahead. Sources: docs.theiamarkerless.com "C3D files"; has-motion.com
"ROTATION data type"; Lichtwark and Wade's theia2c3d.m (which joint each origin is, where the axes point).
"""

from __future__ import annotations

import numpy as np

from ...body.rotations import matrix_from_axis_angle
from ...recording import Keypoints, Person
from ...safe_read import FormatError
from ...safe_read.c3d import C3d, is_c3d, read_c3d
from ..container import Container
from ..draft import Draft, Reader, missing_frames, named_keypoints, person
from ..segments import pelvis_between, segment_poses

_STANDING = np.array([[-1.0, 0, 0], [0, 0, 1], [0, 1, 0]])
"""(3, 3) Theia's axes of a standing person in SMPL's frame."""
_SIDED = {
    "hip": "thigh", "knee": "shank", "ankle": "foot", "foot": "toes", "shoulder": "uarm", "elbow": "larm",
    "wrist": "hand",
}  # fmt: skip
_SEGMENTS = {"pelvis": "pelvis", "spine3": "torso", "neck": "neck", "head": "head"} | {
    f"{side}_{joint}": f"{side[0]}_{segment}"
    for side in ("left", "right")
    for joint, segment in _SIDED.items()
}
_NEEDED = {"pelvis", *(f"{side}_{joint}" for side in ("left", "right") for joint in ("hip", "knee", "ankle"))}
_PARAMETERS = 1 << 18
_JOINT_CENTRES = [name for name in _SEGMENTS if name not in ("pelvis", "spine3", "neck")]


def recognises(container: Container) -> bool:
    """A C3D file with a body's segments among its parameters."""
    if container.kind != "binary" or not is_c3d(container.head):
        return False
    return b"PELVIS_4X4" in container.data[:_PARAMETERS].upper()


def read(container: Container) -> Draft:
    """One person: poses, and joint centres as keypoints. Raises FormatError."""
    file = read_c3d(container.data)
    names = _names(file)
    held = {
        joint: file.segments[:, names.index(segment)]
        for joint, segment in _SEGMENTS.items()
        if segment in names
    }
    if not set(held) >= _NEEDED:
        raise FormatError("The C3D file holds segments without both legs; export the whole body from Theia.")
    seen = np.all(
        [np.isfinite(held[joint]).all((1, 2)) for joint in ("pelvis", "left_hip", "right_hip")], axis=0
    )
    if not seen.any():
        raise FormatError("The segments of the C3D file are missing in every frame; export it again.")
    frames = np.flatnonzero(seen) + file.first_frame
    one = _person({joint: matrices[seen] for joint, matrices in held.items()}, frames)
    unit = file.units.lower()
    # Theia has written POINT:UNITS of mm beside matrices in metres, so the limbs tell.
    known = unit if unit in ("m", "cm", "mm") else None
    warnings = missing_frames(file.frames, len(file.segments))
    return Draft(
        [one],
        fps=file.rate if file.rate > 0 else None,
        units=known,
        up="+z",
        warnings=warnings,
        says=("units",),
    )


def _names(file: C3d) -> list[str]:
    return [label.lower().removesuffix("_4x4") for label in file.segment_labels]


def _person(held: dict[str, np.ndarray], frames: np.ndarray) -> Person:
    turns = {joint: matrices[:, :3, :3] @ _rest(joint) for joint, matrices in held.items()}
    hips, knees, ankles = (
        np.stack([held[f"{side}_{part}"][:, :3, 3] for side in ("left", "right")], axis=1)
        for part in ("hip", "knee", "ankle")
    )
    poses = segment_poses(turns, pelvis_between(hips, knees, ankles, turns["pelvis"]))
    return person(frame_ids=frames, keypoints=_keypoints(held), poses=poses)


def _keypoints(held: dict[str, np.ndarray]) -> Keypoints:
    joints = [name for name in _JOINT_CENTRES if name in held]
    points = np.stack([held[name][:, :3, 3] for name in joints], axis=1)
    return named_keypoints(points, joints, canonical=joints)


def _rest(joint: str) -> np.ndarray:
    """(3, 3) from SMPL's frame to the segment's in SMPL's rest pose: arms out, palms down."""
    side, _, part = joint.partition("_")
    sign = {"left": 1.0, "right": -1.0}.get(side, 0.0)
    turn = np.eye(3)
    if part in ("shoulder", "elbow", "wrist"):
        turn = matrix_from_axis_angle(np.array([0.0, 0.0, sign * np.pi / 2]))
    if part in ("elbow", "wrist"):
        turn = matrix_from_axis_angle(np.array([np.pi / 2, 0.0, 0.0])) @ turn
    return (turn @ _STANDING).T


READER = Reader("Theia C3D", "Theia3D", "poses and joint centres", ".c3d", recognises, read)
