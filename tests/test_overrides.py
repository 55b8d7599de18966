"""One sentence asks for an override in the command line's words and in the panel's."""

from __future__ import annotations

import ast
import re
from dataclasses import fields
from pathlib import Path

import pytest

from addon.cli import main
from addon.formats.container import Hints
from addon.overrides import OVERRIDES, asked, give, in_panel

ROOT = Path(__file__).parent.parent
VALUES = {"layout": "coco17", "fps": "30", "up": "-z", "units": "mm"}


@pytest.mark.parametrize("name", OVERRIDES)
def test_every_override_has_both_wordings(name, capsys):
    for value in {"", VALUES.get(name, "")}:
        sentence = f"This looks odd; if so, {give(name, value)}."
        assert f"--{name.replace('_', '-')}" in sentence and asked(sentence) == (name,)
        shown = in_panel(sentence)
        assert "--" not in shown and OVERRIDES[name].control in shown and shown.endswith("below.")
        assert value in shown.lower()
    assert main(["inspect", "--help"]) == 0
    assert f"--{name.replace('_', '-')}" in capsys.readouterr().out
    assert name in {field.name for field in fields(Hints)}


@pytest.mark.parametrize(
    ("sentence", "shown"),
    [
        (f"If wrong, {give('up', '+z')}.", "If wrong, choose +Z as Up Axis below."),
        (f"If slow, {give('fps', '29.97')}.", "If slow, set Frame Rate to 29.97 below."),
        (
            f"Unclear; {give('layout')} (coco17 or h36m17).",
            "Unclear; choose Layout below (coco17 or h36m17).",
        ),
        (f"Small; {give('units')} if it is.", "Small; choose Units below if it is."),
        ("my--up.trc is empty; export it again.", "my--up.trc is empty; export it again."),
    ],
)
def test_the_panels_words(sentence, shown):
    assert in_panel(sentence) == shown


BLENDERS_OWN = "--command"
"""An argument of Blender itself."""


def test_a_value_that_could_not_be_worded_is_refused():
    with pytest.raises(ValueError, match="north"):
        give("up", "north")


def test_no_text_outside_the_command_line_names_an_option_in_words_of_its_own():
    """Sentences come from `give`, so that the panel can say them too."""
    told = []
    for path in (ROOT / "addon").rglob("*.py"):
        if path.parent.name == "cli" or path.name == "overrides.py":
            continue
        tree = ast.parse(path.read_text("utf-8"))
        plain = {
            id(node.body[0].value)
            for node in ast.walk(tree)
            if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef)
            and node.body
            and isinstance(node.body[0], ast.Expr)
        }
        told += [
            f"{path.name}:{node.lineno} {node.value}"
            for node in ast.walk(tree)
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in plain
            if re.search(r"--[a-z]", node.value) and node.value != BLENDERS_OWN
        ]
    assert told == []
