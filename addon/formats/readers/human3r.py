"""Human3R's `smpl/<frame>.npz`: SMPL-X of everybody in a frame with track ids, and the camera's place.

rotvec (P, 53, 3) are SMPL-X's rotations without eyes as Multi-HMR has them, transl (P, 3) is the head joint
in the camera, smpl_id (P,), cam2world (4, 4) in a world that starts as the first camera. Source:
fanegg/Human3R demo.py, src/dust3r/utils/smpl_layer.py (person_center "head").
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ...body.kinematics import forward
from ...body.rotations import matrix_from_axis_angle
from ...body.skeleton import JOINT_NAMES, REST_OFFSETS
from ...recording import Camera, Person, Poses
from ...safe_read import FormatError
from ..container import Container
from ..draft import Draft, Reader, matrix_poses, numbers, padded, person
from ..filming import moving, of_matrix
from ..hand_poses import hand_matrices
from ..tracks import Tracks, series

_NEEDED = ("rotvec", "transl", "smpl_id")
_JOINTS = 53
_HEAD = JOINT_NAMES.index("head")


def recognises(container: Container) -> bool:
    """Multi-HMR's rotations with ids and a camera."""
    return container.has(*_NEEDED) and container.shape("rotvec")[1:] == (_JOINTS, 3)


def read(container: Container) -> Draft:
    """Every track of the folder's frames. Raises FormatError."""
    tracks, moves, cameras = Tracks(), True, dict[int, tuple[np.ndarray, Any]]()
    for frame, file in series(container):
        if not recognises(file):
            continue
        vectors, places, names = (numbers(file.fields[name], name) for name in _NEEDED)
        camera = numbers(file.fields["cam2world"], "cam2world") if "cam2world" in file.fields else np.eye(4)
        moves = moves and "cam2world" in file.fields
        shape = numbers(file.fields.get("shape", np.zeros((len(vectors), 10))), "shape")
        if len({len(vectors), len(places), names.size, len(shape)}) > 1 or camera.shape != (4, 4):
            raise FormatError(f"The arrays of frame {frame} do not fit together; run Human3R again.")
        cameras[frame] = camera, file.fields.get("intrinsics")
        for one in range(len(vectors)):
            tracks.add(
                int(names.reshape(-1)[one]), frame, turns=vectors[one, :52], head=places[one],
                betas=shape[one], camera=camera,
            )  # fmt: skip
    people = [_person(*track) for track in tracks]
    if not people:
        raise FormatError("The folder holds no person in any frame; choose another folder.")
    warnings = ["Not used: face expression."]
    warnings += [] if moves else ["The files have no camera, so the motion is seen from it."]
    return Draft(people, up="-y", warnings=warnings, camera=True, filmed=_camera(cameras))


def _camera(cameras: dict[int, tuple[np.ndarray, Any]]) -> Camera | None:
    """The camera in the world of its first frame, where every frame tells its lens."""
    frames = sorted(cameras)
    lenses = [lens for frame in frames if (lens := of_matrix(cameras[frame][1])) is not None]
    if len(lenses) < len(frames):
        return None
    poses = np.stack([cameras[frame][0] for frame in frames])
    middle = np.median([middle for _, middle in lenses], axis=0)
    return moving(frames, poses[:, :3, :3], poses[:, :3, 3], [focal[0] for focal, _ in lenses], middle=middle)


def _person(name: str, frames: np.ndarray, values: dict[str, np.ndarray]) -> Person:
    """In the world of the first camera; the pelvis hangs below the head as in a mean body."""
    turned = matrix_from_axis_angle(values["turns"])
    rotations = padded(turned)
    turn, shift = values["camera"][:, :3, :3], values["camera"][:, :3, 3]
    rotations[:, 0] = turn @ rotations[:, 0]
    head = (turn @ values["head"].reshape(-1, 3, 1))[..., 0] + shift
    local = forward(rotations, np.zeros_like(head), REST_OFFSETS)[0][:, _HEAD]
    told = matrix_poses(rotations, betas=values["betas"])
    poses = Poses(told.rotations, head - local, told.betas, hands=hand_matrices(turned))
    return person(name, frames, poses=poses)


READER = Reader("Human3R", "Human3R", "SMPL-X per track", "smpl/000000.npz", recognises, read)
