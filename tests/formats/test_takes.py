"""Several files of one take become one recording; files of several takes do not."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from addon import formats
from addon.formats.container import Hints
from addon.formats.file_names import labels
from addon.safe_read import FormatError
from tests.formats.bodies import walking

SUBJECT = Path(__file__).parents[2] / "bundled_model/samples/sam3dbody/img_subj00.npz"


def _save(path: Path, place: float = 0.0, frames: slice = slice(0, 40), fps: float = 30.0, **held) -> Path:
    points = walking().layout("coco17")[frames] + np.array([place, 0.0, 0.0])
    path.parent.mkdir(exist_ok=True, parents=True)
    numbers = np.arange(frames.start, frames.stop)
    fields = {"keypoints": points, "layout": "coco17", "fps": fps, "frame_ids": numbers, "up_axis": "y"}
    np.savez(path, **fields | held)
    return path


def _takes(paths):
    return formats.takes(paths, Hints())


def _names(groups) -> list[list[str]]:
    return [[path.name for path in group] for group in groups]


def test_a_file_for_each_person_is_one_take_also_where_they_come_and_go(tmp_path):
    first = _save(tmp_path / "dance_P1_0-40.npz")
    second = _save(tmp_path / "dance_P2_10-38.npz", 2.0, slice(10, 38))
    assert _names(_takes([second, first])) == [["dance_P1_0-40.npz", "dance_P2_10-38.npz"]]
    recording = formats.read(first, also=(second.name,))
    assert [one.id for one in recording.people] == ["P1", "P2"]
    assert [(one.frame_ids[0], one.frames) for one in recording.people] == [(0, 40), (10, 28)]
    hips = [one.keypoints.positions[0, 11:13].mean(0) for one in recording.people]
    assert hips[1][0] - hips[0][0] > 1.5, "each where the files have them"


def test_numbered_trials_and_two_results_of_one_person_stay_apart(tmp_path):
    trials = [_save(tmp_path / f"walk_trial{number}.npz", 2.0 * number) for number in (1, 2)]
    assert len(_takes(trials)) == 2
    shots = [
        _save(tmp_path / name, 5.0 * place) for place, name in enumerate(("P0_T1_run.npz", "P1_T2_box.npz"))
    ]
    assert len(_takes(shots)) == 2
    same = [_save(tmp_path / "walk.npz"), _save(tmp_path / "walk_filtered.npz", 0.01)]
    assert len(_takes(same)) == 2


def test_signs_that_only_look_like_numbers_are_names(tmp_path):
    files = [_save(tmp_path / f"{name}.npz", 5.0 * place) for place, name in enumerate(("5²a", "5①b", "②"))]
    assert {path for group in _takes(files) for path in group} == set(files)


def test_files_of_other_length_or_rate_or_folder_are_other_takes(tmp_path):
    files = [
        _save(tmp_path / "anna.npz"),
        _save(tmp_path / "ben.npz", 2.0),
        _save(tmp_path / "run.npz", 4.0, slice(0, 25)),
        _save(tmp_path / "jump.npz", 6.0, fps=60.0),
        _save(tmp_path / "other" / "anna.npz", 8.0),
    ]
    groups = _takes(files)
    assert sorted(map(sorted, _names(groups))) == [
        ["anna.npz"],
        ["anna.npz", "ben.npz"],
        ["jump.npz"],
        ["run.npz"],
    ]


def test_frames_in_files_of_their_own_are_one_recording(tmp_path):
    points = walking().layout("body25")
    for frame in range(12):
        people = [{"id": 0, "keypoints3d": points[frame].tolist()}]
        (tmp_path / f"{frame:06d}.json").write_text(json.dumps(people))
    assert _names(_takes(sorted(tmp_path.iterdir()))) == [["000000.json"]]


def test_what_can_not_be_read_stays_alone(tmp_path):
    broken = tmp_path / "broken.npz"
    broken.write_bytes(b"PK\x03\x04 and then nothing")
    files = [broken, _save(tmp_path / "p1.npz"), _save(tmp_path / "p2.npz", 2.0)]
    assert sorted(_names(_takes(files))) == [["broken.npz"], ["p1.npz", "p2.npz"]]


def test_files_that_do_not_fit_are_refused_in_a_sentence(tmp_path):
    first, second = _save(tmp_path / "p1.npz"), _save(tmp_path / "p2.npz", 2.0, fps=60.0)
    with pytest.raises(
        FormatError, match=r"p1\.npz and p2\.npz are not of one take: they have different frame"
    ):
        formats.read(first, also=(second.name,))
    assert len(formats.read(first, also=(second.name,), fps=60.0).people) == 2


def test_a_refusal_names_the_file_of_the_take_that_is_meant(tmp_path):
    first, second = _save(tmp_path / "p1.npz"), _save(tmp_path / "p2.npz", keypoints=np.ones((4, 9, 3)))
    with pytest.raises(FormatError, match=r"p2\.npz"):
        formats.read(first, also=(second.name,))


def test_up_and_floor_are_found_from_all_people_together(tmp_path):
    """One of them lies all the time; the other tells what is up."""
    turned = walking().layout("coco17") @ np.array([[1.0, 0, 0], [0, 0, 1], [0, -1, 0]])
    first = _save(tmp_path / "p1.npz", keypoints=turned, up_axis="y")
    second = _save(tmp_path / "p2.npz", 2.0)
    recording = formats.read(first, also=(second.name,))
    assert recording.up.value == "+y" and len(recording.people) == 2


@pytest.mark.parametrize(
    ("names", "shown"),
    [
        (["a_P1_0-100.trc", "a_P2_0-100.trc"], ["P1", "P2"]),
        (["img_subj00.npz", "img_subj01.npz"], ["subj00", "subj01"]),
        (["take_anna.trc", "take_ben.trc"], ["anna", "ben"]),
        (["0.npz", "1.npz"], ["0", "1"]),
        (["person.trc", "person_2.trc"], ["person", "person_2"]),
        (["S0_P0_run.trc", "S0_P1_box.trc"], ["P0_run", "P1_box"]),
        (["x/body.trc", "y/body.trc"], ["x", "y"]),
    ],
)
def test_people_are_named_after_what_tells_their_files_apart(names, shown):
    assert labels([Path(name) for name in names]) == shown


def test_sam_3d_bodys_file_for_each_person_is_one_take(tmp_path):
    with np.load(SUBJECT) as held:
        fields = dict(held)
    files = []
    for number in range(3):
        files.append(tmp_path / f"img_subj{number:02d}.npz")
        np.savez(
            files[-1], **fields | {"pred_cam_t": fields["pred_cam_t"] + np.array([number, 0, 0], np.float32)}
        )
    assert len(_takes(files)) == 1
    recording = formats.read(files[0], also=[path.name for path in files[1:]])
    assert [one.id for one in recording.people] == ["subj00", "subj01", "subj02"]
    across = [float(np.nanmean(one.keypoints.positions[..., 0])) for one in recording.people]
    np.testing.assert_allclose(np.abs(np.diff(across)), 1.0, atol=0.05)
