"""Where the pole targets of two-bone limbs belong: pure arithmetic, no bpy."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..body.directions import unit

_STRAIGHT, _BENT = 0.05, 0.15
"""Distance of the joint from the line between a limb's ends, in lengths of the upper bone: below the first
its direction is taken from the moments around, from the second on it counts alone."""
_CARRIED_SECONDS = 0.3
"""Half width of the Gaussian by which a straight limb takes its direction from the moments around."""
_HABIT = 1e-3
"""Weight of the anatomical direction beside the squares of those distances."""


@dataclass(frozen=True)
class Bends:
    """A limb over T frames, in the armature's space.

    upper: (T, 3, 3) axes of the upper bone; root, middle, end: (T, 3) hip, knee and ankle, or the like.
    """

    upper: np.ndarray
    root: np.ndarray
    middle: np.ndarray
    end: np.ndarray


def pole_targets(
    bends: Bends, habit: np.ndarray, distance: float, rate: float
) -> tuple[np.ndarray, np.ndarray]:
    """Places (T, 3) of the pole, and angles (T,) of the constraint that leave the limb as it is.

    The pole lies in the plane in which the limb bends, `distance` metres from the line between its ends.
    habit: (3,) where the middle joint points when the limb bends, in the upper bone's axes. A straight limb
    has no such plane: there the direction comes from the moments around, at `rate` frames a second.
    The angle is that of Blender's IK constraint: radians within ±π, from the upper bone's X to its Z axis.
    """
    line = unit(bends.end - bends.root)
    reach = bends.middle - bends.root
    along = (reach * line).sum(-1, keepdims=True) * line
    turned = _steady(bends, line, reach - along, habit, rate)
    around = _to_upper(bends, line, turned)
    return bends.root + along + distance * turned, np.arctan2(around[:, 2], around[:, 0])


def _steady(bends: Bends, line: np.ndarray, aside: np.ndarray, habit: np.ndarray, rate: float) -> np.ndarray:
    """(T, 3) unit directions from the line (T, 3) to the joint that lies `aside` (T, 3), across the line.

    They are kept over time as angles in the axes of the upper bone, where a hinge has nearly one angle.
    """
    bend = np.linalg.norm(aside, axis=-1) / np.linalg.norm(bends.middle - bends.root, axis=-1)
    own = _phase(_to_upper(bends, line, unit(aside)))
    usual = complex(habit[0], habit[2]) / abs(complex(habit[0], habit[2]))
    around = _blurred(own * bend**2, _CARRIED_SECONDS * rate) + _HABIT * usual
    share = np.clip((bend - _STRAIGHT) / (_BENT - _STRAIGHT), 0.0, 1.0)
    share = share * share * (3 - 2 * share)
    mixed = share * own + (1 - share) * around / np.maximum(np.abs(around), 1e-12)
    mixed = np.where(np.abs(mixed) > 1e-6, mixed, own)
    across = np.stack([mixed.real, np.zeros(len(mixed)), mixed.imag], axis=-1)
    seen = (bends.upper @ across[..., None])[..., 0]
    steady = unit(seen - (seen * line).sum(-1, keepdims=True) * line)
    return np.where(share[:, None] < 1, steady, unit(aside))


def _to_upper(bends: Bends, line: np.ndarray, across: np.ndarray) -> np.ndarray:
    """(T, 3) in the upper bone's axes: the direction at right angles to the bone that projects to `across`.

    The solver turns this direction about the line until it points to the pole.
    """
    bone = bends.upper[:, :, 1]
    share = (line * bone).sum(-1)
    share = np.where(np.abs(share) > 1e-3, share, np.where(share < 0, -1e-3, 1e-3))
    direction = across - line * ((across * bone).sum(-1) / share)[:, None]
    return (np.swapaxes(bends.upper, -1, -2) @ direction[..., None])[..., 0]


def _phase(directions: np.ndarray) -> np.ndarray:
    """(T,) unit complex numbers x + iz of directions (T, 3)."""
    numbers = directions[:, 0] + 1j * directions[:, 2]
    return numbers / np.maximum(np.abs(numbers), 1e-12)


def _blurred(values: np.ndarray, width: float) -> np.ndarray:
    """Values (T,) blurred by a Gaussian of this half width in frames."""
    reach = max(round(3 * width), 1)
    window = np.exp(-0.5 * (np.arange(-reach, reach + 1) / width) ** 2)
    return np.convolve(np.pad(values, reach, "edge"), window / window.sum(), "valid")
