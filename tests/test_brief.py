"""A recording or a motion is told in a line, which a notebook shows at the end of a cell."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from addon import formats, refiner
from tests.wave import joints_of_a_wave


def test_arrays_are_told_by_their_shapes_and_lists_by_their_lengths():
    recording = formats.from_arrays(keypoints=joints_of_a_wave(12, 30.0), layout="smpl24", fps=30.0)
    told = repr(recording)
    assert "positions=<float64 (12, 24, 3)>" in told and "names=<24 str>" in told
    assert "fps=Known(value=30.0, how='stated'" in told
    assert len(told) < 1000 and "\n" not in told


def test_a_list_of_one_is_told_as_a_list():
    recording = formats.from_arrays(keypoints=joints_of_a_wave(12, 30.0), layout="smpl24", fps=30.0)
    assert "warnings=('It jumps.',)" in repr(replace(recording, warnings=("It jumps.",)))
    assert "warnings=('It jumps.', 'It flies.')" in repr(
        replace(recording, warnings=("It jumps.", "It flies."))
    )


def test_names_that_are_missing_for_some_are_told_as_names():
    recording = formats.from_arrays(keypoints=joints_of_a_wave(12, 30.0), layout="smpl24", fps=30.0)
    some = replace(recording.people[0].keypoints, hand_points=(None, *["left_hand_wrist"] * 23))
    assert "hand_points=<24 str>" in repr(some)


def test_what_is_empty_is_left_out():
    recording = formats.from_arrays(keypoints=joints_of_a_wave(12, 30.0), layout="smpl24", fps=30.0)
    motion = refiner.refine(recording.people[0], engine="numpy")
    assert "rotations=<float64 (12, 24, 3, 3)>" in repr(motion)
    assert "hands" not in repr(motion) and "poses" not in repr(recording.people[0])
    assert np.array_equal(motion.frame_ids, np.arange(12))
