"""Keypoints in CSV: wide (`nose_x, nose_y …`), long (frame, landmark, x, y, z), or 33 without a header.

A table may come as JSON, too, and have a place in each cell (`sheets`). Covers MediaPipe tables, FreeMoCap's
`*_body_3d_xyz.csv`, `*_by_trajectory.csv` and `*_by_frame.csv`, and Anipose's output. Sources:
freemocap/freemocap data_saver.py, split_and_save.py; user files, because MediaPipe has no official table.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from ...safe_read import FormatError
from ...safe_read.npy import check_shape
from ..container import Container
from ..draft import Draft, Reader
from ..hand_points import of_hand
from ..landmarks import COUNT
from ..linking import LINKED
from ..point_drafts import MOST_POINTS, draft_of_points, of_people
from ..rates import rate_in_text, rate_of
from ..sheets import lines_of, peek, remarks_of, separator_of, sheet_of
from ..table_people import rows_by_place, rows_of_points
from ..timing import is_time, timed

_AXIS_LAST = re.compile(
    r"(.+?)[\s_.\-:/(\[]*(x|y|z|visibility|vis|v|score|confidence|conf|c)[)\]]?(?:[_\s(\[]*(?:mm|cm|m)[)\]]?)?"
)
_AXIS_FIRST = re.compile(r"(x|y|z|visibility|v)(?:[\s_.\-]*(\d+)|[\s_.\-:]+([a-z].*))")
_TURN = re.compile(r"[\s_.\-:](?:rotation|rot|euler|quaternion|quat|orientation)$")
_KIND = re.compile(r"[\s_.\-:]+(?:pos|position|loc|location|coord|coords|3d)$")
"""What some tables call a place, between its point and its axis."""
_WEIGHTS = ("visibility", "vis", "v", "score", "confidence", "conf", "c")
_THING = "landmark|keypoint|joint|marker|point|body_?part"
_NUMBER_OF = "_?(?:id|idx|index|num|number|no)"
_POINT = (rf"(?:{_THING})_?name", rf"(?:{_THING})(?:{_NUMBER_OF})?", "name", "id")
"""What the column with a point's name or number is called, the likeliest first; so for frames and people."""
TRAJECTORIES = ("3d_xyz", "rigid_3d_xyz")
"""FreeMoCap's kinds of points that are a body's, the measured ones first (skellyforge, actor.py)."""
_FRAME = (rf"frame(?:{_NUMBER_OF})?", "fnum", "index")
_WHO = (
    rf"(?:person|subject|track|body|skeleton|player|actor|pose)(?:{_NUMBER_OF})", "person|subject|actor",
)  # fmt: skip
_BODY = ("pose", "body")
"""How holistic tables call the body's rows among those of hands and face."""
_HEADERLESS = {COUNT * 3: 3, COUNT * 4: 4}
_NUMBER = re.compile(r"[-+]?(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?|nan", re.IGNORECASE)
_WORLD = re.compile(r"[\s_.\-]*world(?:[\s_.\-]*landmarks?)?[\s_.\-]*|[\s_.\-]w$")
_WORLD_LAST = re.compile(r"(.+[\s_.\-])([xyz])[\s_.\-]world")
_Rows = list[list[str]]
_CUT = "The last row is incomplete and was left out; the file may have been cut off."
_TOTAL_CAPTURE = "gt_skel_gbl_pos"
"""How the data set calls its joints, at 60 frames a second, in inches."""


@dataclass(frozen=True)
class _Wide:
    """Columns of one row per frame: name -> axis -> column."""

    points: dict[str, dict[str, int]]


@dataclass(frozen=True)
class _Long:
    """Columns of one row per point: its name, axis -> column, how many, the model and kind it belongs to."""

    name: int
    axes: dict[str, int]
    width: int
    model: int | None = None
    trajectory: int | None = None


def recognises(container: Container) -> bool:
    """A table whose columns are coordinates of points by their names."""
    if container.kind not in ("text", "json"):
        return False
    header = peek(container).header
    return _columns(header) is not None or _headerless(header) is not None


def read(container: Container) -> Draft:
    """One person, or those that a column tells apart. Raises FormatError."""
    sheet = sheet_of(container)
    header, rows = sheet.header, sheet.rows
    bare = _headerless(header)
    if bare is not None:
        return _read_headerless(container, bare)
    columns = _columns(header)
    rows = rows[1:] if rows and not any(map(_is_number, rows[0])) else rows
    cut = len(rows) > 1 and len(rows[-1]) < len(rows[-2])
    rows = rows[:-1] if cut else rows
    if not rows or columns is None:
        raise FormatError("The table has a header but no rows; record or export it again.")
    _check_width(container, columns, cut)
    frame = _column(header, _FRAME)
    if frame is not None and header[frame] == "index" and isinstance(columns, _Long):
        # Rows of points are numbered as well: a number that comes once is no frame's.
        frame = frame if len({row[frame] for row in rows if frame < len(row)}) < len(rows) else None
    tracks = _tracks(header, rows, frame, wide=isinstance(columns, _Wide))
    tracks, linked = _by_place(columns, tracks, frame)
    if isinstance(columns, _Wide):
        tracks = {who: _in_order(own, frame) for who, own in tracks.items()}
    layout = container.hints.layout
    drafts = {who: _drafted(columns, own, frame, layout) for who, own in tracks.items()}
    draft = drafts[""] if "" in drafts else of_people(drafts)
    draft.warnings += linked + ([_CUT] if cut else [])
    rows = [row for own in tracks.values() for row in own]
    told = rate_of(container.json) if container.kind == "json" else rate_in_text(remarks_of(container))
    draft = replace(draft, fps=told)
    if container.path.stem.lower() == _TOTAL_CAPTURE:
        draft = replace(draft, tool="TotalCapture", usual_fps=60.0)
    return replace(_timed(draft, header, rows, frame), tool=draft.tool or _tool(header))


def _column(header: list[str], names: Sequence[str]) -> int | None:
    """The first column that a pattern matches, the patterns in their order; blanks count as underscores."""
    plain = [re.sub(r"[\s\-.]+", "_", name) for name in header]
    found = (place for each in names for place, name in enumerate(plain) if re.fullmatch(each, name))
    return next(found, None)


def _tracks(header: list[str], rows: _Rows, frame: int | None, *, wide: bool) -> dict[str, _Rows]:
    """The rows of each person, under "" where no column tells several; a wide table's `id` is a person's."""
    column = _column(header, (*_WHO, "id") if wide else _WHO)
    if column is None or frame is None:
        return {"": rows}
    tracks: dict[str, _Rows] = {}
    for row in rows:
        tracks.setdefault(row[column].strip() if column < len(row) else "", []).append(row)
    tracks.pop("", None)
    shortest = min((len({_value(row, frame) for row in own}) for own in tracks.values()), default=0)
    return tracks if len(tracks) > 1 and shortest > 1 else {"": rows}


def _by_place(
    columns: _Wide | _Long, tracks: dict[str, _Rows], frame: int | None
) -> tuple[dict[str, _Rows], list[str]]:
    """The rows of each person, by where they are, where no column tells them but frames have several."""
    rows = tracks.get("", [])
    if frame is None or not rows:
        return tracks, []
    if isinstance(columns, _Long):
        rows = _body_rows(columns, _one_point_each(columns, rows))
    numbers = np.array([_value(row, frame) for row in rows])
    if isinstance(columns, _Wide):
        found = rows_by_place(_read_wide(columns, rows, None)[1], numbers)
    else:
        places = np.array([[_value(row, columns.axes[axis]) for axis in "xyz"] for row in rows])
        found = rows_of_points(numbers, [row[columns.name].strip() for row in rows], places)
    own = {who: [rows[at] for at in held] for who, held in found.items()}
    return (own, [LINKED]) if found else (tracks, [])


def _in_order(rows: list[list[str]], frame: int | None) -> list[list[str]]:
    numbers = None if frame is None else np.array([_value(row, frame) for row in rows])
    order = _rising(numbers)
    order = _once(numbers) if order is None else order
    return rows if order is None else [rows[place] for place in order]


def _once(frame_ids: np.ndarray | None) -> np.ndarray | None:
    """The first row of each frame where some are written twice; None where most are, or none."""
    if frame_ids is None or not np.isfinite(frame_ids).all():
        return None
    _, first = np.unique(frame_ids, return_index=True)
    return first if len(frame_ids) / 2 < len(first) < len(frame_ids) else None


def _drafted(columns: _Wide | _Long, rows: list[list[str]], frame: int | None, layout: str | None) -> Draft:
    read = (
        _read_wide(columns, rows, frame) if isinstance(columns, _Wide) else _read_long(columns, rows, frame)
    )
    return draft_of_points(*read, layout=layout)


def _rising(frame_ids: np.ndarray | None) -> np.ndarray | None:
    """The order in which frame numbers (T,) that are all there rise, None where they do or are none."""
    if frame_ids is None or not np.isfinite(frame_ids).all() or (np.diff(frame_ids) > 0).all():
        return None
    order = np.argsort(frame_ids)
    return order if (np.diff(frame_ids[order]) > 0).all() else None


def _check_width(container: Container, columns: _Wide | _Long, cut: bool) -> None:
    """Raises FormatError for a row with another number of cells than the header: its columns are shifted.

    Empty cells at the end do no harm. Where each row is one point, several of them may follow each other.
    """
    if container.kind == "json":
        return
    step = columns.width - columns.name if isinstance(columns, _Long) else 0
    above = len(container.lines) - len(lines_of(container))
    reader = csv.reader(lines_of(container), delimiter=separator_of(container))
    (_, header), *numbered = [(reader.line_num + above, row) for row in reader if any(row)]
    for number, row in numbered[:-1] if cut else numbered:
        more = len(row) - len(header)
        if more == 0 or (more > 0 and not any(cell.strip() for cell in row[len(header) :])):
            continue
        if more < 0 or step == 0 or more % step:
            raise FormatError(
                f"Line {number} of the table has {len(row)} cells but the header has {len(header)}, so the"
                " columns are shifted; export it again."
            )


def _tool(header: list[str]) -> str:
    """Who wrote a table of these columns."""
    if "fnum" in header or any(name.endswith("_ncams") for name in header):
        return "Anipose"
    by_freemocap = "timestamp_by_camera" in header or any(name.startswith("body_") for name in header)
    return "FreeMoCap" if by_freemocap else "unknown tool"


def _headerless(first: list[str]) -> int | None:
    """Columns per point of a table of 33 points whose first row is numbers, perhaps after a frame number."""
    count = len(first) - (len(first) - 1 in _HEADERLESS)
    numbers_only = bool(first) and all(_NUMBER.fullmatch(cell) for cell in first)
    return _HEADERLESS.get(count) if numbers_only else None


def _read_headerless(container: Container, columns: int) -> Draft:
    rows = [row for row in csv.reader(lines_of(container), delimiter=separator_of(container)) if any(row)]
    cells = np.array([[_value(row, column) for column in range(len(rows[0]))] for row in rows])
    points = cells[:, -columns * COUNT :].reshape(len(rows), COUNT, columns)
    weights = points[..., 3] if columns == 4 else None
    return draft_of_points([str(number) for number in range(COUNT)], points[..., :3], weights, None)


def _timed(draft: Draft, header: list[str], rows: list[list[str]], frame: int | None) -> Draft:
    """The draft with the column of times, where there is one; several rows of one frame share their time."""
    column = next((place for place, name in enumerate(header) if is_time(name)), None)
    if column is None:
        return draft
    times: list[Any] = [_moment(row, column) for row in rows]
    if frame is None and isinstance(_columns(header), _Long):
        times = list(dict.fromkeys(times))
    elif any(one.frames != len(times) for one in draft.people):
        first = {_value(row, frame): time for row, time in reversed(list(zip(rows, times, strict=True)))}
        times = [first[number] for number in sorted(first)]
    return timed(draft, times, header[column])


def _is_number(cell: str) -> bool:
    return _NUMBER.fullmatch(cell.strip().replace(",", ".")) is not None


def _columns(header: list[str]) -> _Wide | _Long | None:
    points: dict[str, dict[str, int]] = {}
    for column, cell in enumerate(_WORLD_LAST.sub(r"\1world_\2", cell) for cell in header):
        first, last = _AXIS_FIRST.fullmatch(cell), _AXIS_LAST.fullmatch(cell)
        if first:
            points.setdefault(first[2] or first[3], {})[first[1]] = column
        elif last:
            points.setdefault(_KIND.sub("", last[1]), {})[last[2]] = column
        elif cell in ("x", "y", "z", *_WEIGHTS):
            points.setdefault("", {})[cell] = column
    whole = {
        name: axes
        for name, axes in points.items()
        if {"x", "y", "z"} <= set(axes) and _TURN.search(name) is None
    }
    world = {_WORLD.sub("_", name).strip("_"): axes for name, axes in whole.items() if _WORLD.search(name)}
    name = _column(header, _POINT)
    whole = world if len(world) >= 6 or (len(world) == 1 and name is not None) else whole
    if len(whole) == 1 and name is not None:
        axes = dict(next(iter(whole.values())))
        axes |= {each: header.index(each) for each in _WEIGHTS if each in header}
        kind = "trajectory" if "trajectory" in header else "type"
        kinds = [header.index(each) if each in header else None for each in ("model", kind)]
        return _Long(name, axes, len(header), *kinds)
    return _Wide(whole) if len(whole) >= 6 else None


def _value(row: Sequence[str], column: int | None) -> float:
    text = row[column].strip() if column is not None and column < len(row) else ""
    try:
        # A comma inside of a cell is the decimal sign of half the world.
        return float(text.replace(",", ".")) if text else np.nan
    except ValueError:
        return np.nan


def _moment(row: Sequence[str], column: int) -> float | str:
    """A number, or the text of a date or a clock's time; texts of other rows are then compared with it."""
    number = _value(row, column)
    text = row[column].strip() if column < len(row) else ""
    return number if np.isfinite(number) or not text else text


def _weight_column(axes: dict[str, int]) -> int | None:
    return next((axes[name] for name in _WEIGHTS if name in axes), None)


def _read_wide(columns: _Wide, rows: list[list[str]], frame: int | None) -> tuple[Any, ...]:
    axes = list(columns.points.values())
    points = np.array([[[_value(row, each[axis]) for axis in "xyz"] for each in axes] for row in rows])
    weights = None
    if all(_weight_column(each) is not None for each in axes):
        weights = np.array([[_value(row, _weight_column(each)) for each in axes] for row in rows])
    frame_ids = np.array([_value(row, frame) for row in rows]) if frame is not None else None
    return list(columns.points), points, weights, frame_ids


def _read_long(columns: _Long, rows: list[list[str]], frame: int | None) -> tuple[Any, ...]:
    rows = _body_rows(columns, _one_point_each(columns, rows))
    names = list(dict.fromkeys(row[columns.name].strip() for row in rows if len(row) > columns.name))
    if not names:
        raise FormatError("The table has a header but no points; export it again.")
    if len(names) > MOST_POINTS:
        raise FormatError("The table has more than a thousand kinds of points; it is no person.")
    if all(name.isdecimal() for name in names):
        names.sort(key=int)
    place = {name: number for number, name in enumerate(names)}
    frames = [_value(row, frame) for row in rows]
    if frame is None:
        frames = [float(number // len(names)) for number in range(len(rows))]
    order = {number: place for place, number in enumerate(sorted(set(frames)))}
    check_shape((len(order), len(names), 3), 8)
    points = np.full((len(order), len(names), 3), np.nan)
    weights = np.ones((len(order), len(names)))
    weight = _weight_column(columns.axes)
    for row, number in zip(rows, frames, strict=True):
        at = order[number], place[row[columns.name].strip()]
        points[at] = [_value(row, columns.axes[axis]) for axis in "xyz"]
        weights[at] = _value(row, weight) if weight is not None else 1.0
    return names, points, weights, np.array(sorted(order))


def _one_point_each(columns: _Long, rows: list[list[str]]) -> list[list[str]]:
    """Rows of one point, where rows are longer than the header because a frame's points follow each other."""
    start, width = columns.name, columns.width - columns.name
    unrolled = []
    for row in rows:
        last = len(row) - width if len(row) > columns.width else start
        unrolled += [row[:start] + row[place : place + width] for place in range(start, last + 1, width)]
    return unrolled


def _body_rows(columns: _Long, rows: list[list[str]]) -> list[list[str]]:
    """Only those of the body and its hands where a model is named, hands' points with their sides."""
    if columns.trajectory is not None:
        # FreeMoCap lists the raw points, those of a rigid body, and segments' centres of mass, by one name.
        kinds = [row[columns.trajectory].strip().lower() for row in rows]
        kept = next((kind for kind in TRAJECTORIES if kind in kinds), None)
        kept = kept or next((kind for kind in _BODY if kind in kinds), None)
        rows = [row for row, kind in zip(rows, kinds, strict=True) if kept in (None, kind)]
    if columns.model is None:
        return rows
    body = [row for row in rows if "body" in row[columns.model].lower()]
    if not body:
        return rows
    for row in rows:
        name = of_hand(row[columns.model], row[columns.name].strip())
        if name is not None:
            body.append([*row[: columns.name], name, *row[columns.name + 1 :]])
    return body


READER = Reader(
    "keypoint table",
    "FreeMoCap, Anipose, MediaPipe tables, pandas",
    "keypoints by name or number",
    ".csv .json",
    recognises,
    read,
    "real file (5 frames of MediaPipe)",
)
