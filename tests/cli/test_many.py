"""`refine` into a folder: every recording, once, whatever the others are like."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

import numpy as np
import pytest

from addon import cli, formats
from addon.batch import Ledger, Pace
from tests.formats.bodies import walking
from tests.formats.test_amass import amass_fields
from tests.unreachable import shut
from tests.wave import joints_of_a_wave

ROOT = Path(__file__).parents[2]


@pytest.fixture
def takes(tmp_path) -> Path:
    """A folder with three recordings, one that ends in the middle, and one file that is no recording."""
    folder = tmp_path / "takes"
    for place, name in enumerate(("walk", "jump", "monday/run")):
        path = folder / f"{name}.npz"
        path.parent.mkdir(parents=True, exist_ok=True)
        points = joints_of_a_wave(20 + place, 30.0)
        np.savez(path, keypoints=points, layout="smpl24", fps=30.0, up_axis="y", units="m")
    (folder / "half.npz").write_bytes((folder / "walk.npz").read_bytes()[:500])
    (folder / "settings.json").write_text('{"threshold": 0.5}')
    return folder


@pytest.fixture
def run(takes, tmp_path, capsys):
    """A function that refines the folder; its exit status, the records, and what was printed."""

    def refine(*words: str):
        status = cli.main(["refine", str(takes), "--output", str(tmp_path / "out"), *words])
        return status, Ledger(tmp_path / "out").records, capsys.readouterr()

    return refine


def test_every_recording_below_a_folder_has_a_result_and_a_line(run, calls, tmp_path):
    status, records, said = run()
    assert status == 1
    assert {name: record.status for name, record in records.items()} == {
        "walk": "done", "jump": "done", "monday/run": "done", "half": "failed", "settings": "left out",
    }  # fmt: skip
    out = tmp_path / "out"
    assert {path.relative_to(out).as_posix() for path in out.rglob("*.npz")} == {
        "walk.npz", "jump.npz", "monday/run.npz",
    }  # fmt: skip
    assert (records["walk"].frames, records["walk"].after_mm, records["walk"].outputs) == (
        20,
        3.0,
        ("walk.npz",),
    )
    assert "3 done, 1 failed, 1 left out; 63 frames." in said.out
    assert "half.npz is damaged" in said.err and "Traceback" not in said.err


def test_each_line_is_json_with_the_figures(run, calls, tmp_path):
    run()
    lines = [
        json.loads(line) for line in (tmp_path / "out" / "results.jsonl").read_text("utf-8").splitlines()
    ]
    (walk,) = [line for line in lines if line["name"] == "walk"]
    assert walk["people"] == [
        {
            "id": "0", "frames": 20, "error_before_mm": None, "error_after_mm": 3.0,
            "jitter_before": None, "jitter_after": None,
        }
    ]  # fmt: skip
    assert walk["source"].endswith("walk.npz") and walk["seconds"] > 0


def test_what_is_done_is_not_done_again(run, calls, takes, tmp_path):
    run()
    assert len(calls) == 3
    _, _, said = run()
    assert len(calls) == 3 and "3 done (3 of them before)" in said.out
    np.savez(takes / "walk.npz", keypoints=joints_of_a_wave(9, 30.0), layout="smpl24", fps=30.0)
    _, records, _ = run()
    assert len(calls) == 4 and records["walk"].frames == 9
    run("--smoothing", "0.5")
    assert len(calls) == 7
    run("--smoothing", "0.5", "--engine", "numpy")
    assert len(calls) == 7
    run("--smoothing", "0.5", "--again")
    assert len(calls) == 10


def test_an_error_of_the_program_is_one_files_failure_with_its_traceback(run, monkeypatch):
    from addon import refiner

    def fail(person, **options):
        raise KeyError("surprise")

    monkeypatch.setattr(refiner, "refine", fail)
    status, records, said = run()
    assert status == 1 and records["walk"].status == records["jump"].status == "failed"
    assert "KeyError" in records["walk"].details and "Traceback" not in said.err


def test_results_beside_the_recordings_are_never_refined_themselves(calls, takes, tmp_path, capsys):
    (takes / "half.npz").unlink()
    for trial in takes.rglob("*.npz"):
        np.save(trial.with_suffix(".npy"), joints_of_a_wave(12, 30.0))
        trial.unlink()
    words = ["refine", str(takes), "--output", str(takes), "--layout", "smpl24"]
    assert cli.main(words) == 0
    assert len(list(takes.rglob("*.npz"))) == 3
    assert cli.main(words) == 0
    assert len(calls) == 3


def test_a_result_never_takes_the_place_of_a_recording(calls, takes):
    before = (takes / "walk.npz").read_bytes()
    assert cli.main(["refine", str(takes / "walk.npz"), "--output", str(takes)]) == 2
    assert (takes / "walk.npz").read_bytes() == before and not calls


def test_keypoints_of_the_same_name_are_the_targets(calls, tmp_path, capsys):
    poses, points = tmp_path / "poses", tmp_path / "points"
    for folder in (poses, points):
        folder.mkdir()
    for name, shift in (("a", 0.0), ("b", 1.0)):
        np.savez(poses / f"{name}.npz", **amass_fields())
        np.savez(
            points / f"{name}.npz", keypoints=walking().layout("coco17") + shift, layout="coco17", fps=30.0
        )
    (points / "b.npz").unlink()
    words = [
        "refine",
        str(poses),
        "--output",
        str(tmp_path / "out"),
        "--keypoints",
        str(points),
        "--up",
        "+y",
    ]
    assert cli.main(words) == 1
    assert [options["targets"].keypoints.layout for _, options in calls if options["mode"] == "auto"] == [
        "coco17"
    ]
    assert "has no keypoints for b" in capsys.readouterr().err
    np.savez(points / "a.npz", keypoints=walking().layout("coco17"), layout="coco17", fps=25.0)
    cli.main(words)
    assert [options["targets"].fps for _, options in calls if options["mode"] == "auto"] == [30.0, 25.0]


def test_progress_tells_how_long_the_rest_takes(run, calls, monkeypatch):
    monkeypatch.setattr(Pace, "seconds_left", lambda self, part=0.0: 130.0)
    _, _, said = run()
    assert "2 of 5, about 2 min left: jump: 21 frames" in said.out


def test_a_terminal_has_one_bar_for_all(run, calls, monkeypatch):
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True, raising=False)
    _, _, said = run()
    assert "100% 5 of 5" in said.err and "of 5" not in said.out


def test_a_folder_without_recordings_is_status_1(tmp_path, capsys):
    (tmp_path / "in").mkdir()
    assert cli.main(["refine", str(tmp_path / "in"), "--output", str(tmp_path / "out")]) == 1
    assert "There is no motion file in" in capsys.readouterr().err


def test_where_no_processes_are_started_shares_are_offered(takes, tmp_path, capsys):
    assert cli.main(["refine", str(takes), "--output", str(tmp_path / "out"), "--jobs", "2"]) == 2
    assert "--part 1/N" in capsys.readouterr().err


@pytest.mark.parametrize("words", [["--jobs", "0"], ["--jobs", "many"], ["--jobs", "2"]])
def test_processes_are_for_the_terminal(run, calls, words):
    assert run(*words)[0] == 2 and not calls


def test_only_one_recording_is_in_memory_at_a_time(run, monkeypatch):
    import gc
    import weakref

    gc.freeze()  # what other tests have left need not be looked through each time
    alive: list[weakref.ref] = []
    most = []
    real = formats.read

    def read(path, **hints):
        gc.collect()
        most.append(sum(one() is not None for one in alive))
        recording = real(path, **hints)
        alive.append(weakref.ref(recording.people[0].keypoints.positions))
        return recording

    monkeypatch.setattr(formats, "read", read)
    run("--engine", "numpy")
    gc.unfreeze()
    assert max(most) == 0


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux has names that are no Unicode")
def test_a_name_that_is_no_unicode_stops_nothing(run, calls, takes):
    odd = os.fsdecode(b"walk\xff")
    (takes / "walk.npz").rename(takes / f"{odd}.npz")
    _, records, said = run()
    assert records[odd].status == "done" and records["jump"].status == "done"
    assert "walk\\udcff" in said.out
    run()
    assert len(calls) == 3


def test_files_of_one_take_have_one_result_in_a_folder_too(calls, takes, tmp_path):
    files = [str(takes / f"{name}.npz") for name in ("walk", "jump")]
    words = ["refine", *files, "--one-take", "--output", str(tmp_path / "out")]
    assert cli.main(words) == 0 and len(calls) == 2
    assert len(Ledger(tmp_path / "out").records) == 1
    assert cli.main(words) == 0 and len(calls) == 2
    points = joints_of_a_wave(20, 30.0)
    np.savez(takes / "jump.npz", keypoints=points, layout="smpl24", fps=30.0, up_axis="y", units="m")
    assert cli.main(words) == 0 and len(calls) == 4


def test_the_users_own_body_is_taken_whoever_could_share_the_work(calls, takes, tmp_path, monkeypatch):
    from addon.cli import body

    model = tmp_path / "SMPL_NEUTRAL.npz"
    model.write_bytes(b"a model")
    monkeypatch.setattr(body, "load_body_model", lambda path: {"the body of": path, "it": object()})
    words = ["refine", str(takes / "walk.npz"), "--output", str(tmp_path / "out"), "--smpl-model", str(model)]
    assert cli.main(words, workers=lambda clips, jobs: iter(())) == 0
    assert [options["body"].model["the body of"] for _, options in calls] == [model]
    assert cli.main(words) == 0 and len(calls) == 1
    model.write_bytes(b"another model")
    assert cli.main(words) == 0 and len(calls) == 2
    assert cli.main([*words, "--height", "1.8"]) == 0 and len(calls) == 3


def two_people(path: Path, frames: int, people: int = 2) -> None:
    one = joints_of_a_wave(frames, 30.0)
    all_of_them = np.stack([one + np.array([2.0 * place, 0.0, 0.0]) for place in range(people)], axis=1)
    np.savez(path, keypoints=all_of_them, layout="smpl24", fps=30.0, up_axis="y", units="m")


def test_no_persons_result_takes_the_place_of_another_recordings(takes, calls, tmp_path, capsys):
    two_people(takes / "walk.npz", 30)
    (takes / "jump.npz").rename(takes / "walk_0.npz")
    for again in (False, True):
        assert cli.main(["refine", str(takes), "--output", str(tmp_path / "out")]) == 1
        records = Ledger(tmp_path / "out").records
        assert records["walk"].outputs == ("walk_2_0.npz", "walk_1.npz")
        assert records["walk_0"].outputs == ("walk_0.npz",)
        frames = {
            name: len(formats.read(tmp_path / "out" / name).people[0].frame_ids)
            for name in ("walk_0.npz", "walk_2_0.npz", "walk_1.npz")
        }
        assert frames == {"walk_0.npz": 21, "walk_2_0.npz": 30, "walk_1.npz": 30}
        assert ("3 done (3 of them before)" in capsys.readouterr().out) == again


def test_two_recordings_of_several_people_share_no_name(takes, calls, tmp_path):
    """The first of one, whose name is the other recording's, would be numbered on as the other's third."""
    two_people(takes / "walk.npz", 30)
    two_people(takes / "walk_0.npz", 25, people=3)
    cli.main(["refine", str(takes), "--output", str(tmp_path / "out")])
    records = Ledger(tmp_path / "out").records
    assert records["walk"].outputs == ("walk_2_0.npz", "walk_1.npz")
    assert records["walk_0"].outputs == ("walk_0_0.npz", "walk_0_1.npz", "walk_0_2.npz")
    for name, frames in (("walk", 30), ("walk_0", 25)):
        for output in records[name].outputs:
            assert formats.read(tmp_path / "out" / output).people[0].frames == frames


def test_a_recording_that_comes_later_takes_no_persons_place_either(takes, calls, tmp_path):
    two_people(takes / "walk.npz", 30)
    words = ["refine", str(takes), "--output", str(tmp_path / "out")]
    cli.main(words)
    assert Ledger(tmp_path / "out").records["walk"].outputs == ("walk_0.npz", "walk_1.npz")
    (takes / "jump.npz").rename(takes / "walk_0.npz")
    for _ in range(2):
        cli.main(words)
        records = Ledger(tmp_path / "out").records
        for name, frames in (("walk", 30), ("walk_0", 21)):
            (first, *_) = (formats.read(tmp_path / "out" / output) for output in records[name].outputs)
            assert first.people[0].frames == frames
    assert [len(records[name].outputs) for name in ("walk", "walk_0")] == [2, 1]


@pytest.mark.parametrize(("words", "kept"), [
    (("run_0.npz", "--output", "run.npz"), "run_0.npz"),
    (("run.npz", "--keypoints", "points/run_0.npz", "--output", "points/run.npz"), "points/run_0.npz"),
    (("run.npz", "--keypoints", "points/run_0.npz", "--output", "points"), "points/run_0.npz"),
])  # fmt: skip
def test_no_persons_result_takes_the_place_of_an_input(calls, tmp_path, monkeypatch, words, kept):
    (tmp_path / "points").mkdir()
    for name in ("run.npz", "run_0.npz", "points/run_0.npz"):
        two_people(tmp_path / name, 30)
    monkeypatch.chdir(tmp_path)
    before = Path(kept).read_bytes()
    assert cli.main(["refine", *words]) == 0
    assert Path(kept).read_bytes() == before
    assert Path(kept).with_name("run_0_2.npz").is_file() and Path(kept).with_name("run_1.npz").is_file()


def test_links_that_lead_nowhere_and_closed_folders_stop_nothing(run, calls, takes, monkeypatch):
    (takes / "loop.npz").symlink_to("loop.npz")
    (takes / "gone.npz").symlink_to("nowhere.npz")
    shut(takes / "closed", monkeypatch)
    status, records, said = run()
    assert status == 1 and records["walk"].status == "done"
    assert [records[name].status for name in ("loop", "gone", "closed")] == ["failed"] * 3
    assert "closed can't be read (Permission denied); check its rights." in said.err
    assert all(not record.details for record in records.values())


def test_poses_whose_keypoints_are_their_own_joints_have_no_error(tmp_path, capsys):
    """How far they are moved from these is no error: it rose from 3 to 54 mm as they got better."""
    source = ROOT / "bundled_model/samples/plugin/estimate.npz"
    assert cli.main(["refine", str(source), "--output", str(tmp_path / "one.npz")]) == 0
    assert "estimate: 180 frames, refined on their own, jitter" in capsys.readouterr().out
    assert cli.main(["refine", str(source), "--output", str(tmp_path / "out")]) == 0
    (figures,) = Ledger(tmp_path / "out").records["estimate"].people
    assert figures.error_before_mm is None and figures.error_after_mm is None
    assert figures.jitter_before is not None and figures.jitter_before > (figures.jitter_after or 0.0)
