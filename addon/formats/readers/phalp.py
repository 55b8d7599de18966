"""4D-Humans' and PHALP's tracking results (joblib): SMPL per frame and track, in the camera.

Source: brjathu/PHALP phalp/trackers/PHALP.py; shubham-goel/4D-Humans. TokenHMR's tracker writes the same.
`camera` is a translation at the virtual focal length 5000 max(H, W) / 256; the distance is brought to that
of a usual lens, whose focal length is the image's diagonal.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from ...recording import Camera, Person
from ...safe_read import FormatError
from ..container import Container
from ..cuts import new_series, split
from ..draft import Draft, Reader, layout_keypoints, matrix_poses, person
from ..filming import still
from ..tracks import Tracks, people_of

_VIRTUAL_FOCAL = 5000.0 / 256.0
_WIDE_DIAGONAL = 1.147
_PREDICTED_CONFIDENCE = 0.3


def recognises(container: Container) -> bool:
    """Frames by image name, each with lists of track ids and SMPL parameters."""
    return bool(people_of(container.tree, "tid", "smpl", "camera"))


def read(container: Container) -> Draft:
    """Every track; frames where a track was only predicted get little confidence. Raises FormatError."""
    frames = people_of(container.tree, "tid", "smpl", "camera")
    ordered = sorted(frames, key=lambda name: (frames[name].get("time", 0), str(name)))
    times = {name: int(frames[name].get("time", number)) for number, name in enumerate(ordered)}
    tracks = Tracks()
    for name in ordered:
        _add_frame(tracks, times[name], frames[name])
    shots = [times[name] for name in ordered[1:] if frames[name].get("shot")]
    shots = sorted({*shots, *(times[ordered[start]] for start in new_series(list(map(str, ordered))))})
    people = [part for track in tracks for part in _shots(_person(*track), shots)]
    if not people:
        raise FormatError("The tracking result holds no person; choose another video or lower the threshold.")
    warnings = ["The distance from the camera was estimated for a usual lens."]
    if shots:
        warnings.append("The video has cuts, so the tracks were split there.")
    return Draft(people, up="-y", warnings=warnings, camera=True, filmed=_camera(frames.values()))


def _camera(frames: Iterable[Mapping[str, Any]]) -> Camera | None:
    """The usual lens to which `_to_usual_lens` brings everybody."""
    sizes = [np.asarray(size, float).reshape(-1)[:2] for frame in frames for size in frame.get("size") or []]
    sizes = [size for size in sizes if size.shape == (2,)]
    if not sizes:
        return None
    height, width = np.median(sizes, axis=0)
    return still(1.0, unit="diagonals", size=(int(width), int(height)))


def _shots(one: Person, shots: list[int]) -> list[Person]:
    """The parts of a person between the frames with which shots start."""
    return split(one, np.searchsorted(one.frame_ids, shots).tolist())


def _add_frame(tracks: Tracks, number: int, frame: Mapping[str, Any]) -> None:
    since = frame.get("tracked_time") or []
    joints = frame.get("3d_joints") or []
    for place, track_id in enumerate(frame["tid"]):
        if place >= len(frame["smpl"]) or place >= len(frame["camera"]):
            continue
        params = frame["smpl"][place]
        root, body = np.asarray(params["global_orient"]), np.asarray(params["body_pose"])
        values = {
            "rotations": np.concatenate([root.reshape(-1, 3, 3), body.reshape(-1, 3, 3)]),
            "camera": np.asarray(frame["camera"][place]).reshape(3) * _to_usual_lens(frame, place),
            "betas": np.asarray(params.get("betas", np.zeros(10))).reshape(-1),
            "confidence": _PREDICTED_CONFIDENCE if place < len(since) and since[place] else 1.0,
        }
        if place < len(joints):
            values["joints"] = np.asarray(joints[place]).reshape(-1, 3)[:25]
        tracks.add(track_id, number, **values)


def _to_usual_lens(frame: Mapping[str, Any], place: int) -> np.ndarray:
    sizes = frame.get("size") or []
    ratio = _WIDE_DIAGONAL
    if place < len(sizes):
        height, width = np.asarray(sizes[place], dtype=float).reshape(-1)[:2]
        ratio = float(np.hypot(height, width)) / max(height, width)
    return np.array([1.0, 1.0, ratio / _VIRTUAL_FOCAL])


def _person(track_id: str, frame_ids: np.ndarray, values: dict[str, np.ndarray]) -> Any:
    poses = matrix_poses(values["rotations"], values["camera"], betas=values["betas"])
    keypoints = None
    if "joints" in values and values["joints"].shape[1:] == (25, 3):
        confidence = np.repeat(values["confidence"][:, None], 25, axis=1)
        keypoints = layout_keypoints(values["joints"] + values["camera"][:, None], "body25", confidence)
    return person(track_id, frame_ids, keypoints=keypoints, poses=poses)


READER = Reader(
    "PHALP", "4D-Humans, PHALP, TokenHMR", "SMPL and 3D joints per track", "demo_*.pkl", recognises, read
)
