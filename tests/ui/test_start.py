"""Enabling the extension costs Blender's start little: what reads and refines is imported when it is used."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

from dev.processes import ROOT

LIGHT = {
    "batch": {"record"},
    "body": {"arrays", "hands", "layouts", "points", "skeleton", "wishes"},
    "formats": {"listing", "opened", "rig_files"},
    "refiner": {"errors"},
    "retarget": {"errors"},
    "rigs": {"bone_map"},
    "safe_read": {"errors", "words"},
    "scene": {
        "axes",
        "channels",
        "clock",
        "colours",
        "drawing",
        "errors",
        "names",
        "parts",
        "peaks",
        "rollback",
        "sampled_frames",
        "strip_time",
        "timing",
        "units",
    },
    "writers": {"names", "presets"},
}
"""What the interface may ask of the other parts when it is enabled: constants, and modules that are quick."""
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
    for each in list(sys.modules.values()):  # as Blender itself looks through them when it ends
        getattr(each, "__file__", None)
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
        "html",
    ],
)
def test_what_reads_and_refines_waits_until_it_is_used(start, name):
    first, *_ = start
    assert not [module for module in first if module == name or module.endswith(f".{name}")]


@pytest.mark.parametrize("part", sorted(LIGHT))
def test_of_other_parts_only_light_modules_come(start, part):
    """Others are taken as whole modules, and wait: `from ..scene import versions`, then `versions.show`."""
    first, *_ = start
    tails = (module.partition(f".addon.{part}.")[2] for module in first)
    assert {tail for tail in tails if tail} <= LIGHT[part]


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
