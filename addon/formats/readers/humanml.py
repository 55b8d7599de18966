"""HumanML3D features, MDM results and Motion-X: generated and collected motions as .npy.

`new_joint_vecs` (T, 263), decoded as recover_from_ric does (EricGuo5513/HumanML3D motion_representation.py);
MDM `results.npy` {motion (B, 22, 3, F), lengths} and `*_smpl_params.npy` {thetas (24, 6, F),
root_translation (3, F)} (GuyTevet/motion-diffusion-model sample/generate.py, visualize/vis_utils.py);
Motion-X (T, 322) (IDEA-Research/Motion-X README.md). All Y up, metres.
"""

from __future__ import annotations

import numpy as np

from ...body.rotations import matrix_from_six_d
from ...recording import Person
from ...safe_read import FormatError
from ..container import Container
from ..draft import REST_PELVIS_X, Draft, Reader, layout_keypoints, matrix_poses, numbers, person, smpl_poses

_FEATURES, _MOTION_X = 263, 322


def recognises(container: Container) -> bool:
    """The widths of the two feature vectors, or MDM's keys."""
    if container.npy is not None:
        return container.npy.ndim == 2 and container.npy.shape[1] in (_FEATURES, _MOTION_X)
    return container.has("thetas", "root_translation") or container.has("motion", "lengths")


def read(container: Container) -> Draft:
    """One person per clip. Raises FormatError."""
    if container.npy is not None and container.npy.shape[1] == _MOTION_X:
        return _motion_x(container.npy.astype(float))
    if container.npy is not None:
        joints = joints_from_features(container.npy.astype(float))
        return Draft([person(keypoints=layout_keypoints(joints, "humanml22"))], up="+y")
    if container.has("thetas", "root_translation"):
        return Draft([_from_thetas(container)], up="+y")
    return Draft(_clips(container), up="+y")


def joints_from_features(features: np.ndarray) -> np.ndarray:
    """(T, 22, 3) joints of (T, 263) features: turn and ground speed are integrated, joints are relative."""
    half_turn = np.concatenate([[0.0], np.cumsum(features[:-1, 0])])
    cos, sin = np.cos(2 * half_turn), np.sin(2 * half_turn)
    unturn = np.zeros((len(features), 3, 3))
    unturn[:, 0, 0], unturn[:, 0, 2], unturn[:, 1, 1] = cos, -sin, 1.0
    unturn[:, 2, 0], unturn[:, 2, 2] = sin, cos
    steps = np.zeros((len(features), 3))
    steps[1:, 0], steps[1:, 2] = features[:-1, 1], features[:-1, 2]
    root = np.cumsum((unturn @ steps[..., None])[..., 0], axis=0)
    joints = features[:, 4:67].reshape(-1, 21, 3) @ np.swapaxes(unturn, 1, 2)
    joints[..., [0, 2]] += root[:, None, [0, 2]]
    root[:, 1] = features[:, 3]
    return np.concatenate([root[:, None], joints], axis=1)


def _motion_x(values: np.ndarray) -> Draft:
    poses = smpl_poses(values[:, :66], values[:, 309:312], betas=values[:, 312:], rest_pelvis=REST_PELVIS_X)
    return Draft(
        [person(poses=poses)], usual_fps=30.0, likely_up=("+y", "+z"), tool="Motion-X",
        warnings=["Not used: hand poses and face expression."],
    )  # fmt: skip


def _from_thetas(container: Container) -> Person:
    """Six numbers are the first two **rows** of a matrix (PyTorch3D's convention)."""
    six = np.moveaxis(numbers(container.fields["thetas"], "thetas"), -1, 0)
    if six.shape[1:] != (24, 6):
        raise FormatError(
            f"MDM's thetas have the shape {six.shape} instead of (24, 6, frames); export again."
        )
    rotations = np.swapaxes(matrix_from_six_d(six), -1, -2)
    rotations[:, 22:] = np.eye(3)
    return person(poses=matrix_poses(rotations, numbers(container.fields["root_translation"], "root").T))


def _clips(container: Container) -> list[Person]:
    motion = numbers(container.fields["motion"], "motion")
    lengths = np.asarray(container.fields["lengths"]).reshape(-1).astype(int)
    if motion.ndim != 4 or motion.shape[1:3] != (22, 3) or len(lengths) != len(motion):
        raise FormatError(
            f"MDM motions of shape {motion.shape} are not 22 joints in 3D; generate HumanML3D motion."
        )
    return [
        person(number, keypoints=layout_keypoints(np.moveaxis(clip, -1, 0)[: max(length, 1)], "humanml22"))
        for number, (clip, length) in enumerate(zip(motion, lengths, strict=True))
    ]


READER = Reader(
    "HumanML3D", "MDM, HumanML3D, Motion-X", "22 joints or SMPL of generated clips", ".npy", recognises, read,
    usual_fps=20.0,
)  # fmt: skip
