"""GEM-X's `hpe_results.pt`: poses of NVIDIA's SOMA skeleton, in a level world (Y up) and in the camera.

global_orient (T, 3), body_pose (T, 228) are rotation vectors of SOMA's 77 joints relative to its T pose, as
SMPL's are; transl (T, 3) is the place of the hips in metres. Sources: NVlabs/GEM-X scripts/demo/demo_soma.py,
retarget_utils.py; NVlabs/SOMA-X soma/body/soma.py (order of the joints, meaning of the poses); the T pose of
its rig, Apache-2.0.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from ...body.rotations import matrix_from_axis_angle
from ...recording import Poses
from ...safe_read import FormatError
from ..container import Container
from ..draft import Draft, Reader, numbers, person
from ..rest_pose import poses_from_skeleton

_JOINTS = 77
_BLOCKS = {"_params_global": "+y", "_params_incam": "-y"}
_TREE = {
    "pelvis": (0, -1, (0.0, 1.012, 0.0)), "spine1": (1, 0, (0.0, 1.063, 0.0)),
    "spine2": (2, 1, (0.0, 1.135, 0.0)), "spine3": (3, 2, (0.0, 1.208, -0.008)),
    "neck": (4, 3, (0.0, 1.471, -0.009)), "upper neck": (5, 4, (0.0, 1.547, 0.013)),
    "head": (6, 5, (0.0, 1.61, 0.034)),
    "left_collar": (11, 3, (0.016, 1.442, 0.041)), "left_shoulder": (12, 11, (0.164, 1.442, -0.013)),
    "left_elbow": (13, 12, (0.453, 1.442, -0.013)), "left_wrist": (14, 13, (0.723, 1.442, -0.013)),
    "right_collar": (39, 3, (-0.016, 1.442, 0.041)), "right_shoulder": (40, 39, (-0.164, 1.442, -0.013)),
    "right_elbow": (41, 40, (-0.453, 1.442, -0.013)), "right_wrist": (42, 41, (-0.723, 1.442, -0.013)),
    "left_hip": (67, 0, (0.1, 0.929, 0.022)), "left_knee": (68, 67, (0.1, 0.496, 0.022)),
    "left_ankle": (69, 68, (0.1, 0.072, 0.022)), "left_foot": (70, 69, (0.1, 0.022, 0.154)),
    "right_hip": (72, 0, (-0.1, 0.929, 0.022)), "right_knee": (73, 72, (-0.1, 0.496, 0.022)),
    "right_ankle": (74, 73, (-0.1, 0.072, 0.022)), "right_foot": (75, 74, (-0.1, 0.022, 0.154)),
}  # fmt: skip
"""SMPL's joint -> SOMA's, the one it hangs on, and its place in the T pose in metres. Parents come first."""
_FROM_HIPS = np.array([0.0, 0.008, 0.028])
"""Where SMPL's pelvis lies from SOMA's hips, as their hip joints show."""


def _block(container: Container) -> tuple[str, Mapping[str, Any]] | None:
    """The motion in the world where the file has it, else in the camera."""
    for ending, axis in _BLOCKS.items():
        for name, held in container.fields.items():
            if str(name).endswith(ending) and isinstance(held, Mapping) and "identity_coeffs" in held:
                return axis, held
    return None


def recognises(container: Container) -> bool:
    """A block of body parameters with SOMA's identity."""
    return container.kind in ("torch", "pickle") and _block(container) is not None


def read(container: Container) -> Draft:
    """One person. Raises FormatError."""
    block = _block(container)
    assert block is not None
    axis, params = block
    if not {"global_orient", "body_pose", "transl"} <= set(params):
        raise FormatError("The GEM-X result lacks global_orient, body_pose or transl; run GEM-X again.")
    root, body, hips = (numbers(params[name], name) for name in ("global_orient", "body_pose", "transl"))
    if root.shape != hips.shape or hips.ndim != 2 or body.size != len(hips) * 3 * (_JOINTS - 1):
        raise FormatError(f"body_pose {body.shape} is not that of SOMA's 77 joints; run GEM-X again.")
    vectors = np.concatenate([root.reshape(-1, 1, 3), body.reshape(len(hips), -1, 3)], axis=1)
    in_camera = axis == "-y"
    warnings = ["Not used: hands, face and the body's shape."]
    return Draft(
        [person(poses=_poses(matrix_from_axis_angle(vectors), hips))], up=axis, camera=in_camera,
        floating=not in_camera, warnings=warnings,
    )  # fmt: skip


def _poses(local: np.ndarray, hips: np.ndarray) -> Poses:
    turns: dict[int, np.ndarray] = {}
    places: dict[int, np.ndarray] = {}
    rest = {joint: np.array(place) for joint, _, place in _TREE.values()}
    for joint, parent, _ in _TREE.values():
        if parent < 0:
            turns[joint], places[joint] = local[:, joint], hips
        else:
            turns[joint] = turns[parent] @ local[:, joint]
            places[joint] = places[parent] + turns[parent] @ (rest[joint] - rest[parent])
    names = [name for name in _TREE if name != "upper neck"]
    joints = [_TREE[name][0] for name in names]
    positions, world = (np.stack([held[joint] for joint in joints], axis=1) for held in (places, turns))
    positions[:, 0] += turns[0] @ _FROM_HIPS
    roles = {name: place for place, name in enumerate(names)}
    poses = poses_from_skeleton(roles, positions, world, np.stack([rest[joint] for joint in joints]))
    assert poses is not None
    return poses


READER = Reader("GEM-X", "GEM-X (GEM-SOMA)", "SOMA poses of one person", "hpe_results.pt", recognises, read)
