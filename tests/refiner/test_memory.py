"""A long recording of several people takes little more memory than what it holds and gives."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest

from tests.wave import joints_of_a_wave

ROOT = Path(__file__).parents[2]
FRAMES, PEOPLE = 20_000, 3
TIMES, MEGABYTES = 1.5, 300.0
"""How many times its arrays, and how much more, a run may take."""
PROGRAM = """
import dataclasses, json, pathlib, resource, sys
import numpy as np
from addon import formats, refiner

def size(held):
    values = [getattr(held, field.name) for field in dataclasses.fields(held)]
    own = sum(value.nbytes for value in values if isinstance(value, np.ndarray))
    return own + sum(size(value) for value in values if dataclasses.is_dataclass(value))

def peak():
    own = pathlib.Path("/proc/self/status")
    if own.exists():  # for Linux hands the ru_maxrss of the process that started it on to this one
        rows = own.read_text().splitlines()
        return next(1024 * int(row.split()[1]) for row in rows if row.startswith("VmHWM"))
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss  # macOS counts bytes

recording = formats.read(sys.argv[1], layout="smpl24", fps=30.0, up="+y", units="m")
motions = [refiner.refine(person, engine="numpy") for person in recording.people]
print(json.dumps([sum(map(size, (*recording.people, *motions))), peak(), [one.frames for one in motions]]))
"""


@pytest.mark.slow
@pytest.mark.skipif(find_spec("bpy") is not None, reason="takes a minute; once is enough")
@pytest.mark.skipif(os.name == "nt", reason="only Unix tells how much memory a process took at most")
def test_twenty_thousand_frames_of_three_people(tmp_path):
    points = joints_of_a_wave(FRAMES, 30.0)
    noise = np.random.default_rng(0).normal(0.0, 0.005, points.shape)
    people = [points + noise + [2.0 * place, 0.0, 0.0] for place in range(PEOPLE)]
    seen = np.ones((FRAMES, PEOPLE, points.shape[1], 1))
    np.savez(
        tmp_path / "long.npz", keypoints=np.concatenate([np.stack(people, 1), seen], -1).astype(np.float32)
    )
    command = [sys.executable, "-c", PROGRAM, str(tmp_path / "long.npz")]
    variables = os.environ | {"OPENBLAS_NUM_THREADS": "1"}
    done = subprocess.run(command, cwd=ROOT, env=variables, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    arrays, peak, frames = json.loads(done.stdout)
    assert frames == [FRAMES] * PEOPLE
    assert peak / 1e6 < TIMES * arrays / 1e6 + MEGABYTES
