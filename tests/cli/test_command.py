"""What the command line promises: outputs, exit status, one sentence, no traceback."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from addon import cli, formats
from addon.cli.progress import progress_bar
from bundled_model.training.motion_data import load_split
from tests.formats.bodies import walking
from tests.formats.test_amass import amass_fields
from tests.formats.test_trc import BROKEN, NAMES, TRIAL, trc, written
from tests.refiner.motion import Truth
from tests.wave import joints_of_a_wave

ROOT = Path(__file__).parents[2]


@pytest.fixture
def two_people(tmp_path):
    points = walking().layout("coco17")[:, [12, 11, 14, 13, 16, 15, 6, 5, 8, 7, 10, 9, 0]]
    names = [f"{who}:{name}" for who in ("Anna", "Ben") for name in NAMES]
    return written(tmp_path, trc(np.concatenate([points, points + np.array([1.0, 0, 0])], axis=1), names))


def test_inspect_prints_one_json_object_with_the_fields_of_the_contract(capsys):
    assert cli.main(["inspect", str(TRIAL), "--json"]) == 0
    facts = json.loads(capsys.readouterr().out)
    assert set(facts) == {"format", "tool", "people", "fps", "up", "units", "warnings", "can_refine"}
    assert facts["people"] == [
        {"id": "0", "frames": 100, "first_frame": 1, "missing": 0, "keypoints": "named", "poses": False}
    ]
    assert facts["fps"] == {"value": 60.0, "how": "stated"} and facts["can_refine"]


def test_inspect_tells_a_person_what_was_recognised_and_warns(capsys):
    assert cli.main(["inspect", str(BROKEN)]) == 0
    told = capsys.readouterr().out
    assert "person 0" in told and "60" in told and "hardly moves" in told


def test_inspect_says_a_name_once_and_counts_in_words_that_agree(capsys):
    assert cli.main(["inspect", str(ROOT / "bundled_model/samples/sam3dbody/img_subj00.npz")]) == 0
    told = capsys.readouterr().out.splitlines()
    assert told[0] == "img_subj00.npz: SAM 3D Body" and "1 frame from 0" in told[1]


def test_refine_writes_one_complete_npz(tmp_path, calls, capsys):
    out = tmp_path / "new folder" / "out.npz"
    assert cli.main(["refine", str(BROKEN), "--output", str(out)]) == 0
    assert formats.read(out).people[0].frames == 100
    assert [path.name for path in out.parent.iterdir()] == ["out.npz"]
    assert "hardly moves" in capsys.readouterr().err


def test_several_people_become_one_npz_each(tmp_path, calls, two_people):
    assert cli.main(["refine", str(two_people), "--output", str(tmp_path / "out.npz")]) == 0
    assert {path.name for path in tmp_path.glob("*.npz")} == {"out_Anna.npz", "out_Ben.npz"}


def test_one_chosen_person_becomes_the_file_itself(tmp_path, calls, two_people):
    assert (
        cli.main(["refine", str(two_people), "--person", "Ben", "--output", str(tmp_path / "out.npz")]) == 0
    )
    assert [person.id for person, _ in calls] == ["Ben"] and (tmp_path / "out.npz").exists()


def test_a_folder_takes_one_output_for_each_input(tmp_path, calls, two_people):
    out = tmp_path / "results"
    assert cli.main(["refine", str(TRIAL), str(BROKEN), "--output", str(out)]) == 0
    assert {path.name for path in out.glob("*.npz")} == {f"{TRIAL.stem}.npz", f"{BROKEN.stem}.npz"}


@pytest.fixture
def one_take(tmp_path):
    """A file each of two people."""
    files = [tmp_path / f"dance_P{number}.npz" for number in (1, 2)]
    for place, path in enumerate(files):
        points = joints_of_a_wave(20, 30.0) + np.array([2.0 * place, 0.0, 0.0])
        np.savez(path, keypoints=points, layout="smpl24", fps=30.0, up_axis="y", units="m")
    return [str(path) for path in files]


def test_files_of_one_take_are_one_recording_when_asked_and_else_one_each(tmp_path, one_take, capsys):
    assert cli.main(["inspect", *one_take, "--json"]) == 0
    each = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [len(found["people"]) for found in each] == [1, 1]
    assert cli.main(["inspect", *one_take, "--json", "--one-take"]) == 0
    (whole,) = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [one["id"] for one in whole["people"]] == ["P1", "P2"]


def test_people_of_one_take_are_refined_into_one_output(tmp_path, one_take, calls):
    assert cli.main(["refine", *one_take, "--one-take", "--output", str(tmp_path / "out.npz")]) == 0
    assert sorted(path.name for path in tmp_path.glob("out*")) == ["out_P1.npz", "out_P2.npz"]


def test_options_reach_the_refiner(tmp_path, calls):
    words = ["--mode", "sequence", "--engine", "numpy", "--device", "cpu"]
    words += ["--keypoints", str(TRIAL), "--keypoints-offset", "-0.5"]
    assert cli.main(["refine", str(TRIAL), "--output", str(tmp_path / "o.npz"), *words]) == 0
    options = calls[0][1]
    assert (options["mode"], options["engine"], options["device"]) == ("sequence", "numpy", "cpu")
    assert options["targets_offset"] == -0.5 and options["targets"].frames == 100


def test_keypoints_of_another_file_are_the_targets_and_take_the_hints(tmp_path, calls):
    poses, points = tmp_path / "poses.npz", tmp_path / "points.npy"
    np.savez(poses, **amass_fields())
    np.save(points, walking().layout("coco17"))
    words = ["--keypoints", str(points), "--layout", "coco17", "--fps", "50", "--up", "+y"]
    assert cli.main(["refine", str(poses), "--output", str(tmp_path / "o.npz"), *words]) == 0
    person, options = calls[0]
    assert (person.fps, options["targets"].fps) == (120.0, 50.0)
    assert options["targets"].keypoints.layout == "coco17"
    np.testing.assert_allclose(person.poses.pelvis, walking().pelvis, atol=1e-6)


def test_controls_reach_the_refiner(tmp_path, calls):
    words = ["--strength", "1.5", "--smoothing", "0", "--parts", "arms,head", "--frames", "-3:40"]
    assert cli.main(["refine", str(TRIAL), "--output", str(tmp_path / "o.npz"), *words]) == 0
    controls = calls[0][1]["controls"]
    assert (controls.strength, controls.smoothness, controls.frames) == (1.5, 0.0, (-3, 40))
    assert controls.parts == {"left_arm", "right_arm", "head"}


def test_body_parts_and_swaps_reach_the_refiner_and_the_reader(tmp_path, calls, monkeypatch):
    from addon import formats
    from addon.refiner import Limb

    hints = []
    real = formats.read

    def read(path, **stated):
        hints.append(stated)
        return real(path, **stated)

    monkeypatch.setattr(formats, "read", read)
    words = [
        "--limb",
        "arms:strength=0.5,trust=0",
        "--limb",
        "head:smoothing=2",
        "--swap",
        "0:3:9",
        "--keep-sides",
    ]
    assert cli.main(["refine", str(TRIAL), "--output", str(tmp_path / "o.npz"), *words]) == 0
    arm = Limb(strength=0.5, trust=0.0)
    assert calls[0][1]["controls"].limbs == {"left_arm": arm, "right_arm": arm, "head": Limb(smoothness=2.0)}
    assert hints[0]["swaps"] == (("0", 3, 9),) and hints[0]["keep_sides"]


@pytest.mark.parametrize(
    "words", [["--limb", "arms:strength=3"], ["--limb", "tail:trust=1"], ["--swap", "0:9:3"]]
)
def test_body_parts_and_swaps_that_make_no_sense_are_refused(tmp_path, words):
    assert cli.main(["refine", str(TRIAL), "--output", str(tmp_path / "o.npz"), *words]) == 2


def test_without_controls_everything_is_refined_as_measured(tmp_path, calls):
    from addon.refiner import Controls

    assert cli.main(["refine", str(TRIAL), "--output", str(tmp_path / "o.npz")]) == 0
    assert calls[0][1]["controls"] == Controls()


@pytest.mark.parametrize(
    ("words", "wanted"),
    [
        (["o.npz"], (0.0, None, "measured")),
        (["o.npz", "--feet", "0.7", "--floor", "-0.2", "--path", "steps"], (0.7, -0.2, "steps")),
        (["o.npz", "--floor", "auto"], (0.0, None, "measured")),
    ],
)
def test_feet_floor_and_path_reach_the_refiner(tmp_path, calls, words, wanted):
    name, *rest = words
    assert cli.main(["refine", str(TRIAL), "--output", str(tmp_path / name), *rest]) == 0
    controls = calls[0][1]["controls"]
    assert (controls.feet, controls.floor, controls.path) == wanted


def test_animation_stands_on_its_floor_unless_told_otherwise():
    from addon.cli.arguments import build_parser
    from addon.cli.controls import controls_of

    def feet(*words: str) -> float:
        return controls_of(build_parser().parse_args(["refine", "in.trc", "--output", *words])).feet

    assert feet("o.fbx") == feet("o.blend") == feet("folder", "--to", "fbx") == 1.0
    assert feet("o.npz") == feet("folder") == feet("o.fbx", "--feet", "0") == 0.0


@pytest.mark.parametrize("words", [["--feet", "2"], ["--floor", "nan"], ["--path", "walked"]])
def test_feet_that_make_no_sense_are_refused(tmp_path, words):
    assert cli.main(["refine", str(TRIAL), "--output", str(tmp_path / "o.npz"), *words]) == 2


def test_people_outside_the_range_are_left_out_with_a_warning(tmp_path, calls, capsys, monkeypatch):
    def read(path, **hints):
        recording = real(path, **hints)
        (one,) = recording.people
        return replace(recording, people=(one, replace(one, id="late", frame_ids=one.frame_ids + 1000)))

    real = formats.read
    monkeypatch.setattr(formats, "read", read)
    words = ["--frames", "1010:1020"]
    assert cli.main(["refine", str(TRIAL), "--output", str(tmp_path / "o.npz"), *words]) == 0
    assert [person.id for person, _ in calls] == ["late"]
    assert "Person 0 is not in frames 1010 to 1020" in capsys.readouterr().err


def shifted_files(folder: Path, clip: int) -> list[str]:
    """Poses of captured motion, and keypoints that start 20 frames later: words for `refine`."""
    truth, motion = Truth(clip, 300), load_split("val")[clip]
    poses, points = folder / "poses.npz", folder / "points.npz"
    np.savez(poses, poses=motion.poses[:300].reshape(-1, 72), trans=truth.pelvis, mocap_framerate=30.0)
    keypoints = truth.person("coco17", noise=0.01).keypoints
    assert keypoints is not None
    seen = keypoints.positions[20:]
    np.savez(points, keypoints=seen, layout="coco17", fps=30.0, up_axis="y", units="m")
    return ["refine", str(poses), "--output", str(folder / "o.npz"), "--keypoints", str(points)]


def test_the_shift_of_the_keypoints_is_found_when_asked_and_told(tmp_path, calls, capsys):
    words = shifted_files(tmp_path, clip=8)
    assert cli.main(words) == 0
    assert calls[-1][1]["targets_offset"] == 0.0
    capsys.readouterr()
    assert cli.main([*words, "--keypoints-offset", "auto"]) == 0
    assert calls[-1][1]["targets_offset"] == pytest.approx(20 / 30, abs=0.005)
    assert "The keypoints were shifted by +0.66" in capsys.readouterr().out


def test_a_shift_that_cannot_be_told_is_none_and_a_warning(tmp_path, calls, capsys):
    words = shifted_files(tmp_path, clip=8)
    with np.load(tmp_path / "points.npz") as held:
        still = dict(held) | {"keypoints": np.repeat(held["keypoints"][:1], 50, axis=0)}
    np.savez(tmp_path / "points.npz", **still)
    assert cli.main([*words, "--keypoints-offset", "auto"]) == 0
    assert calls[-1][1]["targets_offset"] == 0.0
    assert (
        "moves too little in one of the two files, so the keypoints were not shifted"
        in capsys.readouterr().err
    )


@pytest.mark.parametrize("up", ["+x", "-x", "+y", "-y", "+z", "-z"])
def test_every_axis_can_be_given_as_the_contract_writes_it(up, capsys):
    assert cli.main(["inspect", str(TRIAL), "--up", up, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["up"] == {"value": up, "how": "stated"}


def test_a_mirror_image_is_turned_back(tmp_path, capsys):
    path = tmp_path / "mirrored.npz"
    points = walking().layout("body25") * [-1.0, 1.0, 1.0]
    np.savez(path, keypoints=points, layout="body25", fps=30, up_axis="y", units="m")
    found = []
    for words in ([], ["--mirror"]):
        assert cli.main(["inspect", str(path), "--json", *words]) == 0
        found.append(json.loads(capsys.readouterr().out)["warnings"])
    assert any("give --mirror" in warning for warning in found[0]) and found[1] == []


@pytest.mark.parametrize(
    "words",
    [
        [],
        ["refine"],
        ["polish", "x"],
        ["inspect"],
        ["inspect", "x", "--fps", "0"],
        ["inspect", "x", "--fps", "many"],
        ["inspect", "x", "--up", "north"],
        ["refine", "x", "--output", "y.txt"],
        ["refine", "x", "y", "--output", "z.npz"],
        ["refine", "x", "--output", "x.npz", "--to", "fbx"],
        ["refine", "x.npz", "--output", "x.npz"],
        ["refine", "x.npz", "--output", "y.npz", "--mode", "magic"],
        ["refine", "x.npz", "--output", "y.npz", "--strength", "3"],
        ["refine", "x.npz", "--output", "y.npz", "--smoothing", "nan"],
        ["refine", "x.npz", "--output", "y.npz", "--parts", "tail"],
        ["refine", "x.npz", "--output", "y.npz", "--frames", "9:3"],
        ["refine", "x.npz", "--output", "y.npz", "--frames", "all"],
        ["refine", "x.npz", "--output", "y.npz", "--gaps", "jump"],
    ],
)
def test_wrong_arguments_are_status_2(words, capsys):
    assert cli.main(words) == 2
    assert capsys.readouterr().err.strip()


def bad_inputs(folder: Path) -> dict[str, Path]:
    def save(name, **fields):
        np.savez(folder / name, **fields)
        return folder / name

    whole = save("whole.npz", **amass_fields()).read_bytes()
    (folder / "truncated.npz").write_bytes(whole[: len(whole) // 2])
    (folder / "text.pkl").write_bytes(b"cos\nsystem\n(S'touch /tmp/smpl_pose_refiner_was_here'\ntR.")
    (folder / "empty.npz").write_bytes(b"")
    return {
        "missing file": folder / "nowhere.npz",
        "folder": folder,
        "empty": folder / "empty.npz",
        "truncated npz": folder / "truncated.npz",
        "wrong shapes": save("shapes.npz", **(amass_fields() | {"trans": np.zeros((3, 7))})),
        "all NaN": save("nan.npz", keypoints=np.full((9, 17, 3), np.nan), layout="coco17"),
        "zero frames": save("zero.npz", keypoints=np.zeros((0, 17, 3)), layout="coco17"),
        "a pickle that wants to run code": folder / "text.pkl",
        "unknown layout": save("layout.npz", keypoints=np.ones((9, 17, 3)), layout="octopus8"),
        "unknown content": save("other.npz", temperature=np.ones(3)),
    }


@pytest.mark.parametrize("case", [
    "missing file", "folder", "empty", "truncated npz", "wrong shapes", "all NaN", "zero frames",
    "a pickle that wants to run code", "unknown layout", "unknown content",
])  # fmt: skip
@pytest.mark.parametrize("command", ["inspect", "refine"])
def test_bad_input_is_status_1_and_one_plain_sentence(tmp_path, calls, capsys, case, command):
    path = bad_inputs(tmp_path)[case]
    out = tmp_path / "out" / "out.npz"
    words = ["--output", str(out)] if command == "refine" else []
    assert cli.main([command, str(path), *words]) == 1
    said = capsys.readouterr().err
    assert said.count("\n") == 1 and said.strip().endswith(".") and "Traceback" not in said
    assert not out.exists()
    assert not Path("/tmp/smpl_pose_refiner_was_here").exists()


def test_a_layout_nobody_knows_is_status_1(capsys):
    assert cli.main(["inspect", str(TRIAL), "--layout", "octopus8"]) == 1
    assert "octopus8" in capsys.readouterr().err


def test_a_person_who_is_not_there_is_status_1(tmp_path, calls, capsys):
    assert cli.main(["refine", str(TRIAL), "--person", "9", "--output", str(tmp_path / "o.npz")]) == 1
    assert capsys.readouterr().err == "There is no person 9; this file has 0.\n"


def test_what_the_refiner_refuses_is_status_1(tmp_path, calls, monkeypatch, capsys):
    from addon import refiner

    def refuse(person, **options):
        raise refiner.RefineError("There is nothing to refine; give keypoints.")

    monkeypatch.setattr(refiner, "refine", refuse)
    assert cli.main(["refine", str(TRIAL), "--output", str(tmp_path / "o.npz")]) == 1
    assert capsys.readouterr().err == "There is nothing to refine; give keypoints.\n"


def test_one_bad_file_of_a_batch_does_not_stop_the_others(tmp_path, calls):
    out = tmp_path / "out"
    assert cli.main(["refine", str(tmp_path / "none.npz"), str(TRIAL), "--output", str(out)]) == 1
    assert [path.name for path in out.glob("*.npz")] == [f"{TRIAL.stem}.npz"]


def test_without_blender_an_fbx_is_refused_and_the_way_shown(tmp_path):
    code = (
        "import sys; sys.modules['bpy'] = None; from addon.cli import main;"
        f"sys.exit(main(['refine', {str(TRIAL)!r}, '--output', {str(tmp_path / 'o.fbx')!r}]))"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 1 and "build.py refine" in done.stderr and done.stderr.count("\n") == 1


def test_the_progress_bar_is_for_terminals_only(monkeypatch, capsys):
    progress_bar()("clip", 0.5, "polish")
    assert capsys.readouterr().err == ""
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True, raising=False)
    progress_bar()("clip", 0.5, "polish")
    assert "50% clip: polish" in capsys.readouterr().err


@pytest.mark.parametrize("ending", ["bvh", "vrma"])
def test_a_skeletons_motion_is_written_without_blender(tmp_path, calls, two_people, monkeypatch, ending):
    monkeypatch.setitem(sys.modules, "bpy", None)
    assert (
        cli.main(["refine", str(two_people), "--output", str(tmp_path / f"walk.{ending}"), "--in-place"]) == 0
    )
    written = sorted(path.name for path in tmp_path.iterdir() if path.suffix == f".{ending}")
    assert len(written) == 2
    assert all(name.startswith("walk_") for name in written)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux has names that are no Unicode")
@pytest.mark.parametrize("ending", ["bvh", "vrma", "glb"])
def test_a_name_that_is_no_unicode_is_written_as_any(tmp_path, calls, ending):
    if ending == "glb":
        pytest.importorskip("bpy")
    source = tmp_path / os.fsdecode(b"walk\xff.trc")
    source.write_bytes(TRIAL.read_bytes())
    assert cli.main(["refine", str(source), "--output", str(source.with_suffix(f".{ending}"))]) == 0
    assert source.with_suffix(f".{ending}").stat().st_size > 1000


def test_a_bvh_takes_the_bone_names_of_a_preset(tmp_path, calls):
    words = ["refine", str(TRIAL), "--output", str(tmp_path / "walk.bvh"), "--fbx-preset", "mixamo"]
    assert cli.main(words) == 0
    assert "ROOT mixamorig:Hips" in (tmp_path / "walk.bvh").read_text()
    assert cli.main([*words, "--keep-bone-names"]) == 0
    assert "ROOT Pelvis" in (tmp_path / "walk.bvh").read_text()


def test_a_file_cannot_start_before_frame_zero(tmp_path, capsys):
    assert cli.main(["refine", str(TRIAL), "--output", str(tmp_path / "walk.fbx"), "--file-start=-1"]) == 2
    assert "before frame 0" in capsys.readouterr().err
