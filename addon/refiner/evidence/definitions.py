"""Whose points a file's hips and shoulders are.

A detector's are landmarks on the body, some centimetres from SMPL's joints. Tools that fit SMPL often write
its own joints under the detector's names (the first 25 points of SPIN and 4D-Humans, for one). The clip
itself tells which they are (`calibration.Calibration.evidence`): bones, poses and offsets have to fit.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ...body.points import POINT_INDEX, POINT_NAMES, size
from ...body.skeleton import JOINT_COUNT, JOINT_NAMES, REST_OFFSETS
from ...recording import Keypoints
from .targets import Targets

JOINT_DEFINITION = 0.004
"""Standard deviation in metres of where SMPL's joints lie around ours: its bodies' bones differ a little in
direction too."""
LEAD_CLEAN, LEAD_NOISY, HALFWAY, UNTOLD = 32.0, -22.0, 0.0022, 0.0036
"""By how much (in logarithms of evidence) joints must be ahead of landmarks to be taken, where points are
exact and where their noise is far above HALFWAY metres. Landmarks are the vaguer of the two, which the
approximation punishes in exact points and favours under noise. With the square of the noise, in units of
UNTOLD, joints must be farther ahead again: what wanders by centimetres tells neither, and landmarks
taken for joints cost three times what joints taken for landmarks do. Chosen on the validation subjects,
upright, seated and kneeling, on clips of 60 to 200 frames with 0 to 20 mm of noise: white, wandering, one
camera's."""
HIPS_CLEAN, HIPS_NOISY = 0.12, 0.04
"""By how much (as a logarithm) the hips of SMPL's joints may be wider or narrower than the rest of a body's
bones are long. Those of a detector, taken for joints, come out a sixth to a quarter wider in clips of people
who hardly straighten, or narrower where the middle between them is a point of its own; under noise all hips
come out nearer to the usual ones."""

_JOINTS = {
    POINT_INDEX[landmark]: POINT_INDEX[joint]
    for landmark, joint in {
        "coco_left_hip": "left_hip",
        "coco_right_hip": "right_hip",
        "coco_mid_hip": "pelvis",
        "coco_left_shoulder": "left_shoulder",
        "coco_right_shoulder": "right_shoulder",
        "coco_neck": "neck",
    }.items()
}
_HIPS = [POINT_INDEX["coco_left_hip"], POINT_INDEX["coco_right_hip"]]


def under_the_same_names(indices: np.ndarray) -> np.ndarray | None:
    """(P,) canonical points that these are if SMPL's own joints were written under a detector's names; None
    where there are no hips of a detector, or both."""
    joints = np.array([_JOINTS.get(int(index), int(index)) for index in indices])
    if not np.isin(_HIPS, indices).all() or len(np.unique(joints)) < len(joints):
        return None
    return joints


def as_smpl_joints(targets: Targets) -> Targets | None:
    """The same evidence if hips, shoulders and limbs are SMPL's joints; None where that can't be."""
    indices = under_the_same_names(targets.indices)
    if indices is None:
        return None
    definition = np.where(indices < JOINT_COUNT, JOINT_DEFINITION, targets.definition)
    return replace(_defined(targets, definition), indices=indices)


def defined_wider(targets: Targets, times: float) -> Targets:
    """The same evidence if its points may lie so many times as far from what they are taken for."""
    return targets if times == 1.0 else _defined(targets, times * targets.definition)


def _defined(targets: Targets, definition: np.ndarray) -> Targets:
    """The targets if their points lie within definition (P,) metres of the canonical ones."""
    gain = targets.precision * (targets.definition**2 - definition**2)
    return replace(targets, definition=definition, precision=targets.precision / (1.0 - gain))


def least_lead(noise: float) -> float:
    """By how much the evidence of joints must be ahead to be taken; noise: metres per axis."""
    return _between(LEAD_CLEAN, LEAD_NOISY, noise) + (noise / UNTOLD) ** 2


def hips_of_joints(bones: np.ndarray, noise: float) -> bool:
    """Whether bones (24, 3) that were measured on what is taken for SMPL's joints, with noise of so many
    metres per axis, may have hips of joints."""
    hips = [JOINT_NAMES.index(name) for name in ("left_hip", "right_hip")]
    wide = np.linalg.norm(bones[hips], axis=-1).sum() / np.linalg.norm(REST_OFFSETS[hips], axis=-1).sum()
    return bool(abs(np.log(wide / size(bones))) < _between(HIPS_CLEAN, HIPS_NOISY, noise))


def _between(clean: float, noisy: float, noise: float) -> float:
    """A limit for points with noise of so many metres, from those for exact and for very noisy points."""
    return noisy + (clean - noisy) / (1.0 + (noise / HALFWAY) ** 2)


def renamed(keypoints: Keypoints, targets: Targets) -> Keypoints:
    """The keypoints by the canonical points that the targets made from them are taken for now."""
    names = dict.fromkeys(name for name in keypoints.canonical if name is not None)
    taken = dict(zip(names, (POINT_NAMES[index] for index in targets.indices), strict=True))
    canonical = tuple(None if name is None else taken[name] for name in keypoints.canonical)
    return keypoints if canonical == keypoints.canonical else replace(keypoints, canonical=canonical)
