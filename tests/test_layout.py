"""The code keeps to its layout; and the rules that say so do find what breaks them."""

from __future__ import annotations

import re
from itertools import takewhile
from pathlib import Path

import pytest

from dev.suites import layout

ROOT = Path(__file__).parent.parent
SHIPPED = layout.read(ROOT, "__init__.py", "addon")
MODEL = layout.read(ROOT, "bundled_model")
EVERYTHING = SHIPPED + MODEL + layout.read(ROOT, "build.py", "dev", "tests")


def test_every_package_of_the_extension_is_looked_at():
    parts = {source.part for source in SHIPPED}
    assert parts >= {
        "body",
        "formats",
        "refiner",
        "writers",
        "scene",
        "ui",
        "cli",
        "safe_read",
        "recording",
        "motion",
    }


def test_blender_is_imported_in_scene_and_ui_only():
    assert layout.blender_imports(SHIPPED + MODEL) == []


def test_torch_is_imported_on_demand_and_in_refiner_and_training_only():
    assert layout.torch_imports(SHIPPED + MODEL) == []


def test_data_flows_one_way():
    assert layout.package_imports(SHIPPED) == []


def test_the_extension_needs_nothing_but_python_blender_and_its_wheels():
    assert layout.foreign_imports(SHIPPED) == []


def test_no_modules_import_each_other():
    assert layout.cycles(EVERYTHING) == []


def test_no_modules_of_the_tools_import_each_other_not_even_late():
    assert layout.cycles(layout.read(ROOT, "dev"), deferred=True) == []


def test_the_rooms_of_the_refiner_import_each_other_as_the_page_says():
    allowed = {row[0].strip("`"): set(re.findall(r"`(\w+)`", row[2])) for row in _rows("room of `refiner/`")}
    rooms = {path.parent.name for path in (ROOT / "addon/refiner").glob("*/__init__.py")}
    assert set(allowed) == rooms
    for source in layout.read(ROOT, *(f"addon/refiner/{room}" for room in rooms)):
        own = source.module.split(".")[2]
        parts = [one.module.split(".") for one in source.imports]
        others = {part[2] for part in parts if part[:2] == ["addon", "refiner"]} & rooms - {own}
        assert others <= allowed[own], source.path


def test_the_rooms_of_the_tools_are_those_of_the_page():
    rooms = {path.parent.name for path in (ROOT / "dev").glob("*/__init__.py")}
    assert set(_first_column("room of `dev/`")) == rooms


def test_every_part_of_the_extension_is_on_the_page_with_what_it_may_import():
    told: dict[str, set[str]] = {}
    for row in _rows("part of `addon/`"):
        part = row[0].strip("`")
        named = set(re.findall(r"`(\w+)`", row[2]))
        told[part] = set(told) - named if "the above" in row[2] else named
    rules = {part: may - {part} for part, may in layout.MAY_IMPORT.items() if part}
    assert told == rules
    assert set(told) == {source.part for source in SHIPPED} - {""}


def _rows(heading: str) -> list[list[str]]:
    """The cells of a table of the page, by the heading of its first column."""
    lines = (ROOT / "docs/architecture.md").read_text("utf-8").splitlines()
    first = next(place for place, line in enumerate(lines) if line.startswith(f"| {heading} |"))
    table = takewhile(lambda line: line.startswith("|"), lines[first + 2 :])
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in table]


def _first_column(heading: str) -> list[str]:
    return [row[0].strip("`") for row in _rows(heading)]


def test_nothing_in_the_extension_runs_a_strangers_code_or_reaches_outside():
    assert layout.dangers(SHIPPED) == []


def test_nothing_that_ships_speaks_of_threads():
    """Reviewers of Blender's platform look for the words, wherever they stand."""
    found = [
        path
        for path in (ROOT / "addon").rglob("*.py")
        if any(word in path.read_text("utf-8") for word in ("threading", "multiprocessing"))
    ]
    assert found == []


def test_no_error_is_swallowed():
    assert layout.swallowed_errors(EVERYTHING) == []


def test_no_code_file_is_too_long():
    assert layout.long_files(EVERYTHING) == []


def planted(tmp_path: Path, path: str, text: str) -> list[layout.Source]:
    """A tree with two innocent modules and this file."""
    files = {
        "addon/formats/reader.py": "import numpy\n",
        "addon/refiner/network.py": "import torch\n",
        path: text,
    }
    for name, content in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(content)
    return layout.read(tmp_path, *sorted({Path(name).parts[0] for name in files}))


@pytest.mark.parametrize(
    ("rule", "path", "text"),
    [
        (layout.blender_imports, "addon/formats/fbx.py", "def read():\n    import bpy\n"),
        (layout.blender_imports, "addon/__init__.py", "import bpy\n"),
        (layout.blender_imports, "addon/body/space.py", "from mathutils import Quaternion\n"),
        (layout.torch_imports, "addon/formats/archive.py", "def read():\n    import torch\n"),
        (layout.torch_imports, "addon/refiner/__init__.py", "from .network import Network\n"),
        (layout.torch_imports, "bundled_model/figures.py", "from addon.refiner.network import Network\n"),
        (layout.torch_imports, "addon/ui/engines.py", "from ..refiner import network\n"),
        (layout.package_imports, "addon/refiner/clip.py", "from ..formats import reader\n"),
        (
            layout.package_imports,
            "addon/scene/armature.py",
            "def f():\n    from ..refiner.network import Network\n",
        ),
        (layout.package_imports, "addon/body/points.py", "from ..recording import Keypoints\n"),
        (layout.package_imports, "addon/cli/files.py", "from ..scene import write_motion\n"),
        (layout.package_imports, "addon/__init__.py", "from . import ui\n"),
        (layout.foreign_imports, "addon/refiner/fit.py", "from scipy.optimize import minimize\n"),
        (layout.foreign_imports, "addon/refiner/fit.py", "from addon.body import points\n"),
        (layout.cycles, "addon/formats/other.py", "from . import other_again\nfrom .other import x\n"),
        (layout.dangers, "addon/formats/old.py", "import pickle\n"),
        (layout.dangers, "addon/safe_read/old.py", "import pickle\npickle.loads(data)\n"),
        (layout.dangers, "addon/formats/old.py", "np.load(path, allow_pickle=True)\n"),
        (layout.dangers, "addon/formats/old.py", "np.load(path, allow_pickle=trusted)\n"),
        (layout.dangers, "addon/refiner/old.py", "torch.load(path, weights_only=False)\n"),
        (layout.dangers, "addon/refiner/old.py", "torch.load(path)\n"),
        (layout.dangers, "addon/ui/old.py", "eval(text)\n"),
        (layout.dangers, "addon/ui/old.py", "import urllib.request\n"),
        (layout.dangers, "addon/ui/old.py", "from threading import Thread\n"),
        (
            layout.dangers,
            "addon/ui/old.py",
            "def f():\n    from concurrent.futures import ProcessPoolExecutor\n",
        ),
        (layout.dangers, "addon/ui/old.py", "sys.path.append(folder)\n"),
        (layout.dangers, "addon/ui/old.py", "sys.modules[name] = module\n"),
        (layout.swallowed_errors, "addon/ui/old.py", "try:\n    f()\nexcept ValueError:\n    pass\n"),
        (layout.swallowed_errors, "addon/ui/old.py", "try:\n    f()\nexcept:\n    g()\n"),
        (layout.long_files, "addon/ui/old.py", "x = 1\n" * 501),
    ],
)
def test_what_breaks_a_rule_is_found(tmp_path, rule, path, text):
    if rule is layout.cycles:
        planted(tmp_path, "addon/formats/other_again.py", "from . import other\n")
    found = rule(planted(tmp_path, path, text))
    assert found
    assert any(
        Path(path).stem.replace("__init__", Path(path).parent.name) in line or path in line for line in found
    )


@pytest.mark.parametrize(
    ("rule", "path", "text"),
    [
        (layout.blender_imports, "addon/scene/armature.py", "import bpy\n"),
        (layout.blender_imports, "addon/__init__.py", "def register():\n    import bpy\n"),
        (
            layout.torch_imports,
            "bundled_model/training/run.py",
            "from addon.refiner.network import Network\n",
        ),
        (layout.torch_imports, "addon/refiner/engine.py", "def load():\n    from .network import Network\n"),
        (
            layout.package_imports,
            "addon/cli/files.py",
            "from .. import formats\nfrom . import inputs\ndef f():\n    from .. import scene\n",
        ),
        (layout.package_imports, "addon/ui/panels.py", "from .. import formats, refiner, scene\n"),
        (layout.dangers, "addon/formats/fine.py", "np.load(path, allow_pickle=False)\n"),
        (layout.dangers, "addon/formats/fine.py", "known = 'torch' in sys.modules\n"),
        (layout.long_files, "addon/ui/fine.py", "x = 1\n" * 500),
    ],
)
def test_what_keeps_a_rule_is_left_alone(tmp_path, rule, path, text):
    assert rule(planted(tmp_path, path, text)) == []
