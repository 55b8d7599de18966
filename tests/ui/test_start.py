"""Enabling the extension costs Blender's start little: what reads and refines is imported when it is used."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

from dev.processes import ROOT

PROGRAM = """
import json, os, sys
import bpy
from dev.environments.linked import link, switch
module = link()
import numpy
imported = []
for on in (True, False, True):
    before = set(sys.modules)
    switch(module, on)
    imported.append(sorted(set(sys.modules) - before))
print("TOLD", json.dumps(imported), flush=True)
os._exit(0)
"""


@pytest.fixture(scope="module")
def start(tmp_path_factory):
    """The modules that are imported by enabling, by disabling, and by enabling again."""
    user = tmp_path_factory.mktemp("user")
    environment = os.environ | {"PYTHONPATH": str(ROOT), "BLENDER_USER_RESOURCES": str(user)}
    command = [sys.executable, "-c", PROGRAM]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    return json.loads(_told(done.stdout))


def _told(output: str) -> str:
    """What the program says, among what Blender prints."""
    return next(line.removeprefix("TOLD ") for line in output.splitlines() if line.startswith("TOLD "))


@pytest.mark.parametrize(
    "name",
    [
        "torch",
        "addon.formats.registry",
        "addon.formats.readers",
        "addon.refiner.pipeline",
        "addon.refiner.network.layers",
        "addon.refiner.evidence.smoothing",
        "addon.refiner.feet.stand",
        "addon.refiner.hands.motion",
        "addon.refiner.result.own_body",
        "addon.safe_read.unpickle",
        "addon.cli",
        "array_api_compat.numpy",
    ],
)
def test_what_reads_and_refines_waits_until_it_is_used(start, name):
    first, *_ = start
    assert not [module for module in first if module == name or module.endswith(f".{name}")]


def test_nothing_of_ours_imports_the_network(start):
    """Blender's own handling of extensions does, before ours is imported: with ours alone nothing comes."""
    code = (
        "import json, sys, bpy; known = set(sys.modules); import addon.ui;"
        "print('TOLD', json.dumps(sorted(set(sys.modules) - known)), flush=True);"
        "import os; os._exit(0)"
    )
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True
    )
    imported = set(json.loads(_told(done.stdout)))
    assert "addon.ui" in imported
    assert not imported & {"socket", "ssl", "http.client", "urllib.request", "asyncio", "subprocess"}


def test_enabling_again_imports_nothing(start):
    first, _, again = start
    assert first and not again
