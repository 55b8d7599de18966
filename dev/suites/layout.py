"""The import rules of the code, and what shipped code must not do, checked on the syntax tree.

The rules are those of docs/architecture.md: data flows formats → refiner → scene, and these three never
import each other; bpy stays in scene and ui, torch in refiner and in training. To these come the rules of
Blender's platform for extensions and those about untrusted files.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

LINES = 500
BLENDER = {
    "bpy", "bpy_extras", "bpy_types", "bl_operators", "bmesh", "mathutils", "gpu", "gpu_extras", "blf",
    "addon_utils",
}  # fmt: skip
FOUNDATION = {
    "at_once",
    "body",
    "brief",
    "on_demand",
    "one_thread",
    "overrides",
    "recording",
    "motion",
    "rigs",
    "safe_read",
    "steps",
    "whole_file",
    "words",
}
MAY_IMPORT = {
    "at_once": set[str](),
    "overrides": set[str](),
    "brief": set[str](),
    "recording": {"brief"},
    "motion": {"brief"},
    "one_thread": set[str](),
    "steps": {"one_thread"},
    "on_demand": set[str](),
    "whole_file": set[str](),
    "words": set[str](),
    "safe_read": {"on_demand", "safe_read"},
    "body": {"body", "on_demand", "safe_read"},
    "rigs": {"body", "on_demand", "rigs", "safe_read", "whole_file"},
    "retarget": FOUNDATION | {"retarget"},
    "formats": FOUNDATION | {"formats"},
    "refiner": FOUNDATION | {"refiner"},
    "writers": {"body", "motion", "steps", "writers"},
    "scene": FOUNDATION | {"retarget", "scene", "writers"},
    "batch": FOUNDATION | {"batch", "formats"},
    "ui": FOUNDATION | {"batch", "formats", "refiner", "retarget", "scene", "ui", "writers"},
    "cli": FOUNDATION | {"batch", "cli", "formats", "refiner", "retarget", "scene", "writers"},
    "": {"scene", "ui", "cli", "one_thread"},
}
UNPICKLERS = {"pickle", "_pickle", "cloudpickle", "dill", "joblib", "marshal", "shelve"}
IMPORT_MACHINERY = {"sys.path", "sys.modules", "sys.meta_path", "sys.path_hooks"}
# The manifest asks for files only; pip and other programs are not an extension's business.
OUTSIDE = {
    "socket",
    "ssl",
    "http",
    "ftplib",
    "smtplib",
    "requests",
    "urllib3",
    "subprocess",
    # The reviewers of Blender's platform refuse both.
    "multiprocessing",
    "threading",
    "_thread",
    "concurrent",
    "asyncio",
}


@dataclass(frozen=True)
class Import:
    """One imported module, by its full name; deferred when it stands in a function."""

    module: str
    line: int
    deferred: bool
    relative: bool


@dataclass(frozen=True)
class Source:
    """One code file: its path from the root of the repository and its syntax tree."""

    path: Path
    tree: ast.Module
    lines: int

    @property
    def module(self) -> str:
        """Its full name: addon.body.points; the root __init__.py is called __init__."""
        parts = self.path.with_suffix("").parts
        return ".".join(parts[:-1] if parts[-1] == "__init__" and len(parts) > 1 else parts)

    @property
    def part(self) -> str:
        """The package or module of addon that it belongs to; empty for addon/__init__.py itself."""
        return self.module.split(".")[1] if "." in self.module else ""

    @property
    def package(self) -> list[str]:
        """The package that its relative imports start from."""
        return list(self.path.parent.parts)

    @cached_property
    def imports(self) -> list[Import]:
        """All imports but those for type checkers only."""
        return list(_imports(self.tree, self.package, deferred=False))


def read(root: Path, *folders: str) -> list[Source]:
    """All Python files of these folders, or the single files named."""
    paths = [root / folder for folder in folders]
    files = [file for path in paths for file in ([path] if path.is_file() else sorted(path.rglob("*.py")))]
    sources = []
    for file in files:
        text = file.read_text("utf-8")
        sources.append(Source(file.relative_to(root), ast.parse(text, str(file)), text.count("\n")))
    return sources


def _imports(node: ast.AST, package: list[str], deferred: bool) -> Iterator[Import]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.If) and "TYPE_CHECKING" in ast.unparse(child.test):
            continue
        if isinstance(child, ast.Import):
            yield from (Import(alias.name, child.lineno, deferred, False) for alias in child.names)
        elif isinstance(child, ast.ImportFrom):
            above = package[: len(package) - child.level + 1] if child.level else []
            base = ".".join([*above, *([child.module] if child.module else [])])
            for alias in child.names:
                yield Import(f"{base}.{alias.name}", child.lineno, deferred, child.level > 0)
        else:
            inside = isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
            yield from _imports(child, package, deferred or inside)


def _top(name: str) -> str:
    return name.split(".")[0]


def blender_imports(sources: list[Source]) -> list[str]:
    """Imports of bpy and its like where none may be."""
    found = []
    for source in sources:
        if source.part in ("scene", "ui") and source.module.startswith("addon."):
            continue
        handing_over = source.module in ("addon", "__init__")
        for one in source.imports:
            if _top(one.module) in BLENDER and not (handing_over and one.deferred):
                found.append(f"{source.path}:{one.line} imports {one.module}")
    return found


def torch_imports(sources: list[Source]) -> list[str]:
    """Imports of torch outside refiner and training, and those that an import of the extension would run."""
    heavy = {source.module for source in sources if _imports_torch_at_once(source)}
    found = []
    for source in sources:
        training = source.module.startswith("bundled_model.training")  # as a whole run on demand
        allowed = training or source.module.startswith("addon.refiner")
        for one in source.imports:
            if _top(one.module) == "torch" and not allowed:
                found.append(f"{source.path}:{one.line} imports torch")
            target = _module_of(one.module, heavy)
            if target and not (one.deferred or training or source.module in heavy):
                found.append(f"{source.path}:{one.line} imports {target}, which imports torch at once")
    return found


def _imports_torch_at_once(source: Source) -> bool:
    return any(_top(one.module) == "torch" and not one.deferred for one in source.imports)


def _module_of(name: str, modules: set[str]) -> str:
    """The module that an import of a.b.c gets: a.b.c where that is one, else a.b; empty if neither is."""
    if name in modules:
        return name
    above = name.rpartition(".")[0]
    return above if above in modules else ""


def package_imports(sources: list[Source]) -> list[str]:
    """Imports against the flow formats → refiner → scene, from ui and cli down."""
    found = []
    for source in sources:
        for one in source.imports:
            if not one.module.startswith("addon.") or source.module == "__init__":
                continue
            part = one.module.split(".")[1]
            if part not in MAY_IMPORT.get(source.part, set()):
                found.append(f"{source.path}:{one.line} imports {one.module}")
            elif source.part in ("cli", "") and part in ("scene", "ui") and not one.deferred:
                found.append(f"{source.path}:{one.line} imports {one.module} before it is needed")
    return found


def foreign_imports(sources: list[Source]) -> list[str]:
    """Imports of what neither Python, Blender nor a bundled wheel has; absolute ones of the own package."""
    known = set(sys.stdlib_module_names) | BLENDER | {"numpy", "array_api_compat", "threadpoolctl", "torch"}
    found = []
    for source in sources:
        for one in source.imports:
            if not one.relative and _top(one.module) not in known:
                found.append(f"{source.path}:{one.line} imports {one.module}")
    return found


def cycles(sources: list[Source], deferred: bool = False) -> list[str]:
    """Circles of modules that import each other while they are being imported; deferred: or at any time."""
    modules = {source.module for source in sources}
    graph = {
        source.module: {
            _module_of(one.module, modules) for one in source.imports if deferred or not one.deferred
        }
        - {"", source.module}
        for source in sources
    }
    found: list[str] = []
    done: set[str] = set()

    def visit(module: str, trail: list[str]) -> None:
        if module in trail:
            found.append(" → ".join([*trail[trail.index(module) :], module]))
        elif module not in done:
            for target in sorted(graph[module]):
                visit(target, [*trail, module])
            done.add(module)

    for module in sorted(graph):
        visit(module, [])
    return found


def dangers(sources: list[Source]) -> list[str]:
    """Calls and imports that could run a stranger's code, reach outside, or meddle with Python's imports."""
    found = []
    for source in sources:
        for node in ast.walk(source.tree):
            if reason := _danger(node):
                found.append(f"{source.path}:{getattr(node, 'lineno', 0)} {reason}")
        for one in source.imports:
            top = _top(one.module)
            if top in UNPICKLERS and source.part != "safe_read":
                found.append(f"{source.path}:{one.line} imports {top} outside safe_read")
            if top in OUTSIDE or one.module.startswith("urllib.request"):
                found.append(f"{source.path}:{one.line} imports {one.module}")
    return found


def _danger(node: ast.AST) -> str:
    if isinstance(node, ast.Attribute | ast.Subscript) and isinstance(node.ctx, ast.Store | ast.Del):
        changed = ast.unparse(node.value if isinstance(node, ast.Subscript) else node)
        return f"changes {changed}" if changed in IMPORT_MACHINERY else ""
    if not isinstance(node, ast.Call):
        return ""
    called = ast.unparse(node.func)
    if called.rpartition(".")[0] in IMPORT_MACHINERY and called.rpartition(".")[2] not in ("copy", "get"):
        return f"calls {called}"
    if called in ("eval", "exec", "compile", "__import__", "os.system", "os.popen"):
        return f"calls {called}"
    if _top(called) in UNPICKLERS and called.rpartition(".")[2] in ("load", "loads", "open"):
        return f"calls {called}"
    keywords = {word.arg: ast.unparse(word.value) for word in node.keywords if word.arg}
    if keywords.get("allow_pickle", "False") != "False":
        return "allows pickle"
    if called == "torch.load" and keywords.get("weights_only") != "True":
        return "calls torch.load without weights_only=True"
    return ""


def swallowed_errors(sources: list[Source]) -> list[str]:
    """Handlers that name no error, or that do nothing about it."""
    found = []
    for source in sources:
        for node in ast.walk(source.tree):
            if not isinstance(node, ast.ExceptHandler):
                continue
            nothing = all(isinstance(step, ast.Pass) or _is_ellipsis(step) for step in node.body)
            if node.type is None or nothing:
                found.append(f"{source.path}:{node.lineno} {ast.unparse(node).splitlines()[0]}")
    return found


def _is_ellipsis(step: ast.stmt) -> bool:
    return (
        isinstance(step, ast.Expr) and isinstance(step.value, ast.Constant) and step.value.value is Ellipsis
    )


def long_files(sources: list[Source]) -> list[str]:
    """Files of more lines than a person reads in one go."""
    return [f"{source.path} has {source.lines} lines" for source in sources if source.lines > LINES]
