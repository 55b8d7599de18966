"""AMASS-style files: SMPL, SMPL-H and SMPL-X poses of one person, and our own output.

Keys `poses (T, 72 | 156 | 162 | 165)` or the split `root_orient`, `pose_body` of AMASS' stageii files and
Inter-X; `trans (T, 3)`, `betas`, `gender`, `mocap_framerate | mocap_frame_rate | fps`; .npz or pickle.
MoSh++'s own `*_stageii.pkl` and XRMoCap's SMPLData call the poses `fullpose`, XRMoCap with a `mask (T,)` of
the frames in which the person was seen; MoSh++ may keep the rate in `stageii_debug_details`.
Sources: nghorbani/amass notebooks 01 and 03; Meshcapade/smplcodec codec.py; nghorbani/moshpp's results as
sha2nkt/moyo_toolkit reads them; openxrlab/xrmocap docs/en/data_structure/smpl_data.md.
AMASS is Z up and look-alikes are Y up with the same keys, so the axis is inferred from the poses.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from ...body.skeleton import REST_PELVIS
from ...recording import Person, Poses
from ...safe_read import FormatError
from ..beside_rows import as_beside
from ..container import Container
from ..draft import REST_PELVIS_X, Draft, Reader, layout_keypoints, numbers, person, rows, smpl_poses
from ..rates import rate_in
from ..timing import timed_beside

_WIDTHS = (66, 72, 156, 162, 165)
_POSES = ("poses", "fullpose")
_IGNORED = {
    "dmpls": "soft-tissue coefficients",
    "expression": "face expression",
    "marker_data": "mocap markers",
    "markers_obs": "mocap markers",
}
_TRANS = ("trans", "transl")


def recognises(container: Container) -> bool:
    """`poses` of a known width with a translation, or the split keys of a stageii file."""
    if not any(container.has(name) for name in _TRANS):
        return False
    name = _poses_name(container)
    if name is not None:
        shape = container.shape(name)
        return len(shape) in (2, 3) and int(np.prod(shape[1:])) in _WIDTHS
    shape = container.shape("pose_body") if container.has("root_orient", "pose_body") else ()
    return len(shape) == 2 or shape[1:] == (21, 3)


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
    details = fields.get("stageii_debug_details")
    fps = rate_in(fields, details) if isinstance(details, Mapping) else rate_in(fields)
    if container.has("joints", "bone_offsets"):
        return _own_output(container, poses, fps)
    warnings = [] if fps else ["The file has no frame rate."]
    ignored = [what for name, what in _IGNORED.items() if name in fields]
    if vectors.shape[1] == 165 and np.abs(vectors[:, 66:75]).max(initial=0.0) > 1e-3:
        ignored.insert(0, "jaw and eye poses")
    elif vectors.shape[1] == 162 and np.abs(vectors[:, 66:]).max(initial=0.0) > 1e-3:
        ignored.insert(0, "hand, jaw and eye poses")
    if ignored:
        warnings.append(f"Not used: {', '.join(ignored)}.")
    one = as_beside(person(poses=poses), fields, len(vectors))
    tool = _tool(container, vectors)
    draft = Draft([one], likely_up=("+z", "+y"), warnings=warnings, tool=tool, mean_bones=True)
    return timed_beside(draft, fields, len(vectors), fps)


def _poses_name(container: Container) -> str | None:
    return next((name for name in _POSES if container.has(name)), None)


def _vectors(container: Container) -> np.ndarray:
    fields = container.fields
    name = _poses_name(container)
    if name is not None:
        return _rooted(rows(fields[name], name), fields.get("root_orient"))
    parts = [rows(fields[name], name) for name in ("root_orient", "pose_body")]
    if len(parts[0]) != len(parts[1]) or parts[0].shape[1:] != (3,) or parts[1].shape[1:] != (63,):
        raise FormatError("root_orient and pose_body do not fit together; export the motion again.")
    hands = rows(fields["pose_hand"], "pose_hand") if "pose_hand" in fields else np.zeros((0, 0))
    if hands.shape == (len(parts[0]), 90):
        parts.append(hands)
    return np.concatenate(parts, axis=1)


def _rooted(vectors: np.ndarray, root: Any) -> np.ndarray:
    """The poses with the root that lies beside them, where theirs is zero in all frames."""
    if root is None or vectors[:, :3].any() or np.shape(root) != (len(vectors), 3):
        return vectors
    return np.concatenate([numbers(root, "root_orient"), vectors[:, 3:]], axis=1)


def _is_smpl_x(container: Container) -> bool:
    """By the width of the poses; the split keys are those of AMASS' SMPL-X files."""
    name = _poses_name(container)
    return name is None or int(np.prod(container.shape(name)[1:])) in (162, 165)


def _tool(container: Container, vectors: np.ndarray) -> str:
    if container.has("fullpose"):
        return "MoSh++" if container.has("trans") else "XRMoCap"
    names = {72: "SMPL", 156: "AMASS (SMPL-H)", 162: "AMASS (SMPL-X)", 165: "AMASS (SMPL-X)"}
    return names.get(vectors.shape[1], "AMASS (SMPL-X stageii)")


def _own_output(container: Container, poses: Poses, fps: float | None) -> Draft:
    """What `write_npz` wrote: Z up, with the joints as targets so that the proportions stay."""
    fields: Any = container.fields
    keypoints = layout_keypoints(fields["joints"], "smpl24")
    frame_ids = numbers(fields["frame_ids"], "frame_ids") if "frame_ids" in fields else None
    poses = replace(poses, pelvis=keypoints.positions[:, 0], rest_pelvis=None)
    one: Person = person(frame_ids=frame_ids, keypoints=keypoints, poses=poses)
    return Draft([one], fps=fps, up="+z", tool="SMPL Pose Refiner", settled=True, says=("up",))


READER = Reader(
    format="AMASS npz",
    tool="AMASS, MoSh++, XRMoCap, Inter-X and tools that write like them",
    holds="SMPL, SMPL-H or SMPL-X poses of one person",
    files=".npz *_stageii.pkl",
    recognises=recognises,
    read=read,
)
