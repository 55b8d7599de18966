"""What a person reads."""

from __future__ import annotations

import numpy as np
import pytest

from addon.recording import Keypoints, Known, Person, Poses, Recording
from addon.ui import describe


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
    facts = dict(describe.facts(_recording(_person())))
    assert facts == {
        "File": "walk.trc",
        "Format": "TRC (Pose2Sim)",
        "Holds": "1 person, keypoints",
        "Frame Rate": "60 fps (from the file)",
        "Up Axis": "Z (inferred)",
        "Units": "metres (assumed)",
    }


def test_a_tool_is_not_named_twice():
    recording = Recording(
        "AMASS .npz", "AMASS", (_person(),), *(Known(x, "stated") for x in (60.0, "+y", "m"))
    )
    assert dict(describe.facts(recording))["Format"] == "AMASS .npz"


def test_people_are_counted_and_both_kinds_named():
    recording = _recording(_person("1", poses=True), _person("2"))
    assert describe.content(recording) == "2 people, keypoints and poses"
    assert describe.person_line(recording.people[0]) == "1: 120 frames (2.0 s)"


def test_poses_alone_are_converted():
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
