"""From 3D keypoints and rough poses to clean SMPL animation.

    from smpl_pose_refiner import formats, refiner

    recording = formats.read("keypoints.trc")
    motion = refiner.refine(recording.people[0])
    formats.write_npz(motion, "result.npz")

Everything is in metres, right-handed, Y up; at rest a person faces +Z.
"""

from .addon import formats, refiner
from .addon.body import skeleton
from .addon.body.kinematics import forward
from .addon.motion import Motion
from .addon.recording import Keypoints, Person, Poses, Recording
from .addon.safe_read import FormatError

__all__ = [
    "FormatError",
    "Keypoints",
    "Motion",
    "Person",
    "Poses",
    "Recording",
    "formats",
    "forward",
    "refiner",
    "skeleton",
]
