"""What a person reads."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from addon import formats
from addon.formats.container import Hints
from addon.recording import Keypoints, Known, Person, Poses, Recording
from addon.refiner import Controls, keypoint_noise
from addon.ui import describe
from addon.ui.effects import without_effect
from addon.ui.job import Job, Outcome, Task


def _person(person_id="0", frames=120, keypoints=True, poses=False):
    points = Keypoints(np.zeros((frames, 1, 3)), np.ones((frames, 1)), ("Hip",), ("pelvis",))
    turns = Poses(np.tile(np.eye(3), (frames, 24, 1, 1)), np.zeros((frames, 3)))
    return Person(person_id, np.arange(frames), 60.0, points if keypoints else None, turns if poses else None)


def _recording(*people, format="TRC", tool="Pose2Sim"):
    return Recording(
        format=format,
        tool=tool,
        people=people,
        fps=Known(60.0, "stated"),
        up=Known("+z", "inferred"),
        units=Known("m", "assumed"),
        path="/some/where/walk.trc",
    )


def test_facts_are_plain_words():
    assert describe.title(_recording(_person())) == ["walk.trc", "TRC (Pose2Sim)"]
    assert describe.facts(_recording(_person()), Hints()) == [
        ("People", "1, 120 frames (2.0 s)"),
        ("Holds", "1 keypoint"),
        ("Rate", "60 fps, from the file"),
        ("Up", "Z, inferred"),
        ("Units", "metres, assumed"),
    ]


def test_what_the_user_states_is_not_said_to_come_from_the_file():
    recording = replace(_recording(_person()), up=Known("+z", "stated"), units=Known("m", "stated"))
    facts = dict(describe.facts(recording, Hints(fps=60.0, up="+z")))
    assert facts["Rate"] == "60 fps, overridden"
    assert facts["Up"] == "Z, overridden"
    assert facts["Units"] == "metres, from the file"


def test_what_was_weighed_says_how_sure_it_is_and_is_asked_when_it_hardly_is():
    sure, unsure = (replace(_recording(_person()), up=Known("+z", "inferred", each)) for each in (0.96, 0.55))
    assert dict(describe.facts(sure, Hints()))["Up"] == "Z, inferred (96% sure)"
    assert describe.question(sure) == "" and describe.question(_recording(_person())) == ""
    assert describe.question(unsure) == "Is Z up? The motion shows it with 55% confidence only."


def test_a_tool_is_not_named_twice():
    recording = _recording(_person(), format="AMASS .npz", tool="AMASS")
    assert describe.title(recording) == ["walk.trc", "AMASS .npz"]
    several = _recording(_person(), format="PHALP", tool="4D-Humans, PHALP, TokenHMR")
    assert describe.title(several) == ["walk.trc", "4D-Humans, PHALP, TokenHMR"]
    open_file = _recording(_person(), format="keypoints", tool="Keypoint file")
    assert describe.title(open_file) == ["walk.trc", "Keypoint file"]


def test_several_people_and_both_kinds_are_named():
    recording = _recording(_person("1", poses=True), _person("2", frames=60))
    assert describe.opened(recording) == (
        "walk.trc: 2 people, up to 120 frames (2.0 s), 1 keypoint, poses, 60 fps"
    )
    assert describe.length(recording.people[1]) == "60 frames (1.0 s)"


def test_missing_frames_are_counted():
    person = replace(_person(frames=3), frame_ids=np.array([0, 1, 59]))
    assert describe.length(person) == "3 frames (1.0 s), 57 missing"


def _finished(*figures):
    job = Job(Task("walk.trc", ()))
    motion = SimpleNamespace(
        frame_ids=np.arange(100), warnings=("Frame 7 is bent.",), contacts=np.zeros((0, 4))
    )
    job.outcomes = tuple(
        Outcome(_person(str(number)), motion, before, after)  # type: ignore[arg-type]
        for number, (before, after) in enumerate(figures)
    )
    job.seconds, job.engine = 1.5, "NumPy"
    return job


def test_figures_of_one_person():
    assert describe.result(_finished((41.0, 12.0))) == [
        "100 frames refined in 1.5 s on NumPy",
        "Fit error 41 → 12 mm",
        "Frame 7 is bent.",
    ]
    assert describe.report(_finished((None, 12.0))) == (
        "100 frames refined in 1.5 s on NumPy, fit error 12 mm"
    )


def test_a_hopeless_fit_says_so_and_what_to_check():
    lines = describe.result(_finished((None, 150.0)))
    assert lines[2].startswith("Person 0 does not fit: the body is 150 mm from the keypoints on average")
    assert "Units, Up Axis and Layout" in lines[2]
    assert not any("does not fit" in line for line in describe.result(_finished((None, 99.0))))


def test_a_fit_error_that_rose_is_explained_by_the_noise_and_the_jitter():
    job = _finished((6.0, 11.0))
    job.outcomes = (replace(job.outcomes[0], shake=(40.0, 3.0), noise_mm=8.04),)
    told = describe.result(job)[2]
    assert "no longer follows the noise" in told and "shake by about 8.0 mm" in told
    assert "Jitter 40.0 → 3.0 m/s²" in told
    assert not any("rose" in line for line in describe.result(_finished((11.0, 6.0))))


def test_clean_keypoints_are_not_called_noisy_where_the_fit_error_rose():
    job = _finished((33.0, 36.0))
    job.outcomes = (replace(job.outcomes[0], noise_mm=0.02),)
    told = describe.result(job)[2]
    assert "rose by 3 mm" in told and "noise" not in told and "Strength" in told


def test_poses_whose_keypoints_are_their_own_joints_are_told_by_their_jitter():
    """How far they are moved from these is no fit error that rose, and Strength no remedy."""
    source = Path(__file__).parents[2] / "bundled_model/samples/plugin/estimate.npz"
    job = Job(Task(str(source), formats.read(source).people, engine="numpy"))
    job.run()
    assert job.outcomes[0].after_mm is None
    told = "\n".join(describe.result(job))
    assert "Jitter" in told and "joints of the poses themselves" in told
    assert "it error" not in told and "Strength" not in told


def test_a_rise_of_less_than_a_millimetre_is_not_told():
    assert not any("rose" in line for line in describe.result(_finished((33.46, 33.55))))


def test_the_noise_of_keypoints_is_measured():
    rng = np.random.default_rng(0)
    points = np.cumsum(np.full((200, 5, 3), 0.02), axis=0) + rng.normal(size=(200, 5, 3)) * 0.008
    keypoints = Keypoints(points, np.ones((200, 5)), tuple("abcde"), ("pelvis",) * 5)
    assert keypoint_noise(keypoints) == pytest.approx(0.008, rel=0.1)


def test_controls_without_effect_are_named_with_the_reason():
    whole, short = _person(), _person(frames=5)
    assert set(without_effect([whole])) == {"gaps"}
    assert "fewer than 8 frames" in without_effect([short])["smoothness"]
    assert "keeps the initial pose" in without_effect([_person(poses=True)], strength=0.0)["smoothness"]
    assert "smoothness" not in without_effect([whole], strength=0.0)
    assert "no keypoints" in without_effect([_person(keypoints=False, poses=True)])["trust"]
    assert "no refined armature" in without_effect([whole], refined=False)["start_from"]
    away = replace(whole, frame_ids=np.r_[np.arange(60), np.arange(200, 260)])
    assert without_effect([away]) == {}


def test_only_frames_in_the_range_count_as_refined():
    job = _finished((41.0, 12.0))
    job.task = replace(job.task, controls=Controls(frames=(40, 90)))
    assert describe.headline(job) == "51 frames refined in 1.5 s on NumPy"


def test_figures_of_several_people():
    job = _finished((None, 12.0), (None, 30.0))
    assert describe.result(job)[:3] == [
        "2 people, 200 frames refined in 1.5 s on NumPy",
        "Person 0: fit error 12 mm",
        "Person 1: fit error 30 mm",
    ]
    assert describe.report(job).endswith("largest fit error 30 mm")


def test_poses_alone_are_told_apart():
    assert describe.only_poses([_person(keypoints=False, poses=True)])
    assert not describe.only_poses([_person(poses=True)])


@pytest.mark.parametrize("width", [1, 2, 5, 12, 100])
def test_wrapping_loses_nothing_and_fits(width):
    text = "Person 2 hardly moves: antidisestablishmentarianism, or a broken track?"
    lines = describe.wrap(text, width, len)
    assert all(len(line) <= width for line in lines)
    assert "".join(lines).replace(" ", "") == text.replace(" ", "")


def test_wrapping_keeps_words_whole_where_they_fit():
    assert describe.wrap("one two three", 7, len) == ["one two", "three"]
    assert describe.wrap("", 7, len) == []


def test_long_names_break_at_their_joints():
    assert describe.wrap("Balancing_Trial_filtered.trc", 20, len) == ["Balancing_Trial_", "filtered.trc"]
