"""What the README says is so."""

from __future__ import annotations

from dev.commands import COMMANDS
from dev.readme import README, with_table


def test_the_table_of_formats_is_that_of_the_readers() -> None:
    text = README.read_text("utf-8")
    assert text == with_table(text), "run python3 build.py readme"


def test_it_begins_with_the_two_commands() -> None:
    lines = [line.strip() for line in README.read_text("utf-8").splitlines() if line.strip()]
    assert lines[1].startswith("python3 build.py demo") and lines[2].startswith("python3 build.py test")


def test_every_command_it_names_exists() -> None:
    names = {command.name for command in COMMANDS}
    words = README.read_text("utf-8").split("build.py ")[1:]
    assert {word.split()[0].strip("`,.;:") for word in words} <= names
