"""Keypoints in the 3D View at the current frame, without scene objects: of the open recording, and those that
are kept with refined people."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import bpy
import numpy as np

from ..recording import Person, Poses, Recording
from ..scene import kept_keypoints, own_space, pose_points, slid
from ..scene import tracks as scene_tracks
from ..scene.clock import frame_shown
from ..scene.colours import display_colour, shown_colour
from ..scene.drawing import Colour, Shapes, residuals, skeleton, together
from ..scene.units import from_metres, metres
from .moments import moment_shown
from .people import chosen_people, label_of, places_of
from .properties import SPR_PG_settings
from .results import refined_armatures, refined_people
from .targets import peek_with_targets

_KEPT = 4
_prepared: list[tuple[Recording, dict[str, scene_tracks.Track]]] = []
"""Recordings and their people's tracks, the latest last."""
_initial: list[tuple[Poses, scene_tracks.Track]] = []
"""Initial poses and their tracks, the latest last."""
OVER_HEAD = 0.15
"""Metres from the highest point to the name."""
INITIAL = 0.45
"""How strongly the poses are drawn that are to be refined toward the keypoints of a second file."""


def tracks_of(recording: Recording) -> dict[str, scene_tracks.Track]:
    """Everybody's track by id, prepared once for each recording."""
    for known, tracks in _prepared:
        if known is recording:
            return tracks
    found = {
        person.id: track
        for person in recording.people
        if (track := scene_tracks.track_of(person)) is not None
    }
    _prepared.append((recording, found))
    del _prepared[:-_KEPT]
    return found


def shown_recording(settings: SPR_PG_settings) -> Recording | None:
    """The open recording; while it is read anew with another override, as it was last drawn."""
    found = peek_with_targets(settings)
    if isinstance(found, Recording):
        return found
    waiting = found is None and bool(settings.source)
    drawn = (known for known, _ in reversed(_prepared) if waiting and known.path == settings.source)
    return next(drawn, None)


def shapes(scene: bpy.types.Scene, depsgraph: bpy.types.Depsgraph) -> Shapes:
    """All lines and dots of the scene's current frame."""
    recording = shown_recording(scene.spr)
    opened = () if recording is None else _people_shapes(scene, depsgraph, recording)
    return together([*_kept_shapes(scene, depsgraph), *opened])


def _kept_shapes(scene: bpy.types.Scene, depsgraph: bpy.types.Depsgraph) -> Iterator[Shapes]:
    """Everybody with keypoints of their own, whichever recording is open."""
    for armature in refined_armatures(scene):
        kept = kept_keypoints.kept_keypoints(armature)
        if kept is not None:
            moment = kept.moment(slid.written_frame(armature, frame_shown(scene)))
            colour = shown_colour(tuple(armature.color))
            yield from _refined_shapes(scene, depsgraph, armature, kept.track, moment, colour)


def _people_shapes(
    scene: bpy.types.Scene, depsgraph: bpy.types.Depsgraph, recording: Recording
) -> Iterator[Shapes]:
    settings, tracks = scene.spr, tracks_of(recording)
    refined = refined_people(scene, settings.source)
    chosen = {person.id for person in chosen_people(settings, recording)}
    places = places_of(settings, recording)
    for person in recording.people:
        index = places[person.id]
        track, result = tracks.get(person.id), refined.get(person.id)
        if track is None:
            continue
        if result is not None:
            if kept_keypoints.kept_keypoints(result.armature) is None:
                moment = moment_shown(scene, recording, result)
                colour = display_colour(index)
                yield from _refined_shapes(scene, depsgraph, result.armature, track, moment, colour)
        elif settings.show_preview and person.id in chosen:
            moment = moment_shown(scene, recording, None)
            space = from_metres(scene)
            yield skeleton(*track.at(moment), track.links, display_colour(index)).moved(space)
            if settings.targets.source and person.keypoints is not None and person.poses is not None:
                joints, strength = _poses_track(person).at(moment)
                links = _poses_track(person).links
                yield skeleton(joints, INITIAL * strength, links, display_colour(index)).moved(space)


def names(scene: bpy.types.Scene) -> Iterator[tuple[str, np.ndarray, Colour]]:
    """(name, (3,) place above the head, colour) of everybody who is drawn and not refined yet."""
    settings, recording = scene.spr, shown_recording(scene.spr)
    if recording is None or not settings.show_preview:
        return
    tracks, places = tracks_of(recording), places_of(settings, recording)
    refined = refined_people(scene, settings.source)
    moment = moment_shown(scene, recording, None)
    for person in chosen_people(settings, recording):
        if person.id in refined or person.id not in tracks:
            continue
        points, strength = tracks[person.id].at(moment)
        seen = points[strength > 0.0]
        if len(seen):
            top = seen[seen[:, 2].argmax()] + np.array([0.0, 0.0, OVER_HEAD])
            yield label_of(settings, person.id), top / metres(scene), display_colour(places[person.id])


def _refined_shapes(
    scene: bpy.types.Scene,
    depsgraph: bpy.types.Depsgraph,
    person: bpy.types.Object,
    track: scene_tracks.Track,
    moment: float,
    colour: Colour,
) -> Iterator[Shapes]:
    if not track.of_keypoints or not person.visible_get(view_layer=depsgraph.view_layer):
        return
    points, strength = track.at(moment)
    armature = person.evaluated_get(depsgraph)
    # A person who is moved takes the keypoints along.
    place = own_space.placed(person, armature)
    if scene.spr.preview_refined:
        yield skeleton(points, strength, track.links, colour).moved(place)
    if scene.spr.show_residuals:
        yield residuals(points, strength, pose_points.body_points(armature, track.canonical)).moved(place)


def _poses_track(person: Person) -> scene_tracks.Track:
    """The joints of the person's poses, also where there are keypoints; prepared once for the same poses."""
    for poses, known in _initial:
        if poses is person.poses:
            return known
    track = scene_tracks.track_of(replace(person, keypoints=None))
    assert track is not None and person.poses is not None
    _initial.append((person.poses, track))
    del _initial[:-_KEPT]
    return track


def forget() -> None:
    """Let the prepared recordings go."""
    _prepared.clear()
    _initial.clear()
    kept_keypoints.forget_prepared()
