"""HumanML3D's and KIT-ML's features, MDM results and Motion-X: generated and collected motions as .npy.

`new_joint_vecs` (T, 263) of 22 joints or (T, 251) of KIT's 21, decoded as recover_from_ric does
(EricGuo5513/HumanML3D motion_representation.py); MDM `results.npy` {motion (B, J, 3, F) or (B, 25, 6, F),
lengths} and `*_smpl_params.npy` {thetas (24, 6, F), root_translation (3, F)} (GuyTevet/motion-diffusion-model
sample/generate.py, visualize/vis_utils.py, data_loaders/a2m/dataset.py); Motion-X (T, 322)
(IDEA-Research/Motion-X README.md); the 272 numbers of MotionStreamer and Go to Zero, at 30 frames a second
(Li-xingXiao/272-dim-Motion-Representation representation_272.py, recover_visualize.py). All Y up; KIT's unit
is found from the limbs.
"""

from __future__ import annotations

import numpy as np

from ...body.rotations import matrix_from_six_d
from ...recording import Keypoints, Person, Poses
from ...safe_read import FormatError
from ..container import Container
from ..draft import (
    REST_PELVIS_X,
    Draft,
    Reader,
    layout_keypoints,
    matrix_poses,
    numbers,
    padded,
    person,
    smpl_poses,
)
from ..inference import infer_layout

_FEATURES, _MOTION_X, _STREAMER = (263, 251), 322, 272
_LAYOUTS = {22: "humanml22", 24: "smpl24", 21: "kit21"}
_KIT_JOINTS, _KIT_FPS = 21, 12.5


def recognises(container: Container) -> bool:
    """The widths of the feature vectors, or MDM's keys."""
    if container.npy is not None:
        return container.npy.ndim == 2 and container.npy.shape[1] in (*_FEATURES, _MOTION_X, _STREAMER)
    return container.has("thetas", "root_translation") or _is_clips(container)


def _is_clips(container: Container) -> bool:
    """MDM's results, whose lengths scripts leave out where all clips are whole."""
    shape = container.shape("motion")
    joints = len(shape) == 4 and shape[1] in _LAYOUTS and shape[2] == 3
    return container.has("motion", "lengths") or (joints and container.has("motion", "text"))


def read(container: Container) -> Draft:
    """One person per clip. Raises FormatError."""
    if container.npy is not None and container.npy.shape[1] == _MOTION_X:
        return _motion_x(container.npy.astype(float))
    if container.npy is not None and container.npy.shape[1] == _STREAMER:
        return _streamer(container.npy.astype(float))
    if container.npy is not None:
        joints = joints_from_features(container.npy.astype(float))
        return _draft([person(keypoints=_keypoints(joints))], "HumanML3D")
    if container.has("thetas", "root_translation"):
        thetas, root = (numbers(container.fields[name], name) for name in ("thetas", "root_translation"))
        return Draft([person(poses=_poses(thetas, root))], up="+y", tool="MDM")
    return _draft(_clips(container), "MDM")


def _draft(people: list[Person], tool: str) -> Draft:
    """Y up; KIT-ML has its own rate and unit."""
    first = people[0].keypoints
    if first is not None and len(first.names) == _KIT_JOINTS:
        return Draft(people, up="+y", units=None, usual_fps=_KIT_FPS, tool=f"{tool} (KIT-ML)")
    return Draft(people, up="+y", tool=tool)


def _keypoints(joints: np.ndarray) -> Keypoints:
    """Of (T, J, 3); which of KIT's sides comes first is seen by toes and knees."""
    count = joints.shape[1]
    found = infer_layout(joints) if count == _KIT_JOINTS else None
    return layout_keypoints(joints, found or _LAYOUTS[count])


def joints_from_features(features: np.ndarray) -> np.ndarray:
    """(T, J, 3) joints of (T, 12 J - 1) features: turn and ground speed are integrated, joints relative."""
    others = (features.shape[1] + 1) // 12 - 1
    half_turn = np.concatenate([[0.0], np.cumsum(features[:-1, 0])])
    cos, sin = np.cos(2 * half_turn), np.sin(2 * half_turn)
    unturn = np.zeros((len(features), 3, 3))
    unturn[:, 0, 0], unturn[:, 0, 2], unturn[:, 1, 1] = cos, -sin, 1.0
    unturn[:, 2, 0], unturn[:, 2, 2] = sin, cos
    steps = np.zeros((len(features), 3))
    steps[1:, 0], steps[1:, 2] = features[:-1, 1], features[:-1, 2]
    root = np.cumsum((unturn @ steps[..., None])[..., 0], axis=0)
    joints = features[:, 4 : 4 + 3 * others].reshape(-1, others, 3) @ np.swapaxes(unturn, 1, 2)
    joints[..., [0, 2]] += root[:, None, [0, 2]]
    root[:, 1] = features[:, 3]
    return np.concatenate([root[:, None], joints], axis=1)


def _motion_x(values: np.ndarray) -> Draft:
    poses = smpl_poses(values[:, :156], values[:, 309:312], betas=values[:, 312:], rest_pelvis=REST_PELVIS_X)
    return Draft(
        [person(poses=poses)], usual_fps=30.0, likely_up=("+y", "+z"), tool="Motion-X",
        warnings=["Not used: face expression."],
    )  # fmt: skip


def _streamer(values: np.ndarray) -> Draft:
    """Poses and joints of (T, 272): ground speed, change of heading, joints, their speeds, rotations.

    The heading is left out of joints and root, and sums up from the changes; six numbers are a matrix' rows.
    """
    turn = np.swapaxes(_summed(_from_rows(values[:, 2:8])), -1, -2)
    steps = np.stack([values[:, 0], np.zeros(len(values)), values[:, 1]], axis=1)
    steps[1:] = (turn[:-1] @ steps[1:, :, None])[..., 0]
    joints = values[:, 8:74].reshape(-1, 22, 3) @ np.swapaxes(turn, -1, -2)
    joints += np.cumsum(steps, axis=0)[:, None]
    rotations = _from_rows(values[:, 140:272].reshape(-1, 22, 6))
    rotations[:, 0] = turn @ rotations[:, 0]
    poses = Poses(matrix_poses(padded(rotations)).rotations, joints[:, 0])
    one = person(keypoints=layout_keypoints(joints, "humanml22"), poses=poses)
    return Draft([one], up="+y", usual_fps=30.0, tool="MotionStreamer (272-dim)")


def _from_rows(six: np.ndarray) -> np.ndarray:
    """Matrices (..., 3, 3) whose first two rows are the six numbers."""
    return np.swapaxes(matrix_from_six_d(six), -1, -2)


def _summed(turns: np.ndarray) -> np.ndarray:
    """(T, 3, 3) each turn after all those before it."""
    total = turns.copy()
    for frame in range(1, len(turns)):
        total[frame] = turns[frame] @ total[frame - 1]
    return total


def _poses(thetas: np.ndarray, root: np.ndarray) -> Poses:
    """From (24, 6, F) and (3, F); six numbers are the first two **rows** of a matrix, as in PyTorch3D."""
    six = np.moveaxis(thetas, -1, 0)
    if six.shape[1:] != (24, 6):
        raise FormatError(
            f"MDM's thetas have the shape {six.shape} instead of (24, 6, frames); export again."
        )
    rotations = _from_rows(six)
    rotations[:, 22:] = np.eye(3)
    return matrix_poses(rotations, root.T)


def _clips(container: Container) -> list[Person]:
    motion = numbers(container.fields["motion"], "motion")
    whole = [motion.shape[-1]] * len(motion)
    lengths = np.asarray(container.fields.get("lengths", whole)).reshape(-1).astype(int)
    rotations = motion.shape[1:3] == (25, 6)
    joints = motion.ndim == 4 and motion.shape[1] in _LAYOUTS and motion.shape[2] == 3
    if motion.ndim != 4 or len(lengths) != len(motion) or not (joints or rotations):
        raise FormatError(
            f"MDM motions of shape {motion.shape} are no joints and no rotations of a body; generate again."
        )
    clips = [clip[..., : max(length, 1)] for clip, length in zip(motion, lengths, strict=True)]
    if rotations:
        return [person(number, poses=_poses(clip[:24], clip[24, :3])) for number, clip in enumerate(clips)]
    return [
        person(number, keypoints=_keypoints(np.moveaxis(clip, -1, 0))) for number, clip in enumerate(clips)
    ]


READER = Reader(
    "HumanML3D", "MDM, HumanML3D, KIT-ML, Motion-X, MotionStreamer",
    "22 or 21 joints or SMPL of generated clips", ".npy",
    recognises, read,
    usual_fps=20.0,
)  # fmt: skip
