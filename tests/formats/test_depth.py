"""Files that look three-dimensional and are not: each is refused with what to do instead."""

from __future__ import annotations

import numpy as np
import pytest

from addon import formats
from addon.formats.limbs import limb_lengths
from addon.safe_read import FormatError
from tests.formats.bodies import keypoints_of, walking
from tests.formats.test_trc import NAMES, trc, written

COCO = [12, 11, 14, 13, 16, 15, 6, 5, 8, 7, 10, 9, 0]


def test_one_depth_per_marker_is_a_2d_recording(tmp_path):
    """Sports2D's metres: x and y of the picture, and half the width of a usual body."""
    points = walking().layout("coco17")[:, COCO]
    points[..., 2] = np.linspace(-0.2, 0.2, len(NAMES))
    with pytest.raises(FormatError, match="2D recording"):
        formats.read(written(tmp_path, trc(points)))


def test_somebody_who_stands_still_is_no_2d_recording(tmp_path):
    points = np.repeat(walking(1).layout("coco17")[:, COCO], 30, axis=0)
    assert formats.read(written(tmp_path, trc(points))).people[0].frames == 30


@pytest.mark.parametrize("size", [1.0, 1080.0], ids=["fractions of the picture", "pixels"])
def test_x_y_and_score_are_no_3d_keypoints(tmp_path, size):
    """A walker a few metres before the camera; y down, scores of a detector."""
    points = walking().layout("coco17")
    flat = np.stack([0.5 + points[..., 0] / 4, 0.9 - points[..., 1] / 2.5], -1) * size
    score = np.random.default_rng(0).uniform(0.5, 1.0, flat.shape[:2])
    np.save(tmp_path / "clip.npy", np.concatenate([flat, score[..., None]], -1))
    with pytest.raises(FormatError, match="score"):
        formats.read(tmp_path / "clip.npy", layout="coco17")
    with pytest.raises(FormatError, match="score"):
        formats.read(tmp_path / "clip.npy")


@pytest.mark.parametrize("factors", [(400.0, 400.0, 1.0), (1.0, 1.0, 200.0)])
def test_a_depth_on_another_scale_is_named(tmp_path, factors):
    points = (walking().layout("coco17") - [0, 0, 3.0]) * factors
    np.savez(tmp_path / "clip.npz", keypoints=points, layout="coco17", fps=30)
    with pytest.raises(FormatError, match="another scale"):
        formats.read(tmp_path / "clip.npz")


def test_a_small_body_in_a_corner_of_the_room_is_read(tmp_path):
    """All coordinates between 0 and 1 metre are no fractions of a picture where the limbs are a body's."""
    points = walking(10).layout("coco17") * 0.5 + [0.3, 0.0, 0.3]
    assert points.min() > 0 and points.max() < 1
    np.savez(tmp_path / "clip.npz", keypoints=points, layout="coco17", fps=30, units="m")
    recording = formats.read(tmp_path / "clip.npz", up="y", keep_height=True)
    np.testing.assert_allclose(keypoints_of(recording).positions, points)


@pytest.mark.parametrize("corner", [0.0, 5.0], ids=["around the middle", "from a corner"])
def test_a_lifted_person_who_grows_is_brought_to_one_size(tmp_path, corner):
    """MotionBERT's units are the picture's: who comes nearer grows."""
    body = walking(60).layout("h36m17")
    body = body - body[:, :1].mean(0)
    grown = body * np.linspace(0.8, 1.4, 60)[:, None, None] + corner
    np.save(tmp_path / "X3D.npy", grown)
    recording = formats.read(tmp_path / "X3D.npy")
    for length in limb_lengths(keypoints_of(recording)).values():
        assert np.std(length) < 0.02 * np.mean(length)
    assert any("grows and shrinks" in warning for warning in recording.warnings)


def test_a_person_of_one_size_is_left_as_it_is(tmp_path):
    noise = np.random.default_rng(0).normal(0, 0.02, (60, 17, 3))
    np.save(tmp_path / "X3D.npy", walking(60).layout("h36m17") + noise)
    assert not any("grows" in warning for warning in formats.read(tmp_path / "X3D.npy").warnings)


@pytest.mark.parametrize("factor", [3.0, 0.3])
def test_a_depth_on_another_scale_is_made_the_picture_s(tmp_path, factor):
    points = walking(60, heading=1.2).layout("coco17") * [1.0, 1.0, factor]
    np.save(tmp_path / "lifted.npy", points)
    recording = formats.read(tmp_path / "lifted.npy", layout="coco17")
    expected = walking(60, heading=1.2).layout("coco17")
    for limb, length in limb_lengths(keypoints_of(recording)).items():
        assert np.std(length) < 0.08 * np.mean(length), limb
    assert np.ptp(keypoints_of(recording).positions[..., 1]) == pytest.approx(
        np.ptp(expected[..., 1]), rel=0.15
    )
    assert any("multiplied by" in warning for warning in recording.warnings)
