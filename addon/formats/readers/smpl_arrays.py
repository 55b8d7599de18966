"""SMPL parameters without more than their numbers: a bare array, or poses in a mapping that is no tool's.

Rows of 66, 72, 156 or 165 numbers are SMPL's body's, SMPL's, SMPL-H's and SMPL-X's rotation vectors; of 75,
82 and 85 SMPL's with a translation, ten shape numbers or both. HMR's 85 start with a weak-perspective camera
instead: which of the two it is, is seen from where the knees are. Joints' positions of these widths are left
to other readers. In a mapping, the poses lie alone, or `pose` beside `trans`, `betas` and `joints3d` as NLF
has them. Sources: akanazawa/hmr src/RunModel.py; isarandi/nlf demo.ipynb;
Li-xingXiao/272-dim-Motion-Representation recover_visualize.py (its own 85).
"""

from __future__ import annotations

import re
from typing import Any

import numpy as np

from ...body.skeleton import REST_PELVIS
from ...recording import Keypoints
from ...safe_read.npz import is_numeric
from ..beside_rows import as_beside
from ..container import Container
from ..draft import (
    NO_PLACE,
    REST_PELVIS_X,
    Draft,
    Reader,
    layout_keypoints,
    numbers,
    person,
    rows,
    smpl_poses,
)
from ..inference import infer_layout
from ..limbs import limb_lengths
from ..rates import rate_in
from ..timing import timed_beside

_WIDTHS = (66, 72, 75, 82, 85, 156, 165)
_VECTORS = (66, 72, 156, 165)
_JOINTS = tuple((width // 3, 3) for width in _VECTORS)
_MAY_BE_JOINTS = {66: 22, 72: 24, 75: 25, 156: 22, 165: 22}
"""Widths that positions have too -> how many of the joints, the first, make a body then."""
_CAMERA, _MILLI = 3, 1000
_STEADY = 0.2
"""Spread of a limb's length over time, relative to its mean, that even noisy positions stay below."""
_ALONE = ("poses", "fullpose", "smpl_poses")
_TAKEN = ("trans", "transl")
"""Names of poses that other readers take where there is such a translation."""
_POSES = ("pose", "smpl_pose", *_ALONE)
_LIKE_POSES = re.compile("pose|rot|theta|axis_?angle", re.IGNORECASE)
"""What the only such array may be called where a translation lies beside it."""
_TRANS = ("trans", "transl", "translation", "smpl_trans", "root_trans", "tran", "Th")
_LIKELY = ("+y", "+z", "-y")


def _array(container: Container) -> np.ndarray | None:
    """(T, N) rotation vectors, perhaps with translation and shape; None for anything else."""
    held: Any = container.npy
    widths: tuple[int, ...] = _WIDTHS
    if container.kind in ("pickle", "torch") and is_numeric(container.tree):
        held = container.tree
    elif name := _poses_name(container):
        held, widths = numbers(container.fields[name], name), _VECTORS
    if held is None or held.ndim not in (2, 3):
        return None
    if held.ndim == 3:
        held = held.reshape(len(held), -1) if held.shape[1:] in _JOINTS else None
    if held is None or held.shape[1] not in widths or not len(held):
        return None
    joints = _MAY_BE_JOINTS.get(held.shape[1])
    if joints and _is_body(numbers(held[:, : 3 * joints], "array").reshape(-1, joints, 3)):
        return None
    return np.asarray(held)


def _poses_name(container: Container) -> str | None:
    placed = any(container.has(name) for name in _TRANS)
    taken = any(container.has(name) for name in _TAKEN)
    names = [name for name in _POSES if not (taken and name in _ALONE)]
    known = next((name for name in names if len(container.shape(name)) in (2, 3)), None)
    if known is not None or not placed:
        return known
    others = (str(name) for name in container.fields if name not in _ALONE)
    found = [name for name in others if _LIKE_POSES.search(name) and _is_wide(container.shape(name))]
    return found[0] if len(found) == 1 else None


def _is_wide(shape: tuple[int, ...]) -> bool:
    """Whether an array has as many rotation vectors in each frame as a body has joints."""
    return shape[1:] in _JOINTS or (len(shape) == 2 and shape[1] in _VECTORS)


def _is_body(points: np.ndarray) -> bool:
    """Whether these are positions: limbs in proportion, whose lengths hardly change over time."""
    layout = infer_layout(points)
    if layout is None:
        return False
    lengths = limb_lengths(layout_keypoints(points, layout)).values()
    return max(float(np.nanstd(each) / max(np.nanmean(each), 1e-12)) for each in lengths) < _STEADY


def recognises(container: Container) -> bool:
    """Rows as wide as SMPL's parameters that are no joints of a body."""
    if container.hints.layout is not None or container.kind not in ("npy", "npz", "pickle", "torch"):
        return False
    array = _array(container)
    return array is not None and _like_angles(array)


def _like_angles(array: np.ndarray) -> bool:
    """Whether the joints' vectors are as short as rotations are: within a turn and mostly far below."""
    values = numbers(array, "array")
    start = _CAMERA if array.shape[1] == 85 and _is_hmr(values) else 0
    body = np.linalg.norm(values[:, start + 3 : start + 66].reshape(len(values), -1, 3), axis=-1)
    body = body[np.isfinite(body)]
    return bool(body.size and body.max() < 2 * np.pi and np.median(body) < 1.0)


def read(container: Container) -> Draft:
    """One person. Raises FormatError."""
    array = _array(container)
    assert array is not None
    values = numbers(array, "array")
    width = values.shape[1]
    hmr = width == 85 and _is_hmr(values)
    start, count = _CAMERA if hmr else 0, 72 if width in (75, 82, 85) else width
    trans, betas = _beside(container, len(values))
    trans = values[:, 72:75] if width in (75, 85) and not hmr else trans
    poses = smpl_poses(
        values[:, start : start + count],
        np.zeros((len(values), 3)) if trans is None else trans,
        betas=values[:, -10:] if width in (82, 85) else betas,
        gender=container.fields.get("gender", "neutral"),
        rest_pelvis=REST_PELVIS_X if width == 165 else REST_PELVIS,
    )
    warnings = [] if container.fields else ["The array names nothing; by its width it holds SMPL's poses."]
    warnings += [NO_PLACE] if trans is None else []
    keypoints = _joints(container, poses.pelvis) if trans is not None else None
    one = as_beside(person(keypoints=keypoints, poses=poses), container.fields, len(values))
    draft = Draft(
        [one], likely_up=_LIKELY, warnings=warnings,
        units="m" if keypoints is None else None, floating=trans is None,
        tool="unknown tool" if keypoints is None else "NLF",
    )  # fmt: skip
    return timed_beside(draft, container.fields, len(values), rate_in(container.fields))


def _beside(container: Container, count: int) -> tuple[np.ndarray | None, Any]:
    """Translations (T, 3) and shape that lie beside the poses, where there are any."""
    name = next((name for name in _TRANS if container.has(name)), None)
    trans = rows(container.fields[name], name) if name is not None else None
    fits = trans is not None and trans.shape == (count, 3)
    return trans if fits else None, container.fields.get("betas", container.fields.get("beta"))


def _joints(container: Container, pelvis: np.ndarray) -> Keypoints | None:
    """The fitted joints beside the poses, in the unit of the pelvis (T, 3): NLF's may be in millimetres
    where its translation is in metres."""
    shape = container.shape("joints3d")
    if shape != (len(pelvis), 24, 3):
        return None
    joints = numbers(container.fields["joints3d"], "joints3d")
    away = np.nanmedian(np.linalg.norm(joints[:, 0], axis=1) / np.linalg.norm(pelvis, axis=1))
    return layout_keypoints(joints / _MILLI if _MILLI / 2 < away < _MILLI * 2 else joints, "smpl24")


def _is_hmr(values: np.ndarray) -> bool:
    """Whether 85 numbers start with a camera: then the left knee's are one joint later.

    Of the columns that are a knee in one reading and a spine's joint in the other, the knee bends more.
    """
    early, late = (np.linalg.norm(values[:, at : at + 3], axis=1).mean() for at in (12, 18))
    return bool(late > early)


READER = Reader(
    "SMPL array", "arrays of SMPL parameters, NLF", "SMPL, SMPL-H or SMPL-X of one person", ".npy .npz .pkl",
    recognises, read,
)  # fmt: skip
