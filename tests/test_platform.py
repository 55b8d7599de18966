"""What reviewers of Blender's extension platform refuse is not in what ships, nor what looks like it.

The reasons are those that reviewers have given in public: threads and processes, the network, changes of
Python's search path, code that is made up at run time, own updaters and reloading, adverts, the keys and
settings of others, and texts of the manifest that do not say what is done.
"""

from __future__ import annotations

import ast
import re
import tomllib
from pathlib import Path

import pytest

from dev.suites import layout

ROOT = Path(__file__).parents[1]
MANIFEST = tomllib.loads((ROOT / "blender_manifest.toml").read_text("utf-8"))
CODE = [ROOT / "__init__.py", *sorted((ROOT / "addon").rglob("*.py"))]
TEXTS = [*CODE, ROOT / "blender_manifest.toml", *sorted((ROOT / "docs").rglob("*.md"))]
WORDS = {
    "threads and processes": r"threading|\b_thread\b|multiprocessing|subprocess|concurrent\.futures|asyncio|"
    r"daemon|os\.(system|popen|fork|spawn\w*|exec\w+)|Popen",
    "the network": r"\bsocket|urllib|http\.client|http\.server|\brequests\b|ftplib|websocket|online_access|"
    r"webbrowser\.open|wm\.url_open",
    "Python's own machinery": r"sys\.(path|meta_path|path_hooks)\b|sys\.modules\[|site\.addsitedir|"
    r"ensurepip|pip install|\bctypes\b|__import__",
    "code made up at run time": r"\b(eval|exec|compile|execfile)\s*\((?<!re\.compile\()|runpy",
    "updaters and reloading": r"importlib\.reload|script\.reload|updater|check_for_update",
    "adverts": r"patreon|paypal|ko-fi|donat|sponsor|discord|youtube|gumroad|blendermarket|superhive|"
    r"twitter|instagram|subscribe",
    "what belongs to others": r"keyconfigs|keymap_items|keymaps|addon_utils|"
    r"preferences\.(filepaths|system|inputs)\.\w+\s*=[^=]|preferences\.addon_(enable|disable|install)",
}
# What is loaded is asked for the C library; else threadpoolctl would start programs that look for it.
NEEDED = {"from ctypes import CDLL"}
PERMISSIONS = {"files", "network", "clipboard", "camera", "microphone"}


@pytest.mark.parametrize("what", WORDS)
def test_the_code_has_no_word_of_what_is_refused(what):
    found = [
        f"{path.relative_to(ROOT)}:{number} {line.strip()}"
        for path in CODE
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1)
        if re.search(WORDS[what], line) and "re.compile(" not in line and line.strip() not in NEEDED
    ]
    assert found == []


@pytest.mark.parametrize(
    ("what", "line"),
    [
        ("threads and processes", "from threading import Thread"),
        ("threads and processes", "# like multiprocessing.Queue"),
        ("the network", "import urllib.request"),
        ("Python's own machinery", "sys.path.insert(0, folder)"),
        ("code made up at run time", "module.eval()"),
        ("code made up at run time", "exec(text)"),
        ("updaters and reloading", "importlib.reload(module)"),
        ("adverts", "Support me on Patreon".lower()),
        ("what belongs to others", "keyconfigs.addon.keymaps.new()"),
    ],
)
def test_the_words_are_found_where_they_are(what, line):
    assert re.search(WORDS[what], line)


def test_the_manual_has_no_adverts():
    found = [path.name for path in TEXTS if re.search(WORDS["adverts"], path.read_text("utf-8").lower())]
    assert found == []


def test_nothing_is_imported_that_reaches_outside():
    assert layout.dangers(layout.read(ROOT, "__init__.py", "addon")) == []


def test_the_permissions_say_what_is_done_and_no_more_is_asked_for():
    asked = MANIFEST["permissions"]
    assert asked.keys() <= PERMISSIONS
    uses = {
        "files": any("write_bytes" in text or ".open(" in text or "save_" in text for text in _code()),
        "clipboard": any(".clipboard" in text for text in _code()),
    }
    assert set(asked) == {name for name, used in uses.items() if used}
    for reason in asked.values():
        assert 0 < len(reason) <= 64 and reason[-1] not in ".!?,;" and reason[0].isupper()


def _code() -> list[str]:
    return [path.read_text("utf-8") for path in CODE]


def test_the_manifests_texts_are_as_reviewers_want_them():
    tagline = MANIFEST["tagline"]
    assert len(tagline) <= 64 and tagline[-1] not in ".!?,;"
    assert not re.search("blender|add-?on|plugin", MANIFEST["name"].lower())
    assert MANIFEST["license"] == ["SPDX:GPL-3.0-or-later"] and (ROOT / "LICENSE").is_file()
    assert all(re.fullmatch(r"\d{4}(-\d{4})? .+", one) for one in MANIFEST["copyright"])
    assert re.fullmatch(r"\d+\.\d+\.\d+", MANIFEST["version"])
    assert MANIFEST["schema_version"] == "1.0.0" and MANIFEST["type"] == "add-on"
    assert not re.search(r"\b(TODO|example|your name)\b", (ROOT / "blender_manifest.toml").read_text("utf-8"))


def test_every_wheel_is_pure_and_used():
    names = [Path(wheel).name for wheel in MANIFEST["wheels"]]
    assert all(name.endswith("-py3-none-any.whl") for name in names)
    imported = {one.module.split(".")[0] for source in layout.read(ROOT, "addon") for one in source.imports}
    assert {name.split("-")[0] for name in names} <= imported


def test_every_class_of_blenders_has_our_prefix_and_says_what_it_is_for():
    classes = [
        (path.name, node)
        for path in (ROOT / "addon" / "ui").glob("*.py")
        for node in ast.parse(path.read_text("utf-8")).body
        if isinstance(node, ast.ClassDef) and any("bpy.types" in ast.unparse(base) for base in node.bases)
    ]
    assert len(classes) > 50
    for name, node in classes:
        assert node.name.startswith("SPR_") and ast.get_docstring(node), f"{name}: {node.name}"
