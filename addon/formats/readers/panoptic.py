"""CMU Panoptic's `body3DScene_00000000.json`: 15, 19 or 26 joints per person and frame, centimetres, Y down.

Source: CMU-Perceptual-Computing-Lab/panoptic-toolbox README.md. A missing joint is (0, 0, 0, -1). The
first 19 of 26 are those of joints19. Hands stand beside, in `../hdHand3d/handRecon3D_hd00000000.json`: 21
points a side in OpenPose's order, by the bodies' ids (panoptic-toolbox python/example.ipynb).
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ...body.hands import SIDES
from ...recording import Keypoints
from ...safe_read import FormatError
from ..container import Container
from ..draft import Draft, Reader, layout_keypoints, person
from ..hand_points import COUNT, beside_body, numbers_of
from ..tracks import Tracks, series


def recognises(container: Container) -> bool:
    """Bodies with joints."""
    bodies = container.fields.get("bodies")
    if not isinstance(bodies, list):
        return False
    return all(isinstance(one, dict) and _joints(one) is not None for one in bodies)


_NO_HANDS = np.zeros((len(SIDES), COUNT, 4))
_LAYOUTS = {"joints19": 19, "joints26": 19, "joints15": 15}


def _joints(body: dict[str, Any]) -> np.ndarray | None:
    """(19 or 15, 4) joints with confidence; None where a body has none."""
    name = next((name for name in _LAYOUTS if name in body), None)
    return None if name is None else np.asarray(body[name], dtype=float).reshape(-1, 4)[: _LAYOUTS[name]]


def read(container: Container) -> Draft:
    """Every person of the folder of frames. Raises FormatError."""
    tracks = Tracks()
    for frame, file in series(container):
        hands = _hands(file)
        for one in file.fields.get("bodies", []):
            joints = _joints(one)
            if joints is not None:
                own = hands.get(str(one.get("id", 0)), _NO_HANDS)
                tracks.add(one.get("id", 0), frame, joints=joints, hands=own)
    people = [person(name, frames, keypoints=_keypoints(**values)) for name, frames, values in tracks]
    if not people:
        raise FormatError("The folder holds no person in any frame; choose another folder.")
    return Draft(people, up="-y", units="cm")


def _keypoints(joints: np.ndarray, hands: np.ndarray) -> Keypoints:
    body = layout_keypoints(joints[..., :3], f"panoptic{joints.shape[1]}", joints[..., 3])
    return beside_body(body, hands[..., :3], hands[..., 3])


def _hands(body: Container) -> dict[str, np.ndarray]:
    """(2, 21, 4) points with confidence of both hands by id, out of the file beside the body's."""
    number = body.path.stem.rpartition("_")[2]
    path = body.path.parent.parent / "hdHand3d" / f"handRecon3D_hd{number}.json"
    people = Container(path).fields.get("people") if path.is_file() else None
    if not isinstance(people, list):
        return {}
    found = {}
    for one in people:
        if isinstance(one, dict):
            found[str(one.get("id", 0))] = np.stack([_hand(one.get(f"{side}_hand")) for side in SIDES])
    return found


def _hand(hand: Any) -> np.ndarray:
    """(21, 4); confidence 0 for who has none, and for points that were found too seldom to be placed."""
    places = numbers_of(hand.get("landmarks"), 3) if isinstance(hand, dict) else None
    if places is None:
        return _NO_HANDS[0]
    score = numbers_of(hand.get("averageScore"), 1)
    score = (places != 0.0).any(1, keepdims=True) if score is None else score
    return np.concatenate([places, np.maximum(score, 0.0)], axis=1)


READER = Reader(
    "Panoptic", "CMU Panoptic", "15 or 19 joints of several people, and hands beside", "body3DScene_*.json",
    recognises, read, "real file (1 frame)", usual_fps=29.97,
)  # fmt: skip
