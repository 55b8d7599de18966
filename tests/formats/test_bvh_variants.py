"""BVH as programs write it that keep to its letter less: encodings, several roots, other separators."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from addon import formats
from addon.recording import Recording
from addon.safe_read import decode_text
from tests.formats.bodies import poses_of, walking
from tests.formats.test_skeleton_files import FRAMES, MIXAMO, bvh

JAPANESE = {
    "pelvis": "センター", "spine1": "上半身", "spine2": "上半身2", "spine3": "上半身3",
    "neck": "首", "head": "頭",
    **{
        f"{side}_{joint}": sign + name
        for side, sign in (("left", "左"), ("right", "右"))
        for joint, name in (
            ("hip", "足"), ("knee", "ひざ"), ("ankle", "足首"), ("foot", "つま先"), ("collar", "肩"),
            ("shoulder", "腕"), ("elbow", "ひじ"), ("wrist", "手首"), ("hand", "中指１"),
        )
    },
}  # fmt: skip


def parts(folder: Path, names: dict[str, str] | None = None) -> tuple[str, str, list[str]]:
    """The skeleton, the lines down to the frame time, and the frames' lines."""
    skeleton, motion = bvh(folder / "body.bvh", names or MIXAMO).read_text(encoding="utf-8").split("MOTION")
    end = motion.index("\n", motion.index("Frame Time"))
    return skeleton, f"MOTION{motion[:end]}\n", motion[end:].split("\n")[1:]


def read_back(path: Path, content: bytes | str, person: int = 0) -> Recording:
    """The recording, whose person must turn as the body does."""
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    recording = formats.read(path)
    found, truth = poses_of(recording, person).rotations[:, :20], walking(FRAMES).rotations[:, :20]
    cosines = (np.einsum("tjab,tjab->tj", found, truth) - 1) / 2
    assert np.degrees(np.arccos(np.clip(cosines, -1, 1))).max() < 0.1
    return recording


@pytest.mark.parametrize("coding", ["utf-8", "utf-8-sig", "utf-16", "cp932", "euc_jp"])
def test_names_are_read_in_every_encoding(tmp_path, coding):
    skeleton, head, lines = parts(tmp_path, JAPANESE)
    read_back(tmp_path / "clip.bvh", (skeleton + head + "\n".join(lines)).encode(coding))


def test_western_letters_stay_what_they_are():
    for text in ("José Müller, Größe", "Ação à esquerda", "élève naïve"):
        assert decode_text(text.encode("latin1"), "x.txt") == text


CHANGED: dict[str, Callable[[list[str]], list[str]]] = {
    "commas": lambda lines: [line.replace(" ", ", ") for line in lines],
    "semicolons": lambda lines: [line.replace(" ", ";") for line in lines],
    "exponents": lambda lines: [" ".join(f"{float(x):.8e}" for x in line.split()) for line in lines],
    "broken lines": lambda lines: [
        " ".join(line.split()[at : at + 6]) for line in lines for at in range(0, len(line.split()), 6)
    ],
    "one line": lambda lines: [" ".join(lines)],
}


@pytest.mark.parametrize("what", list(CHANGED))
def test_numbers_are_read_however_they_are_set(tmp_path, what):
    skeleton, head, lines = parts(tmp_path)
    lines = CHANGED[what]([line for line in lines if line])
    assert read_back(tmp_path / "clip.bvh", skeleton + head + "\n".join(lines)).people[0].frames == FRAMES


def prefixed(skeleton: str, prefix: str, suffix: str = "") -> str:
    body = skeleton.removeprefix("HIERARCHY\n")
    return re.sub(r"(ROOT|JOINT) (\S+)", rf"\1 {prefix}\g<2>{suffix}", body)


@pytest.mark.parametrize(("first", "second", "ids"), [
    (("A:", ""), ("B:", ""), ["A", "B"]),
    (("A_", ""), ("B_", ""), ["A_Hips", "B_Hips"]),
    (("", ""), ("", ""), ["Hips", "Hips (2)"]),
    (("", ""), ("", "1"), ["Hips", "Hips1"]),
])  # fmt: skip
def test_every_root_is_a_person(tmp_path, first, second, ids):
    skeleton, head, lines = parts(tmp_path)
    both = [f"{line} {float(line.split()[0]) + 150} {line.split(' ', 1)[1]}" for line in lines if line]
    text = "HIERARCHY\n" + prefixed(skeleton, *first) + prefixed(skeleton, *second) + head + "\n".join(both)
    for person in (0, 1):
        recording = read_back(tmp_path / "two.bvh", text, person)
        assert [one.id for one in recording.people] == ids
    apart = poses_of(recording, 1).pelvis - poses_of(recording, 0).pelvis
    np.testing.assert_allclose(apart, np.tile([1.5, 0.0, 0.0], (FRAMES, 1)), atol=1e-4)


def test_a_thing_beside_a_person_is_no_person(tmp_path):
    skeleton, head, lines = parts(tmp_path)
    box = "ROOT Box\n{\nOFFSET 0 0 0\nCHANNELS 3 Xposition Yposition Zposition\n}\n"
    moved = "\n".join(f"{line} 1 2 3" for line in lines if line)
    assert [one.id for one in read_back(tmp_path / "box.bvh", skeleton + box + head + moved).people] == ["0"]


def test_a_frame_time_in_milliseconds_is_told(tmp_path):
    skeleton, head, lines = parts(tmp_path)
    head = re.sub(r"Frame Time: \S+", "Frame Time: 16.6667", head)
    recording = read_back(tmp_path / "clip.bvh", skeleton + head + "\n".join(lines))
    assert recording.fps.value == 60.0 and any("milliseconds" in said for said in recording.warnings)


@pytest.mark.parametrize("step", ["0", "-0.0167", "nan"])
def test_a_frame_time_that_is_none_leaves_the_rate_open(tmp_path, step):
    skeleton, head, lines = parts(tmp_path)
    head = re.sub(r"Frame Time: \S+", f"Frame Time: {step}", head)
    recording = read_back(tmp_path / "clip.bvh", skeleton + head + "\n".join(lines))
    assert (recording.fps.value, recording.fps.how) == (30.0, "assumed")


def on_a_root(folder: Path, names: dict[str, str], root: str) -> str:
    """The body below a root on the floor that does not move."""
    skeleton, head, lines = parts(folder, names)
    body = skeleton.replace("HIERARCHY\nROOT", "JOINT", 1)
    above = f"HIERARCHY\nROOT {root}\n{{\n  OFFSET 0 0 0\n  CHANNELS 6 Xposition Yposition Zposition"
    held = f"{above} Zrotation Xrotation Yrotation\n{body}}}\n"
    return held + head + "\n".join(f"0 0 0 0 0 0 {line}" if line.strip() else line for line in lines)


@pytest.mark.parametrize("names", ["SMPL's", "Mixamo's"])
def test_a_root_on_the_floor_is_no_pelvis(tmp_path, names):
    """As SMPL-X add-ons and game engines have it."""
    table = {joint: joint for joint in MIXAMO} if names == "SMPL's" else MIXAMO
    bare = poses_of(read_back(tmp_path / "clip.bvh", bvh(tmp_path / "bare.bvh", table).read_text()))
    held = read_back(tmp_path / "clip.bvh", on_a_root(tmp_path, table, "root"))
    assert poses_of(held).pelvis == pytest.approx(bare.pelvis, abs=1e-4)
    keypoints = held.people[0].keypoints
    assert keypoints is not None and "root" not in [
        name for name, point in zip(keypoints.names, keypoints.canonical, strict=True) if point
    ]


SAYS_LITTLE = {
    joint: name.replace("UpLeg", "Oberschenkel").replace("Leg", "Unterschenkel").replace("Foot", "Fuss")
    for joint, name in MIXAMO.items()
}
"""What names nobody listed do not tell, the shape does."""
NUMBERED = {joint: f"{joint[0]}Limb{place}" for place, joint in enumerate(MIXAMO)}


SUFFIXED = {joint: f"{name}_JNT" for joint, name in MIXAMO.items()}


@pytest.mark.parametrize(
    "names", [SAYS_LITTLE, NUMBERED, SUFFIXED], ids=["legs", "all", "behind neck and head"]
)
def test_joints_whose_names_say_little_are_found(tmp_path, names):
    read_back(tmp_path / "clip.bvh", bvh(tmp_path / "bare.bvh", names).read_text())
