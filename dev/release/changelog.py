"""CHANGELOG.md, which keeps to https://keepachangelog.com."""

from __future__ import annotations

import re

from ..processes import ROOT, Refusal

CHANGELOG = ROOT / "CHANGELOG.md"
HEADING = re.compile(r"^## \[(?P<version>[^]]+)\](?: - (?P<date>\d{4}-\d{2}-\d{2}))?$", re.MULTILINE)


def notes(text: str, version: str) -> str:
    """What is new in a version. Raises Refusal where nothing is said of it."""
    headings = list(HEADING.finditer(text))
    ends = [heading.start() for heading in headings[1:]] + [len(text)]
    for heading, end in zip(headings, ends, strict=True):
        if heading["version"] == version:
            return text[heading.end() : end].strip() + "\n"
    raise Refusal(f"CHANGELOG.md says nothing of version {version}: write what is new in it, and run again.")
