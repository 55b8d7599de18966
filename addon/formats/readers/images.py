"""Estimators that work image by image and keep no tracks: CLIFF, HumanData, Multi-HMR, OpenPose 3D, MHFormer.

People are linked from frame to frame by where they are. Sources: huawei-noah/noah-research CLIFF/demo.py;
open-mmlab/mmhuman3d docs/human_data.md; naver/multi-hmr demo.py, model.py; OpenPose's output documentation;
Vegetebird/MHFormer demo/vis.py.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from ...body.hands import SIDES
from ...body.skeleton import REST_PELVIS
from ...safe_read import FormatError
from ..body_frames import frames_in
from ..container import Container
from ..cuts import new_series
from ..draft import (
    NO_PLACE,
    REST_PELVIS_X,
    Draft,
    Reader,
    layout_keypoints,
    numbers,
    person,
    scalar,
    smpl_poses,
    text_of,
)
from ..filming import still
from ..hand_points import COUNT as HAND_COUNT
from ..hand_points import numbers_of
from ..linking import LINKED, Detections
from ..tracks import joined, series

_ROTATIONS, _PELVIS = ("rotation_vector", "rotvec"), ("translation_pelvis", "transl_pelvis")
_PLACES = ("translation", "transl")
"""Names of Multi-HMR's values in its JSON and in what its model gives."""


def _draft(found: Detections, rest_pelvis: np.ndarray, warnings: Sequence[str] = ()) -> Draft:
    """People with values pose (T, 72 or more), trans and betas, in the camera."""
    people = [
        person(
            name,
            frames,
            poses=smpl_poses(v["pose"], v["trans"], betas=v.get("betas"), rest_pelvis=rest_pelvis),
        )
        for name, frames, v in found.tracks()
    ]
    if not people:
        raise FormatError("The result holds no person; choose another image or video.")
    linked = [LINKED] if found.several else []
    return Draft(people, up="-y", warnings=[*warnings, *linked], camera=True)


def _frames(images: Any, count: int, found: Detections) -> list[int]:
    """The frame of each row, from the names of the images: their numbers where all have one.

    Where the names change to another series, the detections are cut.
    """
    names = [text_of(name) for name in np.asarray(images).reshape(-1)][:count]
    distinct = sorted(set(names))
    digits = [re.findall(r"\d+", name.replace("\\", "/").rpartition("/")[2]) for name in distinct]
    counted = [int(each[-1]) if each and len(each[-1]) < 10 else -1 for each in digits]
    if len(set(counted)) < len(distinct) or min(counted, default=-1) < 0:
        counted = list(range(len(distinct)))
    order = dict(zip(distinct, counted, strict=True))
    for start in new_series(sorted(distinct, key=lambda name: order[name])):
        found.cut(sorted(counted)[start])
    return [order[name] for name in names]


def _is_cliff(container: Container) -> bool:
    return container.has("imgname", "pose", "global_t")


def _read_cliff(container: Container) -> Draft:
    fields = container.fields
    pose, shift = numbers(fields["pose"], "pose"), numbers(fields["global_t"], "global_t")
    betas = numbers(fields["shape"], "shape") if "shape" in fields else np.zeros((len(pose), 10))
    found = Detections()
    for row, frame in enumerate(_frames(fields["imgname"], len(pose), found)):
        found.add(frame, shift[row], pose=pose[row], trans=shift[row], betas=betas[row])
    # CLIFF takes the picture's diagonal for its focal length, whose value alone does not tell the size.
    return replace(_draft(found, REST_PELVIS), filmed=still(1.0, unit="diagonals"))


def _is_human_data(container: Container) -> bool:
    return container.has("image_path") and any(_human_data_parameters(container))


def _human_data_parameters(container: Container) -> Any:
    held = [(name, container.fields[name]) for name in ("smpl", "smplx") if name in container.fields]
    return next(
        ((n, p) for n, p in held if isinstance(p, Mapping) and {"body_pose", "global_orient"} <= set(p)), ()
    )


def _read_human_data(container: Container) -> Draft:
    model, params = _human_data_parameters(container)
    pose = joined(params["global_orient"], params["body_pose"])
    shift = numbers(params["transl"], "transl") if "transl" in params else np.zeros((len(pose), 3))
    betas = numbers(params.get("betas", np.zeros(10)), "betas")
    betas = np.broadcast_to(betas.reshape(-1, betas.shape[-1]), (len(pose), betas.shape[-1]))
    found = Detections()
    for row, frame in enumerate(_frames(container.fields["image_path"], len(pose), found)):
        found.add(frame, shift[row], pose=pose[row], trans=shift[row], betas=betas[row])
    told = [] if "transl" in params else [NO_PLACE]
    return _draft(found, REST_PELVIS if model == "smpl" else REST_PELVIS_X, told)


def _is_multi_hmr(container: Container) -> bool:
    if container.fields.get("humans") == []:
        return container.path.stem[-3:].isdecimal()
    return any(humans for _, humans in _images(container))


def _images(container: Container) -> list[tuple[int, list[Any]]]:
    """(frame, people) of each image: the file's own, those of numbered files, or of a list or mapping of
    frames that a script saved."""
    if container.has("humans") or _humans(container.tree):
        return [(frame, _humans(file.tree)) for frame, file in series(container)]
    listed = frames_in(container.tree) if container.kind in ("pickle", "torch", "npy", "json") else []
    return [(frame, _humans(held)) for frame, held in listed]


def _humans(frame: Any) -> list[Any]:
    """The people of one image, [] where it holds none of Multi-HMR's."""
    held = frame.get("humans") if isinstance(frame, Mapping) else frame
    held = held.tolist() if isinstance(held, np.ndarray) and held.dtype == object else held
    humans = held if isinstance(held, list) else []
    return humans if all(isinstance(one, Mapping) and _first(one, _ROTATIONS) for one in humans) else []


def _first(human: Mapping[str, Any], names: Sequence[str]) -> str | None:
    return next((name for name in names if name in human), None)


def _read_multi_hmr(container: Container) -> Draft:
    """53 rotations are SMPL-X without eyes; translation_pelvis is the pelvis' own place."""
    found = Detections()
    for frame, humans in _images(container):
        for human in humans:
            vectors = numbers(human[_first(human, _ROTATIONS)], "rotation_vector").reshape(-1)[:156]
            pelvis, place = _first(human, _PELVIS), _first(human, (*_PELVIS, *_PLACES))
            if place is None:
                raise FormatError("The people of the Multi-HMR result lack a translation; save it as well.")
            shift = numbers(human[place], place).reshape(3)
            shift = shift if pelvis is None else shift - REST_PELVIS_X
            betas = numbers(human.get("shape", np.zeros(10)), "shape").reshape(-1)[:10]
            found.add(frame, shift, pose=vectors, trans=shift, betas=betas)
    return _draft(found, REST_PELVIS_X, ["Not used: face expression."])


def _is_openpose(container: Container) -> bool:
    people = container.fields.get("people")
    return isinstance(people, list) and all(isinstance(p, dict) and "pose_keypoints_3d" in p for p in people)


def _read_openpose(container: Container) -> Draft:
    found = Detections()
    for frame, file in series(container):
        for one in file.fields.get("people", []):
            points = _openposes_body(numbers(one["pose_keypoints_3d"], "pose_keypoints_3d"))
            if points is not None:
                seen = points[points[:, 3] > 0, :3]
                hands = _openposes_hands(one)
                found.add(frame, seen.mean(0) if len(seen) else np.zeros(3), points=points, hands=hands)
    people = []
    for name, frames, values in found.tracks():
        points, hands = values["points"], values["hands"]
        if (hands[..., 3] > 0).any() and points.shape[1] == 25:
            points = np.concatenate([points, hands.reshape(len(hands), -1, 4)], axis=1)
        layout = _OPENPOSE[points.shape[1]]
        people.append(
            person(name, frames, keypoints=layout_keypoints(points[..., :3], layout, points[..., 3]))
        )
    if not people:
        raise FormatError(
            "These OpenPose files have no 3D keypoints; run OpenPose with its option 3d, or triangulate."
        )
    version = scalar(container.fields.get("version"))
    return Draft(
        people, units=None, likely_up=("-y", "+y", "+z"), warnings=[LINKED] if found.several else [],
        tool=f"OpenPose {version:g}" if version else None, floating=True,
    )  # fmt: skip


_OPENPOSE = {25: "body25", 18: "openpose18", 67: "easymocap67"}
"""Counts of points, the last with both hands, -> their layout."""


def _openposes_body(values: np.ndarray) -> np.ndarray | None:
    """(25 or 18, 4) points with scores out of a row of numbers, which other tools write without scores."""
    for count, columns in ((25, 4), (25, 3), (18, 4), (18, 3)):
        if values.size == count * columns:
            points = values.reshape(count, columns)
            seen = (points != 0).any(1).astype(float)
            return points if columns == 4 else np.column_stack([points, seen])
    return None


def _openposes_hands(one: Mapping[str, Any]) -> np.ndarray:
    """(2, 21, 4) the left and the right hand beside a body, with a score of 0 where there is none."""
    found = [numbers_of(one.get(f"hand_{side}_keypoints_3d"), 4) for side in SIDES]
    return np.stack([np.zeros((HAND_COUNT, 4)) if hand is None else hand for hand in found])


def _is_mhformer(container: Container) -> bool:
    return container.has("reconstruction") and container.shape("reconstruction")[-2:] == (17, 3)


def _read_mhformer(container: Container) -> Draft:
    points = numbers(container.fields["reconstruction"], "reconstruction").reshape(-1, 17, 3)
    fps = scalar(container.fields["fps"]) if "fps" in container.fields else None
    return Draft([person(keypoints=layout_keypoints(points, "h36m17"))], fps=fps, units=None, floating=True)


CLIFF = Reader("CLIFF", "CLIFF", "SMPL per image", "*_cliff_*.npz", _is_cliff, _read_cliff)
HUMAN_DATA = Reader(
    "HumanData", "MMHuman3D", "SMPL or SMPL-X per image", ".npz", _is_human_data, _read_human_data
)
MULTI_HMR = Reader("Multi-HMR", "Multi-HMR", "SMPL-X per image", ".json .pkl", _is_multi_hmr, _read_multi_hmr)
OPENPOSE = Reader(
    "OpenPose 3D",
    "OpenPose",
    "25 or 18 keypoints per image, and hands",
    "*_keypoints.json",
    _is_openpose,
    _read_openpose,
)
MHFORMER = Reader("MHFormer", "MHFormer", "17 keypoints", ".npz", _is_mhformer, _read_mhformer)
