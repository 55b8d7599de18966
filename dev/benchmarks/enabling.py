"""How much enabling the extension adds to Blender's start."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile

from ..processes import ROOT

WANTED = 0.1
_PROGRAM = """
import os, time
import bpy, numpy  # newer Blenders import NumPy themselves
from dev.environments.linked import link, switch
module = link()
began = time.perf_counter()
switch(module, True, looked=True)
print("TOLD", time.perf_counter() - began, flush=True)
os._exit(0)
"""


def seconds_to_enable(rounds: int) -> float:
    """Of the fastest of so many fresh Blenders, after one in which Python compiles what it imports."""
    with tempfile.TemporaryDirectory() as folder:
        return min([_once(folder) for _ in range(rounds + 1)][1:])


def _once(folder: str) -> float:
    environment = os.environ | {"PYTHONPATH": str(ROOT), "BLENDER_USER_RESOURCES": folder}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)  # a person's Blender keeps what it has compiled
    done = subprocess.run(
        [sys.executable, "-c", _PROGRAM], env=environment, capture_output=True, text=True, check=True
    )
    (told,) = (line for line in done.stdout.splitlines() if line.startswith("TOLD "))
    return float(told.removeprefix("TOLD "))
