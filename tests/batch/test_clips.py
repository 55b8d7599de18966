"""Files, folders and patterns become recordings with names of their own."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from addon import formats
from addon.batch import DONE, Clip, Ledger, Record, find_clips, told_of_others
from tests.unreachable import shut
from tests.wave import joints_of_a_wave


def keypoints(path: Path, frames: int = 5) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    np.savez(
        path, keypoints=joints_of_a_wave(frames, 30.0), layout="smpl24", fps=30.0, up_axis="y", units="m"
    )
    return path


def frames_of_a_series(folder: Path, count: int = 4) -> list[Path]:
    """OpenPose's 3D files: one for each frame."""
    folder.mkdir(parents=True)
    paths = []
    for number in range(count):
        points = np.concatenate(
            [np.random.default_rng(number).normal(size=(25, 3)), np.ones((25, 1))], axis=1
        )
        path = folder / f"{number:012d}_keypoints.json"
        path.write_text(
            json.dumps({"version": 1.3, "people": [{"pose_keypoints_3d": points.ravel().tolist()}]})
        )
        paths.append(path)
    return paths


def found(*named: Path | str, leave_out=()) -> dict[str, list[str]]:
    clips = find_clips(named, formats.read, leave_out)
    return {clip.name: [path.name for path in clip.files] for clip in clips}


def test_a_folder_gives_all_files_below_it_in_order_and_their_folders_as_parts_of_the_names(tmp_path):
    for name in ("walk_10.npz", "walk_9.npz", "monday/jump.npz", ".hidden.npz", ".cache/jump.npz"):
        keypoints(tmp_path / name)
    (tmp_path / "notes.md").write_text("Nothing to see.")
    assert list(found(tmp_path)) == ["walk_9", "walk_10", "monday/jump"]


def test_a_pattern_is_looked_up_where_the_shell_has_left_it(tmp_path):
    for name in ("a.npz", "deep/b.npz", "c.trc"):
        keypoints(tmp_path / name.replace(".trc", ".npz")).rename(tmp_path / name)
    assert list(found(str(tmp_path / "**" / "*.npz"))) == ["a", "b"]


def test_a_file_with_brackets_in_its_name_is_no_pattern(tmp_path):
    assert list(found(keypoints(tmp_path / "walk[1].npz"))) == ["walk[1]"]


def test_a_name_without_a_file_stays_for_whoever_opens_it(tmp_path):
    assert list(found(tmp_path / "none.npz", str(tmp_path / "*.trc"))) == ["none", "*"]


def test_a_file_that_is_named_twice_is_refined_once(tmp_path):
    path = keypoints(tmp_path / "a.npz")
    assert list(found(path, tmp_path, path)) == ["a"]


def test_files_of_one_name_have_results_of_two(tmp_path):
    first, second = keypoints(tmp_path / "x/walk.npz"), keypoints(tmp_path / "y/Walk.npz")
    assert list(found(first, second)) == ["walk", "Walk_2"]


def test_a_file_for_each_frame_is_one_recording_called_as_its_folder(tmp_path):
    paths = frames_of_a_series(tmp_path / "takes" / "dance")
    names = [path.name for path in paths]
    assert found(tmp_path / "takes") == {"dance": names}
    assert found(*paths) == {"dance": names}
    assert found(paths[0]) == {"dance": names}


def test_numbered_takes_are_no_series(tmp_path):
    for number in range(3):
        keypoints(tmp_path / f"take_{number:03d}.npz", frames=4 + number)
    assert list(found(tmp_path)) == ["take_000", "take_001", "take_002"]


def test_copies_of_one_take_are_no_series(tmp_path):
    for number in range(3):
        keypoints(tmp_path / f"take_{number:03d}.npz")
    assert len(found(tmp_path)) == 3


def test_a_series_is_known_by_its_first_file_even_if_another_is_damaged(tmp_path):
    paths = frames_of_a_series(tmp_path / "dance")
    paths[2].write_text("{")
    assert found(tmp_path) == {"dance": [path.name for path in paths]}


def test_only_the_first_of_many_takes_is_looked_into(tmp_path):
    for number in range(20):
        keypoints(tmp_path / f"take_{number:03d}.npz")
    looked: list[Path] = []
    find_clips([tmp_path], lambda path: looked.append(path))
    assert len(looked) <= 1


@pytest.mark.parametrize("what", ["results", "results/a.npz"])
def test_earlier_results_are_no_recordings(tmp_path, what):
    keypoints(tmp_path / "takes.npz")
    keypoints(tmp_path / "results" / "a.npz")
    assert list(found(tmp_path, leave_out=[tmp_path / what])) == ["takes"]


def test_linked_folders_are_searched_once(tmp_path):
    keypoints(tmp_path / "elsewhere" / "walk.npz")
    root = tmp_path / "root"
    keypoints(root / "jump.npz")
    (root / "disk").symlink_to(tmp_path / "elsewhere", target_is_directory=True)
    (root / "disk again").symlink_to(tmp_path / "elsewhere", target_is_directory=True)
    (root / "round").symlink_to(root, target_is_directory=True)
    assert list(found(root)) == ["jump", "disk/walk"]


def test_a_link_that_leads_to_itself_is_for_whoever_opens_it(tmp_path):
    keypoints(tmp_path / "walk.npz")
    (tmp_path / "loop.npz").symlink_to("loop.npz")
    (tmp_path / "round").symlink_to("round", target_is_directory=True)
    assert list(found(tmp_path)) == ["loop", "walk"]


def test_a_folder_that_can_not_be_looked_into_stands_for_what_is_in_it(tmp_path, monkeypatch):
    keypoints(tmp_path / "takes" / "walk.npz")
    closed = shut(tmp_path / "takes" / "monday", monkeypatch)
    assert list(found(tmp_path / "takes")) == ["walk", "monday"]
    assert list(found(closed)) == ["monday"]


def test_a_numbered_file_in_a_folder_that_can_not_be_listed_is_one(tmp_path, monkeypatch):
    path = keypoints(shut(tmp_path / "drop", monkeypatch) / "walk_1.npz")
    assert list(found(path)) == ["walk_1"]


def test_a_clip_knows_which_names_its_people_must_not_take(tmp_path):
    for name in ("walk.npz", "walk_0.npz", "Walk_b_1.npz", "walking.npz", "x/walk.npz", "x/walk_2.npz"):
        keypoints(tmp_path / name)
    clips = {clip.name: clip for clip in find_clips([tmp_path], formats.read)}
    assert clips["walk"].others == ("Walk_b_1", "walk_0")
    assert clips["x/walk"].others == ("walk_2",)
    assert all(not clip.others for name, clip in clips.items() if not name.endswith("walk"))
    assert Clip.from_json(clips["walk"].to_json()) == clips["walk"]


def test_names_that_are_not_refined_now_count_too():
    (clip,) = told_of_others([Clip((Path("a.npz"),), "a_b/walk")], ["a_b/walk_0", "a_c"])
    assert clip.others == ("walk_0",)


def test_compressed_files_of_a_folder_are_found(tmp_path):
    for name in ("walk.json.gz", "jump.jsonl", "notes.txt.gz", "src.tar.gz"):
        (tmp_path / name).write_bytes(b"")
    assert list(found(tmp_path)) == ["jump", "walk.json"]


@pytest.mark.parametrize("part", [None, (1, 3)])
def test_the_list_of_earlier_results_is_no_recording(tmp_path, part):
    keypoints(tmp_path / "takes" / "walk.npz")
    ledger = Ledger(tmp_path / "takes" / "clean", part)
    ledger.add(Record("walk", "walk.npz", DONE))
    assert list(found(tmp_path / "takes")) == ["walk"]


@pytest.mark.parametrize("content", [b"", b'{"frame": 1}\n', b"[" * 100_000, b"\xff\n", b"null\n"])
def test_a_recording_may_be_called_like_that_list(tmp_path, content):
    (tmp_path / "results.jsonl").write_bytes(content)
    assert list(found(tmp_path)) == ["results"]


def test_signs_that_only_look_like_numbers_are_names(tmp_path):
    for name in ("①/walk.npz", "²/walk.npz", "5²3.npz", "²5.npz", "٣.npz", "2.npz"):
        keypoints(tmp_path / name)
    assert sorted(found(tmp_path)) == sorted(["①/walk", "²/walk", "5²3", "²5", "٣", "2"])
