"""The standard zip: what is in it, and that a clean Blender installs, uses and forgets it."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

from dev.release import zip as packaging
from dev.release.wheels import fill
from tests import extension

ROOT = Path(__file__).parent.parent
NOTHING = {"classes": 0, "operators": 0, "scene settings": 0, "preferences": 0}


@pytest.fixture(scope="module")
def archive(tmp_path_factory):
    extension.wheels_at_hand("locked.txt")
    return packaging.build_standard(
        Path(sys.executable), extension.blender_tool(), tmp_path_factory.mktemp("zip")
    )


@pytest.fixture(scope="module")
def names(archive):
    with zipfile.ZipFile(archive) as content:
        return content.namelist()


def test_blenders_own_tool_accepts_it(archive):
    command = [sys.executable, str(extension.blender_tool()), "validate", str(archive)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_it_is_small_and_for_every_platform(archive, names):
    assert archive.stat().st_size < packaging.STANDARD_LIMIT
    assert not [name for name in names if name.endswith((".so", ".pyd", ".dylib", ".dll", ".pyc"))]
    assert all(name.endswith("-none-any.whl") for name in names if name.endswith(".whl"))


def test_it_holds_what_ships_and_nothing_else(names):
    single = {"blender_manifest.toml", "__init__.py", "LICENSE", "README.md", "CHANGELOG.md", "REUSE.toml"}
    folders = ("addon/", "bundled_model/", "docs/", "wheels/array_api_compat", "wheels/threadpoolctl")
    assert [name for name in names if name not in single and not name.startswith(folders)] == []
    assert [name for name in names if name.startswith("bundled_model/training")] == []
    assert {"__init__.py", "LICENSE", "addon/__init__.py"} <= set(names)


def test_one_recording_to_try_is_in_it_with_its_licence_and_no_other_sample(names):
    samples = {
        Path(name).name for name in names if name.startswith("bundled_model/samples/") and name[-1] != "/"
    }
    assert samples == {"LICENSE", "SOURCE.md", "S00_P00_T01_BalancingTrial_0-100.trc"}


def test_the_manual_is_in_it_with_its_pictures(names):
    text = (ROOT / "docs" / "manual.md").read_text("utf-8")
    pictures = {f"docs/{name}" for name in re.findall(r"!\[[^]]*\]\(([^)]+)\)", text)}
    assert {"docs/manual.md", "docs/tutorial.md", "docs/fbx.md", *pictures} <= set(names)


def test_all_code_of_the_extension_is_in_it(names):
    code = {path.relative_to(ROOT).as_posix() for path in (ROOT / "addon").rglob("*.py")}
    assert code <= set(names)


def test_the_manifest_lists_the_locked_wheels():
    manifest = tomllib.loads((ROOT / "blender_manifest.toml").read_text("utf-8"))
    locked = [f"./wheels/{wheel.name}" for wheel in fill("locked.txt")]
    assert manifest["wheels"] == locked


def test_it_is_enabled_in_a_clean_blender_without_importing_torch(archive, tmp_path):
    seen = extension.in_blender(tmp_path, ("install", str(archive)))["install"]
    assert {name: count for name, count in seen["before"].items() if name != "menu entries"} == NOTHING
    assert seen["enabled"]
    assert seen["while enabled"]["operators"] > 0
    assert seen["while enabled"]["menu entries"] == seen["before"]["menu entries"] + 1
    assert not seen["torch imported"]


def test_it_refines_in_the_session_that_installs_it_and_after_a_restart(archive, tmp_path):
    first = extension.in_blender(tmp_path, ("install", str(archive)), ("refine", "numpy"))
    assert_refined(first["refine"])
    assert_refined(extension.in_blender(tmp_path, ("enable",), ("refine", "numpy"))["refine"])


def assert_refined(seen):
    assert seen["opened"] == seen["refined"] == ["FINISHED"]
    assert seen["armatures"] == 1
    assert seen["frames"] >= 10
    assert seen["array_api_compat"].startswith("extensions/.local/lib/")
    assert seen["threadpoolctl"].startswith("extensions/.local/lib/")
    error = re.search(r"fit error (\d+) mm", seen["result"], re.IGNORECASE)
    assert error is not None, seen["result"]
    assert int(error[1]) < 20
    assert "NumPy" in seen["result"]


def test_it_can_be_disabled_and_enabled_twenty_times_and_leaves_nothing(archive, tmp_path):
    seen = extension.in_blender(tmp_path, ("install", str(archive)), ("switch",))
    installed, switched = seen["install"], seen["switch"]
    assert switched["disabled"] == [installed["before"]] * 20
    assert switched["enabled"] == [installed["while enabled"]] * 20
    assert switched["uninstalled"] == installed["before"]
    assert switched["files left"] == []
