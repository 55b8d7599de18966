"""Where scripts and nodes put what SAM 3D Body's estimator returns: the same clip in each of their files."""

from __future__ import annotations

import json
import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from addon import formats
from addon.body.rotations import matrix_from_axis_angle
from addon.formats.container import Container
from addon.formats.mhr_bodies import holds_bodies
from tests.formats.bodies import keypoints_of, poses_of
from tests.formats.test_estimators import CAMERA, dumped
from tests.formats.test_sam3d import sample

FRAMES = 8


def bodies() -> list[dict[str, Any]]:
    """The sample's body, which turns, nods and walks off to the right of the camera."""
    found = []
    for n in range(FRAMES):
        one = sample(4.0 * n)
        nod = CAMERA @ matrix_from_axis_angle(np.array([0.03 * n, 0.0, 0.0])) @ CAMERA
        one |= {name: one[name] @ nod.T for name in ("pred_keypoints_3d", "pred_joint_coords")}
        found.append(one | {"pred_cam_t": one["pred_cam_t"] + [0.02 * n, 0.0, 0.0]})
    return found


def plain(value: Any) -> Any:
    return value.tolist()


def as_json(held: Any) -> Callable[[Path], Path]:
    def write(folder: Path) -> Path:
        (folder / "clip.json").write_text(json.dumps(held, default=plain))
        return folder / "clip.json"

    return write


def as_pickle(held: Any) -> Callable[[Path], Path]:
    return lambda folder: dumped(folder / "clip.pkl", held)


def as_objects(held: list[Any], name: str | None = None) -> Callable[[Path], Path]:
    """np.save of a list of mappings, or np.savez of it under a name."""

    def write(folder: Path) -> Path:
        array = np.empty(len(held), dtype=object)
        array[:] = held
        if name is None:
            np.save(folder / "clip.npy", array, allow_pickle=True)
            return folder / "clip.npy"
        arrays: dict[str, Any] = {name: array}
        np.savez(folder / "clip.npz", **arrays)
        return folder / "clip.npz"

    return write


def per_image(suffix: str, name: str) -> Callable[[Path], Path]:
    def write(folder: Path) -> Path:
        for n, one in enumerate(bodies()):
            path = folder / f"{name.format(n)}{suffix}"
            if suffix == ".npz":
                np.savez(path, **one)
            elif suffix == ".json":
                path.write_text(json.dumps([one], default=plain))
            else:
                path.write_bytes(pickle.dumps([one]))
        return path

    return write


def blocks(one: dict[str, Any]) -> dict[str, Any]:
    """A person in blocks of skeleton and camera, under a script's own names."""
    skeleton = {
        "keypoints_3d": one["pred_keypoints_3d"], "joint_coords_3d": one["pred_joint_coords"],
        "joint_global_rotations": one["pred_global_rots"],
    }  # fmt: skip
    return {"person_id": 0, "skeleton": skeleton, "camera": {"translation": one["pred_cam_t"]}}


def comfy(folder: Path) -> Path:
    """ComfyUI-MotionCapture's Save MHR."""
    held = {name: np.stack([one[name] for one in bodies()]) for name in bodies()[0]}
    np.savez(
        folder / "mhr_motion.npz", type="mhr", num_frames=FRAMES, keypoints_3d=held["pred_keypoints_3d"],
        cam_t=held["pred_cam_t"], joint_coords=held["pred_joint_coords"], vertices=np.zeros((FRAMES, 5, 3)),
        global_rots=held["pred_global_rots"], focal_length=1500.0,
    )  # fmt: skip
    return folder / "mhr_motion.npz"


def framed(name: str, within: str, one: Callable[[dict[str, Any]], Any] = lambda one: one) -> Any:
    frames = [{name: n, "timestamp": n / 25, within: [one(body)]} for n, body in enumerate(bodies())]
    return {"video_info": {"fps": 25.0}, "frames": frames}


FILES: dict[str, Callable[[Path], Path]] = {
    "a list of images in JSON": as_json([[one] for one in bodies()]),
    "an array of images": as_objects([[one] for one in bodies()]),
    "an array of bodies": as_objects(bodies()),
    "an array of bodies in an archive": as_objects(bodies(), "outputs"),
    "a mapping of images": as_pickle({f"img_{n:04d}.jpg": [one] for n, one in enumerate(bodies())}),
    "a mapping of bodies": as_pickle(dict(enumerate(bodies()))),
    "outputs by frame": as_pickle([{"frame_idx": n, "outputs": [one]} for n, one in enumerate(bodies())]),
    "people by frame": as_json(framed("frame", "persons")),
    "blocks by frame": as_json(framed("frame_number", "persons", blocks)),
    "bodies with frame numbers": as_json([{"frame": n, **one} for n, one in enumerate(bodies())]),
    "a file for each image": per_image(".json", "{:06d}"),
    "a file for each person of an image": per_image(".npz", "frame_{:05d}_person_0"),
    "a pickled list for each image": per_image(".pkl", "img{:04d}_out"),
    "ComfyUI-MotionCapture": comfy,
}  # fmt: skip


@pytest.mark.parametrize("file", list(FILES))
def test_the_same_clip_comes_out_of_every_file(tmp_path, file):
    (tmp_path / "known").mkdir()
    held = {name: np.stack([one[name] for one in bodies()]) for name in bodies()[0]}
    np.savez(tmp_path / "known" / "clip.npz", **held)
    known = formats.read(tmp_path / "known" / "clip.npz")
    recording = formats.read(FILES[file](tmp_path))
    (person,) = recording.people
    assert list(person.frame_ids) == list(range(FRAMES))
    np.testing.assert_allclose(
        keypoints_of(recording).positions, keypoints_of(known).positions, atol=1e-5, equal_nan=True
    )
    np.testing.assert_allclose(poses_of(recording).rotations, poses_of(known).rotations, atol=1e-5)
    if "by frame" in file and "outputs" not in file:
        assert (recording.fps.value, recording.fps.how) == (25.0, "stated")


@pytest.mark.parametrize("stride", [1, 2])
@pytest.mark.parametrize("unseen", [None, 3])
def test_every_second_frame_of_a_video_plays_at_its_speed(tmp_path, stride, unseen):
    """Frames are numbered as they were processed, or as the video has them, whose rate the file states."""
    frames = [
        {"frame_number": stride * n, "timestamp": 2 * n / 30, "persons": [] if n == unseen else [blocks(one)]}
        for n, one in enumerate(bodies())
    ]
    recording = formats.read(as_json({"video_info": {"fps": 30.0}, "frames": frames})(tmp_path))
    (person,) = recording.people
    assert recording.fps.value == 15.0 * stride
    assert list(person.frame_ids) == [stride * n for n in range(FRAMES) if n != unseen]
    assert any("not at 30" in warning for warning in recording.warnings) == (stride == 1)


def test_joints_and_their_rotations_alone_are_poses(tmp_path):
    """SAM3DBody2abc's sequence holds no keypoints."""
    frames = [
        {"frame_index": n, "joint_coords": one["pred_joint_coords"],
         "joint_rotations": one["pred_global_rots"], "pred_cam_t": one["pred_cam_t"]}
        for n, one in enumerate(bodies())
    ]  # fmt: skip
    recording = formats.read(as_json({"fps": 24.0, "faces": None, "frames": frames})(tmp_path))
    known = formats.read(as_pickle(bodies())(tmp_path))
    assert recording.people[0].keypoints is None and recording.fps.value == 24.0
    np.testing.assert_allclose(poses_of(recording).rotations, poses_of(known).rotations, atol=1e-5)


def test_without_a_translation_the_hips_stay_and_it_is_said(tmp_path):
    points = [{"frame": n, "pred_keypoints_3d": one["pred_keypoints_3d"]} for n, one in enumerate(bodies())]
    recording = formats.read(as_json(points)(tmp_path))
    assert any("no translation" in warning for warning in recording.warnings)
    assert recording.people[0].frames == FRAMES


def test_two_people_of_every_frame_are_told_apart(tmp_path):
    """Who comes first changes; a frame without anybody is none of theirs."""
    frames: list[Any] = []
    for n, one in enumerate(bodies()):
        other = one | {"pred_cam_t": one["pred_cam_t"] + [2.5, 0.0, 0.0]}
        frames.append([one, other] if n % 2 else [other, one])
    recording = formats.read(as_pickle([*frames[:4], [], *frames[4:]])(tmp_path))
    assert [list(one.frame_ids) for one in recording.people] == [[0, 1, 2, 3, 5, 6, 7, 8]] * 2
    assert any("linked from frame to frame" in warning for warning in recording.warnings)


def test_hands_of_another_estimator_are_no_bodies(tmp_path):
    """HaWoR and WiLoR name 21 points of a hand the same."""
    hands = [{"frame_idx": n, "hands": [{"pred_keypoints_3d": np.zeros((21, 3))}]} for n in range(4)]
    assert not holds_bodies(Container(as_pickle(hands)(tmp_path)).tree)
