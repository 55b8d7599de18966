"""Nothing of the extension is translated by chance: Blender's catalogue has some of its words."""

from __future__ import annotations

import ast
import importlib
import inspect
from collections.abc import Iterator
from pathlib import Path

import bpy
import pytest

FOLDER = Path(__file__).parents[2] / "addon" / "ui"
LABELLED = (bpy.types.Panel, bpy.types.Operator, bpy.types.Menu)
"""Kinds of classes whose label Blender translates."""
NAMELESS = {"label", "menu", "progress"}
"""What takes a text in a layout that belongs to no operator and no property."""


@pytest.fixture
def classes(enabled) -> tuple[type, ...]:
    """What the extension has registered."""
    registered: tuple[type, ...] = importlib.import_module(f"{enabled}.addon.ui").CLASSES
    return registered


def test_every_label_has_a_context_of_ours(classes, ui):
    labelled = [kind for kind in classes if issubclass(kind, LABELLED)]
    contexts = {kind.__name__: kind.bl_rna.translation_context for kind in labelled}
    assert len(contexts) > 60 and set(contexts.values()) == {ui("language").CONTEXT}


def _own(kind: type, package: str) -> set[str]:
    """The properties that are declared here, and not by a helper of Blender's."""
    bases = [base for base in kind.__mro__ if base.__module__.startswith(package)]
    return {name for base in bases for name in inspect.get_annotations(base)}


def test_every_property_has_a_context_of_ours(classes, enabled, ui):
    contexts = {
        f"{kind.__name__}.{one.identifier}": one.translation_context
        for kind in classes
        for one in kind.bl_rna.properties
        if one.identifier in _own(kind, enabled)
    }
    others = {name: found for name, found in contexts.items() if found != ui("language").CONTEXT}
    assert len(contexts) > 150 and others == {}


def _texts(tree: ast.AST) -> Iterator[ast.Call]:
    """Calls of a layout with a text that nothing gives a context."""
    for node in ast.walk(tree):
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)):
            continue
        given = {word.arg: word.value for word in node.keywords}
        heading = "heading" in given and node.func.attr in {"row", "column"}
        of_data = node.func.attr == "prop" and isinstance(node.args[1], ast.JoinedStr)
        text = given.get("heading" if heading else "text")
        if (heading or of_data or node.func.attr in NAMELESS) and text and ast.unparse(text) != "''":
            yield node


def test_no_text_of_a_layout_is_left_to_the_catalogue():
    found, left = 0, []
    for path in FOLDER.glob("*.py"):
        for call in _texts(ast.parse(path.read_text("utf-8"))):
            found += 1
            if not any(word.arg == "translate" for word in call.keywords):
                left.append(f"{path.name}:{call.lineno}")
    assert found > 30 and left == []
