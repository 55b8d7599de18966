"""Our code does not use what this Blender says it will remove, `dev/` included.

Blender warns when such a property is used; these names are found even on a way that no test takes.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

import bpy

ROOT = Path(__file__).parents[2]
OURS = ("addon", "dev", "bundled_model", "tests")
KNOWN = {"compositing_node_group", "frame_final_start", "frame_final_end", "frame_final_duration"}
"""Of 5.3, for tests in an older Blender."""
GUARDED = "use_nodes"
"""Goes with 6.0 and was needed before 5.0, which makes a node tree by itself."""


def going() -> set[str]:
    """Properties that this Blender will remove and that no other of its types has."""
    gone: set[str] = set(KNOWN)
    kept: set[str] = set()
    for name in dir(bpy.types):
        rna = getattr(getattr(bpy.types, name), "bl_rna", None)
        for one in rna.properties if rna is not None else ():
            (gone if getattr(one, "is_deprecated", False) else kept).add(one.identifier)
    return gone - kept


def attributes(tree: ast.AST) -> Iterator[ast.Attribute]:
    return (node for node in ast.walk(tree) if isinstance(node, ast.Attribute))


@lru_cache(maxsize=1)
def sources() -> list[tuple[Path, ast.Module]]:
    """What drives Blender; the same names elsewhere are those of other libraries."""
    paths = [path for folder in OURS for path in (ROOT / folder).rglob("*.py")]
    texts = [(path, path.read_text("utf-8")) for path in paths]
    return [(path, ast.parse(text)) for path, text in texts if "bpy" in text]


def test_nothing_is_used_that_will_be_removed():
    names = going()
    found = [
        f"{path.relative_to(ROOT)}:{node.lineno} {node.attr}"
        for path, tree in sources()
        for node in attributes(tree)
        if node.attr in names
    ]
    assert found == []


def test_nodes_are_switched_on_only_where_blender_has_not_made_them():
    for path, tree in sources():
        guarded = {
            inner
            for node in ast.walk(tree)
            if isinstance(node, ast.If) and ast.unparse(node.test).endswith("node_tree is None")
            for step in node.body
            for inner in attributes(step)
        }
        bare = [node.lineno for node in attributes(tree) if node.attr == GUARDED and node not in guarded]
        assert bare == [], path
