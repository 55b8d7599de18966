"""A release is everything that a version is published as, and one commit gives one and the same."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from dev.processes import ROOT, Refusal
from dev.release import commit
from dev.release.version import manifest
from tests.environments import ready

PROGRAM = """
import os, sys
from pathlib import Path
os.umask(int(sys.argv[3], 8))
from dev.release import commit
from dev.release.command import make
source, target = Path(sys.argv[1]), Path(sys.argv[2])
source.mkdir(parents=True)
target.mkdir()
commit.export(source)
later = int(sys.argv[4])
for path in source.rglob("*"):
    os.utime(path, (later, later))
make(source, target)
"""


def released(folder: Path, umask: str, moment: int, zone: str) -> dict[str, bytes]:
    """All files of a release that was made in a place, at a time and under a umask."""
    variables = os.environ | {"PYTHONPATH": str(ROOT), "TZ": zone}
    folder.mkdir(parents=True)
    command = [sys.executable, "-P", "-c", PROGRAM, folder / "source", folder / "target", umask, str(moment)]
    done = subprocess.run(list(map(str, command)), env=variables, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return {path.name: path.read_bytes() for path in (folder / "target").iterdir()}


@pytest.fixture(scope="module")
def first(tmp_path_factory):
    ready("main")
    ready("release")
    try:
        commit.export(tmp_path_factory.mktemp("commit"))
    except Refusal as reason:
        pytest.skip(str(reason))
    return released(tmp_path_factory.mktemp("first") / "a", "022", 1_600_000_000, "UTC")


@pytest.fixture(scope="module")
def stem():
    return f"{manifest()['id']}-{manifest()['version']}"


def test_the_same_commit_gives_the_same_bytes(first, tmp_path):
    second = released(tmp_path / "deep" / "er" / "place", "077", 1_700_000_001, "Pacific/Apia")
    assert first.keys() == second.keys()
    assert [name for name in first if first[name] != second[name]] == []


def test_it_holds_what_a_version_is_published_as(first, stem):
    archives = [f"{stem}.zip", f"{stem}-py3-none-any.whl"]
    beside = [f"{name}.{ending}" for name in archives for ending in ("cdx.json", "licences.csv")]
    assert set(first) == {*archives, *beside, "RELEASE_NOTES.md", "SHA256SUMS"}


def test_the_checksums_are_right_and_of_everything(first):
    lines = [line.split("  ") for line in first["SHA256SUMS"].decode().splitlines()]
    assert {name for _, name in lines} == set(first) - {"SHA256SUMS"}
    assert all(hashlib.sha256(first[name]).hexdigest() == said for said, name in lines)


def test_every_byte_of_each_archive_has_a_licence(first, stem, tmp_path):
    for name in (f"{stem}.zip", f"{stem}-py3-none-any.whl"):
        (tmp_path / name).write_bytes(first[name])
        with zipfile.ZipFile(tmp_path / name) as content:
            inside = {entry.filename: str(entry.file_size) for entry in content.infolist()}
        rows = [line.split(",") for line in first[f"{name}.licences.csv"].decode().splitlines()[1:]]
        assert {row[0]: row[1] for row in rows} == inside
        assert all(row[3] for row in rows)


def test_the_bill_of_materials_is_valid_and_names_what_others_made(first, stem, tmp_path):
    bill = json.loads(first[f"{stem}.zip.cdx.json"])
    assert (bill["bomFormat"], bill["specVersion"]) == ("CycloneDX", "1.6")
    assert bill["metadata"]["component"]["version"] == manifest()["version"]
    named = {one["name"]: one for one in bill["components"]}
    assert named["array-api-compat"]["purl"].startswith("pkg:pypi/array-api-compat@")
    assert named["bundled_model/refiner.npz"]["type"] == "machine-learning-model"
    assert all(one["licenses"] and one["hashes"] for one in named.values())
    path = tmp_path / "bill.json"
    path.write_bytes(first[f"{stem}.zip.cdx.json"])
    check = (
        "import json, sys; from cyclonedx.model.bom import Bom;"
        "print(len(Bom.from_json(json.load(open(sys.argv[1]))).components))"
    )
    done = subprocess.run(
        [ready("release").python, "-c", check, path], capture_output=True, text=True, check=False
    )
    assert done.stdout.strip() == str(len(named)), done.stderr
