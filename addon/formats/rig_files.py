"""Files that Blender itself opens: who opens them here, where Blender is at hand."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from ..safe_read import FormatError

if TYPE_CHECKING:  # every file is asked for its ending, few have rigs
    from ..rigs import Sampled

RIG_ENDINGS = (".fbx", ".glb", ".gltf", ".vrm", ".vrma", ".usd", ".usda", ".usdc", ".usdz")
_KINDS = {".fbx": "an FBX", ".vrm": "a VRM", ".vrma": "a VRM Animation", ".glb": "a glTF", ".gltf": "a glTF"}
_NO_BLENDER = (
    "{name} is {kind} file, which only Blender opens; open it in Blender with the add-on, or run"
    " `python3 build.py refine …`."
)
_KEPT = 3

Importer = Callable[[Path, str | None], "list[Sampled]"]
"""Brings a file into a scene of its own, samples one of its takes, its first for None, and takes it away
again. Raises FormatError."""

_importers: list[Importer] = []
_known: OrderedDict[tuple[str, int, int, str | None], list[Sampled]] = OrderedDict()


def use_importer(importer: Importer) -> None:
    """From now on such files are opened by this."""
    if importer not in _importers:
        _importers.append(importer)


def forget_importer(importer: Importer) -> None:
    """No more by this; what it has read is forgotten."""
    _known.clear()
    if importer in _importers:
        _importers.remove(importer)


def known_takes(path: str | Path) -> tuple[str, ...]:
    """The names of the takes of a file that was read."""
    from ..rigs import SampledRig

    for (known, *_), sampled in _known.items():
        takes = [take for one in sampled if isinstance(one, SampledRig) for take in one.takes]
        if known == str(path) and takes:
            return tuple(dict.fromkeys(takes))
    return ()


def sampled_of(path: Path, take: str | None = None) -> list[Sampled]:
    """Who moves in a take of the file; read once, and again when it has changed. Raises FormatError."""
    if not _importers:
        kind = _KINDS.get(path.suffix.lower(), "a USD")
        raise FormatError(_NO_BLENDER.format(name=path.name, kind=kind))
    status = path.stat()
    key = (str(path), status.st_mtime_ns, status.st_size, take)
    if key not in _known:
        _known[key] = _importers[-1](path, take)
        while len(_known) > _KEPT:
            _known.popitem(last=False)
    _known.move_to_end(key)
    return _known[key]
