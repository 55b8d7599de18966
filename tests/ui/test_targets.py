"""Plug-in use in the sidebar: an estimator's poses, keypoints of a second file, and the time between them."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import bpy
import numpy as np
import pytest

from addon.scene.estimated import ESTIMATED
from addon.scene.kept_keypoints import kept_keypoints
from bundled_model.training.motion_data import load_split
from tests.refiner.motion import Truth

FRAMES, LATE = 240, 40
TRUTH = Truth(8, FRAMES)


@pytest.fixture
def poses(tmp_path):
    """Poses alone, 240 frames at 30 fps, with an error in every joint."""
    path = tmp_path / "estimate.npz"
    vectors = load_split("val")[8].poses[:FRAMES] + 0.1
    np.savez(path, poses=vectors.reshape(-1, 72), trans=TRUTH.pelvis + 0.05, mocap_framerate=30.0)
    return path


@pytest.fixture
def keypoints(tmp_path):
    """Keypoints of the same performance, from frame 40 on."""
    return _keypoints(tmp_path / "keypoints.npz", LATE)


def _keypoints(path, start, **fields):
    held = TRUTH.person("coco17", noise=0.005).keypoints
    assert held is not None
    stated: dict[str, Any] = {"layout": "coco17", "fps": 30.0, "up_axis": "y", "units": "m"} | fields
    np.savez(path, keypoints=held.positions[start:], **stated)
    return path


@pytest.fixture
def opened(enabled, poses, keypoints):
    """A scene with poses and targets open; its settings."""
    bpy.ops.spr.open_recording(filepath=str(poses))
    assert bpy.ops.spr.open_targets(filepath=str(keypoints)) == {"FINISHED"}
    return bpy.context.scene.spr


def test_targets_find_their_time_and_say_how_sure_that_is(opened):
    assert opened.targets.seconds == pytest.approx(LATE / 30, abs=0.005)
    assert opened.targets.frames == pytest.approx(LATE, abs=0.15)
    assert opened.targets.sure
    assert opened.targets.told.startswith("The keypoints were shifted by +1.33")
    assert "99% sure" in opened.targets.told


def test_the_poses_are_refined_to_them(opened):
    assert bpy.ops.spr.refine_pose() == {"FINISHED"}
    assert "refined" in opened.result and "mm" in opened.result
    (armature,) = [ob for ob in bpy.context.scene.objects if ob.type == "ARMATURE"]
    misses = []
    for frame in range(LATE + 10, FRAMES - 10, 10):
        bpy.context.scene.frame_set(frame + 1)
        ankle = armature.matrix_world @ armature.pose.bones["L_Ankle"].head
        misses.append(
            np.linalg.norm(np.array(ankle) @ [[1, 0, 0], [0, 0, -1], [0, 1, 0]] - TRUTH.joints[frame, 7])
        )
    assert np.mean(misses) < 0.06
    assert kept_keypoints(armature) is not None  # the targets are shown


def test_frames_without_targets_are_told_as_estimated(opened):
    bpy.ops.spr.refine_pose()
    (armature,) = [ob for ob in bpy.context.scene.objects if ob.type == "ARMATURE"]
    told = next(part for part in armature[ESTIMATED].split("\n") if part.startswith("whole body"))
    assert told.startswith("whole body, without keypoints: frames 1–")
    assert int(told.split("–")[1]) == pytest.approx(LATE, abs=2)


def test_without_targets_poses_are_refined_on_their_own_and_the_panel_says_so(enabled, poses, ui):
    bpy.ops.spr.open_recording(filepath=str(poses))
    settings = bpy.context.scene.spr
    line = ui("describe").targets_line(ui("hints").peek(settings))
    assert (
        line == "The poses are alone: they are refined on their own. A second file of keypoints tells more."
    )
    bpy.ops.spr.refine_pose()
    assert "refined in" in settings.result


def test_the_panel_says_what_the_targets_are_in_one_file(enabled, ui):
    told = ui("describe").targets_line
    person = SimpleNamespace(poses=object(), keypoints=object())
    assert "keypoints in the same file" in told(SimpleNamespace(people=(person,)))
    person.poses = None
    assert "they are the targets" in told(SimpleNamespace(people=(person,)))


def test_a_person_may_shift_by_seconds_or_frames_and_that_stays(opened, keypoints):
    targets = opened.targets
    targets.frames = 42
    assert targets.seconds == pytest.approx(1.4)
    assert targets.by_hand
    targets.up = "+y"  # the file is read again
    assert targets.seconds == pytest.approx(1.4)
    assert bpy.ops.spr.find_shift() == {"FINISHED"}
    assert not targets.by_hand
    assert targets.frames == pytest.approx(LATE, abs=0.15)


def test_an_override_of_the_rate_is_followed_by_the_shift(enabled, poses, tmp_path):
    wrong = _keypoints(tmp_path / "wrong.npz", LATE, fps=60.0)
    bpy.ops.spr.open_recording(filepath=str(poses))
    bpy.ops.spr.open_targets(filepath=str(wrong))
    targets = bpy.context.scene.spr.targets
    assert not targets.sure
    assert targets.seconds == 0.0
    targets.fps, targets.use_fps = 30.0, True
    assert targets.sure
    assert targets.frames == pytest.approx(LATE, abs=0.15)


def test_files_that_share_no_time_are_one_sentence_and_no_result(opened, census, ui):
    before = census()
    opened.targets.seconds = 100.0
    assert ui("targets").why_not_together(opened).startswith("The two files share no time")
    with pytest.raises(RuntimeError, match=r"^Error: The two files share no time; [^\n]*\.\n$"):
        bpy.ops.spr.refine_pose()
    assert census() == before


def test_targets_that_vanish_are_one_sentence(opened, keypoints, census):
    before = census()
    keypoints.unlink()
    with pytest.raises(RuntimeError, match=r"^Error: [^\n]*keypoints\.npz[^\n]*\.\n$"):
        bpy.ops.spr.refine_pose()
    assert census() == before


def test_a_file_that_cannot_be_targets_changes_nothing(enabled, poses, broken):
    with pytest.raises(RuntimeError, match="Open a recording first"):
        bpy.ops.spr.open_targets(filepath=str(poses))
    bpy.ops.spr.open_recording(filepath=str(poses))
    with pytest.raises(RuntimeError, match=r"^Error: estimate\.npz holds no keypoints; [^\n]*\.\n$"):
        bpy.ops.spr.open_targets(filepath=str(poses))
    with pytest.raises(RuntimeError, match="broken"):
        bpy.ops.spr.open_targets(filepath=str(broken))
    assert bpy.context.scene.spr.targets.source == ""


def test_targets_can_be_removed_and_go_with_the_recording(opened, poses, wave, ui):
    shown = ui("targets").peek_with_targets
    assert shown(opened).people[0].keypoints is not None
    bpy.ops.spr.remove_targets()
    assert shown(opened).people[0].keypoints is None
    assert (opened.targets.source, opened.targets.seconds) == ("", 0.0)
    bpy.ops.spr.open_targets(filepath=str(wave))
    bpy.ops.spr.open_recording(filepath=str(wave))
    assert opened.targets.source == ""


def test_the_view_shows_the_targets_of_the_open_poses(opened, ui):
    recording = ui("preview").shown_recording(opened)
    person = recording.people[0]
    held = TRUTH.person("coco17", noise=0.005).keypoints
    place = person.keypoints.positions[100]
    np.testing.assert_allclose(place, held.positions[100], atol=0.01)
    assert np.isnan(person.keypoints.positions[: LATE - 3]).all()
    assert ui("preview").shown_recording(opened) is recording


def test_several_people_are_matched_by_id_or_chosen(opened, ui, monkeypatch):
    targets_module = ui("targets")
    recording, targets = (ui("hints").peek(one) for one in (opened, opened.targets))
    first, second = (targets_module.replace(targets.people[0], id=name) for name in ("a", "b"))
    two = targets_module.replace(targets, people=(first, second))
    with pytest.raises(targets_module.RefineError, match=r"has no person .* but a, b"):
        targets_module.with_targets(opened, recording, two)
    opened.targets.person_id = "b"
    assert targets_module.with_targets(opened, recording, two).people[0].keypoints is not None
    crowd = targets_module.replace(
        recording,
        people=tuple(targets_module.replace(recording.people[0], id=name) for name in ("a", "b", "c")),
    )
    with pytest.raises(targets_module.RefineError, match="can't belong to 3 people; tick one"):
        targets_module.with_targets(opened, crowd, two)


def test_every_button_and_field_says_what_happens(opened):
    for name in ("open_targets", "find_shift", "remove_targets"):
        assert len(getattr(bpy.ops.spr, name).get_rna_type().description) > 30
    assert "Seconds" in opened.targets.bl_rna.properties["seconds"].description


def test_ticks_in_the_list_of_people_run_without_a_message_in_the_console(opened, capfd):
    opened.people[0].chosen = False
    assert "Error" not in capfd.readouterr().err
