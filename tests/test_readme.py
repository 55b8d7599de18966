"""What the README says is so, and the links of the documentation lead somewhere."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from dev import formats_page
from dev.commands import COMMANDS
from dev.formats_page import PAGE, with_table
from dev.processes import ROOT

README = ROOT / "README.md"
LINES = 120
PAGES = [README, *sorted(ROOT.glob("docs/*.md")), *sorted(ROOT.glob("bundled_model/*.md"))]


def test_the_table_of_formats_is_that_of_the_readers() -> None:
    text = PAGE.read_text("utf-8")
    assert text == with_table(text), "run python3 build.py formats"


def _tools(table: str) -> list[str]:
    """The tools in the first column of a page's tables."""
    rows = re.findall(r"^\| ([^|]+) \|", table, re.MULTILINE)
    return [row for row in rows if row != "tool" and not row.startswith("---")]


def test_it_is_short_has_one_picture_and_the_ten_formats_that_are_wanted_most() -> None:
    text = README.read_text("utf-8")
    assert text.count("\n") < LINES
    assert len(re.findall(r"!\[[^]]+\]\(", text)) == 1
    assert len(_tools(text)) == 10


def test_the_formats_that_it_names_are_in_the_whole_table() -> None:
    known = PAGE.read_text("utf-8")
    for row in _tools(README.read_text("utf-8")):
        for tool in re.split(r", | and ", row.partition(" (")[0]):
            assert tool in known or tool.startswith("tools that"), tool


def test_it_begins_with_the_two_commands() -> None:
    lines = [line.strip() for line in README.read_text("utf-8").splitlines() if line.strip()]
    assert lines[1].startswith("python3 build.py demo") and lines[2].startswith("python3 build.py test")


def test_every_command_it_names_exists() -> None:
    names = {command.name for command in COMMANDS}
    words = README.read_text("utf-8").split("build.py ")[1:]
    assert {word.split()[0].strip("`,.;:") for word in words} <= names


def _links(page: Path) -> Iterator[str]:
    """Where the links and pictures of a page lead within the project."""
    for target in re.findall(r"\]\(([^)\s]+)\)", page.read_text("utf-8")):
        if "://" not in target:
            yield target


def _anchors(page: Path) -> set[str]:
    """The names by which a page's headings can be linked."""
    headings = re.findall(r"^#+ (.+)$", page.read_text("utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_and_picture_leads_somewhere(page: Path) -> None:
    for target in _links(page):
        path, _, anchor = target.partition("#")
        found = (page.parent / path).resolve() if path else page
        assert found.exists(), target
        assert not anchor or anchor in _anchors(found), target


def test_help_of_the_command_that_writes_the_table_writes_nothing(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(formats_page, "PAGE", tmp_path / "none.md")
    with pytest.raises(SystemExit, match="0"):
        formats_page.main(["--help"])
    assert "build.py formats" in capsys.readouterr().out
