"""Tracks that have a world each, as WHAM's have: people stand where the camera saw them beside each other."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from addon import formats
from addon.body.rotations import axis_angle_from_matrix, matrix_from_axis_angle
from addon.body.skeleton import REST_PELVIS
from addon.recording import Recording
from tests.formats.bodies import poses_of, walking
from tests.formats.test_estimators import CAMERA, dumped

FRAMES = 40
AWAY = np.array([0.0, 0.0, 4.0])


def track(first: int, last: int, place: Any, *, turning: float = 0.0, heading: float = 0.4) -> dict[str, Any]:
    """Somebody who walks beside `place`, seen by a camera that turns by so many degrees per frame.

    The track's world starts at its origin with the axes of its first camera.
    """
    body, frames = walking(FRAMES, heading=heading), np.arange(first, last)
    pelvis, turns = (body.pelvis + place)[frames], body.rotations[frames, 0]
    spins = matrix_from_axis_angle(np.radians(turning) * np.outer(np.arange(FRAMES), [0.0, 1.0, 0.0]))
    spin, start = spins[frames], spins[first]
    poses = body.axis_angles[frames]

    def posed(root: np.ndarray) -> np.ndarray:
        vectors = poses.copy()
        vectors[:, 0] = axis_angle_from_matrix(root)
        return vectors.reshape(len(frames), 72)

    seen = (CAMERA @ spin @ pelvis[..., None])[..., 0] + AWAY
    own = (pelvis - pelvis[0] * [1.0, 0.0, 1.0]) @ start.T
    return {
        "pose": posed(CAMERA @ spin @ turns), "trans": seen - REST_PELVIS, "pose_world": posed(start @ turns),
        "trans_world": own - REST_PELVIS, "betas": np.zeros((len(frames), 10)), "frame_ids": frames,
    }  # fmt: skip


def read(folder: Path, *tracks: dict[str, Any]) -> Recording:
    return formats.read(dumped(folder / "wham_output.pkl", dict(enumerate(tracks))))


def apart(recording: Recording, first: int, second: int, frame: int) -> np.ndarray:
    """From the first to the second person's pelvis in a frame, along the ground in the first one's axes."""
    places = []
    for number in (first, second):
        at = int(np.flatnonzero(recording.people[number].frame_ids == frame)[0])
        places.append(poses_of(recording, number).pelvis[at])
    return (places[1] - places[0])[[0, 2]]


@pytest.mark.parametrize("turning", [0.0, 2.0])
def test_people_stand_beside_each_other_as_the_camera_saw_them(tmp_path, turning):
    """The second starts later, when the camera has turned already."""
    here = track(0, 40, [0.0, 0.0, 0.0], turning=turning)
    beside = track(12, 36, [1.2, 0.0, 0.5], turning=turning)
    recording = read(tmp_path, here, beside)
    for frame in (12, 24, 35):
        np.testing.assert_allclose(apart(recording, 0, 1, frame), [1.2, 0.5], atol=1e-3)
    turns = [poses_of(recording, k).rotations[:, 0] for k in (0, 1)]
    np.testing.assert_allclose(turns[1], turns[0][12:36], atol=1e-3)


def test_who_was_never_seen_with_the_first_is_put_beside_the_second(tmp_path):
    spots = ([0.0, 0.0, 0.0], [1.2, 0.0, 0.0], [2.0, 0.0, 0.0])
    spans = ((0, 15), (10, 30), (25, 40))
    recording = read(tmp_path, *(track(*span, spot) for span, spot in zip(spans, spots, strict=True)))
    assert [one.id for one in recording.people] == ["0", "1", "2"]
    np.testing.assert_allclose(apart(recording, 1, 2, 27), [0.8, 0.0], atol=1e-3)
    np.testing.assert_allclose(apart(recording, 0, 1, 12), [1.2, 0.0], atol=1e-3)


def test_of_people_who_never_met_it_is_said(tmp_path):
    recording = read(tmp_path, track(0, 15, [0.0, 0.0, 0.0]), track(20, 40, [1.0, 0.0, 0.0]))
    assert any("never in the picture together" in warning for warning in recording.warnings)


def test_one_track_alone_is_read_in_the_world(tmp_path):
    whole = read(tmp_path, track(0, 40, [0.0, 0.0, 0.0]))
    np.savez(tmp_path / "track.npz", **track(0, 40, [0.0, 0.0, 0.0]))
    alone = formats.read(tmp_path / "track.npz")
    assert (alone.format, alone.up.value) == ("WHAM", "+y")
    np.testing.assert_allclose(poses_of(alone).pelvis, poses_of(whole).pelvis, atol=1e-6)
