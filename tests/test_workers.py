"""`build.py refine --jobs N`: several processes share a folder, and each may be killed at any moment."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np
import pytest

from addon import formats
from addon.batch import DONE, FAILED, Ledger, Record
from dev.early import processes
from dev.environments.envs import calling
from dev.processes import ROOT
from tests.wave import joints_of_a_wave

CLIPS = 6
PATIENCE = 120.0
pytestmark = pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="kill -9 is for Linux and macOS")


def frames_of(number: int) -> int:
    """When the first take is done the others are not."""
    return 40 + 60 * number


@pytest.fixture
def takes(tmp_path: Path) -> Path:
    folder = tmp_path / "takes"
    folder.mkdir()
    for number in range(CLIPS):
        points = joints_of_a_wave(frames_of(number), 30.0)
        np.savez(folder / f"take{number}.npz", keypoints=points, layout="smpl24", fps=30.0)
    return folder


def _hear_signals() -> None:
    """Shells have Ctrl+C ignored by what they start in the background, nohup a closed terminal, and all below
    ignore them too."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    signal.signal(signal.SIGHUP, signal.SIG_DFL)


@pytest.fixture
def start(takes, tmp_path):
    """A function that starts the command; what runs at the end of the test is killed."""
    running: list[subprocess.Popen] = []

    def command(jobs: int) -> subprocess.Popen:
        words = ["refine", takes, "--output", tmp_path / "out", "--jobs", jobs, "--engine", "numpy"]
        process = subprocess.Popen(
            [sys.executable, "-P", "-c", calling("dev.command_line:main"), *map(str, words)],
            env=os.environ | {"PYTHONPATH": str(ROOT)},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            preexec_fn=_hear_signals,
        )
        running.append(process)
        return process

    yield command
    for process in running:
        process.kill()
        process.communicate()


def records(folder: Path) -> list[Record]:
    """All lines that are complete."""
    path = folder / "out" / "results.jsonl"
    lines = path.read_text("utf-8").split("\n")[:-1] if path.exists() else []
    return [Record.from_json(line) for line in lines if line.endswith("}") and line.startswith("{")]


def until(what: Callable[[], object]) -> None:
    end = time.monotonic() + PATIENCE
    while not what():
        assert time.monotonic() < end
        time.sleep(0.005)


def children(process: subprocess.Popen) -> list[int]:
    """Processes that it has started; empty where the system does not tell (macOS)."""
    path = Path(f"/proc/{process.pid}/task/{process.pid}/children")
    return [int(pid) for pid in path.read_text().split()] if path.exists() else []


def is_there(pid: int) -> bool:
    path = Path(f"/proc/{pid}/stat")
    return path.exists() and path.read_text().rpartition(")")[2].split()[0] != "Z"


def are_gone(pids: list[int]) -> bool:
    return not any(map(is_there, pids))


def has_records(folder: Path, count: int) -> bool:
    return len(records(folder)) >= count


def assert_complete(folder: Path) -> None:
    """A hidden file may be beside them, which was being written when its process was killed."""
    results = sorted(path for path in (folder / "out").glob("*.npz") if path.name[0] != ".")
    assert [path.stem for path in results] == [f"take{number}" for number in range(CLIPS)]
    frames = [formats.read(path).people[0].frames for path in results]
    assert frames == [frames_of(number) for number in range(CLIPS)]
    assert {record.status for record in Ledger(folder / "out").records.values()} == {DONE}


def goes_on(start: Callable[[int], subprocess.Popen], jobs: int) -> None:
    """The next run does what is left."""
    process = start(jobs)
    _, errors = process.communicate(timeout=PATIENCE)
    assert process.returncode == 0, errors


def test_two_processes_give_what_one_gives(start, takes, tmp_path):
    process = start(2)
    said, errors = process.communicate(timeout=PATIENCE)
    assert process.returncode == 0, errors
    assert_complete(tmp_path)
    assert f"{CLIPS} done; " in said
    one = tmp_path / "one.npz"
    words = ["refine", takes / "take3.npz", "--output", one, "--engine", "numpy"]
    command = [sys.executable, "-c", "import sys; from addon.cli import main; sys.exit(main(sys.argv[1:]))"]
    subprocess.run([*command, *map(str, words)], cwd=ROOT, check=True, capture_output=True)
    with np.load(one) as alone, np.load(tmp_path / "out" / "take3.npz") as shared:
        np.testing.assert_allclose(alone["poses"], shared["poses"], atol=1e-5)


@pytest.mark.parametrize("jobs", [1, 2])
def test_a_run_that_is_killed_again_and_again_loses_nothing_and_does_nothing_twice(start, tmp_path, jobs):
    """kill -9 while the first file is read, after each of some records, and at odd moments between them."""
    for known, pause in ((0, 0.4), (0, 0.9), (1, 0.0), (2, 0.07), (4, 0.03)):
        process = start(jobs)
        until(partial(has_records, tmp_path, known))
        time.sleep(pause)
        hands = children(process)
        process.send_signal(signal.SIGKILL)
        process.wait(PATIENCE)
        until(partial(are_gone, hands))
    done = Counter(record.name for record in records(tmp_path))
    assert set(done.values()) <= {1}
    last = start(jobs)
    said, errors = last.communicate(timeout=PATIENCE)
    assert last.returncode == 0, errors
    assert f"({len(done)} of them before)" in said if done else "before)" not in said
    assert_complete(tmp_path)
    assert set(Counter(record.name for record in records(tmp_path)).values()) == {1}


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="only Linux tells who started whom")
def test_a_process_that_is_killed_fails_with_its_file_and_the_others_go_on(start, tmp_path):
    process = start(2)
    until(lambda: len(children(process)) == 2 and records(tmp_path))
    os.kill(children(process)[0], signal.SIGKILL)
    _, errors = process.communicate(timeout=PATIENCE)
    found = Ledger(tmp_path / "out").records
    failed = [record for record in found.values() if record.status == FAILED]
    assert len(found) == CLIPS and len(failed) <= 1
    assert process.returncode == len(failed), errors
    for record in failed:
        assert "ended with status -9" in record.sentence and record.sentence in errors
    goes_on(start, 2)
    assert_complete(tmp_path)


EARLY = """
import os, sys
from pathlib import Path
from dev import command_line
os.cpu_count = lambda: 2
read = command_line._import
def spy(modules):
    started = Path("/proc/self/task").glob("*/children")
    print(sum(len(path.read_text().split()) for path in started), "numpy" in sys.modules, flush=True)
    read(modules)
command_line._import = spy
sys.exit(command_line.main(sys.argv[1:]))
"""


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="only Linux tells who started whom")
@pytest.mark.parametrize("jobs", [1, 2])
def test_the_processes_start_before_the_command_has_read_its_own_modules(takes, tmp_path, jobs):
    """Else two are no quicker than one with few files."""
    words = ["refine", takes, "--output", tmp_path / "out", "--jobs", jobs, "--engine", "numpy"]
    variables = os.environ | {"PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-P", "-c", EARLY, *map(str, words)]
    done = subprocess.run(command, env=variables, capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[0] == ("2 False" if jobs == 2 else "0 False")
    assert_complete(tmp_path)


@pytest.mark.parametrize(
    "words", [("--smoothing", "much"), ("--person", "Nobody", "--targets", "x")], ids=["value", "option"]
)
def test_what_is_wrong_is_said_once_and_by_no_process(takes, tmp_path, words):
    command = [sys.executable, "-P", "-c", calling("dev.command_line:main"), "refine", str(takes)]
    command += ["--output", str(tmp_path / "out"), "--jobs", "2", *words]
    variables = os.environ | {"PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, env=variables, capture_output=True, text=True, check=False)
    assert done.returncode == 2 and len(done.stderr.splitlines()) == 1 and not done.stdout


@pytest.mark.parametrize(
    ("words", "count"),
    [
        ("{takes} --output {out} --jobs 2", 2),
        ("--jobs=2 --output={out} {takes}", 2),
        ("{takes} --output {out} --jobs 1", 1),
        ("{takes} --output {out} --jobs 50", CLIPS),
        ("{takes} --output {out}", 4),
        ("{takes}/take0.npz {takes}/take1.npz --output {out}", 1),
        ("{takes}/take0.npz {takes}/take1.npz --output {out} --jobs 2", 2),
        ("{takes} --output {out}.fbx --jobs 2", 1),
        ("{takes} --output {out} --jobs two", 1),
        ("{takes} --jobs 2 --output", 1),
        ("{takes} --output {out} --jobs 2 --help", 1),
        ("{takes} --output {done} --jobs 2", 1),
        ("{takes} --output {done} --jobs 2 --again", 2),
    ],
)
def test_as_many_start_as_there_is_surely_work_for(takes, tmp_path, monkeypatch, words, count):
    monkeypatch.setattr("os.cpu_count", lambda: 8)
    done = tmp_path / "done"
    done.mkdir()
    (done / "results.jsonl").write_text("{}\n" * CLIPS)
    told = words.format(takes=takes, out=tmp_path / "out", done=done)
    assert processes(["refine", *told.split()]) == count


WRAPPER = """
import os, sys
from pathlib import Path
from dev.processes import run_python
busy = "import time; print('on', flush=True); time.sleep(100)"
sys.exit(run_python(Path(sys.executable), ["-c", busy], os.environ))
"""


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="only Linux tells who started whom")
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP], ids=["kill", "a closed terminal"])
def test_whoever_ends_build_py_ends_what_it_has_started(number):
    command = [sys.executable, "-c", WRAPPER]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, preexec_fn=_hear_signals) as process:
        assert process.stdout is not None and process.stdout.readline() == b"on\n"
        started = children(process)
        process.send_signal(number)
        assert process.wait(timeout=PATIENCE) == 128 + number
        until(partial(are_gone, started))


def test_ctrl_c_ends_all_processes_and_the_next_run_goes_on(start, tmp_path):
    process = start(2)
    until(lambda: len(children(process)) == 2 or records(tmp_path))
    hands = children(process)
    if hands:  # so that the run can't be over before the signal comes
        os.kill(hands[0], signal.SIGSTOP)
    until(lambda: records(tmp_path))
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=PATIENCE)
    assert process.returncode == 1 and "Stopped; unfinished files were not written." in errors
    assert "Traceback" not in errors
    until(partial(are_gone, hands))
    goes_on(start, 1)
    assert_complete(tmp_path)
