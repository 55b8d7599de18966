"""Estimators that work image by image and keep no tracks: CLIFF, HumanData, Multi-HMR, SMPLer-X, OpenPose 3D.

People are numbered by their order in each image, so they may swap. Sources: huawei-noah/noah-research
CLIFF/demo.py; open-mmlab/mmhuman3d docs/human_data.md; naver/multi-hmr demo.py; caizhongang/SMPLer-X
main/inference.py; OpenPose's output documentation.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from ...body.skeleton import REST_PELVIS
from ...safe_read import FormatError
from ..container import Container
from ..draft import (
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
from ..tracks import Tracks, joined, series

_SWAP = "People have no track ids and may swap between frames."
_SMPLER_X_NAME = re.compile(r"(\d+)_(\d+)")


def _draft(tracks: Tracks, rest_pelvis: np.ndarray, warnings: Sequence[str] = ()) -> Draft:
    """People with values pose (T, 72 or more), trans and betas, in the camera."""
    people = [
        person(
            name,
            frames,
            poses=smpl_poses(v["pose"], v["trans"], betas=v.get("betas"), rest_pelvis=rest_pelvis),
        )
        for name, frames, v in tracks
    ]
    if not people:
        raise FormatError("The result holds no person; choose another image or video.")
    return Draft(people, up="-y", warnings=[*warnings, *([_SWAP] if len(people) > 1 else [])], camera=True)


def _by_image(images: Any, count: int) -> list[tuple[int, int]]:
    """(frame, place in the image) of each row, from the names of the images."""
    names = [text_of(name) for name in np.asarray(images).reshape(-1)][:count]
    order = {name: frame for frame, name in enumerate(sorted(set(names)))}
    seen: dict[str, int] = {}
    rows = []
    for name in names:
        rows.append((order[name], seen.get(name, 0)))
        seen[name] = seen.get(name, 0) + 1
    return rows


def _is_cliff(container: Container) -> bool:
    return container.has("imgname", "pose", "global_t")


def _read_cliff(container: Container) -> Draft:
    fields = container.fields
    pose, shift = numbers(fields["pose"], "pose"), numbers(fields["global_t"], "global_t")
    betas = numbers(fields["shape"], "shape") if "shape" in fields else np.zeros((len(pose), 10))
    tracks = Tracks()
    for row, (frame, place) in enumerate(_by_image(fields["imgname"], len(pose))):
        tracks.add(place, frame, pose=pose[row], trans=shift[row], betas=betas[row])
    return _draft(tracks, REST_PELVIS)


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
    tracks = Tracks()
    for row, (frame, place) in enumerate(_by_image(container.fields["image_path"], len(pose))):
        tracks.add(place, frame, pose=pose[row], trans=shift[row])
    return _draft(tracks, REST_PELVIS if model == "smpl" else REST_PELVIS_X)


def _is_multi_hmr(container: Container) -> bool:
    humans = container.fields.get("humans")
    return isinstance(humans, list) and all(isinstance(h, dict) and "rotation_vector" in h for h in humans)


def _read_multi_hmr(container: Container) -> Draft:
    """53 rotations are SMPL-X without eyes; translation_pelvis is the pelvis' own place."""
    tracks = Tracks()
    for frame, file in series(container):
        for place, human in enumerate(file.fields.get("humans", [])):
            vectors = numbers(human["rotation_vector"], "rotation_vector").reshape(-1)[:66]
            pelvis = human.get("translation_pelvis")
            shift = numbers(human["translation"] if pelvis is None else pelvis, "translation").reshape(3)
            shift = shift if pelvis is None else shift - REST_PELVIS_X
            tracks.add(place, frame, pose=vectors, trans=shift)
    return _draft(tracks, REST_PELVIS_X)


def _is_smpler_x(container: Container) -> bool:
    if not container.has("global_orient", "body_pose", "transl", "left_hand_pose"):
        return False
    return container.kind == "npz" and int(np.prod(container.shape("global_orient"))) == 3


def _read_smpler_x(container: Container) -> Draft:
    """Files are named <frame>_<detection>.npz."""
    tracks = Tracks()
    for path in sorted(container.path.parent.glob(f"*{container.path.suffix}")):
        match = _SMPLER_X_NAME.fullmatch(path.stem)
        if match or path == container.path:
            fields = Container(path).fields
            if "global_orient" not in fields:
                continue
            pose = joined(*(numbers(fields[n], n).reshape(1, -1) for n in ("global_orient", "body_pose")))
            shift = numbers(fields["transl"], "transl").reshape(3)
            frame, place = (int(match[1]), int(match[2])) if match else (0, 0)
            tracks.add(place, frame, pose=pose[0], trans=shift)
    return _draft(tracks, REST_PELVIS_X, ["Each person was seen by a camera of its own, so places may jump."])


def _is_openpose(container: Container) -> bool:
    people = container.fields.get("people")
    return isinstance(people, list) and all(isinstance(p, dict) and "pose_keypoints_3d" in p for p in people)


def _read_openpose(container: Container) -> Draft:
    tracks = Tracks()
    for frame, file in series(container):
        for place, one in enumerate(file.fields.get("people", [])):
            points = numbers(one["pose_keypoints_3d"], "pose_keypoints_3d")
            if points.size == 100:
                tracks.add(place, frame, points=points.reshape(25, 4))
    people = [
        person(n, frames, keypoints=layout_keypoints(v["points"][..., :3], "body25", v["points"][..., 3]))
        for n, frames, v in tracks
    ]
    if not people:
        raise FormatError("These OpenPose files have no 3D keypoints; run OpenPose with --3d or triangulate.")
    return Draft(
        people, units=None, likely_up=("-y", "+y", "+z"), warnings=[_SWAP] if len(people) > 1 else []
    )


def _is_mhformer(container: Container) -> bool:
    return container.has("reconstruction") and container.shape("reconstruction")[-2:] == (17, 3)


def _read_mhformer(container: Container) -> Draft:
    points = numbers(container.fields["reconstruction"], "reconstruction").reshape(-1, 17, 3)
    fps = scalar(container.fields["fps"]) if "fps" in container.fields else None
    return Draft([person(keypoints=layout_keypoints(points, "h36m17"))], fps=fps, units=None)


CLIFF = Reader("CLIFF", "CLIFF", "SMPL per image", "*_cliff_*.npz", _is_cliff, _read_cliff)
HUMAN_DATA = Reader(
    "HumanData", "MMHuman3D", "SMPL or SMPL-X per image", ".npz", _is_human_data, _read_human_data
)
MULTI_HMR = Reader("Multi-HMR", "Multi-HMR", "SMPL-X per image", ".json", _is_multi_hmr, _read_multi_hmr)
SMPLER_X = Reader("SMPLer-X", "SMPLer-X", "SMPL-X per image", "00000_0.npz", _is_smpler_x, _read_smpler_x)
OPENPOSE = Reader(
    "OpenPose 3D", "OpenPose", "25 keypoints per image", "*_keypoints.json", _is_openpose, _read_openpose
)
MHFORMER = Reader("MHFormer", "MHFormer", "17 keypoints", ".npz", _is_mhformer, _read_mhformer)
