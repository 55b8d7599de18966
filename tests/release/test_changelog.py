"""CHANGELOG.md tells what is new in the version of the manifest, as Keep a Changelog has it."""

from __future__ import annotations

import re

import pytest

from dev.processes import ROOT, Refusal
from dev.release import changelog
from dev.release.version import manifest

TEXT = changelog.CHANGELOG.read_text("utf-8")
KINDS = {"Added", "Changed", "Deprecated", "Removed", "Fixed", "Security"}


def test_it_tells_of_the_version_that_is_released():
    assert changelog.notes(TEXT, manifest()["version"])


def test_a_version_of_which_it_tells_nothing_is_refused():
    with pytest.raises(Refusal, match=r"says nothing of version 9\.9\.9"):
        changelog.notes(TEXT, "9.9.9")


def test_notes_end_where_the_next_version_begins():
    text = "# C\n\n## [2.0.0] - 2026-02-01\n\n- new\n\n## [1.0.0] - 2026-01-01\n\n- old\n"
    assert changelog.notes(text, "2.0.0") == "- new\n"
    assert changelog.notes(text, "1.0.0") == "- old\n"


def test_headings_are_those_of_keep_a_changelog_newest_first():
    headings = list(changelog.HEADING.finditer(TEXT))
    assert headings[0]["version"] == "Unreleased" and headings[0]["date"] is None
    assert headings[1]["version"] == manifest()["version"]
    dates = [heading["date"] for heading in headings[1:]]
    assert all(dates) and dates == sorted(dates, reverse=True)
    assert set(re.findall(r"^### (.+)$", TEXT, re.MULTILINE)) <= KINDS
    assert len(headings) == len(re.findall(r"^## ", TEXT, re.MULTILINE))


def test_the_version_is_written_in_the_manifest_alone():
    version = manifest()["version"]
    pages = [
        ROOT / "pyproject.toml",
        ROOT / "README.md",
        *ROOT.glob("addon/**/*.py"),
        *ROOT.glob("dev/**/*.py"),
    ]
    assert [
        path
        for path in pages
        if re.search(rf"(?<![\d.]){re.escape(version)}(?![\d.])", path.read_text("utf-8"))
    ] == []


def test_what_has_no_version_yet_is_said_to_be_left_out():
    text = "## [Unreleased]\n\n{}\n\n## [1.0.0] - 2026-01-01\n\n- old\n"
    told = changelog.left_out(text.format("- new"), "1.0.0")
    assert told.startswith("The notes of 1.0.0 leave out") and told.endswith(".")
    assert changelog.left_out(text.format(""), "1.0.0") == ""
