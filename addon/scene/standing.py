"""How an armature stands by the turn of its object: importers lay bones down and set the object up again."""

from __future__ import annotations

import numpy as np
from mathutils import Matrix, Quaternion

_LIES = 0.5
"""Share of its own height below which an armature that is set up by its object would rather lie."""


def quarter_turns(world: Matrix, heads: np.ndarray) -> np.ndarray:
    """(3, 3) that set an armature with bones at `heads` (B, 3) up as its object's matrix in the world does.

    The quarter turns nearest to how that is tilted, whichever way it faces; none where the bones would lie.
    """
    turn = world.to_quaternion()
    heading = Quaternion((turn.w, 0.0, 0.0, turn.z))
    tilt = np.array((heading.normalized().conjugated() @ turn).to_matrix())
    quarters = tilt.round()
    if world.determinant() <= 0 or not np.array_equal(quarters @ quarters.T, np.eye(3)):
        return np.eye(3)
    up, own = (float(np.ptp(places[:, 2])) for places in (heads @ quarters.T, heads))
    return quarters if up > _LIES * own else np.eye(3)
