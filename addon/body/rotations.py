"""Rotations on NumPy and torch alike: matrices, axis-angle, quaternions (w, x, y, z), 6D.

Written once against the Python array API; every function takes any batch shape `...`, keeps dtype and
device, and has finite gradients everywhere (branches are `where` with safe arguments).
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np

from .arrays import array_namespace

Array = Any
"""A NumPy array or a torch tensor."""

FEW = 24 * 3 * 16
"""Numbers of vectors up to which fewer steps are faster than shorter ones."""
_SMALL = 1e-8
"""Squared angle below which series replace quotients; their next terms are below 1e-17."""
_NOTHING, _LARGE = 1e-30, -1.8
"""What keeps squares from zero, and twice the cosine below which a turn is a large one."""


def skew(vectors: Array) -> Array:
    """Cross-product matrices (..., 3, 3) of vectors (..., 3): skew(a) @ b = a x b."""
    xp = array_namespace(vectors)
    x, y, z = vectors[..., 0], vectors[..., 1], vectors[..., 2]
    zero = xp.zeros_like(x)
    entries = xp.stack([zero, -z, y, z, zero, -x, -y, x, zero], axis=-1)
    return xp.reshape(entries, (*vectors.shape[:-1], 3, 3))


def matrix_from_axis_angle(vectors: Array) -> Array:
    """Rotation matrices (..., 3, 3) of rotation vectors (..., 3) in radians (Rodrigues)."""
    if isinstance(vectors, np.ndarray) and vectors.size < FEW:
        return _matrices_of_few(vectors)
    xp = array_namespace(vectors)
    x, y, z = vectors[..., 0], vectors[..., 1], vectors[..., 2]
    squared = x * x + y * y + z * z
    angle = xp.sqrt(squared + _NOTHING)
    half_sine = xp.sin(angle / 2) / angle
    first, second = xp.sin(angle) / angle, 2 * half_sine * half_sine
    # Entry by entry, which is several times as fast as matrices of matrices.
    by_x, by_y, by_z = second * x, second * y, second * z
    along_x, along_y, along_z = first * x, first * y, first * z
    straight, xy, xz, yz = 1 - second * squared, by_x * y, by_x * z, by_y * z
    entries = [
        straight + by_x * x, xy - along_z, xz + along_y,
        xy + along_z, straight + by_y * y, yz - along_x,
        xz - along_y, yz + along_x, straight + by_z * z,
    ]  # fmt: skip
    return xp.reshape(xp.stack(entries, axis=-1), (*vectors.shape, 3))


def _matrices_of_few(vectors: np.ndarray) -> np.ndarray:
    """The same where the number of calls counts more than how long each takes."""
    own, other, turned, straight = _entries(vectors.dtype)
    squared = np.add.reduce(vectors * vectors, -1, keepdims=True)
    angle = np.sqrt(squared + _NOTHING)
    half_sine = np.sin(angle / 2) / angle
    second = 2 * half_sine * half_sine
    entries = (second * vectors) @ own * (vectors @ other)
    entries += (np.sin(angle) / angle * vectors) @ turned
    entries += (1 - second * squared) * straight
    return np.asarray(entries.reshape(*vectors.shape, 3))


@lru_cache(maxsize=4)
def _entries(dtype: Any) -> tuple[np.ndarray, ...]:
    """From a vector (3,) to what stands in the entries of a matrix (9,): the number of its row, that of its
    column, and those that turn about it; and the entries of no turn at all."""
    one = np.eye(3)
    across = np.swapaxes(np.cross(one[:, None], one), 1, 2).reshape(3, 9)
    parts = np.repeat(one, 3, axis=1), np.tile(one, 3), across, one.reshape(9)
    return tuple(part.astype(dtype) for part in parts)


def turned_back(matrices: Array) -> Array:
    """The inverse of rotation matrices (..., 3, 3) that others are multiplied by, which NumPy does twice as
    fast where their numbers lie in a row."""
    if isinstance(matrices, np.ndarray):
        return np.ascontiguousarray(np.swapaxes(matrices, -1, -2))
    return array_namespace(matrices).matrix_transpose(matrices)


def axis_angle_from_matrix(matrices: Array) -> Array:
    """Rotation vectors (..., 3) in radians, of length 0..pi, accurate near both ends."""
    if not isinstance(matrices, np.ndarray):
        return _axis_angle_by_quaternion(matrices)
    if matrices.size < 3 * FEW:
        return _vectors_of_few(matrices)
    # Sine and cosine tell all turns but the largest, in a third of the operations.
    x, y, z, cosine = _sines_and_cosine(matrices)
    sine = np.sqrt(x * x + y * y + z * z + _NOTHING)
    factor = np.arctan2(sine, cosine) / sine
    found: np.ndarray = np.stack([x * factor, y * factor, z * factor], axis=-1)
    large = cosine < _LARGE
    if large.any():
        found[large] = _axis_angle_by_quaternion(matrices[large])
    return found


def _vectors_of_few(matrices: np.ndarray) -> np.ndarray:
    """The same where the number of calls counts more than how long each takes."""
    told = matrices.reshape(*matrices.shape[:-2], 9) @ _sines(matrices.dtype)
    found, cosine = told[..., :3], told[..., 3:] - 1.0
    sine = np.sqrt(np.add.reduce(found * found, -1, keepdims=True) + _NOTHING)
    found = found * (np.arctan2(sine, cosine) / sine)
    large = cosine[..., 0] < _LARGE
    if large.any():
        found[large] = _axis_angle_by_quaternion(matrices[large])
    return np.asarray(found)


@lru_cache(maxsize=4)
def _sines(dtype: Any) -> np.ndarray:
    """(9, 4) from the entries of a matrix to twice its turn's sine along x, y and z, and its trace."""
    across = _entries(np.dtype(float))[2]
    return np.column_stack([across.T, np.eye(3).reshape(9)]).astype(dtype)


def _axis_angle_by_quaternion(matrices: Array) -> Array:
    xp = array_namespace(matrices)
    w, x, y, z = _quaternion(matrices)
    squared = x * x + y * y + z * z
    small = squared < _SMALL
    one = xp.ones_like(squared)
    sine = xp.sqrt(xp.where(small, one, squared))
    near_zero = xp.where(small, w, one)
    series = 2 / near_zero * (1 - squared / (3 * near_zero * near_zero))
    factor = xp.where(small, series, 2 * xp.atan2(sine, w) / sine)
    return xp.stack([x * factor, y * factor, z * factor], axis=-1)


def _sines_and_cosine(matrices: Array) -> tuple[Array, Array, Array, Array]:
    """Twice the turn's sine along x, y and z, and twice its cosine, each (...)."""
    x = matrices[..., 2, 1] - matrices[..., 1, 2]
    y = matrices[..., 0, 2] - matrices[..., 2, 0]
    z = matrices[..., 1, 0] - matrices[..., 0, 1]
    return x, y, z, matrices[..., 0, 0] + matrices[..., 1, 1] + matrices[..., 2, 2] - 1.0


def matrix_from_quaternion(quaternions: Array) -> Array:
    """Rotation matrices (..., 3, 3) of quaternions (..., 4) wxyz of any length but zero."""
    xp = array_namespace(quaternions)
    unit = _normalised(quaternions)
    w, x, y, z = unit[..., 0], unit[..., 1], unit[..., 2], unit[..., 3]
    entries = xp.stack(
        [
            1 - 2 * (y * y + z * z), 2 * (x * y - w * z), 2 * (x * z + w * y),
            2 * (x * y + w * z), 1 - 2 * (x * x + z * z), 2 * (y * z - w * x),
            2 * (x * z - w * y), 2 * (y * z + w * x), 1 - 2 * (x * x + y * y),
        ],
        axis=-1,
    )  # fmt: skip
    return xp.reshape(entries, (*quaternions.shape[:-1], 3, 3))


def quaternion_from_matrix(matrices: Array) -> Array:
    """Unit quaternions (..., 4) wxyz with w >= 0 of rotation matrices (..., 3, 3)."""
    return array_namespace(matrices).stack(_quaternion(matrices), axis=-1)


def _quaternion(matrices: Array) -> list[Array]:
    """Their four numbers, each (...).

    4 q q^T is linear in the matrix; a row of it with a large diagonal entry is q times a factor of at
    least 2 (Shepperd 1978), so there is no square root near zero and gradients stay finite.
    """
    xp = array_namespace(matrices)
    m = [[matrices[..., row, column] for column in range(3)] for row in range(3)]
    xx, yy, zz = m[0][0], m[1][1], m[2][2]
    wx, wy, wz = m[2][1] - m[1][2], m[0][2] - m[2][0], m[1][0] - m[0][1]
    xy, xz, yz = m[1][0] + m[0][1], m[2][0] + m[0][2], m[2][1] + m[1][2]
    trace = xx + yy + zz
    w_large, x_largest, y_larger = trace > 0, (xx >= yy) & (xx >= zz), yy >= zz

    def chosen(by_w: Array, by_x: Array, by_y: Array, by_z: Array) -> Array:
        return xp.where(w_large, by_w, xp.where(x_largest, by_x, xp.where(y_larger, by_y, by_z)))

    w, x = chosen(1 + trace, wx, wy, wz), chosen(wx, 1 + 2 * xx - trace, xy, xz)
    y, z = chosen(wy, xy, 1 + 2 * yy - trace, yz), chosen(wz, xz, yz, 1 + 2 * zz - trace)
    length = xp.sqrt(w * w + x * x + y * y + z * z)
    length = xp.where(w < 0, -length, length)
    return [w / length, x / length, y / length, z / length]


def matrix_from_six_d(six_d: Array) -> Array:
    """Rotation matrices (..., 3, 3) from two columns (..., 6) by Gram-Schmidt (Zhou et al. 2019)."""
    xp = array_namespace(six_d)
    a, b, c, x, y, z = (six_d[..., entry] for entry in range(6))
    a, b, c = _unit(a, b, c)
    along = a * x + b * y + c * z
    x, y, z = _unit(x - along * a, y - along * b, z - along * c)
    entries = [a, x, b * z - c * y, b, y, c * x - a * z, c, z, a * y - b * x]
    return xp.reshape(xp.stack(entries, axis=-1), (*six_d.shape[:-1], 3, 3))


def six_d_from_matrix(matrices: Array) -> Array:
    """The first and the second column, one after the other, (..., 6)."""
    xp = array_namespace(matrices)
    return xp.concat([matrices[..., :, 0], matrices[..., :, 1]], axis=-1)


def geodesic_angle(first: Array, second: Array) -> Array:
    """Angles (...) in radians, 0..pi, between rotation matrices (..., 3, 3)."""
    xp = array_namespace(first, second)
    x, y, z, cosine = _sines_and_cosine(xp.matmul(xp.matrix_transpose(first), second))
    return xp.atan2(_length(xp.stack([x, y, z], axis=-1)), cosine)


def slerp(start: Array, end: Array, fraction: Array | float) -> Array:
    """Unit quaternions (..., 4) on the shorter arc from start (0) to end (1); fraction (...) or a number."""
    xp = array_namespace(start, end)
    weight = fraction if isinstance(fraction, (int, float)) else fraction[..., None]
    near = xp.where(xp.sum(start * end, axis=-1)[..., None] < 0, -end, end)
    difference = near - start
    squared = xp.sum(difference * difference, axis=-1)[..., None]
    small = squared < _SMALL
    angle = 2 * xp.asin(xp.sqrt(xp.where(small, xp.ones_like(squared), squared)) / 2)
    sine = xp.sin(angle)
    from_start = xp.where(small, 1 - weight + 0 * squared, xp.sin((1 - weight) * angle) / sine)
    from_end = xp.where(small, weight + 0 * squared, xp.sin(weight * angle) / sine)
    return _normalised(from_start * start + from_end * near)


def without_flips(quaternions: Array) -> Array:
    """Quaternions (T, ..., 4), each with the sign that is nearer to the one before."""
    xp = array_namespace(quaternions)
    turned = xp.sum(quaternions[1:] * quaternions[:-1], axis=-1) < 0
    odd = xp.cumulative_sum(xp.astype(turned, xp.int64), axis=0) % 2 == 1
    return xp.concat([quaternions[:1], xp.where(odd[..., None], -quaternions[1:], quaternions[1:])])


def log_gradient(vectors: Array, pull: Array) -> Array:
    """What a pull (..., 3) on rotation vectors (..., 3) shorter than 2 pi pulls at their rotation's own axes.

    J^T pull for the inverse right Jacobian J of SO(3), log(exp(v) exp(d)) = v + J d + O(d^2) (Sola et al.
    2018, eq. 144).
    """
    if isinstance(vectors, np.ndarray) and vectors.size < FEW:
        return _pulls_of_few(vectors, pull)
    xp = array_namespace(vectors)
    x, y, z = vectors[..., 0], vectors[..., 1], vectors[..., 2]
    # J^T pull = pull - v x pull / 2 + share v x (v x pull), number by number.
    share = _share_of_bend(x * x + y * y + z * z)
    a, b, c = pull[..., 0], pull[..., 1], pull[..., 2]
    once_x, once_y, once_z = y * c - z * b, z * a - x * c, x * b - y * a
    twice_x, twice_y, twice_z = y * once_z - z * once_y, z * once_x - x * once_z, x * once_y - y * once_x
    found = [
        a - once_x / 2 + share * twice_x, b - once_y / 2 + share * twice_y, c - once_z / 2 + share * twice_z
    ]  # fmt: skip
    return xp.stack(found, axis=-1)


def _pulls_of_few(vectors: np.ndarray, pull: np.ndarray) -> np.ndarray:
    """The same in fewer steps."""
    across = (vectors @ _entries(vectors.dtype)[2]).reshape(*vectors.shape, 3) @ pull[..., None]
    squared = np.add.reduce(vectors * vectors, -1, keepdims=True)
    along = np.add.reduce(vectors * pull, -1, keepdims=True)
    twice = vectors * along - squared * pull
    share = _share_of_few(squared).astype(vectors.dtype)
    return np.asarray(pull - across[..., 0] / 2 + share * twice)


def _share_of_few(squared: np.ndarray) -> np.ndarray:
    """`_share_of_bend` in double precision, in which no series is needed: below the least of these squares it
    hardly changes."""
    safe = np.maximum(squared, 1e-4, dtype=float)
    half = np.sqrt(safe) / 2
    return np.asarray((1 - half / np.tan(half)) / safe)


def _share_of_bend(squared: Array) -> Array:
    """What v x (v x pull) counts in `log_gradient`, from the squares of the angles."""
    xp = array_namespace(squared)
    small = squared < 0.04
    safe = xp.where(small, xp.ones_like(squared), squared)
    half = xp.sqrt(safe) / 2
    # No integer above 65535: NumPy 1 takes single precision divided by one to double.
    closed = (1 - half * xp.cos(half) / xp.sin(half)) / safe
    series = 1 / 12 + squared * (
        1 / 720 + squared * (1 / 30240 + squared * (1 / 1209600 + squared / 47900160.0))
    )
    return xp.where(small, series, closed)


def _length(vectors: Array) -> Array:
    """Lengths (...) of vectors (..., 3), with gradient zero instead of infinity at zero."""
    xp = array_namespace(vectors)
    squared = xp.sum(vectors * vectors, axis=-1)
    tiny = squared < 1e-30
    return xp.where(tiny, xp.zeros_like(squared), xp.sqrt(xp.where(tiny, xp.ones_like(squared), squared)))


def _normalised(vectors: Array) -> Array:
    xp = array_namespace(vectors)
    squared = xp.sum(vectors * vectors, axis=-1)[..., None]
    return vectors / xp.sqrt(xp.where(squared < 1e-30, xp.ones_like(squared), squared))


def _unit(x: Array, y: Array, z: Array) -> tuple[Array, Array, Array]:
    """The same of vectors by their three numbers, which is several times as fast."""
    xp = array_namespace(x)
    squared = x * x + y * y + z * z
    length = xp.sqrt(xp.where(squared < 1e-30, xp.ones_like(squared), squared))
    return x / length, y / length, z / length


def nearest_rotation(matrices: np.ndarray) -> np.ndarray:
    """Rotations (..., 3, 3) nearest to any matrices (Kabsch): of a sum of rotations, their chordal mean."""
    u, _, vt = np.linalg.svd(matrices)
    flip = np.ones(u.shape[:-1])
    flip[..., 2] = np.linalg.det(u @ vt)
    return np.asarray((u * flip[..., None, :]) @ vt)
