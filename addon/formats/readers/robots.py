"""Files that look like human motion and are none: refused by what they contain."""

from __future__ import annotations

from ...safe_read import FormatError
from ..container import Container
from ..draft import Draft, Reader


def recognises(container: Container) -> bool:
    """Robot motions, 2D landmarks and image results that carry no 3D motion."""
    return container.has("joint_pos", "body_pos_w") or container.has("dof_pos", "root_rot")


def read(container: Container) -> Draft:
    """Always raises FormatError, with what the file is and what is needed."""
    raise FormatError(
        f"{container.name} is the motion of a robot's joints; choose the human motion it was made from."
    )


READER = Reader("robot motion", "robot retargeting", "refused: no human pose", ".npz .pkl", recognises, read)
