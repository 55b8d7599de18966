"""WHAM's `wham_output.pkl` (joblib): SMPL per track, in the world (Y up) and in the camera.

OpenCap Monocular keeps its optimised result in the same form. Sources: yohanshin/WHAM demo.py;
vxbrandon/opencap-monocular optimization.py. The world has the axes of the first frame's camera (y and z
reversed, as return_y_up does) and starts at the pelvis; with --estimate_local_only that camera counts as
still. Each track has a world of its own, whose axes and origin are those of its start. Scripts also save one
track alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from ...body.rotations import matrix_from_axis_angle
from ...recording import Camera, Person, Poses
from ..camera_cuts import camera_turns, seen_cuts, split_at
from ..container import Container
from ..draft import Draft, Reader, numbers, person, rows, smpl_poses
from ..filming import moving, seen_from, still
from ..one_world import in_one_world
from ..tracks import people_of

_TRACK, _WORLD = ("pose", "trans", "frame_ids"), ("pose_world", "trans_world")


def recognises(container: Container) -> bool:
    """Tracks with poses, translations and frame numbers."""
    return bool(_tracks(container))


def read(container: Container) -> Draft:
    """Every track, in the world where all tracks have one. Raises FormatError."""
    tracks = _tracks(container)
    world = all(set(_WORLD) <= set(track) for track in tracks.values())
    suffix = "_world" if world else ""
    people = [
        person(
            track_id,
            track["frame_ids"],
            poses=smpl_poses(track[f"pose{suffix}"], track[f"trans{suffix}"], betas=track.get("betas")),
        )
        for track_id, track in tracks.items()
    ]
    seen = zip(people, tracks.values(), strict=True)
    cuts = {one.id: _cuts(one, track) for one, track in seen} if world else {}
    people, apart = _together(people, tracks) if world and not any(cuts.values()) else (people, [])
    people, told = split_at(people, cuts)
    opencap = any("optimization_type" in track for track in tracks.values())
    tool = "OpenCap Monocular" if opencap else "WHAM"
    filmed = _camera(tracks, people) if world else still(1.0, unit="diagonals")
    return Draft(
        people, up="+y" if world else "-y", camera=True, tool=tool, warnings=told + apart, filmed=filmed
    )


def _tracks(container: Container) -> dict[Any, Mapping[str, Any]]:
    alone = container.has(*_TRACK, *_WORLD)
    return {"0": container.fields} if alone else people_of(container.tree, *_TRACK)


def _together(
    people: list[Person], tracks: Mapping[Any, Mapping[str, Any]]
) -> tuple[list[Person], list[str]]:
    """The people in the first one's world, and what is to be said of those who are not."""
    seen = zip(people, tracks.values(), strict=True)
    poses = {
        one.id: smpl_poses(track["pose"], track["trans"], betas=track.get("betas")) for one, track in seen
    }
    return in_one_world(people, {one.id: poses[one.id] for one in people if _fits(one, poses[one.id])})


def _fits(one: Person, seen: Poses) -> bool:
    return len(seen.pelvis) == one.frames


def _cuts(one: Person, track: Any) -> list[int]:
    """Places of the frames with which shots start, as the person's orientations in world and camera tell."""
    seen = matrix_from_axis_angle(rows(track["pose"], "pose")[:, :3])
    places = numbers(track["trans"], "trans").reshape(-1, 3)
    if one.poses is None or not one.frames == len(seen) == len(places):
        return []
    camera = seen @ np.swapaxes(one.poses.rotations[:, 0], 1, 2)
    return sorted({*camera_turns(camera), *seen_cuts(seen, places)})


def _camera(tracks: Mapping[Any, Mapping[str, Any]], people: list[Person]) -> Camera | None:
    """A usual lens, as WHAM has it, where the one body in the world is that seen from the camera.

    Each track has a world of its own, so several show no common camera.
    """
    world = people[0].poses
    if len(people) > 1 or world is None:
        return None
    (track,) = tracks.values()
    seen = smpl_poses(track["pose"], track["trans"])
    if len(seen.pelvis) != people[0].frames:
        return None
    return moving(people[0].frame_ids, *seen_from(world, seen), 1.0, unit="diagonals")


READER = Reader(
    "WHAM", "WHAM, OpenCap Monocular", "SMPL per track, Y up", "wham_output.pkl *_optimized.pkl",
    recognises, read,
)  # fmt: skip
