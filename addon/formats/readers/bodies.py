"""Keypoints of several people without a tool's own format: arrays of four axes, an array for each person, or
frames that list people; also VideoPose3D's positions by subject and action, where the file holds one.

Layouts are inferred from the bodies, or given. Sources: facebookresearch/VideoPose3D data/
prepare_data_h36m.py (`positions_3d`); Stereolabs' ZED SDK sample that exports bodies as JSON; MVIG-SJTU/
AlphaPose pPose_nms.py (`pred_xyz_jts` beside an image's name).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from ...safe_read import FormatError, one_line
from ..body_frames import frames_in, people_in, tracks_of, whereabouts
from ..body_stacks import by_name, motions, stacked
from ..container import Container
from ..draft import Draft, Reader, numbers, text_of
from ..inference import infer_layout
from ..linking import LINKED
from ..people_first import frames_of_people
from ..rates import rate_of
from ..timing import timed_frames
from ..tracks import series_paths
from .open_keypoints import draft_of_array

_POSITIONS = "positions_3d"
_LOOKED_AT, _SHOWN, _MOST = 50, 3, 100
_CROWD, _FARTHER = 20, 0.2
"""How many people a frame may have, and how far they are from each other, in body's sizes."""


@dataclass(frozen=True)
class _Track:
    """A person: (T, K, 3 or 4) points in the frames of these numbers."""

    name: str
    frames: np.ndarray
    points: np.ndarray


def recognises(container: Container) -> bool:
    """Bodies of several people, of one motion, or in frames."""
    if container.kind not in ("npz", "npy", "pickle", "torch", "hdf5", "json"):
        return False
    if container.kind == "json":
        return any(map(people_in, (frame for _, frame in _listed(container)[:_LOOKED_AT])))
    if _stack(container) is not None or by_name(container.fields) or _positions(container):
        return True
    return any(map(people_in, (frame for _, frame in _listed(container)[:_LOOKED_AT])))


def read(container: Container) -> Draft:
    """Everybody. Raises FormatError."""
    tracks, warnings = _tracks(container)
    tracks = [track for track in tracks if len(track.frames)]
    if not tracks:
        raise FormatError(f"{container.name} holds nobody: every keypoint is missing; choose another file.")
    if len(tracks) > _MOST:
        raise FormatError(f"{container.name} holds {len(tracks)} bodies; save some of them as a file.")
    layout, told = _layout(container, tracks)
    drafts = [draft_of_array(container, track.points, layout) for track in tracks]
    people = [
        replace(person, id=one_line(track.name), frame_ids=track.frames)
        for track, draft in zip(tracks, drafts, strict=True)
        for person in draft.people
    ]
    warnings += [*told, *dict.fromkeys(warning for draft in drafts for warning in draft.warnings)]
    draft = replace(drafts[0], people=people, warnings=warnings)
    fields = container.fields
    if container.has("up_axis"):
        draft = replace(draft, up=text_of(fields["up_axis"]), floating=False)
    if container.has("units"):
        draft = replace(draft, units=text_of(fields["units"]))
    draft = replace(draft, says=("up", "units"))
    return timed_frames(draft, [frame for _, frame in _listed(container)], rate_of(fields))


def _stack(container: Container) -> np.ndarray | None:
    """The array of four axes, which may be an archive's only one or its `keypoints`."""
    if container.kind in ("npy", "pickle", "torch") and not container.fields:
        return stacked(container.tree)
    named = [str(name) for name in container.fields if len(container.shape(str(name))) == 4]
    name = "keypoints" if "keypoints" in named else named[0] if len(named) == 1 else None
    return None if name is None else stacked(_with_confidence(container, name))


def _with_confidence(container: Container, name: str) -> Any:
    """The named array, with the confidence beside it as a fourth column where there is one."""
    shape, array = container.shape(name), container.fields[name]
    if shape[3] != len("xyz") or container.shape("confidence") != shape[:3]:
        return array
    weights = numbers(container.fields["confidence"], "confidence")
    return np.concatenate([numbers(array, name), weights[..., None]], axis=-1)


def _positions(container: Container) -> dict[str, Any]:
    """Motions by subject and action."""
    if container.has(_POSITIONS):
        return motions(container.fields[_POSITIONS])
    nested = container.kind != "npz" and bool(container.fields)
    return motions(container.fields) if nested else {}


def _tracks(container: Container) -> tuple[list[_Track], list[str]]:
    stack = _stack(container) if container.kind != "json" else None
    if stack is not None:
        return [_whole(str(place), stack[:, place]) for place in range(stack.shape[1])], []
    named = by_name(container.fields) if container.kind != "json" else {}
    if named and not frames_of_people(container.tree):
        return [_whole(name, points) for name, points in named.items()], []
    held = _positions(container) if container.kind != "json" and not named else {}
    if len(held) > 1:
        shown = ", ".join(one_line(name, 40) for name in list(held)[:_SHOWN])
        raise FormatError(
            f"{container.name} holds {len(held)} motions ({shown} …); save one of them as a file of its own"
            " and open that."
        )
    if held:
        return [_whole(name, np.asarray(points, dtype=float)) for name, points in held.items()], []
    tracks, linked = tracks_of(_listed(container))
    found = [_Track(name, frames, values["points"]) for name, frames, values in tracks]
    return found, [LINKED] if linked else []


def _listed(container: Container) -> list[tuple[int, Any]]:
    tree = container.json if container.kind == "json" else container.tree
    if isinstance(tree, list) and _are_people(tree) and len(series_paths(container.path)) > 1:
        return [(0, tree)]
    return frames_of_people(tree) or frames_in(tree)


def _are_people(listed: list[Any]) -> bool:
    """Whether a list that may be of frames is of a frame's people, who are farther apart than frames are."""
    people = people_in(listed)
    if not 0 < len(people) == len(listed) <= _CROWD or len({len(one.points) for one in people}) > 1:
        return False
    where = whereabouts(np.stack([one.points[:, :3] for one in people]))
    return len(people) == 1 or bool(np.linalg.norm(np.diff(where, axis=0), axis=1).min() > _FARTHER)


def _whole(name: str, points: np.ndarray) -> _Track:
    """The person in the frames in which they were seen; a point at exactly zero is missing."""
    places = points[..., :3]
    seen = np.isfinite(places).all(-1) & (places != 0).any(-1)
    points = np.where(seen[..., None], points, np.nan)
    frames = np.flatnonzero(seen.any(1))
    return _Track(name, frames, points[frames])


def _layout(container: Container, tracks: list[_Track]) -> tuple[str | None, list[str]]:
    """The layout of all, and a sentence where it was inferred; None leaves it to each one's points."""
    given = container.hints.layout or text_of(container.fields.get("layout", "")) or None
    if given is not None or not tracks:
        return given, []
    guesses = (infer_layout(track.points[..., :3], container.path.stem) for track in tracks)
    guess = next((guess for guess in guesses if guess is not None), None)
    told = [f"The layout {guess} was inferred from the body's shape."] if guess else []
    return guess, told


READER = Reader(
    "keypoints of people", "VideoPose3D, AlphaPose 3D, ZED, scripts", "keypoints of several people",
    ".npy .npz .pkl .json .jsonl", recognises, read,
)  # fmt: skip
