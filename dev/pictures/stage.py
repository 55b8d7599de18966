"""Recordings for the manual's pictures, made from the bundled samples."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np

from addon import formats
from addon.body.layouts import find_layout
from addon.recording import Keypoints, Recording
from addon.rigs import Rig

from ..processes import ROOT

SAMPLES = ROOT / "bundled_model" / "samples"
WALK = SAMPLES / "plugin" / "keypoints.npz"
BALANCE = SAMPLES / "pose2sim" / "S00_P00_T01_BalancingTrial_0-100.trc"
RATE = 30.0
"""Frames per second at which EasyMocap's files are read."""
BESIDE = np.array([0.0, 0.0, 1.3])
"""Metres between the two people."""
TRUNK, THICK, SLENDER = 0.11, 0.055, 0.25
"""Half widths of a robot's parts: metres of its trunk, at most of its limbs, and parts of their lengths."""
SEEN = 150
"""Frames of the performance for plug-in use that have keypoints."""


def two_people(folder: Path) -> Path:
    """Two captures side by side as EasyMocap writes several people; its first file."""
    folder.mkdir()
    people = [_body25(formats.read(path)) for path in (WALK, BALANCE)]
    people[1] += _middle(people[0]) - _middle(people[1]) + BESIDE
    for frame in range(max(map(len, people))):
        listed = [
            {"id": number, "keypoints3d": np.nan_to_num(points[frame]).tolist()}
            for number, points in enumerate(people)
            if frame < len(points)
        ]
        (folder / f"{frame:06d}.json").write_text(json.dumps(listed), "utf-8")
    return folder / "000000.json"


def long_pair(path: Path, frames: int) -> Path:
    """So many frames of the two captures side by side, to and fro, as XRMoCap writes several people."""
    people = [_body25(formats.read(source)) for source in (WALK, BALANCE)]
    people[1] += _middle(people[0]) - _middle(people[1]) + BESIDE
    both = np.stack([_to_and_fro(points, frames) for points in people], axis=1)
    scored = np.concatenate([np.nan_to_num(both), np.isfinite(both[..., :1])], axis=-1)
    np.savez(path, keypoints=scored, mask=scored[..., 3], convention="openpose_25", fps=RATE)
    return path


def early_end(path: Path) -> Path:
    """The keypoints of the sample for plug-in use, of the first frames only."""
    with np.load(WALK) as sample:
        fields = dict(sample)
    whole = len(fields["keypoints"])
    np.savez(
        path,
        **{
            name: field[:SEEN] if len(np.atleast_1d(field)) == whole else field
            for name, field in fields.items()
        },
    )
    return path


def long_take(path: Path, frames: int) -> Path:
    """So many frames of the balancing trial, to and fro."""
    recording = formats.read(BALANCE)
    keypoints = recording.people[0].keypoints
    assert keypoints is not None
    np.savez(
        path,
        keypoints=_to_and_fro(keypoints.positions, frames),
        names=np.array(keypoints.names),
        fps=recording.fps.value,
        up_axis="y",
        units="m",
    )
    return path


def character(path: Path) -> Path:
    """A robot with Mixamo's bones, as an FBX of Blender's own."""
    import bpy

    from tests.scene.rigged import add_armature, add_mesh, known_rig

    bpy.ops.wm.read_homefile(use_factory_startup=True, use_empty=True)
    rig = known_rig("Mixamo")
    hero = add_armature(rig, "Hero")
    skin = add_mesh(hero)
    parts = [_part(rig, rig.index[bone.name]) for bone in hero.data.bones]
    skin.data.vertices.foreach_set("co", np.concatenate(parts).astype(np.float32).reshape(-1))
    bpy.ops.export_scene.fbx(filepath=str(path), add_leaf_bones=False)
    return path


def _part(rig: Rig, place: int) -> np.ndarray:
    """(8, 3) corners of a box along a bone, in the order of the test characters' boxes."""
    head, tail, axes = rig.heads[place], rig.tails[place], rig.axes[place]
    length = float(np.linalg.norm(tail - head))
    trunk = any(word in rig.names[place] for word in ("Hips", "Spine"))
    wide = TRUNK if trunk else min(SLENDER * length, THICK)
    corners = np.array(np.meshgrid([-1, 1], [-1, 1], [-1, 1])).reshape(3, -1).T
    along = (corners[:, 1:2] + 1) / 2
    return np.asarray(
        head
        + along * (tail - head)
        + wide * (corners[:, :1] * axes[:, 0] + 0.7 * corners[:, 2:] * axes[:, 2])
    )


def _to_and_fro(positions: np.ndarray, frames: int) -> np.ndarray:
    """So many frames of positions (T, K, 3), forwards and backwards in turn."""
    both = np.concatenate([positions, positions[::-1]])
    return np.tile(both, (frames // len(both) + 1, 1, 1))[:frames]


def _body25(recording: Recording) -> np.ndarray:
    """(T, 25, 3) keypoints of its person at RATE, Y up, NaN where it has none."""
    keypoints = recording.people[0].keypoints
    assert keypoints is not None
    step = round(recording.fps.value / RATE)
    columns = [_column(keypoints, point) for point in find_layout("body25").canonical]
    padded = np.pad(keypoints.positions[::step], ((0, 0), (0, 1), (0, 0)), constant_values=np.nan)
    return padded[:, columns]


def _column(keypoints: Keypoints, point: str | None) -> int:
    return keypoints.canonical.index(point) if point in keypoints.canonical else -1


def _middle(points: np.ndarray) -> np.ndarray:
    """(3,) where somebody stands over the floor, on the mean of the clip."""
    return np.asarray(np.nanmean(points, axis=(0, 1)) * [1.0, 0.0, 1.0])
