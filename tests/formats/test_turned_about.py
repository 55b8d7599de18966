"""Bodies that a tool lifted the other way round in depth for some frames."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from addon import formats
from addon.body.layouts import LAYOUTS
from addon.body.rotations import matrix_from_axis_angle
from addon.formats.sides import exchanged
from addon.formats.turned_about import turned_back
from addon.recording import Person
from tests.refiner.motion import Truth

SAMPLES = Path(__file__).parents[2] / "bundled_model/samples"
VIEW = np.array([0.36, -0.16, 0.919])
STRETCHES = [(30, 32), (30, 37), (20, 59), (40, 89)]


def about(person: Person, frames: tuple[int, int], sides: bool) -> Person:
    """The person mirrored along the view around the hips in these frames; sides: also left and right."""
    assert person.keypoints is not None
    rows = (person.frame_ids >= frames[0]) & (person.frame_ids <= frames[1])
    names, positions = person.keypoints.names, person.keypoints.positions.copy()
    middle = positions[:, [names.index("left_hip"), names.index("right_hip")]].mean(1, keepdims=True)
    normal = VIEW / np.linalg.norm(VIEW)
    mirrored = positions - 2.0 * ((positions - middle) @ normal)[..., None] * normal
    positions[rows] = mirrored[rows]
    found = replace(person.keypoints, positions=positions)
    return replace(person, keypoints=exchanged(found, rows) if sides else found)


def turned(person: Person, rows: slice, degrees: float, axis: tuple[float, float, float]) -> Person:
    """The person turned as a whole in these rows, about the middle of its points."""
    assert person.keypoints is not None
    positions = person.keypoints.positions.copy()
    middle = positions[rows].mean(1, keepdims=True)
    turn = matrix_from_axis_angle(np.radians(degrees) * np.array(axis))
    positions[rows] = (positions[rows] - middle) @ turn.T + middle
    return replace(person, keypoints=replace(person.keypoints, positions=positions))


def apart(one: Person, other: Person) -> float:
    assert one.keypoints is not None and other.keypoints is not None
    return float(np.abs(one.keypoints.positions - other.keypoints.positions).max())


@pytest.mark.parametrize("clip", [0, 3, 8])
@pytest.mark.parametrize("sides", [True, False])
@pytest.mark.parametrize("frames", STRETCHES)
@pytest.mark.parametrize("layout", ["coco17", "mediapipe33"])
def test_who_is_the_other_way_round_is_turned_back_and_told(layout, frames, sides, clip) -> None:
    person = Truth(clip, 120).person(layout, 0.01)
    (found,), told = turned_back((about(person, frames, sides),))
    assert apart(found, person) < 0.1
    assert len(told) == 1 and f"frames {frames[0]} to {frames[1]}," in told[0]


@pytest.mark.parametrize("clip", [0, 3, 8])
@pytest.mark.parametrize(("degrees", "axis"), [(180.0, (0, 1, 0)), (90.0, (0, 1, 0)), (180.0, (0, 0, 1))])
@pytest.mark.parametrize("rows", [slice(30, 33), slice(30, 60), slice(40, 110)])
def test_who_is_turned_as_a_whole_is_turned_back_and_told(rows, degrees, axis, clip) -> None:
    person = Truth(clip, 120).person("coco17", 0.01)
    (found,), told = turned_back((turned(person, rows, degrees, axis),))
    assert apart(found, person) < 0.35
    assert found.keypoints is not None and person.keypoints is not None
    beside = np.linalg.norm(found.keypoints.positions - person.keypoints.positions, axis=-1)
    assert beside.mean() < 0.06
    assert len(told) == 1 and f"turned as a whole in frames {rows.start} to {rows.stop - 1}," in told[0]


def test_who_turns_for_good_is_left() -> None:
    person = Truth(8, 120).person("coco17", 0.01)
    assert turned_back((turned(person, slice(60, None), 180.0, (0, 1, 0)),))[1] == []


def test_it_is_turned_back_where_a_file_is_read(tmp_path) -> None:
    person = Truth(8, 120).person("coco17", 0.01)
    wrong = about(person, (40, 89), True).keypoints
    assert wrong is not None and person.keypoints is not None
    kinds = {"right": person.keypoints.positions, "wrong": wrong.positions}
    for name, points in kinds.items():
        np.savez(
            tmp_path / f"{name}.npz", keypoints=points, layout="coco17", fps=30.0, up_axis="y", units="m"
        )
    right, found = (formats.read(tmp_path / f"{name}.npz") for name in kinds)
    assert apart(found.people[0], right.people[0]) < 0.1
    assert sum("the other way round in depth" in told for told in found.warnings) == 1
    assert not found.exchanged


@pytest.mark.parametrize("layout", ["coco17", "body25"])
@pytest.mark.parametrize("noise", [0.0, 0.02])
@pytest.mark.parametrize("step", [1, 2, 3])
def test_who_moves_is_not_turned(layout, noise, step) -> None:
    for clip in range(16):
        person = Truth(clip, 240).person(layout, noise, clip)
        person = person.rows(np.arange(0, person.frames, step))
        person = replace(person, fps=30.0 / step, frame_ids=np.arange(person.frames))
        assert turned_back((person,))[1] == []


def test_left_and_right_exchanged_alone_is_not_depth() -> None:
    person = Truth(8, 120).person("coco17", 0.01)
    assert person.keypoints is not None
    rows = (person.frame_ids >= 40) & (person.frame_ids < 60)
    wrong = replace(person, keypoints=exchanged(person.keypoints, rows))
    assert turned_back((wrong,))[1] == []


def test_samples_are_as_they_are() -> None:
    for path in sorted(SAMPLES.rglob("*.npz")):
        assert not any("other way round" in told for told in formats.read(path).warnings)


def test_few_points_tell_nothing() -> None:
    coco = LAYOUTS["coco17"].keypoints
    person = about(Truth(8, 60).person("coco17", 0.01), (20, 30), True)
    assert person.keypoints is not None
    positions = person.keypoints.positions.copy()
    positions[:, [k for k, name in enumerate(coco) if not name.endswith(("wrist", "elbow", "hip"))]] = np.nan
    same = replace(person, keypoints=replace(person.keypoints, positions=positions))
    assert turned_back((same,)) == ((same,), [])
