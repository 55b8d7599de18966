"""From 3D keypoints and rough poses to clean SMPL animation.

    from smpl_pose_refiner import formats, refiner

    recording = formats.read("keypoints.trc")
    motion = refiner.refine(recording.people[0])
    formats.write_npz(motion, "result.npz")

Everything is in metres, right-handed, Y up; at rest a person faces +Z.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
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

_MODULES = {"formats": "formats", "refiner": "refiner", "skeleton": "body.skeleton"}
_PLACES = {
    "FormatError": "safe_read",
    "Keypoints": "recording",
    "Motion": "motion",
    "Person": "recording",
    "Poses": "recording",
    "Recording": "recording",
    "forward": "body.kinematics",
}


def __getattr__(name: str) -> Any:
    """What is asked for, imported then: the command line decides about NumPy's threads before that."""
    if name == "__version__":
        return import_module(".addon.cli.version", __name__).version()
    if name in _MODULES:
        return import_module(f".addon.{_MODULES[name]}", __name__)
    if name not in _PLACES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f".addon.{_PLACES[name]}", __name__), name)
