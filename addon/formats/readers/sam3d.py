"""SAM 3D Body: 70 keypoints of each person and image, MHR's joints and their rotations, in the camera.

A file per image, a whole clip stacked into one (T, 70, 3), lists and mappings of what the estimator gives
(`mhr_bodies`), among them fbxify's JSON `frames {frame: {person: …}}`, and SAM3DBody-cpp's tables of
`<keypoint>_3DX, _3DY, _3DZ`. Add pred_cam_t. Sources: facebookresearch/sam-3d-body
sam_3d_body_estimator.py, metadata/mhr70.py; segfaultExpress/sam-3d-body-fbxify
fbxify/pose_estimation_manager.py; AmmarkoV/SAM3DBody-cpp python/fast_sam_3dbody_dump_csv.py. What rotations
the joints have is in `formats.mhr`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from ...body.layouts import find_layout
from ...recording import Camera, Person
from ...safe_read import FormatError
from ..container import Container
from ..draft import NO_PLACE, ON_THE_SPOT, Draft, Reader, named_keypoints, numbers, person
from ..filming import of_pixels, still, told
from ..linking import LINKED, Detections
from ..mhr import JOINTS, USED, mhr_poses
from ..mhr_bodies import POINTS, bodies_in, holds_bodies
from ..rates import rate_of
from ..timing import is_time, timed, timed_frames
from ..tracks import Tracks, series

_BODY = (
    "nose left_eye right_eye left_ear right_ear left_shoulder right_shoulder left_elbow right_elbow left_hip"
    " right_hip left_knee right_knee left_ankle right_ankle left_big_toe left_small_toe left_heel"
    " right_big_toe right_small_toe right_heel"
)
_HANDS = {place: name for place, name in enumerate(find_layout("mhr70").hand_points) if name}
_PLACES = {41: "right_wrist", 62: "left_wrist", 69: "neck"} | dict(enumerate(_BODY.split())) | _HANDS
_USED = sorted(_PLACES)
_NAMES = [_PLACES[place] for place in _USED]
_KEYPOINTS, _PIXELS = "pred_keypoints_3d", "pred_keypoints_2d"
_ONE_PERSON = 0.3
"""Metres that the points of one person move from row to row of a clip at most, in the middle."""
_FRAMES = ("frame_ids", "frame_idx", "frame_index", "frameIndex", "frames")


@dataclass(frozen=True)
class _Body:
    """Who was seen where: a track's name or None, and the values of the frame."""

    frame: int
    name: str | None
    values: dict[str, np.ndarray]


def recognises(container: Container) -> bool:
    """MHR's keypoints or joints, of one image or clip, in a list, or by frame and person."""
    return container.kind != "text" and holds_bodies(container.tree)


def read(container: Container) -> Draft:
    """Everybody: tracks by their names, others by where they are. Raises FormatError."""
    tracks, found, lenses = Tracks(), Detections(), dict[int, list[np.ndarray]]()
    for body in _bodies(container):
        lenses.setdefault(body.frame, []).append(body.values.pop("lens"))
        if body.name is None:
            found.add(body.frame, body.values["shift"], **body.values)
        else:
            tracks.add(body.name, body.frame, **body.values)
    people = [_person(*track) for track in (*tracks, *found.tracks())]
    if not people:
        raise FormatError("The SAM 3D Body result holds no person; choose another image or video.")
    posed = all(one.poses is not None for one in people)
    warnings = [f"Not used: {'' if posed else 'joint rotations, '}face and mesh."]
    warnings += [LINKED] if found.several else []
    fixed = not any(np.any(track["shift"]) for *_, track in (*tracks, *found.tracks()))
    warnings += [NO_PLACE] if fixed else []
    draft = Draft(
        people, up="-y", warnings=warnings, camera=True, tool=_tool(container), filmed=_camera(lenses)
    )
    return _timed(draft, container)


def _tool(container: Container) -> str:
    frames = container.fields.get("frames")
    by_person = isinstance(frames if frames is not None else container.tree, Mapping)
    return "fbxify" if container.kind == "json" and by_person else "SAM 3D Body"


def _bodies(container: Container) -> Iterator[_Body]:
    found = bodies_in(container.tree)
    rows = [values for body in found if body.frame is None for values in _rows(body.values)]
    if _is_clip(rows):
        for frame, values in zip(_frame_numbers(container, len(rows)), rows, strict=True):
            yield _Body(frame, "0", values)
    elif rows:
        for frame, file in series(container, people=True):
            for body in bodies_in(file.tree):
                yield from (_Body(frame, None, values) for values in _rows(body.values))
    for body in found:
        if body.frame is not None:
            yield from (_Body(body.frame, body.name, values) for values in _rows(body.values))


def _rows(body: Mapping[str, Any]) -> list[dict[str, np.ndarray]]:
    """points (K, 3), shift (3,), and MHR's joints and turns where there are any, of each row."""
    points = numbers(body[_KEYPOINTS] if _KEYPOINTS in body else _unseen(body), _KEYPOINTS)
    shift = numbers(body.get("pred_cam_t", np.zeros(points.size // POINTS)), "pred_cam_t")
    if points.size % 210 or points.shape[-2:] != (70, 3) or shift.size != points.size // 70:
        raise FormatError(f"Keypoints {points.shape} and pred_cam_t {shift.shape} do not fit; export again.")
    shift = shift.reshape(-1, 1, 3)
    held = {"points": points.reshape(-1, 70, 3)[:, _USED] + shift, "shift": shift[:, 0]}
    count = len(shift)
    held["lens"] = _lenses(body, points.reshape(-1, 70, 3) + shift)
    if "pred_joint_coords" in body and "pred_global_rots" in body:
        joints = numbers(body["pred_joint_coords"], "pred_joint_coords")
        turns = numbers(body["pred_global_rots"], "pred_global_rots")
        if joints.size == count * JOINTS * 3 and turns.size == count * JOINTS * 9:
            held["joints"] = joints.reshape(count, JOINTS, 3)[:, USED] + shift
            held["turns"] = turns.reshape(count, JOINTS, 3, 3)[:, USED]
    return [{name: values[row] for name, values in held.items()} for row in range(count)]


def _unseen(body: Mapping[str, Any]) -> np.ndarray:
    """(T, 70, 3) of NaN where a body has joints alone."""
    return np.full((numbers(body["pred_joint_coords"], "joints").size // (JOINTS * 3), 70, 3), np.nan)


def _lenses(body: Mapping[str, Any], points: np.ndarray) -> np.ndarray:
    """(T, 3) focal length and where the lens points in pixels, NaN where the file does not tell.

    It is the lens that sees points (T, 70, 3) where their pixels are; only this tells the picture's middle.
    """
    found = np.full((len(points), 3), np.nan)
    focal, pixels = told(body.get("focal_length")).reshape(-1), told(body.get(_PIXELS))
    if len(focal) in (1, len(points)):
        found[:, 0] = focal
    if pixels.size == len(points) * 140:
        pairs = zip(points, pixels.reshape(-1, 70, 2), strict=True)
        for row, lens in enumerate(of_pixels(*pair) for pair in pairs):
            if lens is not None:
                found[row] = lens[0], *lens[1]
    return found


def _camera(lenses: Mapping[int, list[np.ndarray]]) -> Camera | None:
    """The camera of the frames in which the file tells the lens."""
    frames = sorted(frame for frame, found in lenses.items() if np.isfinite(found)[:, 0].any())
    if not frames:
        return None
    rows = [lens for frame in frames for lens in lenses[frame]]
    focal = [np.nanmedian([lens[0] for lens in lenses[frame]]) for frame in frames]
    middles = np.array([lens[1:] for lens in rows if np.isfinite(lens).all()])
    return still(focal, frames, middle=np.median(middles, axis=0) if len(middles) else None)


def _is_clip(rows: list[dict[str, np.ndarray]]) -> bool:
    """Whether rows are one person over time: neighbours are alike, as the people of an image are not."""
    if len(rows) < 2:
        return False
    points = np.stack([row["points"] for row in rows])
    steps = np.linalg.norm(np.diff(points, axis=0), axis=-1)
    steps = steps[np.isfinite(steps)]
    return steps.size == 0 or bool(np.median(steps) < _ONE_PERSON)


def _frame_numbers(container: Container, count: int) -> list[int]:
    for name in _FRAMES:
        if name in container.fields and np.size(container.fields[name]) == count:
            held = numbers(container.fields[name], name).reshape(-1)
            if np.isfinite(held).all() and (np.diff(held) > 0).all() and np.abs(held).max() < 1e9:
                return [int(number) for number in held]
    return list(range(count))


def _timed(draft: Draft, container: Container) -> Draft:
    """The draft with the file's rate and its frames' times, of which those in one frame share theirs."""
    fields = container.fields
    stated, listed = rate_of(fields), fields.get("frames", container.tree)
    if isinstance(listed, list):
        return timed_frames(draft, listed, stated)
    name = next((str(name) for name in fields if is_time(str(name))), None)
    if name is None:
        return draft if stated is None else replace(draft, fps=stated)
    times = list(dict.fromkeys(numbers(fields[name], name).reshape(-1).tolist()))
    return timed(draft, times, name, stated)


def _person(name: str, frames: np.ndarray, values: dict[str, np.ndarray]) -> Person:
    poses = mhr_poses(values["joints"], values["turns"]) if {"joints", "turns"} <= set(values) else None
    seen = np.isfinite(values["points"]).any()
    return person(
        name, frames, keypoints=named_keypoints(values["points"], _NAMES) if seen else None, poses=poses
    )


_CSV_AXES = ("_3DX", "_3DY", "_3DZ")
_MOST_COLUMNS = 3000


def _csv_names(container: Container) -> list[str]:
    """The names of a table's points; none where its columns are no triples of `<name>_3DX, _3DY, _3DZ`."""
    if container.kind != "text" or b"_3DX," not in container.head[:200]:
        return []
    columns = [cell.strip() for cell in container.lines[0].split(",")]
    names = [column.removesuffix(_CSV_AXES[0]) for column in columns[::3]]
    expected = [f"{name}{axis}" for name in names for axis in _CSV_AXES]
    return names if columns == expected and len(columns) <= _MOST_COLUMNS else []


def _recognises_csv(container: Container) -> bool:
    return bool(_csv_names(container))


def _read_csv(container: Container) -> Draft:
    """One person, seen from the camera without a place; three zeros are a point that was not seen."""
    names = _csv_names(container)
    rows = [(number, line.split(",")) for number, line in enumerate(container.lines[1:], 2) if line.strip()]
    broken = next((number for number, cells in rows if len(cells) != 3 * len(names)), None)
    if broken is not None or not rows:
        where = f"Line {broken} of the table has" if broken else "The table has no rows with"
        raise FormatError(f"{where} other columns than its header; write the table again.")
    points = numbers([cells for _, cells in rows], "coordinates").reshape(len(rows), len(names), 3)
    seen = (points != 0).any(-1) & np.isfinite(points).all(-1)
    plain = [name.removesuffix("_tip") if name.endswith("toe_tip") else name for name in names]
    keypoints = named_keypoints(np.where(seen[..., None], points, np.nan), plain, seen)
    if not any(keypoints.canonical):
        raise FormatError("None of the table's keypoint names is known; name them like left_hip, nose.")
    warnings = [f"The table has no place in the camera, {ON_THE_SPOT}"]
    return Draft([person(keypoints=keypoints)], up="-y", warnings=warnings, camera=True, tool="SAM3DBody-cpp")


READER = Reader(
    "SAM 3D Body", "SAM 3D Body, fbxify", "70 keypoints and joint rotations per image or clip",
    ".npz .npy .pkl .pt .json", recognises, read, "real file",
)  # fmt: skip
CSV = Reader(
    "SAM 3D Body table", "SAM3DBody-cpp", "70 keypoints of one person", ".csv", _recognises_csv, _read_csv
)
