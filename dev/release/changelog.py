"""CHANGELOG.md, which keeps to https://keepachangelog.com."""

from __future__ import annotations

import re

from ..processes import ROOT, Refusal

CHANGELOG = ROOT / "CHANGELOG.md"
HEADING = re.compile(r"^## \[(?P<version>[^]]+)\](?: - (?P<date>\d{4}-\d{2}-\d{2}))?$", re.MULTILINE)


def notes(text: str, version: str) -> str:
    """What is new in a version. Raises Refusal where nothing is said of it."""
    found = _sections(text).get(version)
    if found is None:
        raise Refusal(
            f"CHANGELOG.md says nothing of version {version}: write what is new in it, and run again."
        )
    return found + "\n"


def left_out(text: str, version: str) -> str:
    """A sentence where something is new that has no version yet, else ""."""
    if not _sections(text).get("Unreleased"):
        return ""
    return (
        f"The notes of {version} leave out what CHANGELOG.md has under Unreleased: for a new version write"
        " its number there and in blender_manifest.toml, commit both, and run again."
    )


def _sections(text: str) -> dict[str, str]:
    headings = list(HEADING.finditer(text))
    ends = [heading.start() for heading in headings[1:]] + [len(text)]
    return {
        heading["version"]: text[heading.end() : end].strip()
        for heading, end in zip(headings, ends, strict=True)
    }
