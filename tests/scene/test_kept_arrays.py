"""What a run keeps on its action: right, or as if it were absent, whatever the .blend holds."""

from __future__ import annotations

from typing import Any

import bpy
import numpy as np
import pytest

from addon.motion import Floor, Legs
from addon.scene.channels import COLUMNS, PLACE, Channels
from addon.scene.contacts_found import FOUND, Found, keep_found, read_found
from addon.scene.finger_keys import STORED_FINGERS, FingerResult, read_fingers, write_fingers
from addon.scene.names import FINGER_BONES
from addon.scene.stored import (
    STORED,
    Stored,
    keep_arrays,
    kept_arrays,
    read_stored,
    stored_frames,
    write_stored,
)

COUNT = 3
FRAMES = np.arange(1.0, COUNT + 1)
NOT_THREE = np.zeros(5)
TEXT = np.array(["a", "b", "c"])


@pytest.fixture
def action() -> bpy.types.Action:
    action = bpy.data.actions.new("walk")
    turns = np.tile([1.0, 0.0, 0.0, 0.0], (COUNT, PLACE, 1))
    channels = Channels(turns, np.zeros((COUNT, 3)))
    write_stored(action, Stored(FRAMES, channels, channels, np.zeros((COUNT, COLUMNS))))
    pairs, floor = np.zeros((COUNT, 2)), Floor(np.array([0.0, 1.0, 0.0]), np.zeros(1))
    keep_found(
        action, Found(FRAMES, np.ones((COUNT, 4)), floor, Legs(pairs, pairs, pairs, 0.25, pairs[:, 0]))
    )
    bones = len(FINGER_BONES)
    fingers = np.tile([1.0, 0.0, 0.0, 0.0], (COUNT, bones, 1))
    write_fingers(action, FingerResult(FRAMES, fingers, np.zeros((COUNT, bones), bool)))
    return action


def test_what_is_kept_comes_back(action):
    stored, found, fingers = read_stored(action), read_found(action), read_fingers(action)
    for one in (stored, found, fingers):
        np.testing.assert_array_equal(one.frames, FRAMES)
    assert found.legs.path == 0.25 and found.floor.heights == 0.0 and found.chances.min() == 1.0


@pytest.mark.parametrize(
    ("name", "read", "field", "value"),
    [
        (FOUND, read_found, "path", np.zeros(2)),
        (FOUND, read_found, "path", np.array("far")),
        (FOUND, read_found, "chances", np.zeros((COUNT, 3))),
        (FOUND, read_found, "chances", TEXT),
        (FOUND, read_found, "frames", np.array(1)),
        (FOUND, read_found, "normal", np.zeros((3, 3))),
        (FOUND, read_found, "heights", np.zeros(0)),
        (FOUND, read_found, "heights", np.zeros((2, 2))),
        (FOUND, read_found, "untold", None),
        (STORED, read_stored, "frames", TEXT),
        (STORED, read_stored, "frames", FRAMES[::-1]),
        (STORED, read_stored, "marks", NOT_THREE),
        (STORED, read_stored, "written_turns", TEXT),
        (STORED, read_stored, "written_places", None),
        (STORED_FINGERS, read_fingers, "frames", TEXT),
        (STORED_FINGERS, read_fingers, "turns", NOT_THREE),
        (STORED_FINGERS, read_fingers, "held", None),
    ],
)
def test_what_is_damaged_counts_as_absent(action, name: str, read: Any, field: str, value: Any):
    rest = {key: kept for key, kept in kept_arrays(action, name).items() if key != field}
    keep_arrays(action, name, rest if value is None else rest | {field: value})
    assert read(action) is None


@pytest.mark.parametrize("frames", [TEXT, np.array([None, {}])], ids=["text", "objects"])
def test_frames_that_are_no_numbers_are_none(action, frames):
    keep_arrays(action, STORED, {"frames": frames})
    assert len(stored_frames(action)) == 0
