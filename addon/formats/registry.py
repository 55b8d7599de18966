"""A file → the reader that knows it → a Recording; and the table of all readers for docs/formats.md."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np

from ..recording import Recording
from ..safe_read import FormatError, one_line
from ..safe_read.errors import refusing
from ..safe_read.npz import is_numeric
from .container import Archive, Container, Edit, Hints
from .draft import Draft, Reader, scalar
from .file_series import read_series
from .finish import finish
from .joining import together
from .listing import UnknownContent, all_readers, readers_for
from .rates import NAMES
from .rig_files import RIG_ENDINGS
from .skipped import rate_of_kept
from .timing import is_time, read_clock

_OPEN = "save an .npz with keypoints (frames, keypoints, 3), their layout and fps"
_BESIDE = ("keypoints", "layout", "names", "confidence", "up_axis", "units", "frame_ids")


def read(
    path: str | Path,
    *,
    layout: str | None = None,
    fps: float | None = None,
    up: str | None = None,
    units: str | None = None,
    mirror: bool = False,
    keep_height: bool = False,
    join_tracks: bool = False,
    keep_sides: bool = False,
    swaps: Sequence[tuple[str, int, int]] = (),
    also: Sequence[str] = (),
    edits: Sequence[Edit] = (),
    take: str | None = None,
) -> Recording:
    """What the file holds, in metres and Y up.

    layout, fps, up ("+x" … "-z") and units ("m", "cm", "mm", "in", "ft") override what the file says or
    leaves open.
    mirror: the recording is a mirror image, which is turned back.
    keep_height: nobody is put on the floor. join_tracks: tracks that follow each other become one person.
    keep_sides: left and right that a tracker exchanged for some frames are left so. swaps: (person, first
    frame, last frame) in which they are exchanged besides.
    also: further files of the same take, by their paths from the first one's folder; edits: tracks that were
    split and joined by hand. take: which of a file's several animations is read, by its name.
    Raises FormatError when a file can't be used.
    """
    hints = Hints(
        layout, fps, up, units, mirror, keep_height, join_tracks, keep_sides, tuple(swaps), tuple(also),
        tuple(edits), take,
    )  # fmt: skip
    container = Container(Path(path), hints)
    # Missing points are NaN and damaged numbers may be anything: what is unusable is refused by value.
    with refusing(container.name), np.errstate(all="ignore"):
        reader = find_reader(container)
        draft = read_series(container, reader)
        if fps is None:
            draft = rate_of_kept(draft, _stated(container))
        if also:
            others = [Container(container.path.parent / name, hints) for name in also]
            drafts = [draft, *map(_draft, others)]
            draft = together(drafts, [one.path for one in (container, *others)], fps)
        if take is not None and container.path.suffix.lower() not in RIG_ENDINGS:
            draft.warnings.append(f"{container.name} has no takes, so {one_line(take)} was not looked for.")
        draft.warnings += _not_taken(draft, layout, container.name)
        return finish(draft, reader, hints, container.path)


def _stated(container: Container) -> Mapping[Any, Any]:
    """The file's mapping, where readers have it."""
    return container.fields if container.kind in ("npz", "json", "pickle", "torch") else {}


def _not_taken(draft: Draft, layout: str | None, name: str) -> list[str]:
    """That a layout says nothing of a file that tells its keypoints itself, or has none."""
    held = [person.keypoints for person in draft.people if person.keypoints is not None]
    if layout is None or any(keypoints.layout == layout.strip().lower() for keypoints in held):
        return []
    why = "says itself which keypoints it has" if held else "has no keypoints"
    return [f"{name} {why}, so the layout {one_line(layout)} was not taken."]


def from_arrays(
    *, mirror: bool = False, keep_height: bool = False, keep_sides: bool = False, **fields: Any
) -> Recording:
    """What a program holds in arrays, lists or tensors; None is left out.

    fields: called as in a file, `keypoints (T, K, 3)` with `layout` or `names`, `fps`, `confidence (T, K)`,
    `up_axis`, `units`, `frame_ids (T,)`, `timestamps (T,)`; or poses with AMASS's names. mirror, keep_height,
    keep_sides: as in `read`.
    Raises FormatError when they can't be used, TypeError for a name beside keypoints that says nothing.
    """
    _check_names(fields)
    hints = Hints(mirror=mirror, keep_height=keep_height, keep_sides=keep_sides)
    arrays = {name: _array(name, value) for name, value in fields.items() if value is not None}
    _check_times(arrays)
    archive = io.BytesIO()
    np.savez(archive, **arrays)
    container = Archive(archive.getvalue(), "The recording", hints)
    with refusing(container.name), np.errstate(all="ignore"):
        reader = find_reader(container)
        return replace(finish(reader.read(container), reader, hints, container.path), path="")


def _check_names(fields: Mapping[str, Any]) -> None:
    if "keypoints" not in fields or any("pose" in name for name in fields):
        return
    unknown = [name for name in fields if name not in (*_BESIDE, *NAMES) and not is_time(name)]
    if unknown:
        raise TypeError(
            f"from_arrays has no {', '.join(unknown)}; it takes {', '.join(_BESIDE)}, fps and timestamps."
        )


def _array(name: str, value: Any) -> np.ndarray:
    """Raises FormatError for what is none, such as rows of different lengths."""
    try:
        array = np.asarray(value)
    except (ValueError, TypeError, RuntimeError) as error:
        raise FormatError(f"{name} is no array ({one_line(str(error))}); give one of numbers.") from error
    if array.dtype.kind not in "biufU":
        raise FormatError(f"{name} holds other things than numbers or words; give an array of numbers.")
    return array


def _check_times(arrays: Mapping[str, np.ndarray]) -> None:
    """Raises FormatError for a rate or times that tell none: of a file another is assumed then, and said."""
    shape = arrays["keypoints"].shape if "keypoints" in arrays else ()
    for name, array in arrays.items():
        if name in NAMES and (array.size != 1 or scalar(array) is None):
            raise FormatError(f"{name} is not a number; give the frames per second.")
        if is_time(name) and shape and array.size not in shape[: max(len(shape) - 2, 1)]:
            raise FormatError(f"{name} needs a time for each frame; give as many as keypoints has frames.")
        if is_time(name) and array.size > 1 and read_clock(array, name) is None:
            raise FormatError(f"{name} does not tell the time of each frame; give seconds that rise.")


def _draft(container: Container) -> Draft:
    """What a further file of a take holds; a refusal names the file."""
    try:
        with refusing(container.name):
            return find_reader(container).read(container)
    except FormatError as error:
        if container.name in str(error):
            raise
        raise FormatError(f"{container.name}: {error}") from error


def find_reader(container: Container) -> Reader:
    """The first reader that recognises the content. Raises UnknownContent."""
    for reader in readers_for(container.kind):
        if reader.recognises(container):
            return reader
    raise UnknownContent(_unknown(container))


def _unknown(container: Container) -> str:
    if isinstance(container.tree, (Mapping, list)) and not container.tree:
        return (
            f"{container.name} holds nobody: the tool that wrote it found no person; run it on another video."
        )
    if is_numeric(container.tree):
        return (
            f"{container.name} holds an array of the shape {container.tree.shape}, in which no reader finds a"
            f" body; {_OPEN}."
        )
    held = [one_line(str(name), 40) for name in islice(container.fields, 6)]
    what = f"holds {', '.join(held)}, which" if held else "holds something that"
    return f"{container.name} {what} no reader knows; choose a motion or 3D keypoint file, or {_OPEN}."


def table() -> str:
    """A Markdown table of the formats that can be opened."""
    rows = ["| tool | files | holds | checked on |", "| --- | --- | --- | --- |"]
    for reader in all_readers():
        if reader.files:
            files = " ".join(f"`{name}`" for name in reader.files.split())
            rows.append(f"| {reader.tool} | {files} | {reader.holds} | {reader.checked} |")
    return "\n".join(rows)
