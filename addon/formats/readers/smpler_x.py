"""SMPLer-X: `smplx/<frame>_<detection>.npz`, SMPL-X of a person in an image, and `meta/<same name>.json`.

Source: caizhongang/SMPLer-X main/inference.py. Each detection was seen by a lens of its own: the file's
focal length and principal point are those of its box, so all are brought to one usual lens over the whole
image.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from ...body.hands import FINGER_COUNT
from ...recording import Poses
from ...safe_read import FormatError
from ..container import Container
from ..draft import REST_PELVIS_X, Draft, Reader, numbers, person, smpl_poses
from ..filming import still
from ..hand_poses import MEAN_HAND, coded_pair, hand_pair
from ..linking import LINKED, Detections
from ..tracks import joined

_HANDS = ("left_hand_pose", "right_hand_pose")
_NAME = re.compile(r"(\d+)_(\d+)")


def recognises(container: Container) -> bool:
    """SMPL-X parameters of a single frame, whose hands are rotation vectors."""
    if not container.has("global_orient", "body_pose", "transl", "left_hand_pose"):
        return False
    sizes = [int(np.prod(container.shape(name))) for name in ("global_orient", "left_hand_pose")]
    return container.kind == "npz" and sizes == [3, 3 * FINGER_COUNT]


def read(container: Container) -> Draft:
    """Everybody in the folder's frames. Raises FormatError."""
    rows = [_row(*each) for each in _files(container)]
    lens = _Lens([meta for *_, meta in rows if meta])
    found = Detections()
    for frame, pose, shift, betas, meta in rows:
        place = lens.place(shift, meta) if meta else shift
        found.add(frame, place, pose=pose, trans=place, betas=betas)
    people = [person(name, ids, poses=_poses(v)) for name, ids, v in found.tracks()]
    if not people:
        raise FormatError("The folder holds no person in any frame; choose another folder.")
    warnings = [MEAN_HAND, "Not used: face expression.", *([LINKED] if found.several else [])]
    if not all(meta for *_, meta in rows):
        warnings.append(
            "Without the meta files, each person was seen by a camera of its own; places may jump."
        )
    else:
        warnings.append("The distance from the camera was estimated for a usual lens.")
    filmed = still(lens.focal, middle=lens.centre) if all(meta for *_, meta in rows) else None
    return Draft(people, up="-y", warnings=warnings, camera=True, filmed=filmed)


def _files(container: Container) -> list[tuple[int, Container]]:
    if not _NAME.fullmatch(container.path.stem):
        return [(0, container)]
    found = []
    for path in sorted(container.path.parent.glob(f"*{container.path.suffix}")):
        match = _NAME.fullmatch(path.stem)
        file = container if path == container.path else Container(path)
        if match and file.has("global_orient", "body_pose", "transl"):
            found.append((int(match[1]), file))
    return found


def _row(frame: int, file: Container) -> tuple[int, np.ndarray, np.ndarray, np.ndarray, Mapping[str, Any]]:
    fields = file.fields
    names = ("global_orient", "body_pose", *(name for name in _HANDS if name in fields))
    pose = joined(*(numbers(fields[n], n).reshape(1, -1) for n in names))[0]
    betas = numbers(fields["betas"], "betas").reshape(-1) if "betas" in fields else np.zeros(10)
    return frame, pose, numbers(fields["transl"], "transl").reshape(3), betas, _meta(file.path)


def _poses(values: Mapping[str, np.ndarray]) -> Poses:
    """Of vectors (T, 66), with hands (T, 156)."""
    pose = values["pose"]
    poses = smpl_poses(pose[:, :66], values["trans"], betas=values["betas"], rest_pelvis=REST_PELVIS_X)
    left, right = pose[:, 66:111], pose[:, 111:]
    coded = coded_pair(left, right, from_mean=True)
    return replace(poses, hands=hand_pair(left, right, from_mean=True), coded=coded)


def _meta(path: Path) -> Mapping[str, Any]:
    """Focal length, principal point and box in pixels of the image; empty where the file is missing."""
    beside = path.parent.parent / "meta" / f"{path.stem}.json"
    meta = Container(beside).fields if beside.is_file() else {}
    held = {
        name: np.asarray(meta.get(name, []), dtype=float).reshape(-1) for name in ("focal", "princpt", "bbox")
    }
    sizes = [len(values) for values in held.values()]
    return held if sizes == [2, 2, 4] and held["focal"].min() > 0 else {}


class _Lens:
    """A usual lens over the image, whose size the boxes tell: its focal length is the image's diagonal."""

    def __init__(self, metas: list[Mapping[str, Any]]) -> None:
        corners = [meta["bbox"][:2] + meta["bbox"][2:] for meta in metas] or [np.ones(2)]
        size = np.maximum(np.max(corners, axis=0), 1.0)
        self.focal, self.centre = float(np.hypot(*size)), size / 2

    def place(self, shift: np.ndarray, meta: Mapping[str, Any]) -> np.ndarray:
        """(3,) the same size and place in the image under this lens."""
        depth = shift[2] * self.focal / float(np.mean(meta["focal"]))
        pixel = meta["focal"] * shift[:2] / shift[2] + meta["princpt"]
        return np.array([*((pixel - self.centre) * depth / self.focal), depth])


READER = Reader("SMPLer-X", "SMPLer-X", "SMPL-X per image", "00000_0.npz", recognises, read)
