"""The open keypoint file: `keypoints (T, K, 3)` with `layout` or `names`, as .npz, JSON or a bare .npy.

Optional fields: `fps`, `confidence (T, K)`, `up_axis` (x y z -x -y -z), `units` (m cm mm in ft),
`frame_ids (T,)`, `timestamps (T,)`; NaN or null is missing. A fourth column of the keypoints is confidence.
Without a name: an array, a tensor, a pickled list of frames, or an archive's only array that may be keypoints
or is called 3D or of the world.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import numpy as np

from ...body.layouts import LAYOUTS, find_layout
from ...overrides import give
from ...recording import Keypoints
from ...safe_read import FormatError
from ..beside_rows import as_beside
from ..body_stacks import FEWEST, MOST
from ..container import Container
from ..depth import refuse_flat_points
from ..draft import (
    Draft,
    Reader,
    is_real,
    layout_keypoints,
    named_keypoints,
    numbers,
    person,
    text_of,
)
from ..inference import infer_layout, is_mirrored, unclear_layout
from ..landmarks import HIPS_FIXED, by_wrists, mediapipe_keypoints
from ..marker_names import canonical_names
from ..marker_people import keypoints_of_markers
from ..of_world import likeliest
from ..rates import rate_in, rate_of
from ..skin_markers import is_skin_set
from ..timing import timed_beside

_FREEMOCAP, _HOLISTIC = (543, 553), 75
"""MediaPipe Holistic as FreeMoCap stacks it: 33 body points, the right and the left hand's 21, the face."""
_FLAT = {66: (22, 3), 99: (33, 3), 132: (33, 4), 225: (33, 3), 258: (33, 4), 1662: (33, 4), 1692: (33, 4)}
"""Widths of rows that hold HumanML3D's joints, or MediaPipe's landmarks with and without visibility, behind
which hands, and faces, may follow as they do in lessons on recognising actions."""
_BEHIND = "Not used: the points behind the body's 33."
_STARTS = {
    30: (24,), 44: (25,), 45: (24, 25), 49: (25,), 52: (22,), 55: (22,), 73: (22,), 76: (22,), 118: (22,),
    127: (22,), 144: (22,),
}  # fmt: skip
"""Counts of smplx's joints and landmarks of SMPL, SMPL-H and SMPL-X, and of the points of MeTRAbs, SPIN, VIBE
and 4D-Humans: how many at the start may be SMPL's or OpenPose's, which are seen from the body's shape."""
_MEDIAPIPE = 33
_ONLY_MEDIAPIPE = "The layout mediapipe33 was inferred, as only MediaPipe has 33 keypoints."
_DEEP = re.compile("world|3d", re.IGNORECASE)
"""What an array is called that is meant rather than one in the picture."""
_OTHER = re.compile("veloc|accel|quat|rotat|orient|euler|angle|uncert|error|covar", re.IGNORECASE)
"""What an array is called that tells of points or joints, but not where they are."""
_DOCUMENTED = frozenset(
    ("keypoints", "layout", "names", "fps", "confidence", "up_axis", "units", "frame_ids", "timestamps")
)
_NAMES = ("names", "joint_names", "keypoint_names", "joints_names", "keypoints_names", "node_names")
_USUAL_FPS = {"kit21": 12.5, "mmm21": 12.5}
_HUMANML_FPS = 20.0


def recognises_documented(container: Container) -> bool:
    """An archive that says what its `keypoints` are, and has no other fields than the documented ones."""
    held = set(container.fields)
    return _is_open(container) and held <= _DOCUMENTED and not held.isdisjoint(("layout", "names"))


def recognises(container: Container) -> bool:
    """A mapping with `keypoints` in .npz or JSON, or an array of 3 or 4 columns."""
    if _is_open(container):
        return True
    array = _bare(container)
    return array is not None and _body_of(array, container.hints.layout) is not None


def read(container: Container) -> Draft:
    """One person. Raises FormatError when the layout is neither named nor clear from the content."""
    bare = None if _is_open(container) else _bare(container)
    if bare is not None:
        return _read_bare(container, bare)
    fields = container.fields
    values = numbers(without_nulls(fields["keypoints"]), "keypoints")
    body = _body_of(values, _stated_layout(container))
    points, confidence = _split(values if body is None else body, fields.get("confidence"))
    keypoints, warnings = _named_or_layout(container, points, confidence)
    frame_ids = numbers(fields["frame_ids"], "frame_ids") if _given(fields, "frame_ids") else None
    draft = Draft(
        [person(frame_ids=frame_ids, keypoints=keypoints)],
        up=text_of(fields["up_axis"]) if _given(fields, "up_axis") else None,
        units=text_of(fields["units"]) if _given(fields, "units") else None,
        says=("up", "units"),
        warnings=warnings,
        floating=not _given(fields, "up_axis"),
    )
    return timed_beside(draft, fields, len(points), _rate(container))


def _rate(container: Container) -> float | None:
    """As the file states it, in JSON and pickles also in a block on its video."""
    fields = container.fields
    return rate_in(fields) if container.kind == "npz" else rate_in(fields) or rate_of(fields)


def _given(fields: Any, name: str) -> bool:
    return name in fields and fields[name] is not None and np.size(fields[name]) > 0


def _split(points: np.ndarray, confidence: Any) -> tuple[np.ndarray, Any]:
    if points.ndim == 3 and points.shape[-1] == 4:
        return points[..., :3], points[..., 3] if confidence is None else confidence
    return points, confidence


def _named_or_layout(
    container: Container, points: np.ndarray, confidence: Any
) -> tuple[Keypoints, list[str]]:
    fields, hint = container.fields, container.hints.layout
    if hint is None and not _given(fields, "layout") and _given(fields, "names"):
        return _named([text_of(name) for name in np.asarray(fields["names"]).reshape(-1)], points, confidence)
    return _with_layout(_stated_layout(container), points, confidence, _title(container))


def _stated_layout(container: Container) -> str | None:
    """By the user, or else by the file."""
    fields = container.fields
    stated = text_of(fields["layout"]).strip().lower() if _given(fields, "layout") else None
    return container.hints.layout or stated


def _named(names: list[str], points: np.ndarray, confidence: Any) -> tuple[Keypoints, list[str]]:
    if is_skin_set(names) and points.shape[1:] == (len(names), 3):
        held = (
            points
            if confidence is None
            else np.where(numbers(confidence, "confidence")[..., None] > 0, points, np.nan)
        )
        return keypoints_of_markers(names, held), []
    keypoints = named_keypoints(points, names, confidence)
    if not any(keypoints.canonical):
        raise FormatError("None of the keypoint names is known; name them like left_hip, right_knee, nose.")
    return keypoints, []


def _with_layout(
    layout: str | None, points: np.ndarray, confidence: Any, name: str = ""
) -> tuple[Keypoints, list[str]]:
    if layout is not None:
        return layout_keypoints(points, layout.strip().lower(), confidence), []
    if points.ndim == 3 and points.shape[-1] == 2:
        raise FormatError("These are 2D keypoints; 3D keypoints are needed, so triangulate or lift them.")
    if points.ndim != 3 or points.shape[-1] != 3:
        raise FormatError(
            "Keypoints without a layout need the shape (frames, keypoints, 3); put the axes so."
        )
    guess, warnings = infer_layout(points, name), []
    if points.shape[1] == _MEDIAPIPE:
        return layout_keypoints(points, "mediapipe33", confidence), [_ONLY_MEDIAPIPE]
    starts = _STARTS.get(points.shape[1], ()) if guess is None else ()
    first = next((count for count in starts if infer_layout(points[:, :count]) is not None), None)
    if first is not None:
        guess, warnings = infer_layout(points[:, :first]), [f"Not used: points from number {first} on."]
        points, confidence = points[:, :first], None if confidence is None else confidence[:, :first]
    if guess is None:
        refuse_flat_points(points)
        raise FormatError(unclear_layout(points.shape[1], name))
    keypoints = layout_keypoints(points, guess, confidence)
    warnings.append(f"The layout {guess} was inferred from the body's shape.")
    if guess == "h36m17" and is_mirrored(keypoints):
        warnings.append(f"Left and right look swapped; if HybrIK made it, {give('layout', 'hybrik17')}.")
    return keypoints, warnings


def _body_of(array: np.ndarray, layout: str | None) -> np.ndarray | None:
    """(T, K, 3 or 4) of a bare array: also (K, 3 or 4) of one frame, (1, T, K, 3), or a flat row of the body
    and perhaps more for each frame; None where it is nothing of the kind."""
    if array.ndim == 4 and len(array) == 1:
        array = array[0]
    if array.ndim == 3 and array.shape[2] in (2, 3, 4):
        return array
    if array.ndim == 2 and array.shape[1] in (3, 4):
        return array[None]
    if array.ndim == 3 and len("xyz") in array.shape[:2]:
        return _turned(array, layout)
    rows = array[None] if array.ndim == 1 and len(array) in _FLAT else array
    shape = _row_shape(rows, layout) if rows.ndim == 2 else None
    return None if shape is None else rows[:, : shape[0] * shape[1]].reshape(-1, *shape)


def _turned(array: np.ndarray, layout: str | None) -> np.ndarray | None:
    """(T, K, 3) of an array whose x, y and z come before its points, or before its frames."""
    for axis in (1, 0):
        points = np.moveaxis(array, axis, 2)
        if points.shape[2] == len("xyz") and (layout is not None or infer_layout(points) is not None):
            return points
    return None


def _row_shape(rows: np.ndarray, layout: str | None) -> tuple[int, int] | None:
    """Points and columns of each, by the layout that was given, the width, or the body that they make."""
    width = rows.shape[1]
    if layout in LAYOUTS and width == 3 * len(find_layout(layout).keypoints):
        return width // 3, 3
    if width in _FLAT:
        return _FLAT[width]
    shapes = [(width // columns, columns) for columns in (3, 4) if width % columns == 0]
    shapes = [shape for shape in shapes if FEWEST <= shape[0] <= MOST and len(rows) > 1]
    bodies = ((shape, numbers(rows, "keypoints").reshape(-1, *shape)[..., :3]) for shape in shapes)
    return next((shape for shape, points in bodies if infer_layout(points) is not None), None)


def _bare(container: Container) -> np.ndarray | None:
    """An .npy array, a JSON list of frames of rows, or the one array of a mapping that may be keypoints."""
    if container.npy is not None:
        return container.npy
    listed = container.json
    if isinstance(listed, list) and (_is_rows(listed) or _is_flat(listed)):
        return numbers(listed, "keypoints")
    if container.kind in ("npy", "pickle", "torch") and not container.fields:
        return _of_objects(container.tree)
    if container.kind == "json":
        listed = {name: held for name, held in container.fields.items() if isinstance(held, list)}
        rows = {name: held for name, held in listed.items() if _is_rows(held)}
        rows = rows or {name: held for name, held in listed.items() if _DEEP.search(name) and _is_flat(held)}
        rows = rows or {
            name: [held] for name, held in listed.items() if _DEEP.search(name) and _is_rows([held])
        }
        chosen = _likeliest(list(rows))
        return numbers(rows[chosen[0]], chosen[0]) if len(chosen) == 1 else None
    names = _arrays(container)
    return np.asarray(container.fields[names[0]]) if len(names) == 1 else None


def _is_open(container: Container) -> bool:
    """Whether `keypoints` of one person are meant: not where those in 3D lie beside them under a name that
    says so."""
    several = len(container.shape("keypoints")) == 4
    return container.has("keypoints") and not several and not any(map(_DEEP.search, _arrays(container)))


def _arrays(container: Container) -> list[str]:
    """The names of what may be keypoints; of several only those that are called 3D or of the world, as flat
    rows have to be, or positions."""
    shapes = {str(name): container.shape(str(name)) for name in container.fields}
    whole = [name for name, shape in shapes.items() if _may_be_keypoints(shape)]
    flat = [
        name
        for name, shape in shapes.items()
        if len(shape) == 2 and shape[1] >= 3 * FEWEST and (_DEEP.search(name) or "position" in name)
    ]
    return _likeliest(whole or flat)


def _likeliest(names: list[str]) -> list[str]:
    names = [name for name in names if not _OTHER.search(name)] or names
    deep = [name for name in names if _DEEP.search(name)]
    return likeliest(deep) if len(names) > 1 and deep else names


def _of_objects(tree: Any) -> np.ndarray | None:
    """A tensor, or a list of frames' arrays, in which None is a frame without anybody."""
    if not isinstance(tree, (list, np.ndarray)):
        return np.asarray(tree) if len(getattr(tree, "shape", ())) == 3 else None
    frames = list(tree)
    shapes = {tuple(getattr(frame, "shape", ())) for frame in frames if frame is not None}
    shape = shapes.pop() if len(shapes) == 1 else ()
    if len(shape) == 1 and shape[0] >= 3 * FEWEST:
        missing = np.full(shape, np.nan)
        return numbers([missing if frame is None else np.asarray(frame) for frame in frames], "keypoints")
    if len(shape) == 3 and shape[0] == 1:
        shape = shape[1:]
    if len(shape) != 2 or not _may_be_keypoints((len(frames), *shape)):
        return None
    missing = np.full(shape, np.nan)
    rows = [missing if frame is None else np.asarray(frame).reshape(shape) for frame in frames]
    return numbers(rows, "keypoints")


def without_nulls(frames: Any) -> Any:
    """A list of frames of rows, with rows of NaN for those that are null, and for all of a frame that is."""
    listed = frames if isinstance(frames, list) else []
    first = next((frame for frame in listed if isinstance(frame, list) and frame), [])
    row = next((each for each in first if isinstance(each, list)), None)
    if row is None:
        return frames
    missing = [np.nan] * len(row)
    return [[missing] * len(first) if frame is None else _filled(frame, missing) for frame in listed]


def _filled(frame: Any, missing: list[float]) -> Any:
    return [missing if each is None else each for each in frame] if isinstance(frame, list) else frame


def _is_rows(frames: list[Any]) -> bool:
    """Whether all frames hold as many rows of three or four numbers or nulls."""
    first = frames[0] if frames else None
    if not isinstance(first, list) or not first or not isinstance(first[0], list):
        return False
    width = len(first[0])
    return width in (3, 4) and all(
        isinstance(frame, list)
        and len(frame) == len(first)
        and all(isinstance(row, list) and len(row) == width and all(map(is_real, row)) for row in frame)
        for frame in frames
    )


def _is_flat(frames: list[Any]) -> bool:
    """Whether all frames are as many numbers or nulls."""
    width = len(frames[0]) if frames and isinstance(frames[0], list) else 0
    return width >= 3 * FEWEST and all(
        isinstance(frame, list) and len(frame) == width and all(map(is_real, frame)) for frame in frames
    )


def _may_be_keypoints(shape: tuple[int, ...]) -> bool:
    return len(shape) == 3 and shape[1] >= FEWEST and shape[2] in (3, 4)


def is_body_row(rows: np.ndarray, layout: str | None) -> bool:
    """Whether rows of numbers (T, N) hold a body each."""
    return rows.ndim == 2 and _row_shape(rows, layout) is not None


def draft_of_rows(container: Container, rows: np.ndarray) -> Draft:
    """One person from rows of numbers (T, N). Raises FormatError."""
    return _read_bare(container, rows)


def _read_bare(container: Container, array: np.ndarray) -> Draft:
    values = numbers(array, "keypoints")
    points = _body_of(values, container.hints.layout)
    points = values if points is None else points
    draft = draft_of_array(container, points, container.hints.layout)
    if values.ndim < points.ndim and values.size > points.size:
        draft.warnings.append(_BEHIND)
    fields = container.fields
    (one,) = draft.people
    draft = replace(draft, people=[as_beside(one, fields, one.frames)])
    return timed_beside(draft, fields, len(points), _rate(container))


def draft_of_array(container: Container, array: np.ndarray, layout: str | None) -> Draft:
    """One person from an array (T, K, 3 or 4) out of the container, whose layout is inferred where it is
    None. Raises FormatError."""
    points, confidence = _split(array, None)
    warnings = []
    if points.shape[1] in _FREEMOCAP:
        count = _HOLISTIC if np.isfinite(points[:, _MEDIAPIPE:_HOLISTIC]).any() else _MEDIAPIPE
        points, warnings = points[:, :count], ["Not used: face."]
        layout = layout or f"mediapipe{count}"
        confidence = None if confidence is None else confidence[:, :count]
    names = _names_beside(container.fields, points.shape[1]) if layout is None else []
    if names:
        keypoints, found = _named(names, points, confidence)
    else:
        keypoints, found = _with_layout(layout, points, confidence, _title(container))
    if keypoints.layout in ("mediapipe33", "mediapipe75"):
        points = by_wrists(points)
        keypoints, more = mediapipe_keypoints(points, confidence)
        found += more
    usual = _HUMANML_FPS if _is_humanml(container, keypoints) else _USUAL_FPS.get(keypoints.layout or "")
    return Draft(
        [person(keypoints=keypoints)], usual_fps=usual, units=None, warnings=warnings + found,
        camera=HIPS_FIXED in found, floating=True,
    )  # fmt: skip


def _names_beside(fields: Any, count: int) -> list[str]:
    """The names of so many points that lie beside them, where any of them is known."""
    held: Any = next((fields[name] for name in _NAMES if name in fields), [])
    names = [text_of(name) for name in np.asarray(held, dtype=object).reshape(-1)]
    return names if len(names) == count and any(canonical_names(names)) else []


def _title(container: Container) -> str:
    """What the file and its only array are called."""
    return " ".join([container.path.stem, *(str(name) for name in container.fields if container.npy is None)])


def _is_humanml(container: Container, keypoints: Keypoints) -> bool:
    """Whether 22 joints in an .npy, or beside the text that they were made from, start as HumanML3D's clips
    do: above the origin, facing +Z, Y up.

    Source: EricGuo5513/HumanML3D motion_representation.ipynb (process_file).
    """
    made = container.kind == "npy" or container.has("text")
    if not made or keypoints.layout != "humanml22":
        return False
    first = keypoints.positions[0]
    across = first[_HIPS[0]] - first[_HIPS[1]]
    height = float(np.ptp(first[:, 1]))
    ahead = abs(across[2]) < 0.2 * across[0]
    return bool(np.abs(first[0, [0, 2]]).max() < 0.01 * height and ahead)


_HIPS = [find_layout("humanml22").keypoints.index(f"{side}_hip") for side in ("left", "right")]


READER = Reader(
    format="keypoints",
    tool="Keypoint file",
    holds="3D keypoints of one person in a named layout or with free names",
    files=".npz .npy .json",
    recognises=recognises,
    read=read,
)
DOCUMENTED = READER._replace(files="", recognises=recognises_documented)
