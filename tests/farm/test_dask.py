"""`refine --dask`: a real scheduler and real workers, one of which is lost in the middle."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from dev.environments.envs import calling
from dev.farm.command import site_packages
from dev.processes import ONE_THREAD, ROOT
from tests.environments import ready
from tests.wave import joints_of_a_wave

NAMES = [f"take {number:02}" for number in range(10)]
PATIENCE = 240.0


@pytest.fixture(scope="module")
def variables():
    path = os.pathsep.join([str(ROOT), str(site_packages(ready("farm")))])
    return os.environ | ONE_THREAD | {"PYTHONPATH": path}


@pytest.fixture
def takes(tmp_path) -> Path:
    folder = tmp_path / "takes"
    folder.mkdir()
    for name in NAMES:
        points = joints_of_a_wave(600, 30.0)
        np.savez(folder / f"{name}.npz", keypoints=points, layout="smpl24", fps=30.0, up_axis="y", units="m")
    return folder


@pytest.fixture
def farm(variables, tmp_path) -> Iterator[tuple[str, list[subprocess.Popen[bytes]]]]:
    """A scheduler's address and its two workers."""
    note = tmp_path / "scheduler.json"
    base = [sys.executable, "-P", "-m", "dask"]
    quiet = {"env": variables, "cwd": tmp_path, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    scheduler = subprocess.Popen(
        [
            *base,
            "scheduler",
            "--host",
            "127.0.0.1",
            "--port",
            "0",
            "--no-dashboard",
            "--scheduler-file",
            str(note),
        ],
        **quiet,
    )
    wait_for(note.exists)
    worker = [
        *base,
        "worker",
        "--scheduler-file",
        str(note),
        "--nthreads",
        "1",
        "--no-nanny",
        "--no-dashboard",
    ]
    workers = [subprocess.Popen(worker, **quiet) for _ in range(2)]
    yield json.loads(note.read_text("utf-8"))["address"], workers
    for process in (*workers, scheduler):
        process.kill()
        process.wait()


def wait_for(condition) -> None:
    end = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.05)


IMPATIENT = "import dev.farm.cluster as cluster; cluster._PATIENCE = 1.0; "


def started(variables, where, takes, out, cwd, before=""):
    """before: what the program does first."""
    program = before + calling("dev.farm.cluster:main")
    command = [sys.executable, "-P", "-c", program, "refine", str(takes)]
    words = ["--output", str(out), "--dask", where, "--engine", "numpy"]
    return subprocess.Popen(
        [*command, *words], env=variables, cwd=cwd, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def lines(out: Path) -> list[str]:
    ledger = out / "results.jsonl"
    return ledger.read_text("utf-8").splitlines() if ledger.exists() else []


def test_a_worker_that_is_lost_loses_nothing_and_nothing_is_there_twice(farm, variables, takes, tmp_path):
    address, workers = farm
    out = tmp_path / "out"
    asked = started(variables, address, takes.name, out, tmp_path)
    wait_for(lambda: len(lines(out)) >= 2 or asked.poll() is not None)
    assert asked.poll() is None, asked.communicate()
    workers[0].send_signal(signal.SIGKILL)
    printed, said = asked.communicate(timeout=PATIENCE)
    assert asked.returncode == 0, said
    records = [json.loads(line) for line in lines(out)]
    assert sorted(record["name"] for record in records) == NAMES
    assert {record["status"] for record in records} == {"done"}
    assert sorted(path.stem for path in out.glob("*.npz")) == NAMES
    assert "10 done" in printed


def test_local_processes_do_the_same_and_a_second_run_does_nothing_again(variables, takes, tmp_path):
    for name in NAMES[3:]:
        (takes / f"{name}.npz").unlink()
    (takes / "half.npz").write_bytes((takes / f"{NAMES[0]}.npz").read_bytes()[:500])
    out = tmp_path / "out"
    first = started(variables, "local:2", takes, out, tmp_path)
    printed, said = first.communicate(timeout=PATIENCE)
    assert first.returncode == 1 and "half.npz is damaged" in said
    assert "3 done, 1 failed" in printed
    before = {path: path.stat().st_mtime_ns for path in out.glob("*.npz")}
    started(variables, "local:2", takes, out, tmp_path).communicate(timeout=PATIENCE)
    assert {path: path.stat().st_mtime_ns for path in out.glob("*.npz")} == before


@pytest.mark.parametrize(
    ("where", "status", "sentence"),
    [
        ("local:none", 2, "--dask local:none is not a number of processes such as local:4."),
        ("nonsense", 2, "--dask nonsense is no address of a scheduler such as tcp://10.0.0.5:8786."),
        ("tcp://127.0.0.1:9", 1, "No Dask scheduler answers at tcp://127.0.0.1:9"),
    ],
)
def test_what_is_no_farm_is_said_in_a_sentence(variables, takes, tmp_path, where, status, sentence):
    asked = started(variables, where, takes, tmp_path / "out", tmp_path, IMPATIENT)
    _, said = asked.communicate(timeout=PATIENCE)
    assert asked.returncode == status
    assert sentence in said and "Traceback" not in said
