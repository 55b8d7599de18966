"""NLF's results of a video with everybody in each frame: what its model gives, listed by frame.

`joints3d` or `joints3d_nonparam` (N, 24 or 55, 3) in millimetres, and where bodies were fitted `pose`
(N, 72 or 165), `trans` (N, 3) and `betas`; per frame an array, or a list of one; all at the top or under
`pose`; SCAIL-Pose's `nlf_results.pkl` is a list of frames. One array for one person over time is a
`smpl_arrays` file. Sources: isarandi/nlf demo.ipynb, nlf/pt/multiperson/multiperson_model.py; scripts that
save what `detect_smpl_batched` gives of each frame; zai-org/SCAIL-Pose NLFPoseExtract.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from ...body.skeleton import REST_PELVIS
from ...recording import Person
from ...safe_read import FormatError
from ..container import Container
from ..draft import REST_PELVIS_X, Draft, Reader, layout_keypoints, numbers, person, smpl_poses
from ..linking import LINKED, Detections
from ..rates import rate_in

_JOINTS = ("joints3d", "joints3d_nonparam")
_FITTED = ("pose", "trans")
_DRAWN = "nlfpose"
_BODY = {24: ("smpl24", 24), 55: ("humanml22", 22)}
"""Count of joints -> the layout of those at the start, and how many they are."""
_MILLI, _LARGEST = 1e-3, 100.0
"""Metres that a place in a camera may have; what is larger is in millimetres."""


def recognises(container: Container) -> bool:
    """Joints listed frame by frame, each (N, 24 or 55, 3)."""
    return container.kind in ("pickle", "torch", "npz", "npy") and bool(_lists(container))


def read(container: Container) -> Draft:
    """Everybody, linked by where they are. Raises FormatError."""
    held, found = _lists(container), Detections()
    for frame, joints in enumerate(held[_name(held)]):
        fitted = {name: _rows(held[name][frame]) for name in (*_FITTED, "betas") if frame < len(held[name])}
        for row, points in enumerate(_joints(joints)):
            place = points.mean(0)
            values = {name: values[row] for name, values in fitted.items() if row < len(values)}
            found.add(frame, place, points=points, **values)
    people = [_person(*track) for track in found.tracks()]
    if not people:
        raise FormatError("The NLF result holds no person; choose another video.")
    linked = [LINKED] if found.several else []
    posed = people[0].poses is not None
    return Draft(
        people, fps=rate_in(container.fields), up="-y", units="m" if posed else None, camera=True,
        warnings=linked,
    )  # fmt: skip


def _lists(container: Container) -> dict[str, list[Any]]:
    """The model's outputs, each a list over frames of which one is the joints'; {} where there is none."""
    tree = container.fields
    for fields in (tree, tree.get("pose"), tree.get("pred"), _drawn(container.tree)):
        if not isinstance(fields, Mapping):
            continue
        held = {name: _frames(fields.get(name)) for name in (*_JOINTS, *_FITTED, "betas")}
        shapes = [_shape(frame) for frame in held[_name(held)]]
        if any(shapes) and all(len(shape) == 3 and shape[1] in _BODY for shape in shapes if shape):
            return held
    return {}


def _drawn(tree: Any) -> dict[str, list[np.ndarray]]:
    """What SCAIL-Pose keeps of each frame to draw it: boxes, with the joints of the one in each, or of
    nobody; {} for anything else."""
    frames = tree if isinstance(tree, list) else []
    held = [frame.get(_DRAWN) for frame in frames if isinstance(frame, Mapping)]
    boxes = [each for each in held if isinstance(each, list)]
    if not boxes or len(boxes) < len(frames):
        return {}
    seen = [[np.asarray(one)[:1] for one in each if np.shape(one)[-2:] == (24, 3)] for each in boxes]
    return {_JOINTS[0]: [np.concatenate([np.zeros((0, 24, 3)), *everybody]) for everybody in seen]}


def _shape(frame: Any) -> tuple[int, ...]:
    """The shape of a frame's array, () where nobody was seen."""
    while isinstance(frame, list) and len(frame) == 1:
        frame = frame[0]
    shape = tuple(getattr(frame, "shape", ()))
    return shape if shape and shape[0] else ()


def _name(held: Mapping[str, list[Any]]) -> str:
    """The fitted joints where poses are fitted, else those that the network saw itself."""
    return next((name for name in _JOINTS if held[name]), _JOINTS[0])


def _frames(values: Any) -> list[Any]:
    if isinstance(values, np.ndarray) and values.dtype == object:
        values = values.tolist()
    return values if isinstance(values, list) else []


def _joints(frame: Any) -> np.ndarray:
    """(N, K, 3) of everybody in a frame."""
    rows = _unpacked(frame)
    return rows if rows.ndim == 3 and rows.shape[2] == 3 else np.zeros((0, 24, 3))


def _rows(frame: Any) -> np.ndarray:
    """(N, …) of everybody in a frame."""
    rows = _unpacked(frame)
    return rows if rows.ndim == 2 else np.zeros((0, 0))


def _unpacked(frame: Any) -> np.ndarray:
    """A frame's array out of the lists of one image that a batch is."""
    while isinstance(frame, list) and len(frame) == 1:
        frame = frame[0]
    return np.zeros(0) if frame is None else numbers(frame, "NLF's result")


def _person(name: str, frames: np.ndarray, values: Mapping[str, np.ndarray]) -> Person:
    points = values["points"] * (_MILLI if np.nanmedian(np.abs(values["points"])) > _LARGEST else 1.0)
    layout, count = _BODY[points.shape[1]]
    keypoints = layout_keypoints(points[:, :count], layout)
    one = person(name, frames, keypoints=keypoints)
    if not set(_FITTED) <= set(values) or values["pose"].shape[1] not in (72, 165):
        return one
    rest = REST_PELVIS if values["pose"].shape[1] == 72 else REST_PELVIS_X
    trans = values["trans"]
    pelvis = trans * (_MILLI if np.nanmedian(np.abs(trans)) > _LARGEST else 1.0)
    poses = smpl_poses(values["pose"], pelvis, betas=values.get("betas"), rest_pelvis=rest)
    return replace(one, poses=poses)


READER = Reader("NLF", "NLF", "SMPL or SMPL-X and joints per image", ".pkl .pt", recognises, read)
