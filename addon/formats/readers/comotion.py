"""CoMotion's `<video>.pt`: SMPL of everybody, one row after the other, with the track and frame of each.

`id (N,)`, `frame_idx (N,)`, `pose (N, 72)`, `trans (N, 3)`, `betas (N, 10)`, in the camera; what scripts save
in such rows under like names is the same. Source: apple/ml-comotion demo.py, src/comotion_demo/models.
"""

from __future__ import annotations

import numpy as np

from ...safe_read import FormatError
from ..container import Container
from ..draft import Draft, Reader, numbers, person, smpl_poses
from ..rates import rate_in
from ..tracks import Tracks

_NAMES = {
    "id": ("id", "ids", "track_id", "track_ids", "person_id", "person_ids"),
    "frame": ("frame_idx", "frame_id", "frame_ids", "frame", "frames"),
    "pose": ("pose", "poses", "smpl_pose"),
    "trans": ("trans", "transl"),
}


def _named(container: Container) -> dict[str, str]:
    """What the file calls each of the four; {} where its arrays are not as long as each other."""
    names = {
        what: next((name for name in spelled if container.shape(name)), "")
        for what, spelled in _NAMES.items()
    }
    shapes = {what: container.shape(name) for what, name in names.items() if name}
    if len(shapes) < len(_NAMES) or len({shape[0] for shape in shapes.values()}) > 1:
        return {}
    flat = len(shapes["id"]) == 1 and len(shapes["frame"]) == 1
    return names if flat and shapes["pose"][1:] == (72,) and shapes["trans"][1:] == (3,) else {}


def recognises(container: Container) -> bool:
    """A row for each body, with its track and its frame."""
    return container.kind in ("torch", "pickle", "npz", "npy") and bool(_named(container))


def read(container: Container) -> Draft:
    """Every track. Raises FormatError."""
    names = _named(container)
    ids, frames, pose, trans = (numbers(container.fields[names[what]], what) for what in _NAMES)
    betas = numbers(container.fields.get("betas", np.zeros((len(pose), 10))), "betas")
    if not len(pose) or betas.ndim != 2 or len(betas) != len(pose):
        raise FormatError("The rows of the result do not fit together; run the estimator again.")
    if not (np.isfinite(ids).all() and np.isfinite(frames).all()):
        raise FormatError("Some rows have no track or frame; run the estimator again.")
    tracks = Tracks()
    for row, (one, frame) in enumerate(zip(ids, frames, strict=True)):
        tracks.add(int(one), int(frame), pose=pose[row], trans=trans[row], betas=betas[row])
    people = [
        person(name, numbered, poses=smpl_poses(v["pose"], v["trans"], betas=v["betas"]))
        for name, numbered, v in tracks
    ]
    return Draft(people, up="-y", fps=rate_in(container.fields), camera=True)


READER = Reader("CoMotion", "CoMotion", "SMPL per track, in the camera", ".pt", recognises, read)
