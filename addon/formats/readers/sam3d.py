"""SAM 3D Body: 70 keypoints of one person per image (.npz), in the camera; add pred_cam_t.

Source: facebookresearch/sam-3d-body sam_3d_body_estimator.py, metadata/mhr70.py. The pose is MHR's, not
SMPL's, so the keypoints are what is used.
"""

from __future__ import annotations

from ..container import Container
from ..draft import Draft, Reader, named_keypoints, numbers, person
from ..linking import LINKED, Detections
from ..tracks import series

_BODY = (
    "nose left_eye right_eye left_ear right_ear left_shoulder right_shoulder left_elbow right_elbow left_hip"
    " right_hip left_knee right_knee left_ankle right_ankle left_big_toe left_small_toe left_heel"
    " right_big_toe right_small_toe right_heel"
)
_PLACES = {41: "right_wrist", 62: "left_wrist", 69: "neck"} | dict(enumerate(_BODY.split()))
_USED = sorted(_PLACES)


def recognises(container: Container) -> bool:
    """MHR's keypoints and camera translation."""
    return container.has("pred_keypoints_3d", "pred_cam_t") and container.shape("pred_keypoints_3d")[-2:] == (
        70,
        3,
    )


def read(container: Container) -> Draft:
    """One person over a numbered series of images. Raises FormatError."""
    found = Detections()
    for frame, file in series(container):
        points = numbers(file.fields["pred_keypoints_3d"], "pred_keypoints_3d").reshape(-1, 70, 3)
        shift = numbers(file.fields["pred_cam_t"], "pred_cam_t").reshape(-1, 1, 3)
        for one, place in zip(points + shift, shift[:, 0], strict=True):
            found.add(frame, place, points=one[_USED])
    names = [_PLACES[place] for place in _USED]
    people = [
        person(name, frames, keypoints=named_keypoints(values["points"], names))
        for name, frames, values in found.tracks()
    ]
    warnings = ["Not used: MHR's pose, hands, face and mesh.", *([LINKED] if found.several else [])]
    return Draft(people, up="-y", warnings=warnings, camera=True)


READER = Reader("SAM 3D Body", "SAM 3D Body", "70 keypoints per image", ".npz", recognises, read, "real file")
