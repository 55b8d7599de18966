"""TRACE's `<video>.npz`: SMPL per track in the world of the first frame's camera.

Source: Arthur151/ROMP simple_romp/trace2/main.py (save_results), utils/infer_utils.py (merge_output),
results_parser/smpl_wrapper_relative_temp.py, show.py. Row n is person track_ids[n] in frame
reorganize_idx[n]; world_global_rots takes the place of the first three numbers of smpl_thetas.
Translations place the middle of the hips as image annotators see them (models/smpl.py, root_align).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from ...body.kinematics import forward
from ...body.points import POINT_INDEX, point_positions
from ...body.skeleton import REST_OFFSETS
from ...safe_read import FormatError
from ..container import Container
from ..draft import Draft, Reader, person, rows, smpl_poses
from ..tracks import Tracks

_KEYS = ("smpl_thetas", "reorganize_idx", "track_ids")
_WORLD = ("world_global_rots", "world_trans")


def recognises(container: Container) -> bool:
    """TRACE's `outputs` with frame numbers and tracks."""
    outputs = container.fields.get("outputs") if container.kind == "npz" else None
    return isinstance(outputs, Mapping) and all(name in outputs for name in _KEYS)


def read(container: Container) -> Draft:
    """Every track, in the world where the file has it, else in the camera. Raises FormatError."""
    outputs = container.fields["outputs"]
    thetas = rows(outputs["smpl_thetas"], "smpl_thetas")
    world = all(name in outputs for name in _WORLD)
    if not world and "cam_trans" not in outputs:
        raise FormatError("The TRACE result has no translation; run TRACE again with its own settings.")
    if world:
        thetas = np.concatenate([rows(outputs["world_global_rots"], "rotation"), thetas[:, 3:]], axis=1)
    place = rows(outputs["world_trans" if world else "cam_trans"], "translation")
    betas = rows(outputs.get("smpl_betas", np.zeros((len(thetas), 10))), "smpl_betas")
    frames, ids = (rows(outputs[name], name)[:, 0].astype(int) for name in ("reorganize_idx", "track_ids"))
    tracks = Tracks()
    for row, (frame, track) in enumerate(zip(frames, ids, strict=True)):
        tracks.add(track, frame, pose=thetas[row], trans=place[row], betas=betas[row])
    return Draft([_person(*track) for track in tracks], up="-y", camera=True)


def _person(track: str, frames: np.ndarray, values: dict[str, np.ndarray]) -> Any:
    poses = smpl_poses(values["pose"], betas=values["betas"])
    joints, turned = forward(poses.rotations, poses.pelvis, REST_OFFSETS)
    hips = point_positions(joints, turned, REST_OFFSETS)[:, POINT_INDEX["coco_mid_hip"]]
    if values["trans"].shape != hips.shape:
        raise FormatError("The TRACE result has no translation for every person; run TRACE again.")
    return person(track, frames, poses=replace(poses, pelvis=values["trans"] - hips))


READER = Reader(
    "TRACE", "TRACE", "SMPL per track, in the world of the first camera", "<video>.npz", recognises, read
)
