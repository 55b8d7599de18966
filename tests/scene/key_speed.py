"""How fast keys are written, beside Blender's own keyframe_insert; `python -m tests.scene.key_speed`."""

from __future__ import annotations

import time

import bpy
import numpy as np

from addon.body.skeleton import REST_OFFSETS
from addon.scene.armature import create_armature
from addon.scene.curves import Curve, vector_curves, write_curves
from addon.scene.names import BONE_NAMES


def seconds_to_write(frames: int = 5000, rounds: int = 5) -> float:
    """Best time for the rotations of 24 bones and the pelvis' location on this many frames."""
    curves = _curves(_quaternions(frames))
    return min(_write_once(frames, curves) for _ in range(rounds))


def seconds_to_insert(frames: int = 300, rounds: int = 5) -> float:
    """Best time for the same keys by keyframe_insert, whose cost grows with the square of the frames."""
    quaternions = _quaternions(frames)
    return min(_insert_once(quaternions) for _ in range(rounds))


def keys(frames: int) -> int:
    """Number of keys that both write."""
    return frames * (len(BONE_NAMES) * 4 + 3)


def _quaternions(frames: int) -> np.ndarray:
    quaternions = np.random.default_rng(0).normal(size=(frames, len(BONE_NAMES), 4))
    return quaternions / np.linalg.norm(quaternions, axis=-1, keepdims=True)


def _curves(quaternions: np.ndarray) -> list[Curve]:
    curves = vector_curves(f'pose.bones["{BONE_NAMES[0]}"].location', quaternions[:, 0, :3], BONE_NAMES[0])
    for joint, name in enumerate(BONE_NAMES):
        curves += vector_curves(f'pose.bones["{name}"].rotation_quaternion', quaternions[:, joint], name)
    return curves


def _fresh_armature() -> bpy.types.Object:
    bpy.ops.wm.read_homefile(use_factory_startup=True, use_empty=True)
    return create_armature("Person", REST_OFFSETS)


def _write_once(frames: int, curves: list[Curve]) -> float:
    armature = _fresh_armature()
    start = time.perf_counter()
    write_curves(armature, np.arange(1, frames + 1), curves)
    return time.perf_counter() - start


def _insert_once(quaternions: np.ndarray) -> float:
    pose = _fresh_armature().pose
    bones = [pose.bones[name] for name in BONE_NAMES]
    start = time.perf_counter()
    for frame, turns in enumerate(quaternions, start=1):
        bones[0].location = turns[0, :3]
        bones[0].keyframe_insert("location", frame=frame)
        for bone, turn in zip(bones, turns, strict=True):
            bone.rotation_quaternion = turn
            bone.keyframe_insert("rotation_quaternion", frame=frame)
    return time.perf_counter() - start


def main() -> None:
    """Print both and their ratio per key."""
    ours, theirs = seconds_to_write() / keys(5000), seconds_to_insert() / keys(300)
    print(f"write_curves     {ours * 1e6:8.3f} µs a key ({ours * keys(5000):.3f} s for 5,000 frames)")
    print(f"keyframe_insert  {theirs * 1e6:8.3f} µs a key ({theirs * keys(300):.3f} s for 300 frames)")
    print(f"{theirs / ours:.0f} times as fast")


if __name__ == "__main__":
    main()
