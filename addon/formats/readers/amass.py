"""AMASS-style .npz: SMPL, SMPL-H and SMPL-X poses of one person, and our own output.

Keys `poses (T, 72 | 156 | 162 | 165)` or the split `root_orient`, `pose_body` of AMASS' stageii files;
`trans (T, 3)`, `betas`, `gender`, `mocap_framerate | mocap_frame_rate | fps`.
Sources: nghorbani/amass notebooks 01 and 03; Meshcapade/smplcodec codec.py.
AMASS is Z up and look-alikes are Y up with the same keys, so the axis is inferred from the poses.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ...body.skeleton import REST_PELVIS
from ...recording import Person, Poses
from ...safe_read import FormatError
from ..container import Container
from ..draft import REST_PELVIS_X, Draft, Reader, layout_keypoints, numbers, person, rows, scalar, smpl_poses

_RATES = ("mocap_frame_rate", "mocap_framerate", "fps", "frame_rate", "framerate", "mocap_fps")
_WIDTHS = (66, 72, 156, 162, 165)
_IGNORED = {
    "dmpls": "soft-tissue coefficients",
    "expression": "face expression",
    "marker_data": "mocap markers",
}
_TRANS = ("trans", "transl")


def recognises(container: Container) -> bool:
    """`poses` of a known width with a translation, or the split keys of a stageii file."""
    if not any(container.has(name) for name in _TRANS):
        return False
    if container.has("poses"):
        shape = container.shape("poses")
        return len(shape) in (2, 3) and int(np.prod(shape[1:])) in _WIDTHS
    return container.has("root_orient", "pose_body") and len(container.shape("pose_body")) == 2


def read(container: Container) -> Draft:
    """One person, frames numbered from 0 unless the file has `frame_ids`. Raises FormatError."""
    fields = container.fields
    vectors = _vectors(container)
    trans = fields["trans" if "trans" in fields else "transl"]
    poses = smpl_poses(
        vectors,
        trans,
        betas=fields.get("betas"),
        gender=fields.get("gender", "neutral"),
        rest_pelvis=REST_PELVIS_X if _is_smpl_x(container) else REST_PELVIS,
    )
    fps = next((scalar(fields[name]) for name in _RATES if name in fields), None)
    if container.has("joints", "bone_offsets"):
        return _own_output(container, poses, fps)
    warnings = [] if fps else ["The file has no frame rate."]
    ignored = [what for name, what in _IGNORED.items() if name in fields]
    if vectors.shape[1] > 72 and np.abs(vectors[:, 66:]).max(initial=0.0) > 1e-3:
        ignored.insert(0, "hand poses" if vectors.shape[1] == 156 else "hand, jaw and eye poses")
    if ignored:
        warnings.append(f"Not used: {', '.join(ignored)}.")
    people = [person(poses=poses)]
    return Draft(
        people, fps=fps, likely_up=("+z", "+y"), warnings=warnings, tool=_tool(vectors), mean_bones=True
    )


def _vectors(container: Container) -> np.ndarray:
    fields = container.fields
    if "poses" in fields:
        return rows(fields["poses"], "poses")
    parts = [numbers(fields[name], name) for name in ("root_orient", "pose_body")]
    if len(parts[0]) != len(parts[1]) or parts[0].shape[1:] != (3,) or parts[1].shape[1:] != (63,):
        raise FormatError("root_orient and pose_body do not fit together; export the motion again.")
    return np.concatenate(parts, axis=1)


def _is_smpl_x(container: Container) -> bool:
    """By the width of the poses; the split keys are those of AMASS' SMPL-X files."""
    return "poses" not in container.fields or container.shape("poses")[1:] in (
        (162,),
        (165,),
        (54, 3),
        (55, 3),
    )


def _tool(vectors: np.ndarray) -> str:
    names = {72: "SMPL", 156: "AMASS (SMPL-H)", 162: "AMASS (SMPL-X)", 165: "AMASS (SMPL-X)"}
    return names.get(vectors.shape[1], "AMASS (SMPL-X stageii)")


def _own_output(container: Container, poses: Poses, fps: float | None) -> Draft:
    """What `write_npz` wrote: Z up, with the joints as targets so that the proportions stay."""
    fields: Any = container.fields
    keypoints = layout_keypoints(fields["joints"], "smpl24")
    frame_ids = numbers(fields["frame_ids"], "frame_ids") if "frame_ids" in fields else None
    poses = Poses(poses.rotations, keypoints.positions[:, 0], poses.betas, poses.gender)
    one: Person = person(frame_ids=frame_ids, keypoints=keypoints, poses=poses)
    return Draft([one], fps=fps, up="+z", tool="SMPL Pose Refiner", settled=True)


READER = Reader(
    format="AMASS npz",
    tool="AMASS and tools that write like it",
    holds="SMPL, SMPL-H or SMPL-X poses of one person",
    files=".npz",
    recognises=recognises,
    read=read,
)
