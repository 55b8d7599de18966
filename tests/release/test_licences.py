"""Every byte that is published has a licence, and the last annotation that fits says which."""

from __future__ import annotations

import subprocess
import zipfile
from pathlib import Path

import pytest

from dev.processes import ROOT, Refusal
from dev.release import licences

OWN = licences.read_annotations((ROOT / "REUSE.toml").read_text("utf-8"))


def said_of(path: str) -> str:
    return next(one.licence for one in reversed(OWN) if one.fits(path))


@pytest.mark.parametrize(
    ("path", "licence"),
    [
        ("addon/refiner/engine.py", "GPL-3.0-or-later"),
        ("bundled_model/samples/pose2sim/S00_P00_T01_BalancingTrial_0-100.trc", "BSD-3-Clause"),
        ("LICENSE", "LicenseRef-GPL-text"),
    ],
)
def test_the_last_annotation_that_fits_counts(path, licence):
    assert said_of(path) == licence


def test_all_weights_and_bodies_are_free_for_everybody():
    files = [path.name for path in (ROOT / "bundled_model").glob("*.npz")]
    assert files and {said_of(f"bundled_model/{name}") for name in files} == {"CC0-1.0"}


def test_every_sample_is_somebody_elses_or_says_whose_it_is():
    folders = [path for path in (ROOT / "bundled_model/samples").iterdir() if path.is_dir()]
    assert folders
    assert [
        one.name for one in folders if said_of(f"bundled_model/samples/{one.name}/x") == "GPL-3.0-or-later"
    ] == []


def test_what_the_samples_folder_says_is_what_its_licence_file_says():
    titles = {"MIT": "MIT License", "BSD-3-Clause": "BSD 3-Clause", "Apache-2.0": "Apache License"}
    for text in sorted((ROOT / "bundled_model/samples").glob("*/LICENSE")):
        said = said_of(text.relative_to(ROOT).as_posix())
        assert titles[said] in text.read_text("utf-8")[:200], text


def test_no_annotation_is_of_nothing():
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False)
    if listed.returncode != 0:
        pytest.skip("the files of a clone are known to git alone")
    files = listed.stdout.splitlines()
    assert [one.patterns for one in OWN if not any(one.fits(path) for path in files)] == []


def test_a_star_stays_in_its_folder_and_two_do_not():
    one = licences.Annotation(("docs/*.md",), "X", "")
    deep = licences.Annotation(("docs/**",), "X", "")
    assert one.fits("docs/a.md") and not one.fits("docs/a/b.md")
    assert deep.fits("docs/a/b.md") and not deep.fits("other/a.md")


def zipped(path: Path, name: str, content: bytes) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(name, content)
    return path


@pytest.mark.parametrize(
    ("line", "licence"),
    [
        ("License-Expression: MIT", "MIT"),
        ("Classifier: License :: OSI Approved :: BSD License", "BSD-3-Clause"),
        ("License: Apache-2.0", "Apache-2.0"),
    ],
)
def test_a_wheel_says_its_own(tmp_path, line, licence):
    metadata = f"Metadata-Version: 2.4\nName: some-thing\nVersion: 1\n{line}\n".encode()
    wheel = zipped(tmp_path / "w.whl", "some_thing-1.dist-info/METADATA", metadata)
    archive = zipped(tmp_path / "a.zip", "wheels/some_thing-1-py3-none-any.whl", wheel.read_bytes())
    (found,) = licences.members(archive)
    assert (found.licence, found.holder) == (licence, "The authors of some-thing")


def test_what_nobody_says_a_licence_of_is_refused(tmp_path):
    wheel = zipped(
        tmp_path / "w.whl", "x-1.dist-info/METADATA", b"Metadata-Version: 2.4\nName: x\nVersion: 1\n"
    )
    archive = zipped(tmp_path / "a.zip", "wheels/x-1-py3-none-any.whl", wheel.read_bytes())
    with pytest.raises(Refusal, match=r"Nothing says the licence of wheels/x-1-py3-none-any\.whl"):
        licences.members(archive)
