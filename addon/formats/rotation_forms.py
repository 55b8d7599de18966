"""The forms in which files tell joints' rotations: vectors, quaternions, two axes of six numbers, matrices.

Names hardly ever say which; how many numbers each joint has and what they fulfil does. Six numbers are the
first two columns one after the other (Zhou et al. 2019), mixed as (3, 2) (HMR 2.0), or the first two rows
(PyTorch3D); quaternions start or end with their real part.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from ..body.rotations import axis_angle_from_matrix, matrix_from_quaternion, matrix_from_six_d

_CLOSE = 0.02
"""How far rounded numbers may be from those of a rotation."""
_KNEES = (4, 5)


def rotation_matrices(values: np.ndarray, joints: Sequence[int]) -> np.ndarray | None:
    """(T, J, 3, 3) from quaternions, six numbers or matrices (T, …) of one of these numbers of joints, the
    root first; None for anything else. A frame that is NaN or all zeros is NaN."""
    flat = values.reshape(len(values), -1)
    for per_joint, forms in _FORMS.items():
        count, rest = divmod(flat.shape[1], per_joint)
        if rest == 0 and count in joints:
            told = flat.reshape(len(flat), count, per_joint)
            return _bending(list(forms(_unfilled(told))))
    return None


def rotation_vectors(values: np.ndarray, joints: Sequence[int]) -> np.ndarray | None:
    """(T, 3 J) rotation vectors of the same."""
    matrices = rotation_matrices(values, joints)
    return None if matrices is None else axis_angle_from_matrix(matrices).reshape(len(matrices), -1)


def _unfilled(told: np.ndarray) -> np.ndarray:
    """With NaN in the frames that hold nothing."""
    return np.where((told == 0).all((1, 2), keepdims=True), np.nan, told)


def _of_quaternions(told: np.ndarray) -> Iterator[np.ndarray]:
    """The real part is the largest one, as most joints are turned little."""
    if _all_close(np.linalg.norm(told, axis=-1), 1.0):
        first, last = (np.nanmean(np.abs(told[:, 1:, at])) for at in (0, 3))
        yield matrix_from_quaternion(told if first >= last else np.roll(told, 1, axis=-1))


def _of_six(told: np.ndarray) -> Iterator[np.ndarray]:
    mixed = told.reshape(*told.shape[:-1], 3, 2).swapaxes(-1, -2).reshape(told.shape)
    if _are_axes(mixed):
        yield matrix_from_six_d(mixed)
    if _are_axes(told):
        columns = matrix_from_six_d(told)
        yield columns
        yield columns.swapaxes(-1, -2)


def _of_matrices(told: np.ndarray) -> Iterator[np.ndarray]:
    matrices = told.reshape(*told.shape[:-1], 3, 3)
    squared = matrices @ matrices.swapaxes(-1, -2)
    if _all_close(squared, np.eye(3)) and np.nanmin(np.linalg.det(matrices)) > 0:
        yield matrices


_FORMS = {4: _of_quaternions, 6: _of_six, 9: _of_matrices}


def _are_axes(six: np.ndarray) -> bool:
    """Whether six numbers (…, 6) are two unit vectors at a right angle."""
    first, second = six[..., :3], six[..., 3:]
    lengths = np.stack([np.linalg.norm(first, axis=-1), np.linalg.norm(second, axis=-1)])
    return _all_close(lengths, 1.0) and _all_close((first * second).sum(-1), 0.0)


def _all_close(values: np.ndarray, wanted: np.ndarray | float) -> bool:
    apart = np.abs(values - wanted)
    return bool(np.isfinite(apart).any() and np.nanmax(apart) < _CLOSE)


def _bending(choices: list[np.ndarray]) -> np.ndarray | None:
    """Of several readings the one in which the knees bend as knees do."""
    if len(choices) < 2:
        return choices[0] if choices else None
    return max(choices, key=lambda each: np.nanmean(axis_angle_from_matrix(each[:, _KNEES])[..., 0]))
