"""XRMoCap's Keypoints (.npz): several people's keypoints (T, P, K, 4) of x, y, z and score, in a convention.

`mask (T, P, K)` says which were seen; `convention` is MMHuman3D's name of their order. Source:
openxrlab/xrmocap docs/en/data_structure/keypoints.md; open-mmlab/mmhuman3d
mmhuman3d/core/conventions/keypoints_mapping.
"""

from __future__ import annotations

import numpy as np

from ...body.hands import FINGER_NAMES, SIDES
from ...body.layouts import LAYOUTS
from ...body.skeleton import JOINT_NAMES
from ...overrides import give
from ...recording import Keypoints, Person
from ...safe_read import FormatError, one_line
from ..container import Container
from ..draft import Draft, Reader, layout_keypoints, named_keypoints, numbers, person, scalar, text_of
from ..hand_points import named_beside_body
from ..inference import infer_layout

_LAYOUTS = {
    "coco": "coco17", "coco_wholebody": "coco_wholebody133", "openpose_25": "body25", "h36m": "hybrik17",
    "h36m_mmpose": "h36m17", "hybrik_29": "hybrik29", "smpl": "smpl24", "smpl_45": "smpl24",
    "smpl_54": "smpl24", "smplx": "humanml22",
}  # fmt: skip
"""Convention -> the layout of its keypoints, or of those it starts with. "h36m" has the left side first."""
_STARTS = {"smpl24": 24, "humanml22": 22}
_HUMAN_DATA, _HUMAN_DATA_COUNT = "human_data", 190
_SOLES = ("big_toe", "small_toe", "heel")
_FIRST_FINGER, _FIRST_TIP = 25, 66
_TIPS = ("thumb", "index", "middle", "ring", "pinky")
_HUMAN_DATA_HANDS = {
    **dict(enumerate((f"{side}_hand_{name}" for side in SIDES for name in FINGER_NAMES), _FIRST_FINGER)),
    **dict(enumerate((f"{side}_hand_{tip}_tip" for side in SIDES for tip in _TIPS), _FIRST_TIP)),
}
_HUMAN_DATA_POINTS = {
    **dict(enumerate(JOINT_NAMES[:22])),
    **dict(enumerate(("nose", "right_eye", "left_eye", "right_ear", "left_ear"), 55)),
    **dict(enumerate((f"{side}_{part}" for side in ("left", "right") for part in _SOLES), 60)),
    **dict(enumerate(("coco_right_hip", "coco_left_hip", "coco_neck", "head_top"), 144)),
}
"""Those of MMHuman3D's keypoints that a body has, a detector's own hips and neck last."""


def recognises(container: Container) -> bool:
    """Keypoints of several people, in four dimensions."""
    shape = container.shape("keypoints")
    named = container.has("mask") or container.has("convention")
    return container.kind == "npz" and named and len(shape) == 4 and shape[1] > 0 and shape[3] in (3, 4)


def read(container: Container) -> Draft:
    """Everybody. Raises FormatError for 2D and where the order of the keypoints can't be known."""
    fields = container.fields
    values = numbers(fields["keypoints"], "keypoints")
    if values.shape[3] == 3:
        raise FormatError("These are 2D keypoints of cameras; open XRMoCap's keypoints3d file instead.")
    mask = np.asarray(fields["mask"]) if "mask" in fields else np.ones(values.shape[:3])
    if mask.shape != values.shape[:3]:
        raise FormatError(f"The mask {mask.shape} does not fit the keypoints; export them again.")
    layout, warnings = _layout(container, values)
    if layout in _STARTS and container.hints.layout is None:
        values, mask = values[:, :, : _STARTS[layout]], mask[:, :, : _STARTS[layout]]
    tracks = enumerate(zip(values.swapaxes(0, 1), mask.swapaxes(0, 1), strict=True))
    found = [_person(str(place), layout, *track) for place, track in tracks]
    people = [one for one in found if one is not None]
    fps = scalar(fields["fps"]) if "fps" in fields else None
    return Draft(people, fps=fps, units=None, likely_up=("+z", "+y", "-y"), warnings=warnings)


def _layout(container: Container, values: np.ndarray) -> tuple[str, list[str]]:
    convention = text_of(container.fields.get("convention", "")).strip()
    if convention == _HUMAN_DATA and values.shape[2] == _HUMAN_DATA_COUNT and container.hints.layout is None:
        return _HUMAN_DATA, ["Not used: face."]
    named = container.hints.layout or _LAYOUTS.get(convention.lower())
    if named is None and convention.lower() in LAYOUTS:
        named = convention.lower()
    if named is not None:
        return named, []
    guess = infer_layout(values[:, 0, :, :3])
    if guess is None:
        raise FormatError(
            f"The order {one_line(convention)!r} of {values.shape[2]} keypoints is not known; convert them to"
            f" the convention smpl, coco or human_data with XRMoCap, or {give('layout')}."
        )
    return guess, [f"The layout {guess} was inferred from the body's shape."]


def _person(name: str, layout: str, values: np.ndarray, mask: np.ndarray) -> Person | None:
    """The person in the frames in which any of their keypoints was seen; None where there are none."""
    keypoints = _keypoints(layout, values, np.where(mask > 0, values[..., 3], 0.0))
    if keypoints is None:
        return None
    seen = np.flatnonzero((keypoints.confidence > 0).any(1))
    if not len(seen):
        return None
    return person(name, seen, keypoints=keypoints.rows(seen))


def _keypoints(layout: str, values: np.ndarray, confidence: np.ndarray) -> Keypoints | None:
    if not (confidence > 0).any():
        return None
    if layout == _HUMAN_DATA:
        held, names = list(_HUMAN_DATA_POINTS), list(_HUMAN_DATA_POINTS.values())
        body = named_keypoints(values[:, held, :3], names, confidence[:, held], canonical=names)
        hands, names = list(_HUMAN_DATA_HANDS), list(_HUMAN_DATA_HANDS.values())
        return named_beside_body(body, names, values[:, hands, :3], confidence[:, hands])
    return layout_keypoints(values[..., :3], layout, confidence)


READER = Reader(
    "XRMoCap keypoints", "XRMoCap", "keypoints of several people", "keypoints3d*.npz", recognises, read
)
