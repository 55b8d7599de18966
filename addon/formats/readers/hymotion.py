"""HY-Motion's two .npz files: SMPL-H of one generated person, Y up, 30 frames a second, no rate in the file.

HY-Motion 1.0 writes poses (T, 156) with the root in their first three numbers or in Rh (T, 3) alone, trans,
betas; ComfyUI-HY-Motion1 writes rot6d (T, 22 or 52, 6), transl, root_rotations_mat (T, 3, 3) and keypoints3d,
joints in SMPL-H's order on the ground at 0. Which six numbers of a matrix rot6d has is seen from the root's.
Sources: Tencent-Hunyuan/HY-Motion-1.0 hymotion/utils/visualize_mesh_web.py, hymotion/pipeline/body_model.py;
jtydhr88/ComfyUI-HY-Motion1 nodes.py.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ...body.rotations import matrix_from_six_d
from ...body.skeleton import REST_PELVIS
from ...recording import Keypoints, Poses
from ...safe_read import FormatError
from ..container import Container
from ..draft import Draft, Reader, layout_keypoints, matrix_poses, numbers, padded, person, rows, smpl_poses
from ..hand_poses import hand_matrices

_BODY = 22
_NO_TURN = 1e-6
_APART = 0.2
"""Metres that joints in the world move at most against the translation."""


def recognises(container: Container) -> bool:
    """Poses with a root of their own, or six numbers a joint with the root's matrices."""
    if container.has("poses", "Rh", "trans"):
        return container.shape("poses")[1:] in ((156,), (52, 3))
    return container.has("rot6d", "transl", "root_rotations_mat")


def read(container: Container) -> Draft:
    """One person. Raises FormatError."""
    fields = container.fields
    if "rot6d" in fields:
        keypoints = _keypoints(container)
        one = person(keypoints=keypoints, poses=_from_six(container, keypoints))
        return Draft([one], up="+y")
    vectors, root = rows(fields["poses"], "poses").copy(), rows(fields["Rh"], "Rh")
    if root.shape != (len(vectors), 3):
        raise FormatError(f"poses and Rh {root.shape} do not fit together; generate the motion again.")
    if np.abs(vectors[:, :3]).max() < _NO_TURN:
        vectors[:, :3] = root
    gender = fields.get("gender", "neutral")
    poses = smpl_poses(vectors, fields["trans"], betas=fields.get("betas"), gender=gender)
    return Draft([person(poses=poses)], up="+y")


def _keypoints(container: Container) -> Keypoints | None:
    """The body's joints, with the translation where they are about the body; None where the generator had no
    body model and wrote zeros."""
    shape = container.shape("keypoints3d")
    if len(shape) != 3 or shape[1] < _BODY or shape[2] != 3:
        return None
    joints = numbers(container.fields["keypoints3d"], "keypoints3d")[:, :_BODY]
    if not joints.any():
        return None
    places = rows(container.fields["transl"], "transl")
    apart = joints[:, 0] - places if places.shape == (len(joints), 3) else np.zeros((1, 3))
    if np.ptp(apart, axis=0).max() > _APART:
        joints = joints + places[:, None]
    return layout_keypoints(joints, "humanml22")


def _from_six(container: Container, keypoints: Keypoints | None) -> Poses:
    fields = container.fields
    six, roots = (numbers(fields[name], name) for name in ("rot6d", "root_rotations_mat"))
    if six.ndim != 3 or six.shape[1] < _BODY or six.shape[2] != 6 or roots.shape != (len(six), 3, 3):
        raise FormatError(f"rot6d {six.shape} are no rotations of SMPL-H's joints; generate it again.")
    readings = [_columns(six), np.swapaxes(_columns(six), -1, -2), _columns(_interleaved(six))]
    errors = [float(np.abs(reading[:, 0] - roots).mean()) for reading in readings]
    best = readings[int(np.argmin(errors))]
    hands = hand_matrices(best)
    if keypoints is None:
        return replace(matrix_poses(padded(best), fields["transl"], rest_pelvis=REST_PELVIS), hands=hands)
    return Poses(matrix_poses(padded(best)).rotations, keypoints.positions[:, 0], hands=hands)


def _columns(six: np.ndarray) -> np.ndarray:
    """(T, J, 3, 3) from two columns, one after the other."""
    return matrix_from_six_d(six)


def _interleaved(six: np.ndarray) -> np.ndarray:
    """Two columns one after the other, from the rows of the two."""
    return np.swapaxes(six.reshape(*six.shape[:2], 3, 2), -1, -2).reshape(six.shape)


READER = Reader("HY-Motion", "HY-Motion 1.0", "SMPL-H of one person, Y up", ".npz", recognises, read)
