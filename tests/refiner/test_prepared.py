"""A clip that is prepared once gives single frames for any controls, the same as a whole run does."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from addon.body.rotations import geodesic_angle
from addon.recording import Person
from addon.refiner import Controls, prepare, refine, refine_rows
from addon.steps import finish

from .motion import Truth

FRAME = 47
SETTINGS = (
    Controls(),
    Controls(strength=0.3),
    Controls(strength=2.0, smoothness=0.0),
    Controls(smoothness=0.3),
    Controls(smoothness=2.0),
    Controls(parts=frozenset({"left_arm"})),
    Controls(frames=(40, 60)),
)


@pytest.fixture(scope="module")
def people() -> dict[str, Person]:
    """One person for each mode."""
    truth = Truth(0, frames=150)
    plugin = truth.person("smpl24", 0.01, poses=truth.estimate(12.0))
    return {
        "sequence": truth.person("body25", 0.015),
        "plugin": plugin,
        "poses": replace(plugin, keypoints=None),
    }


@pytest.mark.parametrize("mode", ["sequence", "plugin", "poses"])
def test_a_frame_alone_is_that_of_the_whole_run(mode: str, people: dict[str, Person]) -> None:
    person = people[mode]
    prepared = finish(prepare(person, engine="numpy"))
    assert prepared is not None
    for controls in SETTINGS:
        whole = refine(person, controls=controls, engine="numpy")
        alone = finish(refine_rows(prepared, controls, person.frame_ids == FRAME))
        (row,) = np.flatnonzero(whole.frame_ids == FRAME)
        assert alone.frame_ids.tolist() == [FRAME]
        apart = np.degrees(geodesic_angle(alone.rotations[0], whole.rotations[row]))
        # With poses the network looks far around a frame to steady them, beyond what is read for one.
        assert apart.max() < (1.0 if mode == "plugin" else 0.5), controls
        assert apart.mean() < 0.3, controls
        assert np.linalg.norm(alone.pelvis[0] - whole.pelvis[row]) < 0.001, controls


def test_bones_do_not_depend_on_what_is_asked_for(people: dict[str, Person]) -> None:
    raw, slow = (
        refine(people["sequence"], controls=controls, engine="numpy").bone_offsets
        for controls in (Controls(smoothness=0.0), Controls(smoothness=2.0))
    )
    np.testing.assert_array_equal(raw, slow)


def test_the_network_is_asked_once_for_all_strengths(people: dict[str, Person]) -> None:
    person = people["sequence"]
    prepared = finish(prepare(person, engine="numpy"))
    assert prepared is not None and prepared.looks == {}
    rows = person.frame_ids == FRAME
    for strength in (0.5, 1.0, 1.5):
        finish(refine_rows(prepared, Controls(strength=strength), rows))
    assert len(prepared.looks) == 1
    finish(refine_rows(prepared, Controls(smoothness=0.5), rows))
    assert len(prepared.looks) == 2
