"""Bare arrays of SMPL parameters (.npy or a pickled array): rows of 66, 72, 75, 82, 85, 156 or 165 numbers.

72 and 66 are SMPL's and its body's rotation vectors, 156 SMPL-H's, 165 SMPL-X's; 75 adds a translation, 82
ten shape numbers, 85 both. HMR's 85 start with a weak-perspective camera instead: which of the two it is, is
seen from where the knees are. Joints' positions of these widths are left to other readers. Sources:
akanazawa/hmr src/RunModel.py; Li-xingXiao/272-dim-Motion-Representation recover_visualize.py (its own 85).
"""

from __future__ import annotations

import numpy as np

from ...body.skeleton import REST_PELVIS
from ...safe_read.npz import is_numeric
from ..container import Container
from ..draft import REST_PELVIS_X, Draft, Reader, layout_keypoints, numbers, person, smpl_poses
from ..inference import infer_layout
from ..limbs import limb_lengths

_WIDTHS = (66, 72, 75, 82, 85, 156, 165)
_MAY_BE_JOINTS = {66: 22, 72: 24, 75: 25, 156: 22, 165: 22}
"""Widths that positions have too -> how many of the joints, the first, make a body then."""
_CAMERA = 3
_STEADY = 0.2
"""Spread of a limb's length over time, relative to its mean, that even noisy positions stay below."""
_LIKELY = ("+y", "+z", "-y")


def _array(container: Container) -> np.ndarray | None:
    """(T, N) rotation vectors, perhaps with translation and shape; None for anything else."""
    array = container.npy
    if array is None and container.kind in ("pickle", "torch") and is_numeric(container.tree):
        array = container.tree
    if array is None or array.ndim not in (2, 3):
        return None
    if array.ndim == 3:
        flat = array.shape[1:] in ((24, 3), (52, 3), (55, 3)) and array.dtype.kind == "f"
        array = array.reshape(len(array), -1) if flat else None
    if array is None or array.shape[1] not in _WIDTHS or not len(array):
        return None
    joints = _MAY_BE_JOINTS.get(array.shape[1])
    if joints and _is_body(numbers(array[:, : 3 * joints], "array").reshape(-1, joints, 3)):
        return None
    return array


def _is_body(points: np.ndarray) -> bool:
    """Whether these are positions: limbs in proportion, whose lengths hardly change over time."""
    layout = infer_layout(points)
    if layout is None:
        return False
    lengths = limb_lengths(layout_keypoints(points, layout)).values()
    return max(float(np.nanstd(each) / max(np.nanmean(each), 1e-12)) for each in lengths) < _STEADY


def recognises(container: Container) -> bool:
    """Rows as wide as SMPL's parameters that are no joints of a body."""
    if container.hints.layout is not None or container.kind not in ("npy", "pickle", "torch"):
        return False
    array = _array(container)
    return array is not None and _like_angles(array)


def _like_angles(array: np.ndarray) -> bool:
    """Whether the joints' vectors are as short as rotations are: within a turn and mostly far below."""
    values = numbers(array, "array")
    start = _CAMERA if array.shape[1] == 85 and _is_hmr(values) else 0
    body = np.linalg.norm(values[:, start + 3 : start + 66].reshape(len(values), -1, 3), axis=-1)
    return bool(np.isfinite(body).all() and body.max() < 2 * np.pi and np.median(body) < 1.0)


def read(container: Container) -> Draft:
    """One person. Raises FormatError."""
    array = _array(container)
    assert array is not None
    values = numbers(array, "array")
    width = values.shape[1]
    hmr = width == 85 and _is_hmr(values)
    start, count = _CAMERA if hmr else 0, 72 if width in (75, 82, 85) else width
    vectors = values[:, start : start + count]
    trans = values[:, 72:75] if width in (75, 85) and not hmr else None
    betas = values[:, -10:] if width in (82, 85) else None
    poses = smpl_poses(
        vectors,
        np.zeros((len(values), 3)) if trans is None else trans,
        betas=betas,
        rest_pelvis=REST_PELVIS_X if width == 165 else REST_PELVIS,
    )
    warnings = ["The array names nothing; by its width it holds SMPL's rotations."]
    warnings += ["The file has no translation, so the hips stay at one place."] if trans is None else []
    warnings += ["Not used: hand poses."] if width > 85 else []
    return Draft([person(poses=poses)], likely_up=_LIKELY, warnings=warnings, floating=trans is None)


def _is_hmr(values: np.ndarray) -> bool:
    """Whether 85 numbers start with a camera: then the left knee's are one joint later.

    Of the columns that are a knee in one reading and a spine's joint in the other, the knee bends more.
    """
    early, late = (np.linalg.norm(values[:, at : at + 3], axis=1).mean() for at in (12, 18))
    return bool(late > early)


READER = Reader(
    "SMPL array", "arrays of SMPL parameters", "SMPL, SMPL-H or SMPL-X of one person", ".npy",
    recognises, read,
)  # fmt: skip
