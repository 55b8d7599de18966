"""What is in an FBX file, and what a motion should look like in it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
from scipy.spatial.transform import Rotation

from addon.body.open_body import floor_height
from addon.body.skeleton import rest_joints
from addon.motion import Motion


def read(path: Path) -> dict[str, np.ndarray]:
    """What `read_fbx.py` finds in the file, in the file's frame."""
    arrays = path.with_suffix(".npz")
    subprocess.run([sys.executable, Path(__file__).with_name("read_fbx.py"), path, arrays], check=True)
    with np.load(arrays) as found:
        return dict(found)


def degrees(ours: np.ndarray, theirs: np.ndarray) -> float:
    """The largest angle between rotations (..., 3, 3)."""
    difference = np.linalg.inv(ours.reshape(-1, 3, 3)) @ theirs.reshape(-1, 3, 3)
    return float(np.degrees(Rotation.from_matrix(difference).magnitude()).max())


def rest_of(motion: Motion) -> np.ndarray:
    """(24, 3) joints at rest, standing on the floor, in SMPL's frame."""
    return rest_joints(motion.bone_offsets) - [0, floor_height(motion.bone_offsets), 0]
