"""Left and right that a tracker exchanged for some frames."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from addon import formats
from addon.formats.sides import exchanged, exchanged_back
from addon.recording import Person
from tests.refiner.motion import Truth

SAMPLES = Path(__file__).parents[2] / "bundled_model/samples"
TRUNK = ("hip", "shoulder", "collar")


def wrong_in(person: Person, first: int, last: int, words: tuple[str, ...] | None = None) -> Person:
    """The person with sides exchanged in these frames."""
    rows = (person.frame_ids >= first) & (person.frame_ids <= last)
    assert person.keypoints is not None
    return replace(person, keypoints=exchanged(person.keypoints, rows, words))


def apart(one: Person, other: Person) -> float:
    assert one.keypoints is not None and other.keypoints is not None
    return float(np.nanmax(np.abs(one.keypoints.positions - other.keypoints.positions)))


@pytest.mark.parametrize("layout", ["coco17", "body25", "smpl24"])
@pytest.mark.parametrize("words", [None, TRUNK, ("shoulder", "collar", "elbow", "wrist", "hand")])
@pytest.mark.parametrize("frames", [(30, 30), (30, 41), (0, 9), (80, 89)])
def test_what_was_exchanged_is_exchanged_back_and_told(layout, words, frames) -> None:
    person = Truth(8).person(layout, 0.01)
    first, last = frames
    found, sentences = exchanged_back(wrong_in(person, first, last, words))
    assert apart(found, person) == 0.0
    where = f"frame {frames[0]};" if frames[0] == frames[1] else f"frames {frames[0]} to {frames[1]};"
    assert len(sentences) == 1 and where in sentences[0]


def test_several_stretches_are_one_sentence() -> None:
    person = Truth(8).person("coco17", 0.01)
    found, sentences = exchanged_back(wrong_in(wrong_in(person, 10, 14), 50, 60))
    assert apart(found, person) == 0.0
    assert "(whole body) in frames 10 to 14, 50 to 60;" in sentences[0]


@pytest.mark.parametrize("noise", [0.0, 0.02])
def test_a_clip_without_faults_is_left_alone(noise) -> None:
    for clip in range(0, 24, 2):
        truth = Truth(clip, 200)
        for layout in ("coco17", "smpl24"):
            assert exchanged_back(truth.person(layout, noise))[1] == []


@pytest.mark.parametrize(
    "name",
    ["pose2sim/S00_P00_T01_BalancingTrial_0-100.trc", "bodypose3d/kpts_3d.dat", "cgspeed/01_01.bvh"],
)
def test_real_recordings_are_left_alone(name) -> None:
    assert formats.read(SAMPLES / name).exchanged == ()


def test_lost_points_do_not_hide_an_exchange() -> None:
    person = Truth(8).person("coco17", 0.01)
    assert person.keypoints is not None
    wrong = wrong_in(person, 30, 40)
    lost = np.random.default_rng(0).random((90, 17)) < 0.1
    assert wrong.keypoints is not None
    positions = np.where(lost[..., None], np.nan, wrong.keypoints.positions)
    found, sentences = exchanged_back(replace(wrong, keypoints=replace(wrong.keypoints, positions=positions)))
    assert apart(found, person) == 0.0 and "30 to 40" in sentences[0]


def written(path: Path, person: Person) -> Path:
    assert person.keypoints is not None
    np.savez(path, keypoints=person.keypoints.positions, layout="coco17", fps=30.0, up_axis="y", units="m")
    return path


def positions(recording) -> np.ndarray:
    return np.asarray(recording.people[0].keypoints.positions)


def test_a_file_is_put_right_unless_somebody_wants_it_as_it_is(tmp_path) -> None:
    person = Truth(8).person("coco17", 0.01)
    right = formats.read(written(tmp_path / "right.npz", person))
    path = written(tmp_path / "wrong.npz", wrong_in(person, 30, 40))
    recording = formats.read(path)
    np.testing.assert_allclose(positions(recording), positions(right), atol=1e-6)
    assert "30 to 40" in recording.exchanged[0] and recording.exchanged[0] in recording.warnings
    kept = formats.read(path, keep_sides=True)
    assert kept.exchanged == () and np.abs(positions(kept) - positions(right)).max() > 0.1


def test_sides_are_swapped_where_a_person_asks_for_it(tmp_path) -> None:
    person = Truth(8).person("coco17", 0.01)
    path = written(tmp_path / "wrong.npz", wrong_in(person, 30, 40))
    by_hand = formats.read(path, keep_sides=True, swaps=[("0", 30, 40)])
    np.testing.assert_allclose(positions(by_hand), positions(formats.read(path)), atol=1e-6)
