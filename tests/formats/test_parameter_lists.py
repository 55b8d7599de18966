"""SMPL parameters in lists and mappings of frames or tracks, as scripts around HMR and its kin save them."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from addon import formats
from addon.body.skeleton import REST_PELVIS
from addon.formats.container import Container
from addon.formats.draft import REST_PELVIS_X
from addon.formats.readers.smpl_parameters import recognises
from addon.recording import Recording
from tests.formats.bodies import poses_of, walking
from tests.formats.test_estimators import CAMERA, dumped, turned

FRAMES = 20
AWAY = np.array([0.0, 0.0, 4.0])


def params(frame: int, aside: float = 0.0, trans: str = "cam_t") -> dict[str, Any]:
    """One frame in the camera, as rotation matrices."""
    body = walking(FRAMES)
    place = CAMERA @ body.pelvis[frame] + AWAY - REST_PELVIS + [aside, 0.0, 0.0]
    rotations = body.rotations[frame]
    return {
        "global_orient": CAMERA @ rotations[:1],
        "body_pose": rotations[1:],
        "betas": np.zeros(10),
        trans: place,
    }


def listed(trans: str = "cam_t") -> list[dict[str, Any]]:
    return [params(n, trans=trans) for n in range(FRAMES)]


def as_json(held: Any) -> Callable[[Path], Path]:
    def write(folder: Path) -> Path:
        (folder / "a.json").write_text(json.dumps(held, default=lambda array: array.tolist()))
        return folder / "a.json"

    return write


def as_objects(folder: Path) -> Path:
    np.save(folder / "a.npy", np.array(listed(), dtype=object), allow_pickle=True)
    return folder / "a.npy"


def as_pickle(held: Any) -> Callable[[Path], Path]:
    return lambda folder: dumped(folder / "a.pkl", held)


FILES: dict[str, Callable[[Path], Path]] = {
    "a list": as_pickle(listed()),
    "a list with the full translation": as_pickle(listed("pred_cam_t_full")),
    "a list of lists": as_pickle([[one] for one in listed()]),
    "a list in JSON": as_json(listed()),
    "an array of objects": as_objects,
    "a mapping from numbers": as_pickle(dict(enumerate(listed()))),
    "a mapping from images": as_pickle({f"img_{n:04d}.png": [one] for n, one in enumerate(listed())}),
    "parameters within": as_pickle([{"pred_smpl_params": one, "box": np.zeros(4)} for one in listed()]),
}  # fmt: skip


def assert_walks(recording: Recording, number: int = 0, aside: float = 0.0) -> None:
    poses, expected = poses_of(recording, number), walking(FRAMES)
    frames = recording.people[number].frame_ids
    np.testing.assert_allclose(poses.rotations[:, :22], expected.rotations[frames, :22], atol=1e-5)
    way = expected.pelvis[frames] - expected.pelvis[0] + [aside, 0.0, 0.0]
    start = poses_of(recording).pelvis[0]
    np.testing.assert_allclose(poses.pelvis - start, way, atol=1e-5)


@pytest.mark.parametrize("file", list(FILES))
def test_frames_are_one_person_who_moves(tmp_path, file):
    recording = formats.read(FILES[file](tmp_path))
    assert [list(one.frame_ids) for one in recording.people] == [list(range(FRAMES))]
    assert_walks(recording)


def test_frames_without_anybody_are_missing(tmp_path):
    frames: list[Any] = listed()
    frames[4], frames[9] = None, []
    recording = formats.read(dumped(tmp_path / "a.pkl", frames))
    assert list(recording.people[0].frame_ids) == [n for n in range(FRAMES) if n not in (4, 9)]
    assert_walks(recording)


def test_people_of_a_frame_are_linked_by_where_they_are(tmp_path):
    frames = [[params(n), params(n, 1.5)][:: 1 if n % 2 else -1] for n in range(FRAMES)]
    recording = formats.read(dumped(tmp_path / "a.pkl", frames))
    assert [one.frames for one in recording.people] == [FRAMES, FRAMES]
    assert any("linked from frame to frame" in warning for warning in recording.warnings)
    assert_walks(recording, 1, -1.5)


def test_a_mapping_of_tracks_is_people_with_their_frames(tmp_path):
    stacks = {name: np.stack([one[name] for one in listed("transl")]) for name in params(0, trans="transl")}
    held = {
        3: stacks,
        7: stacks | {"transl": stacks["transl"] + [1.5, 0.0, 0.0], "frame_ids": np.arange(FRAMES)},
    }
    recording = formats.read(dumped(tmp_path / "a.pkl", held))
    assert [one.id for one in recording.people] == ["3", "7"]
    assert_walks(recording, 1, 1.5)


def test_one_stranger_among_the_frames_makes_it_no_list_of_parameters(tmp_path):
    held = [*listed(), {"global_orient": np.eye(3)}]
    assert not recognises(Container(dumped(tmp_path / "a.pkl", held)))


@pytest.mark.parametrize("stacked", [True, False])
def test_osxs_names_are_read_as_smplxs(tmp_path, stacked):
    vectors, pelvis = turned(walking(FRAMES), CAMERA)
    held: dict[str, Any] = {
        "smplx_root_pose": vectors[:, 0], "smplx_body_pose": vectors[:, 1:22].reshape(FRAMES, 63),
        "smplx_lhand_pose": np.zeros((FRAMES, 45)), "smplx_rhand_pose": np.zeros((FRAMES, 45)),
        "smplx_jaw_pose": np.zeros((FRAMES, 3)), "smplx_shape": np.zeros((FRAMES, 10)),
        "cam_trans": pelvis + AWAY - REST_PELVIS_X,
    }  # fmt: skip
    frames = [{name: values[n][None] for name, values in held.items()} for n in range(FRAMES)]
    recording = formats.read(dumped(tmp_path / "a.pkl", held if stacked else frames))
    assert (recording.up.value, recording.people[0].frames) == ("-y", FRAMES)
    read, body = poses_of(recording), walking(FRAMES)
    np.testing.assert_allclose(read.rotations[:, :22], body.rotations[:, :22], atol=1e-5)
    np.testing.assert_allclose(read.pelvis - read.pelvis[0], body.pelvis - body.pelvis[0], atol=1e-5)


def test_a_translation_around_the_parameters_is_theirs(tmp_path):
    """What HMR's kin give of an image: the parameters in a mapping of their own, the camera beside it."""
    frames = [{"pred_smpl_params": {k: v for k, v in params(n).items() if k != "cam_t"},
               "pred_cam_t_full": params(n)["cam_t"]} for n in range(FRAMES)]  # fmt: skip
    recording = formats.read(dumped(tmp_path / "a.pkl", frames))
    read, body = poses_of(recording), walking(FRAMES)
    np.testing.assert_allclose(read.pelvis - read.pelvis[0], body.pelvis - body.pelvis[0], atol=1e-5)


def posed(n: int, who: int, aside: float) -> dict[str, Any]:
    vectors, pelvis = turned(walking(FRAMES), CAMERA)
    place = pelvis[n] + AWAY - REST_PELVIS + [aside, 0.0, 0.0]
    return {"id": who, "pose": vectors[n].reshape(72), "trans": place, "betas": np.zeros(10)}


@pytest.mark.parametrize("nest", [list, lambda people: {"frame": 0, "people": people}])
@pytest.mark.parametrize("write", [as_json, as_pickle])
def test_frames_list_people_with_their_whole_pose_and_id(tmp_path, nest, write):
    """They change places in the list."""
    frames = [[posed(n, 7, 0.0), posed(n, 3, 1.0)][:: 1 if n % 2 else -1] for n in range(FRAMES)]
    recording = formats.read(write([nest(people) for people in frames])(tmp_path))
    assert sorted(one.id for one in recording.people) == ["3", "7"]
    assert not any("no track ids" in warning for warning in recording.warnings)
    for place in (0, 1):
        body, read = walking(FRAMES), poses_of(recording, place)
        np.testing.assert_allclose(read.rotations[:, :22], body.rotations[:, :22], atol=1e-5)
        np.testing.assert_allclose(read.pelvis - read.pelvis[0], body.pelvis - body.pelvis[0], atol=1e-5)


def test_numbers_that_only_count_the_people_of_a_frame_are_no_ids(tmp_path):
    frames = [[posed(n, 0, float(n % 2)), posed(n, 1, float(1 - n % 2))] for n in range(FRAMES)]
    recording = formats.read(as_pickle(frames)(tmp_path))
    assert any("no track ids" in warning for warning in recording.warnings)
    read, body = poses_of(recording), walking(FRAMES)
    np.testing.assert_allclose(read.pelvis - read.pelvis[0], body.pelvis - body.pelvis[0], atol=1e-5)
