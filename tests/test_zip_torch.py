"""The zip with torch. `build.py test` runs this once, in an environment that has no torch of its own."""

from __future__ import annotations

import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

from dev.environments.pythons import HERE
from dev.release import zip as packaging
from dev.release.version import manifest
from tests import extension

pytestmark = pytest.mark.slow
NEVER = ("numpy", "requests", "certifi", "idna", "urllib3", "charset_normalizer", "smplx")


@pytest.fixture(scope="module")
def archive(tmp_path_factory):
    if HERE != "3.11" or packaging.blender_platform() is None:
        pytest.skip("torch is locked for Python 3.11 on other platforms than this")
    extension.wheels_at_hand("locked.txt")
    extension.wheels_at_hand("locked_torch.txt")
    return packaging.build_with_torch(
        Path(sys.executable), extension.blender_tool(), tmp_path_factory.mktemp("zip")
    )


def test_it_is_the_same_extension_for_one_platform(archive):
    with zipfile.ZipFile(archive) as content:
        inside = tomllib.loads(content.read("blender_manifest.toml").decode())
        names = content.namelist()
    own = manifest()
    assert (inside["id"], inside["version"]) == (own["id"], own["version"])
    assert inside["platforms"] == [packaging.blender_platform()]
    assert sorted(inside["wheels"]) == sorted(f"./{name}" for name in names if name.endswith(".whl"))


def test_it_bundles_nothing_that_blender_brings_along(archive):
    with zipfile.ZipFile(archive) as content:
        wheels = [name.removeprefix("wheels/") for name in content.namelist() if name.endswith(".whl")]
    assert any(wheel.startswith("torch-") for wheel in wheels)
    assert [wheel for wheel in wheels if wheel.lower().startswith(NEVER)] == []


def test_the_installed_extension_refines_with_the_bundled_torch(archive, tmp_path):
    seen = extension.in_blender(tmp_path, ("install", str(archive)), ("refine", "torch"))
    assert seen["install"]["enabled"]
    assert not seen["install"]["torch imported"]
    assert seen["refine"]["refined"] == ["FINISHED"]
    assert seen["refine"]["torch"].startswith("extensions/.local/lib/")
    assert "torch" in seen["refine"]["result"]
