"""SMPL parameters under smplx's own names, as many tools save them: `global_orient`, `body_pose`, `transl`.

One file of T frames, or a file per frame: `000000.pkl` …, or RICH's `<frame>/<subject>.pkl`. Pickle,
joblib, torch, .npz and JSON; vectors or matrices. Sources: vchoutas/smplx body_models.py (names);
rich.is.tue.mpg.de (RICH); zju3dv/ GVHMR hmr4d/dataset/rich.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from ...body.rotations import matrix_from_axis_angle
from ...body.skeleton import REST_PELVIS
from ...recording import Person
from ...safe_read import FormatError
from ..container import Container
from ..draft import REST_PELVIS_X, Draft, Reader, matrix_poses, numbers, padded, person, scalar
from ..tracks import Tracks, series

_NESTS = ("smplx", "smpl", "smplh", "smpl_params", "smplx_params", "params", "pred_smpl_params")
_TRANS = ("transl", "trans", "translation", "pred_cam_t_full", "camera_translation")
_RATES = ("fps", "mocap_frame_rate", "mocap_framerate", "frame_rate")
_HANDS = {
    "left_hand_pose": "hand poses", "jaw_pose": "face", "expression": "face", "camera_rotation": "camera",
}  # fmt: skip
_LIKELY = ("+y", "+z", "-y")


def recognises(container: Container) -> bool:
    """A root orientation and a body pose, at the top or one level below."""
    return container.kind != "text" and bool(_parameters(container))


def read(container: Container) -> Draft:
    """One person, or everybody in RICH's folders of frames. Raises FormatError."""
    params = _parameters(container)
    rotations = _rotations(params)
    people = [_person("0", None, params, rotations)] if len(rotations) > 1 else _from_frames(container)
    fps = next((scalar(container.fields[name]) for name in _RATES if name in container.fields), None)
    unused = dict.fromkeys(what for name, what in _HANDS.items() if name in params)
    warnings = [f"Not used: {', '.join(unused)}."] if unused else []
    fixed = not any(name in params for name in _TRANS)
    if fixed:
        warnings.append("The file has no translation, so the hips stay at one place.")
    return Draft(people, fps=fps, likely_up=_LIKELY, warnings=warnings, camera="-y", floating=fixed)


def _parameters(container: Container) -> Mapping[str, Any]:
    fields = container.fields
    for held in (fields, *(fields[name] for name in _NESTS if name in fields)):
        if isinstance(held, Mapping) and "global_orient" in held and "body_pose" in held:
            return held
    return {}


def _rotations(params: Mapping[str, Any]) -> np.ndarray:
    """(T, 22 | 24, 3, 3) from vectors or matrices of the root and of 21 or 23 joints."""
    root, body = (numbers(params[name], name) for name in ("global_orient", "body_pose"))
    root = (
        root.reshape(-1, 1, 3, 3)
        if root.shape[-2:] == (3, 3)
        else matrix_from_axis_angle(root.reshape(-1, 1, 3))
    )
    if body.size == len(root) * 32:
        raise FormatError("body_pose holds VPoser's 32 numbers instead of rotations; decode it first.")
    if body.ndim >= 3 and body.shape[-2:] == (3, 3):
        body = body.reshape(len(root), -1, 3, 3)
    else:
        body = matrix_from_axis_angle(body.reshape(len(root), -1, 3))
    if body.shape[1] not in (21, 23):
        raise FormatError(
            f"body_pose holds {body.shape[1]} joints instead of 21 or 23; export as SMPL or SMPL-X."
        )
    return np.concatenate([root, body], axis=1)


def _person(name: str, frames: Any, params: Mapping[str, Any], rotations: np.ndarray) -> Person:
    count = len(rotations)
    shift = next((numbers(params[each], each) for each in _TRANS if each in params), np.zeros((count, 3)))
    rest = REST_PELVIS_X if rotations.shape[1] == 22 else REST_PELVIS
    poses = matrix_poses(
        padded(rotations),
        shift.reshape(-1, 3),
        betas=params.get("betas"),
        gender=params.get("gender", "neutral"),
        rest_pelvis=rest,
    )
    return person(name, frames, poses=poses)


def _from_frames(container: Container) -> list[Person]:
    tracks = Tracks()
    for name, frame, file in _frame_files(container):
        params = _parameters(file)
        if params:
            rotations = _rotations(params)
            shift = next((numbers(params[each], each) for each in _TRANS if each in params), np.zeros(3))
            betas = numbers(params.get("betas", np.zeros(10)), "betas").reshape(-1)
            tracks.add(name, frame, rotations=rotations[0], transl=shift.reshape(3), betas=betas)
    return [_person(name, frames, values, values["rotations"]) for name, frames, values in tracks]


def _frame_files(container: Container) -> list[tuple[str, int, Container]]:
    """(person, frame, file) of a numbered series, or of folders named after their frames."""
    path = container.path
    if not path.parent.name.isdigit():
        return [("0", frame, file) for frame, file in series(container)]
    found = []
    for other in path.parent.parent.glob(f"*/*{path.suffix}"):
        if other.parent.name.isdigit():
            file = container if other == path else Container(other)
            found.append((other.stem, int(other.parent.name), file))
    return sorted(found, key=lambda each: each[:2])


READER = Reader(
    "SMPL parameters", "RICH and tools that save smplx parameters", "SMPL, SMPL-H or SMPL-X",
    ".pkl .npz .pt .json", recognises, read,
)  # fmt: skip
