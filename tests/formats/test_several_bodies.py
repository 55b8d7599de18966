"""Keypoints of several people: arrays of four axes, an array for each, frames that list people."""

from __future__ import annotations

import json
import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from addon import formats
from addon.body.layouts import find_layout
from addon.recording import Recording
from addon.safe_read import FormatError

from .bodies import FROM_Y_UP, keypoints_of, on_floor, walking

FRAMES = 24
BODY = walking(FRAMES).layout("coco17")
ASIDE = np.array([1.2, 0.0, 0.3])
TWO = [BODY, BODY[::-1] + ASIDE]


def npy(path: Path, value: Any) -> Path:
    np.save(path, value, allow_pickle=True)
    return path


def saved(path: Path, tree: Any) -> Path:
    if path.suffix == ".json":
        path.write_text(json.dumps(tree, default=lambda value: value.tolist()))
    else:
        path.write_bytes(pickle.dumps(tree))
    return path


def assert_both(recording: Recording, names: tuple[str, str]) -> None:
    assert [one.id for one in recording.people] == list(names)
    for place, body in enumerate(TWO):
        read = keypoints_of(recording, place)
        assert read.layout == "coco17"
        np.testing.assert_allclose(read.positions, on_floor(recording, body, read.positions), atol=1e-5)


STACKS: dict[str, Callable[[Path], Path]] = {
    "people first": lambda f: npy(f / "a.npy", np.stack(TWO)),
    "time first": lambda f: npy(f / "a.npy", np.stack(TWO, axis=1)),
    "with confidence": lambda f: npy(
        f / "a.npy", np.concatenate([np.stack(TWO), np.ones((2, FRAMES, 17, 1))], axis=-1)
    ),
    "pickled": lambda f: saved(f / "a.pkl", np.stack(TWO, axis=1)),
}


@pytest.mark.parametrize("stack", list(STACKS))
def test_an_array_of_four_axes_holds_people_over_time(tmp_path, stack):
    assert_both(formats.read(STACKS[stack](tmp_path)), ("0", "1"))


def test_the_open_file_may_hold_several_people(tmp_path):
    points = np.stack(TWO, axis=1)
    points[:5, 1] = np.nan
    turned = points @ FROM_Y_UP["+z"].T
    sure = np.full(points.shape[:3], 0.5)
    fields = {"keypoints": turned * 100, "layout": "coco17", "fps": 50, "up_axis": "z", "units": "cm"}
    np.savez(tmp_path / "a.npz", confidence=sure, **fields)
    recording = formats.read(tmp_path / "a.npz")
    assert (recording.fps.value, recording.up.value, recording.up.how) == (50.0, "+z", "stated")
    assert (recording.units.value, recording.units.how) == ("cm", "stated")
    assert set(np.unique(keypoints_of(recording, 1).confidence)) == {0.5}
    assert list(recording.people[1].frame_ids) == list(range(5, FRAMES))


@pytest.mark.parametrize("batch", [True, False])
def test_learners_of_actions_put_the_axes_first_and_people_last(tmp_path, batch):
    """(3, T, K, P) of NTU's 25 joints; where there is one person, the second one's are zeros."""
    body = walking(FRAMES).layout("kinect25")
    array = np.stack([body, np.zeros_like(body)]).transpose(3, 1, 2, 0)
    recording = formats.read(npy(tmp_path / "a.npy", array[None] if batch else array))
    read = keypoints_of(recording)
    assert len(recording.people) == 1 and read.layout == "kinect25"
    np.testing.assert_allclose(read.positions, on_floor(recording, body, read.positions), atol=1e-5)


@pytest.mark.parametrize("order", [(0, 2, 1), (2, 0, 1)])
def test_of_one_person_the_axes_may_come_first_as_well(tmp_path, order):
    recording = formats.read(npy(tmp_path / "a.npy", BODY.transpose(order)), keep_height=True)
    assert keypoints_of(recording).layout == "coco17"
    np.testing.assert_allclose(keypoints_of(recording).positions, BODY, atol=1e-6)


def test_many_people_for_few_frames_are_not_taken_for_few_people(tmp_path):
    crowd = np.stack([BODY[:6] + ASIDE * place for place in range(10)])
    recording = formats.read(npy(tmp_path / "a.npy", crowd))
    assert [one.frames for one in recording.people] == [6] * 10


def test_clips_that_are_copies_are_not_frames_of_each_other(tmp_path):
    recording = formats.read(npy(tmp_path / "a.npy", np.stack([BODY] * 3)))
    assert [one.frames for one in recording.people] == [FRAMES] * 3


def test_an_array_lies_under_each_ones_name(tmp_path):
    assert_both(formats.read(npy(tmp_path / "a.npy", {"S1": TWO[0], "S5": TWO[1]})), ("S1", "S5"))
    np.savez(tmp_path / "a.npz", person1=TWO[0], person2=TWO[1])
    assert_both(formats.read(tmp_path / "a.npz"), ("person1", "person2"))
    tree = {
        n: {"keypoints_3d": body, "keypoints": body * 100, "bbox": np.zeros((FRAMES, 4))}
        for n, body in enumerate(TWO)
    }
    assert_both(formats.read(saved(tmp_path / "a.pkl", tree)), ("0", "1"))


def test_a_list_over_frames_lies_under_a_name_that_says_3d(tmp_path):
    """As MeTRAbs gives them: everybody's joints frame by frame, beside boxes and what is in the picture."""
    frames = np.stack(TWO, axis=1)
    held = {"boxes": [np.zeros((2, 5))] * FRAMES, "poses2d": list(frames[..., :2]), "poses3d": list(frames)}
    assert_both(formats.read(saved(tmp_path / "a.pkl", held)), ("0", "1"))


def test_arrays_of_one_person_under_other_names_are_not_people(tmp_path):
    for names in (("predicted", "smoothed"), ("cam1", "cam2")):
        np.savez(tmp_path / "a.npz", **dict.fromkeys(names, BODY))
        with pytest.raises(FormatError, match="no reader knows"):
            formats.read(tmp_path / "a.npz")


@pytest.mark.parametrize("layout", ["h36m17", "h36m32"])
def test_positions_by_subject_and_action_are_read_where_there_is_one(tmp_path, layout):
    body = walking(FRAMES).layout(layout) @ FROM_Y_UP["+z"].T
    np.savez(tmp_path / "a.npz", positions_3d=np.array({"S9": {"Walking 1": body}}, dtype=object))
    recording = formats.read(tmp_path / "a.npz")
    assert recording.people[0].id == "S9 Walking 1" and keypoints_of(recording).layout == layout
    actions = {"S9": {"Walking 1": body, "Eating": body}, "S11": {"Eating": body}}
    np.savez(tmp_path / "a.npz", positions_3d=np.array(actions, dtype=object))
    with pytest.raises(
        FormatError, match=r"holds 3 motions \(S9 Walking 1, S9 Eating, S11 Eating …\); save one"
    ):
        formats.read(tmp_path / "a.npz")


def rows(one: Any) -> list[list[float]]:
    return one.tolist()


def zed(n: int) -> dict[str, Any]:
    """What Stereolabs' sample makes of sl.Bodies."""
    return {
        "is_new": True, "timestamp": 1_700_000_000_000_000_000 + 40_000_000 * n,
        "body_list": [
            {"id": who, "position": [0.0, 0.0, 3.0], "keypoint_2d": np.zeros((17, 2)).tolist(),
             "keypoint": rows(body[n]), "keypoint_confidence": [80.0] * 17}
            for who, body in enumerate(TWO)
        ],
    }  # fmt: skip


LISTED: dict[str, Callable[[int], Any]] = {
    "rows": lambda n: [rows(body[n]) for body in TWO],
    "points with axes": lambda n: [
        [dict(zip("xyz", point, strict=True)) for point in rows(body[n])] for body in TWO
    ],
    "people with ids": lambda n: {"people": [
        {"id": who, "keypoints": rows(body[n][:, :2]), "keypoints_3d": rows(body[n])}
        for who, body in enumerate(TWO)]},
    "names": lambda n: {str(who): rows(body[n]) for who, body in enumerate(TWO)},
    "one id for all": lambda n: [{"idx": 0, "joints3d": rows(body[n])} for body in TWO],
    "ZED": zed,
}  # fmt: skip


@pytest.mark.parametrize("end", [".json", ".pkl"])
@pytest.mark.parametrize("listed", list(LISTED))
def test_frames_list_people_as_rows_without_names(tmp_path, listed, end):
    recording = formats.read(saved(tmp_path / f"a{end}", [LISTED[listed](n) for n in range(FRAMES)]))
    assert_both(recording, ("0", "1"))
    linked = any("no track ids" in warning for warning in recording.warnings)
    assert linked == (listed in ("rows", "points with axes", "one id for all"))


def test_numbers_that_only_count_the_people_of_a_frame_are_no_ids(tmp_path):
    """As scripts enumerate what a detector found, in whatever order."""
    tree = [
        {"people": [{"person_id": place, "keypoints_3d": rows(body[n])}
                    for place, body in enumerate(TWO[:: 1 if n % 2 else -1])]}
        for n in range(FRAMES)
    ]  # fmt: skip
    recording = formats.read(saved(tmp_path / "a.json", tree))
    assert [one.frames for one in recording.people] == [FRAMES, FRAMES]
    assert any("no track ids" in warning for warning in recording.warnings)
    steps = [np.abs(np.diff(keypoints_of(recording, place).positions, axis=0)).max() for place in (0, 1)]
    assert max(steps) < 0.3


def test_zeds_file_has_its_frames_under_their_times(tmp_path):
    tree = {str(1_700_000_000_000 + 40 * n): zed(n) for n in range(FRAMES)}
    recording = formats.read(saved(tmp_path / "bodies.json", tree))
    assert_both(recording, ("0", "1"))
    assert (recording.fps.value, recording.fps.how) == (25.0, "stated")
    assert keypoints_of(recording).confidence[0, 0] == pytest.approx(0.8)


def test_alphaposes_detections_are_put_together_by_their_images(tmp_path):
    bodies = [walking(FRAMES).joints @ FROM_Y_UP["-y"].T / 2.2 + [side, 0, 0] for side in (0, 1)]
    tree = [
        {"image_id": f"{n}.jpg", "category_id": 1, "keypoints": [1.0] * 72, "score": 2.5, "idx": who,
         "pred_xyz_jts": rows(bodies[who][n])}
        for n in range(9, 12) for who in (0, 1) if (n, who) != (10, 1)
    ]  # fmt: skip
    recording = formats.read(saved(tmp_path / "alphapose-results.json", tree))
    assert [list(one.frame_ids) for one in recording.people] == [[9, 10, 11], [9, 11]]
    assert keypoints_of(recording).layout == "smpl24" and recording.up.value == "-y"


def test_two_columns_are_still_no_third_dimension(tmp_path):
    flat = [[{"id": 0, "keypoints": rows(np.c_[body[n][:, :2], np.full(17, 0.9)])} for body in TWO[:1]]
            for n in range(FRAMES)]  # fmt: skip
    with pytest.raises(FormatError, match="2D"):
        formats.read(saved(tmp_path / "a.json", flat))


@pytest.mark.parametrize("name", ["frame", "frame_id", "frameNumber"])
@pytest.mark.parametrize("people", [True, False])
def test_frames_that_are_left_out_of_a_list_leave_a_gap(tmp_path, name, people):
    names = find_layout("coco17").keypoints
    kept = [n for n in range(FRAMES) if not 7 <= n < 11]
    held = [
        {name: n, "bodies": [{"id": 3, "keypoints_3d": rows(BODY[n])}]} if people
        else {name: n, "joints": dict(zip(names, rows(BODY[n]), strict=True))}
        for n in kept
    ]  # fmt: skip
    (one,) = formats.read(saved(tmp_path / "a.json", held)).people
    assert list(one.frame_ids) == kept


def test_frame_numbers_beside_an_array_are_its_frames(tmp_path):
    kept = np.array([n for n in range(FRAMES) if not 7 <= n < 11])
    np.savez(tmp_path / "a.npz", joints_3d=BODY[kept], frame_idx=kept)
    assert list(formats.read(tmp_path / "a.npz").people[0].frame_ids) == list(kept)
