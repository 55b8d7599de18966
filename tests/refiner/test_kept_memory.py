"""A run's arrays take the memory of those before them."""

from __future__ import annotations

import platform
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
ARRAYS, PAGES = 20, 4_000_000 // 4096
PROGRAM = f"""
import resource, sys
import numpy as np
from addon.refiner.memory import keep_what_is_freed

def faults():
    before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    for _ in range({ARRAYS}):
        some = [np.ones(3_500_000 // 8) for _ in range(4)]
        del some
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before

if sys.argv[1] == "kept":
    keep_what_is_freed()
faults()
print(faults())
"""


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="other C libraries have other ways")
def test_arrays_that_follow_others_take_no_pages_anew():
    usual, kept = (_faults(word) for word in ("usual", "kept"))
    assert kept < PAGES < usual


def _faults(word: str) -> int:
    command = [sys.executable, "-c", PROGRAM, word]
    return int(subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout)
