"""Joints out of sets of markers on the skin: a real recording, and a body that wears each set."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from addon import formats
from addon.body.rotations import matrix_from_axis_angle
from addon.body.skeleton import JOINT_NAMES
from addon.formats.marker_people import joint_count, marker_people
from addon.formats.skin_markers import is_skin_set, joint_centres
from addon.safe_read.c3d import read_c3d
from tests.formats.bodies import walking

TENNIS = (
    Path(__file__).parents[2] / "bundled_model/samples/kineticstoolkit/kinematics_tennis_serve_2players.c3d"
)
BODY = walking(40)
SETS = {
    "Plug-in Gait": (
        "{s}ASI {s}PSI {s}THI {s}KNE {s}ANK {s}HEE {s}TOE {s}SHO {s}UPA {s}ELB {s}WRA {s}WRB",
        "C7 CLAV STRN T10",
    ),
    "CMU": (
        "{s}FWT {s}BWT {s}THI {s}KNE {s}ANK {s}HEE {s}TOE {s}SHO {s}UPA {s}ELB {s}WRA {s}WRB",
        "C7 CLAV STRN T10",
    ),
    "Helen Hayes": (
        "{s}.ASIS - {s}.Thigh {s}.Knee {s}.Ankle {s}.Heel {s}.Toe {s}.Shoulder - {s}.Elbow {s}.Wrist -",
        "V.Sacral",
    ),
    "Baseline": (
        "Waist{s}Front Waist{s}Back {s}Thigh {s}KneeOut {s}AnkleOut {s}Heel {s}ToeTip {s}ShoulderTop"
        " {s}UArmHigh {s}ElbowOut {s}WristOut {s}WristIn",
        "BackTop Chest",
    ),
    "Xsens": (
        "p{side}ASI - - p{side}KneeLatEpicondyle p{side}LatMalleolus p{side}HeelFoot - p{side}Acromion -"
        " p{side}ArmLatEpicondyle p{side}RadialStyloid p{side}UlnarStyloid",
        "pC7SpinalProcess pIJ pPX pT8SpinalProcess pSacrum",
    ),
    "Qualisys": (
        "{s}_IAS {s}_IPS - {s}_FLE {s}_FAL {s}_FCC {s}_FM2 {s}_SAE - {s}_HLE {s}_RSP {s}_USP",
        "CV7 SJN SXS TV10",
    ),
}
"""Names of markers on one side, "-" where the set has none, and of those in the middle."""


def place(joint: str) -> np.ndarray:
    return BODY.joints[:, JOINT_NAMES.index(joint)]


def beside(joint: str, *offset: float) -> np.ndarray:
    """(T, 3) at an offset in the axes of the joint's own bone."""
    return place(joint) + BODY_TURNS[:, JOINT_NAMES.index(joint)] @ np.array(offset)


def _turns() -> np.ndarray:
    from addon.body.kinematics import forward
    from addon.body.skeleton import REST_OFFSETS

    return forward(BODY.rotations, BODY.pelvis, REST_OFFSETS)[1]


BODY_TURNS = _turns()


def worn(kind: str) -> tuple[list[str], np.ndarray]:
    """Names and (T, K, 3) in millimetres: markers on a body whose hips stand as Harrington's people's do."""
    sided, middle = SETS[kind]
    found: dict[str, np.ndarray] = {}
    up, ahead = (matrix_from_axis_angle(np.array([np.radians(12.0), 0, 0])) @ axis for axis in np.eye(3)[1:])
    for side, out in (("left", 1.0), ("right", -1.0)):
        hips = (place("left_hip") + place("right_hip")) / 2
        turn = BODY_TURNS[:, 0]
        left = np.array([1.0, 0, 0])
        breadth = (np.linalg.norm(place("left_hip") - place("right_hip"), axis=-1).mean() / 2 - 0.0073) / 0.33
        front = (0.30 * breadth + 0.0109) * up + (0.24 * 0.15 + 0.0099) * ahead
        markers = [
            hips + turn @ (front + out * breadth / 2 * left),
            hips + turn @ (front - 0.15 * ahead + out * 0.04 * left),
            beside(f"{side}_hip", out * 0.09, -0.2, 0),
            beside(f"{side}_knee", out * 0.05, 0, 0),
            beside(f"{side}_ankle", out * 0.035, 0, 0),
            beside(f"{side}_ankle", 0, -0.05, -0.06),
            beside(f"{side}_foot", 0, 0.02, 0.0),
            beside("spine3", out * 0.17, 0.17, -0.03),
            beside(f"{side}_shoulder", out * 0.15, 0.045, 0),
            beside(f"{side}_elbow", 0, 0.035, 0),
            beside(f"{side}_wrist", 0, 0, 0.03),
            beside(f"{side}_wrist", 0, 0, -0.03),
        ]
        names = sided.format(s=side[0].upper(), side=side.title()).split()
        found |= {name: marker for name, marker in zip(names, markers, strict=True) if name != "-"}
    sacrum = next((name for name in middle.split() if "Sacr" in name), None)
    if sacrum is not None:
        found[sacrum] = hips + turn @ (front - 0.15 * ahead)
    spots = {
        "C7": (0, 0.2, -0.1), "CLAV": (0, 0.18, 0.06), "STRN": (0, 0.02, 0.09), "T10": (0, 0.04, -0.12),
    }  # fmt: skip
    for name, spot in zip(middle.split(), spots.values(), strict=False):
        found.setdefault(name, beside("spine3", *spot))
    return list(found), np.stack(list(found.values()), axis=1) * 1000


@pytest.mark.parametrize("kind", list(SETS))
def test_the_joints_of_a_body_are_found_under_the_markers_it_wears(kind):
    names, points = worn(kind)
    assert is_skin_set(names)
    found = {name: points / 1000 for name, points in joint_centres(names, points).items()}
    within = {"hip": 0.012, "knee": 0.02, "ankle": 0.02, "elbow": 0.025, "wrist": 0.035}
    for joint, metres in within.items():
        for side in ("left", "right"):
            error = np.linalg.norm(found[f"{side}_{joint}"] - place(f"{side}_{joint}"), axis=-1)
            assert error.mean() < metres, (kind, side, joint, error.mean())
    assert np.linalg.norm(found["pelvis"] - place("pelvis"), axis=-1).max() < 0.03


def test_prefixes_of_programs_and_small_letters_do_no_harm():
    for kind in ("Xsens", "Baseline"):
        names, _ = worn(kind)
        assert is_skin_set([name.lower() for name in names])
    names, _ = worn("Baseline")
    assert is_skin_set([f"Q_{name}" for name in names])


def test_a_toe_ahead_of_the_ball_is_the_big_toe():
    names, points = worn("Xsens")
    feet = {"pRightFirstMetatarsal": (0.03, 0), "pRightFifthMetatarsal": (-0.03, 0), "pRightToe": (0, 0.07)}
    more = np.stack([beside("right_foot", x, 0, z) for x, z in feet.values()], axis=1) * 1000
    found = joint_centres([*names, *feet], np.concatenate([points, more], axis=1))
    np.testing.assert_allclose(found["right_foot"] / 1000, place("right_foot"), atol=1e-6)
    assert "right_big_toe" in found and "left_big_toe" not in found


@pytest.mark.parametrize("metres", [1.0, 0.01, 0.001])
def test_the_unit_changes_nothing(metres):
    names, points = worn("Plug-in Gait")
    whole, other = joint_centres(names, points / 1000), joint_centres(names, points / 1000 / metres)
    for name, places in whole.items():
        np.testing.assert_allclose(other[name] * metres, places, atol=1e-9)


def test_a_missing_marker_takes_away_only_what_hangs_on_it():
    names, points = worn("Plug-in Gait")
    points[5, names.index("LELB")] = np.nan
    found = joint_centres(names, points)
    missing = {name for name, places in found.items() if np.isnan(places[5]).any()}
    assert missing == {"left_elbow"} and not any(np.isnan(places[6]).any() for places in found.values())


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("unseen", ["LTHI", "RTOE", "CLAV", "LWRA", "RSHO"])
def test_a_marker_that_is_never_seen_is_done_without(unseen):
    names, points = worn("Plug-in Gait")
    points[:, names.index(unseen)] = np.nan
    with np.errstate(all="ignore"):
        found = joint_centres(names, points)
    assert all(
        np.isfinite(found[f"{side}_{joint}"]).all() for side in ("left", "right") for joint in ("hip", "knee")
    )


def test_without_hips_or_a_pelvis_markers_are_not_a_set():
    names, _ = worn("Plug-in Gait")
    assert not is_skin_set([name for name in names if "ASI" not in name])
    assert not is_skin_set([*names, "LHJC", "RHJC"])
    assert not is_skin_set([name for name in names if "KNE" not in name])
    assert joint_count(["LTHI", "RTHI", "CLAV"]) == 0


def test_the_open_keypoint_file_may_hold_them(tmp_path):
    names, points = worn("Plug-in Gait")
    path = tmp_path / "walk.npz"
    np.savez(path, keypoints=points, names=np.array(names), confidence=np.ones(points.shape[:2]), fps=100)
    recording = formats.read(path)
    assert recording.people[0].keypoints is not None and recording.units.value == "mm"
    assert {"left_hip", "right_elbow"} <= set(recording.people[0].keypoints.canonical)


def test_subjects_stay_apart():
    names, points = worn("Plug-in Gait")
    both = [f"{who}:{name}" for who in ("Anna", "Ben") for name in names]
    people = marker_people(both, np.concatenate([points, points + 2000], axis=1))
    assert [one.id for one in people] == ["Anna", "Ben"]


def test_a_real_serve_has_the_bones_of_a_person():
    """Under skin markers that are up to 41 mm nearer and farther from each other in the same clip."""
    recording = formats.read(TENNIS)
    assert [one.id for one in recording.people] == ["Derrick", "Viktor"]
    assert any("markers on the skin" in said for said in recording.warnings)
    raw = read_c3d(TENNIS.read_bytes())
    assert recording.people[0].frames == len(raw.positions)
    for one in recording.people:
        assert one.keypoints is not None
        canonical = one.keypoints.canonical
        points = {name: one.keypoints.positions[:, place] for place, name in enumerate(canonical)}
        bones = {
            ("hip", "knee"): 0.39,
            ("knee", "ankle"): 0.395,
            ("shoulder", "elbow"): 0.25,
            ("elbow", "wrist"): 0.25,
        }
        for (upper, lower), metres in bones.items():
            for side in ("left", "right"):
                bone = np.linalg.norm(points[f"{side}_{upper}"] - points[f"{side}_{lower}"], axis=-1)
                assert abs(bone.mean() - metres) < 0.025 and bone.std() < 0.065 * metres
        ahead = points["left_foot"] - points["left_heel"]
        shin, thigh = (
            points[f"left_{a}"] - points[f"left_{b}"] for a, b in (("ankle", "knee"), ("knee", "hip"))
        )
        assert (np.cross(thigh, shin) * np.cross(thigh, ahead)).sum(-1).mean() < 0  # knees bend backwards
