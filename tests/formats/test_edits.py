"""Tracks that are split and joined by hand."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from addon import formats
from addon.formats.edits import can_join, edited, join, split
from tests.formats.bodies import walking


def _read(tmp_path, *edits):
    path = tmp_path / "walk.npz"
    np.savez(path, keypoints=walking().layout("coco17"), layout="coco17", fps=30.0, up_axis="y")
    return formats.read(path, edits=edits)


def test_a_split_gives_two_people_with_all_frames_and_a_join_gives_them_back(tmp_path):
    (whole,) = _read(tmp_path).people
    first, second = _read(tmp_path, split("0", 15)).people
    assert (first.id, second.id) == ("0", "0b")
    assert (first.frame_ids[-1], second.frame_ids[0]) == (14, 15)
    (again,) = _read(tmp_path, split("0", 15), join("0b", "0")).people
    assert again.id == "0b"
    np.testing.assert_array_equal(again.frame_ids, whole.frame_ids)
    np.testing.assert_array_equal(again.keypoints.positions, whole.keypoints.positions)


def test_further_parts_get_further_names(tmp_path):
    people = _read(tmp_path, split("0", 10), split("0", 5), split("0b", 20)).people
    assert [one.id for one in people] == ["0", "0c", "0b", "0bb"]


def test_only_tracks_that_are_never_there_at_once_can_be_one_person(tmp_path):
    first, second = _read(tmp_path, split("0", 15)).people
    assert can_join(first, second) and can_join(second, first) and not can_join(first, first)
    assert not can_join(first, replace(second, frame_ids=second.frame_ids - 5))


def test_an_edit_that_no_longer_fits_the_file_is_told_and_left_out(tmp_path):
    (whole,) = _read(tmp_path).people
    people, told = edited((whole,), [split("7", 15), join("0", "7"), split("0", 4000)])
    assert people == (whole,) and len(told) == 3
    assert all("the file has changed" in sentence for sentence in told)
