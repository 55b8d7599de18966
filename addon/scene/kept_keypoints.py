"""A person's recorded keypoints, kept in the .blend with the armature for drawing: no object, no action.

They are a mesh that no object shows; a custom property of the armature points to it. This table of places
saves small, is appended and linked along, and goes with its armature. Exporters, renders and playback never
see it.
"""

from __future__ import annotations

from dataclasses import dataclass
from zlib import crc32

import bpy
import numpy as np

from ..motion import LONGEST_GAP
from ..recording import Keypoints
from .axes import positions_to_blender, positions_to_smpl
from .clock import Clock
from .timing import Keys, keys_at
from .tracks import SEEN, Track, track_from

KEPT = "spr_keypoints"
"""Custom property of the armature object: the mesh with the keypoints."""
_SEEN, _TIMES, _NAMES, _CANONICAL = "seen", "seconds", "names", "canonical"
_FPS, _RATE, _FIRST, _DIGEST = "fps", "rate", "first_frame", "digest"
_MOST_PREPARED = 32

_prepared: dict[tuple[object, ...], KeptKeypoints | None] = {}
"""What was read last, by mesh and what it held, which undo changes too: drawing asks at every redraw."""


@dataclass(frozen=True)
class KeptKeypoints:
    """Keypoints in the person's own space, at frames of its result.

    track: seconds are counted from scene frame `first_frame`, of which there are `rate` a second. names: K.
    """

    track: Track
    names: tuple[str, ...]
    first_frame: float
    rate: float

    def moment(self, frame: float) -> float:
        """Seconds of the track at a frame of the result."""
        return Clock(0.0, self.rate, self.first_frame).moment(frame)

    def at(self, frames: np.ndarray) -> Keypoints:
        """The keypoints in SMPL's frame at these frames of the result, NaN where they were not seen."""
        points, strength = self.track.at_each(Clock(0.0, self.rate, self.first_frame).moment(frames))
        places, seen = positions_to_smpl(points.astype(float)), strength >= SEEN
        places[~seen] = np.nan
        return Keypoints(places, seen.astype(float), self.names, self.track.canonical)

    @property
    def keys(self) -> Keys:
        """Keys on the scene's frames; none while the person is away."""
        gone = np.flatnonzero(np.diff(self.track.times) > LONGEST_GAP)
        return keys_at(self.track.times, self.rate, self.first_frame, np.stack([gone, gone + 1], axis=-1))


def keep_keypoints(
    armature: bpy.types.Object,
    keypoints: Keypoints,
    times: np.ndarray,
    *,
    fps: float,
    rate: float,
    first_frame: float = 1.0,
) -> None:
    """Keep keypoints with the armature, in place of those it has; nothing is kept when none was ever seen.

    times: (T,) seconds of the keypoints' frames since scene frame `first_frame`; fps: of the recording; rate:
    scene frames a second.
    """
    seen = np.isfinite(keypoints.positions).all(-1) & (keypoints.confidence > 0)
    ever = np.flatnonzero(seen.any(0))
    if not len(ever):
        forget_keypoints(armature)
        return
    mesh = kept_mesh(armature)
    if mesh is None or mesh.users > 1 or not mesh.is_editable:
        mesh = bpy.data.meshes.new(f"{armature.name} keypoints")
    _fill(mesh, keypoints.positions[:, ever], seen[:, ever])
    mesh[_TIMES] = np.asarray(times, np.float64).tolist()
    mesh[_NAMES] = "\n".join(keypoints.names[point] for point in ever)
    mesh[_CANONICAL] = "\n".join(keypoints.canonical[point] or "" for point in ever)
    mesh[_FPS], mesh[_RATE], mesh[_FIRST] = float(fps), float(rate), float(first_frame)
    armature[KEPT] = mesh


def forget_keypoints(armature: bpy.types.Object) -> None:
    """Take what is kept away again; what another armature keeps as well stays there, what none does Blender
    leaves out of the file."""
    armature.pop(KEPT, None)


def shift_keypoints(armature: bpy.types.Object, frames: float) -> None:
    """Let them lie so many frames later."""
    mesh = kept_mesh(armature)
    if mesh is not None and _FIRST in mesh and mesh.is_editable:
        mesh[_FIRST] = float(mesh[_FIRST]) + frames


def kept_mesh(armature: bpy.types.Object) -> bpy.types.Mesh | None:
    """The mesh that holds the keypoints; None where none are kept."""
    held = armature.get(KEPT)
    return held if isinstance(held, bpy.types.Mesh) else None


def kept_keypoints(armature: bpy.types.Object) -> KeptKeypoints | None:
    """The keypoints that are kept with the armature; None where there are none or the mesh was edited."""
    mesh = kept_mesh(armature)
    if mesh is None:
        return None
    key = (mesh.session_uid, mesh.name_full, *(mesh.get(name, 0) for name in (_FIRST, _DIGEST)))
    if key not in _prepared:
        while len(_prepared) >= _MOST_PREPARED:
            del _prepared[next(iter(_prepared))]
        _prepared[key] = _read(mesh)
    return _prepared[key]


def forget_prepared() -> None:
    """Let what was read go; the .blend keeps it."""
    _prepared.clear()


def _fill(mesh: bpy.types.Mesh, positions: np.ndarray, seen: np.ndarray) -> None:
    """A vertex for each frame and point, at the origin where nothing was seen; positions in SMPL's frame."""
    places = np.where(seen[..., None], positions_to_blender(positions), 0.0).astype(np.float32)
    mesh.clear_geometry()
    mesh.vertices.add(seen.size)
    mesh.vertices.foreach_set("co", places.ravel())
    mesh.attributes.new(_SEEN, "BOOLEAN", "POINT").data.foreach_set("value", seen.ravel())
    mesh[_DIGEST] = f"{crc32(places.tobytes()):x}"


def _read(mesh: bpy.types.Mesh) -> KeptKeypoints | None:
    wanted = (_TIMES, _NAMES, _CANONICAL, _FPS, _RATE, _FIRST)
    if _SEEN not in mesh.attributes or any(name not in mesh for name in wanted):
        return None
    names = tuple(str(mesh[_NAMES]).split("\n"))
    canonical = tuple(name or None for name in str(mesh[_CANONICAL]).split("\n"))
    times = np.array(mesh[_TIMES], np.float64)
    shape = (len(times), len(names))
    if len(canonical) != len(names) or len(mesh.vertices) != shape[0] * shape[1]:
        return None
    places, seen = np.empty((*shape, 3), np.float32), np.empty(shape, bool)
    mesh.vertices.foreach_get("co", places.reshape(-1))
    mesh.attributes[_SEEN].data.foreach_get("value", seen.reshape(-1))
    places[~seen] = np.nan
    track = track_from(times, places, canonical, float(mesh[_FPS]), of_keypoints=True)
    return None if track is None else KeptKeypoints(track, names, float(mesh[_FIRST]), float(mesh[_RATE]))
