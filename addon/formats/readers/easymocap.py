"""EasyMocap: `keypoints3d/000000.json` and `smpl/000000.json`, one file per frame with a list of people.

The same parameters of a whole clip in one pickle or .npz (FLAG3D, and what users stack) are arrays: poses
(T, 72), Rh, Th (T, 3), shapes (1 or T, 10). Source: zju3dv/EasyMocap doc/02_output.md;
AndyTang15/FLAG3D README.md. Rh, Th turn and move the body about the **origin**, so the pelvis
lies at R(Rh) J0 + Th. Calibrated worlds are usually Z up.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from ...body.rotations import matrix_from_axis_angle
from ...body.skeleton import REST_PELVIS
from ...recording import Person, Poses
from ...safe_read import FormatError
from ..container import Container
from ..draft import Draft, Reader, layout_keypoints, person, rows, smpl_poses
from ..hand_poses import PCA_HAND, coded_pair
from ..tracks import Tracks, series

_LIKELY = ("+z", "+y", "-y")
_LAYOUTS = {25: "body25", 67: "easymocap67", 137: "easymocap137"}
_HAND_NUMBERS = {78: 6, 87: 6, 90: 12, 99: 12}
"""How many components a hand has in poses of SMPL-H and, with the face's nine numbers, SMPL-X."""
_BODY_NUMBERS = 66


def _people(container: Container) -> list[Mapping[str, Any]]:
    tree = container.json
    listed = tree.get("annots") if isinstance(tree, Mapping) else tree
    if not isinstance(listed, list):
        return []
    return [one for one in listed if isinstance(one, Mapping)]


def recognises(container: Container) -> bool:
    """A list of people with an id and 3D keypoints or Rh and Th."""
    people = _people(container)
    if _is_stacked(container):
        return True
    if container.json == [] and container.path.stem.isdecimal():
        return True
    return bool(people) and all(_is_points(one) or {"Rh", "Th"} <= set(one) for one in people)


def _is_points(one: Mapping[str, Any]) -> bool:
    """Whether these are EasyMocap's keypoints, which have an id or are as many as its models have."""
    return "keypoints3d" in one and (
        "id" in one or np.shape(one["keypoints3d"])[:1] in {(n,) for n in _LAYOUTS}
    )


def read(container: Container) -> Draft:
    """Every person of the folder of frames, or the one of a stacked clip. Raises FormatError."""
    if _is_stacked(container):
        clip = _stacked(container.fields)
        coded = clip.poses is not None and clip.poses.coded is not None
        return Draft([clip], likely_up=_LIKELY, tool="EasyMocap", warnings=[PCA_HAND] if coded else [])
    points, poses = Tracks(), Tracks()
    for frame, file in series(container):
        for place, one in enumerate(_people(file)):
            name = one.get("id", place)
            if "keypoints3d" in one:
                points.add(name, frame, points=_rows(one["keypoints3d"]))
            elif {"Rh", "Th"} <= set(one):
                poses.add(name, frame, **_parameters(one))
    people = [_from_points(*track) for track in points] + [_from_parameters(*track) for track in poses]
    if not people:
        raise FormatError("The folder holds no person in any frame; choose another folder.")
    counts = {values["points"].shape[1] for *_, values in points}
    warnings = ["Not used: face."] if 137 in counts else []
    warnings += [PCA_HAND] if any(values["hands"].any() for *_, values in poses if "hands" in values) else []
    units = None if any(points) else "m"
    return Draft(people, likely_up=_LIKELY, units=units, warnings=warnings, tool="EasyMocap")


def _is_stacked(container: Container) -> bool:
    return container.kind in ("pickle", "npz", "npy", "torch") and container.has("poses", "Rh", "Th")


def _stacked(fields: Mapping[str, Any]) -> Person:
    """The person of arrays over all frames; a shape for all of them counts for each."""
    parts = {name: rows(fields[name], name) for name in ("poses", "Rh", "Th")}
    count = len(parts["poses"])
    if any(len(values) != count for values in parts.values()) or parts["Rh"].shape[1] != 3:
        raise FormatError("poses, Rh and Th have different numbers of frames; export the clip again.")
    shapes = rows(fields["shapes"], "shapes") if "shapes" in fields else np.zeros((1, 10))
    shapes = shapes if len(shapes) == count else np.repeat(shapes[:1], count, axis=0)
    frames = [
        _parameters({name: values[frame] for name, values in (parts | {"shapes": shapes}).items()})
        for frame in range(count)
    ]
    held = {name: np.array([frame[name] for frame in frames]) for name in frames[0]}
    return _from_parameters("0", np.arange(count), held)


def _rows(values: Any) -> np.ndarray:
    """(K, 4) with confidence; without it, a point at exactly zero is one that was not seen."""
    points = np.asarray(values, dtype=float)
    if points.ndim != 2 or points.shape[1] not in (3, 4):
        raise FormatError("keypoints3d needs rows of x, y, z and confidence; export the folder again.")
    if points.shape[1] == 4:
        return points
    seen = (points != 0).any(1)
    return np.concatenate([points, seen[:, None]], axis=1)


def _parameters(one: Mapping[str, Any]) -> dict[str, np.ndarray]:
    pose = np.asarray(one["poses"], dtype=float).reshape(-1)
    body = np.zeros(72)
    if len(pose) == 69:
        body[3:] = pose
    else:
        body[:66] = pose[:66]
        body[66:] = pose[66:72] if len(pose) == 72 else 0.0
    betas = np.asarray(one.get("shapes", np.zeros(10)), dtype=float).reshape(-1)
    root, shift = (np.asarray(one[name], dtype=float).reshape(3) for name in ("Rh", "Th"))
    held = {"pose": body, "root": root, "shift": shift, "betas": betas}
    return held | _components(pose)


def _components(pose: np.ndarray) -> dict[str, np.ndarray]:
    """hands (2, N) where the pose has any; they count from the flat hand."""
    count = _HAND_NUMBERS.get(len(pose))
    if count is None:
        return {}
    return {"hands": pose[_BODY_NUMBERS : _BODY_NUMBERS + 2 * count].reshape(2, count)}


def _from_points(name: str, frames: np.ndarray, values: dict[str, np.ndarray]) -> Person:
    points = values["points"]
    count = points.shape[1]
    if count not in _LAYOUTS:
        raise FormatError(f"EasyMocap files with {count} keypoints are not read; export the body25 model.")
    keypoints = layout_keypoints(points[..., :3], _LAYOUTS[count], points[..., 3])
    return person(name, frames, keypoints=keypoints)


def _from_parameters(name: str, frames: np.ndarray, values: dict[str, np.ndarray]) -> Person:
    local = smpl_poses(values["pose"], betas=values["betas"])
    turn = matrix_from_axis_angle(values["root"])
    rotations = local.rotations.copy()
    rotations[:, 0] = turn @ rotations[:, 0]
    pelvis = turn @ REST_PELVIS + values["shift"]
    poses = Poses(rotations, pelvis, local.betas, local.gender, REST_PELVIS, turn)
    if "hands" in values:
        left, right = values["hands"].swapaxes(0, 1)
        poses = replace(poses, coded=coded_pair(left, right, from_mean=False))
    return person(name, frames, poses=poses)


READER = Reader(
    "EasyMocap", "EasyMocap, FLAG3D", "keypoints or SMPL of several people", "000000.json .pkl",
    recognises, read, "real file (3 frames of keypoints)",
)  # fmt: skip
