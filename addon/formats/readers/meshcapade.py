"""Meshcapade's `.smpl` (an .npz): SMPL, SMPL-H or SMPL-X motion of one person, Y up.

Source: Meshcapade/smplcodec smplcodec/codec.py. Most keys are optional.
"""

from __future__ import annotations

import numpy as np

from ...body.skeleton import REST_PELVIS
from ...safe_read import FormatError
from ..container import Container
from ..draft import REST_PELVIS_X, Draft, Reader, person, rows, scalar, smpl_poses

_VERSIONS = {0: "SMPL", 1: "SMPL-H", 2: "SMPL-X", 3: "SUPR", 4: "SMPL++", 5: "SKEL"}
_GENDERS = {0: "neutral", 1: "male", 2: "female"}
_HANDS = ("leftHandPose", "rightHandPose", "headPose")


def recognises(container: Container) -> bool:
    """The version number that every .smpl file has."""
    return container.kind == "npz" and container.has("smplVersion")


def read(container: Container) -> Draft:
    """One person. Raises FormatError for files without motion and for models with other joints."""
    fields = container.fields
    version = _VERSIONS.get(int(scalar(fields["smplVersion"]) or 0), "unknown")
    if "bodyPose" not in fields:
        raise FormatError("The .smpl file holds a body shape without motion; export it with an animation.")
    shape = container.shape("bodyPose")
    if len(shape) != 3 or shape[1] < 22 or shape[2] != 3:
        raise FormatError(
            f"The .smpl file holds a {version} pose {shape}, not SMPL's joints; export as SMPL-X."
        )
    body = rows(fields["bodyPose"], "bodyPose")
    vectors = body[:, :72] if shape[1] == 24 and version == "SMPL" else body[:, :66]
    trans = fields.get("bodyTranslation", np.zeros((len(vectors), 3)))
    poses = smpl_poses(
        vectors,
        trans,
        betas=fields.get("shapeParameters"),
        gender=_GENDERS.get(int(scalar(fields.get("gender", 0)) or 0), "neutral"),
        rest_pelvis=REST_PELVIS_X if version in ("SMPL-X", "SUPR") else REST_PELVIS,
    )
    used = [name for name in _HANDS if name in fields]
    warnings = [f"Not used: {', '.join(used)}."] if used else []
    fps = scalar(fields["frameRate"]) if "frameRate" in fields else None
    return Draft([person(poses=poses)], fps=fps, up="+y", tool=f"Meshcapade ({version})", warnings=warnings)


READER = Reader("Meshcapade .smpl", "Meshcapade", "SMPL, SMPL-H or SMPL-X motion", ".smpl", recognises, read)
