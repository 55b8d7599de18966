"""The repository of extensions: a real Blender subscribes, installs, and gets a newer version."""

from __future__ import annotations

import json
import shutil
import sys
import zipfile
from pathlib import Path

import pytest

from dev.release import repository
from dev.release import zip as packaging
from dev.release.version import manifest
from tests import extension

PYTHON = Path(sys.executable)


@pytest.fixture(scope="module")
def current(tmp_path_factory):
    extension.wheels_at_hand("locked.txt")
    return packaging.build_standard(PYTHON, extension.blender_tool(), tmp_path_factory.mktemp("zip"))


def newer(archive: Path, folder: Path, version: str) -> Path:
    """The same extension as a later version."""
    source = folder / "source"
    with zipfile.ZipFile(archive) as content:
        content.extractall(source)
    path = source / "blender_manifest.toml"
    text = path.read_text("utf-8")
    path.write_text(text.replace(f'version = "{manifest()["version"]}"', f'version = "{version}"'))
    return packaging.build_standard(PYTHON, extension.blender_tool(), folder, source)


def published(archives: list[Path], folder: Path) -> Path:
    return repository.publish(PYTHON, extension.blender_tool(), archives, folder)


def listed(index: Path) -> list[tuple[str, str]]:
    return [(one["id"], one["version"]) for one in json.loads(index.read_text("utf-8"))["data"]]


def test_it_lists_one_version_of_each_zip_and_has_a_page_for_people(current, tmp_path):
    folder = tmp_path / "repo"
    index = published([current], folder)
    assert listed(index) == [("smpl_pose_refiner", manifest()["version"])]
    index = published([newer(current, tmp_path, "9.8.7")], folder)
    assert listed(index) == [("smpl_pose_refiner", "9.8.7")]
    assert [path.name for path in folder.glob("*.zip")] == ["smpl_pose_refiner-9.8.7.zip"]
    assert "smpl_pose_refiner" in (folder / "index.html").read_text("utf-8")


def test_a_blender_that_subscribes_gets_the_update_and_keeps_its_preferences(current, tmp_path):
    folder, user = tmp_path / "repo", tmp_path / "user"
    user.mkdir()
    index = published([current], folder)
    first_index = index.read_bytes()
    later_index = published([newer(current, tmp_path, "9.8.7")], folder).rename(tmp_path / "later.json")
    shutil.copy(current, folder)
    index.write_bytes(first_index)
    seen = extension.in_blender(user, ("subscribe", index.as_uri()), ("update", str(index), str(later_index)))
    first, later = seen["subscribe"], seen["update"]
    assert (first["enabled"], first["version"]) == (True, manifest()["version"])
    assert later == first | {"version": "9.8.7"}
    assert (later["log"], later["engine"]) == (True, "numpy")
