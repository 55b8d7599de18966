"""An empty Blender file for every test, motions to write and measures of what Blender makes of them."""

from __future__ import annotations

from collections.abc import Callable

import bpy
import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from addon.body.skeleton import REST_OFFSETS
from addon.motion import Motion
from addon.recording import Keypoints
from addon.scene import BONE_NAMES


@pytest.fixture(autouse=True)
def empty_file() -> None:
    bpy.ops.wm.read_homefile(use_factory_startup=True, use_empty=True)


@pytest.fixture
def make_motion() -> Callable[..., Motion]:
    return _make_motion


@pytest.fixture
def make_keypoints() -> Callable[..., Keypoints]:
    return _make_keypoints


@pytest.fixture
def append_person(tmp_path) -> Callable[[], bpy.types.Object]:
    """A function that saves the file, and appends the person to an empty one."""

    def append() -> bpy.types.Object:
        path = str(tmp_path / "saved.blend")
        bpy.ops.wm.save_as_mainfile(filepath=path)
        bpy.ops.wm.read_homefile(use_factory_startup=True, use_empty=True)
        with bpy.data.libraries.load(path) as (_, into):
            into.objects = ["Person"]
        bpy.context.scene.collection.objects.link(into.objects[0])
        return into.objects[0]

    return append


@pytest.fixture
def heads() -> Callable[[bpy.types.Object], np.ndarray]:
    """Bone heads (24, 3) as Blender evaluates them at the current frame, brought to SMPL's frame."""

    def measure(armature: bpy.types.Object) -> np.ndarray:
        evaluated = armature.evaluated_get(bpy.context.evaluated_depsgraph_get())
        places = [evaluated.matrix_world @ evaluated.pose.bones[name].head for name in BONE_NAMES]
        x, y, z = np.array(places).T
        return np.stack([x, z, -y], axis=-1)

    return measure


def _make_motion(
    frames: int = 40, fps: float = 30.0, frame_ids: np.ndarray | None = None, seed: int = 0
) -> Motion:
    """A tall performer who waves every joint and turns around several times, smoothly in time."""
    ids = np.arange(frames) if frame_ids is None else np.asarray(frame_ids)
    random = np.random.default_rng(seed)
    times = (ids / fps)[:, None, None]
    speeds, phases = random.uniform(1, 4, (1, 24, 3)), random.uniform(0, 6, (1, 24, 3))
    vectors = np.sin(times * speeds + phases) * 0.7
    rotations = Rotation.from_rotvec(vectors.reshape(-1, 3)).as_matrix().reshape(-1, 24, 3, 3)
    heading = Rotation.from_rotvec(times[:, 0] * [[0.0, 9.0, 0.0]]).as_matrix()
    rotations[:, 0] = heading @ rotations[:, 0]
    return Motion(
        rotations=rotations,
        pelvis=np.array([0.5, 0.9, -0.3]) + np.sin(times[:, 0] * [[1.0, 2.0, 3.0]]),
        bone_offsets=REST_OFFSETS * np.linspace(0.9, 1.2, 24)[:, None],
        fps=fps,
        frame_ids=ids,
        fit_error_mm=20 + 10 * np.sin(times[:, 0, 0]),
        uncertainty_deg=np.full((len(ids), 24), np.nan),
    )


def _make_keypoints(frames: int = 40) -> Keypoints:
    """Two keypoints that move, the second seen only in the middle, and one that was never seen."""
    positions = np.full((frames, 3, 3), np.nan)
    positions[:, 0] = np.linspace([0, 0, 0], [1, 2, 3], frames)
    positions[10:20, 1] = 1.0
    names = ("nose", "left_wrist", "tail")
    return Keypoints(positions, np.ones((frames, 3)), names, ("nose", "left_wrist", None))
