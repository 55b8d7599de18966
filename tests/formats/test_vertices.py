"""Whole meshes without poses: some vertices are kept, stand upright in metres, and ask for the model."""

from __future__ import annotations

import pickle

import numpy as np
import pytest

from addon import formats
from addon.body.mesh_vertices import canonical_vertices, kept_vertices, mesh_of_layout
from addon.body.points import POINT_INDEX, point_positions
from addon.body.skeleton import REST_OFFSETS, rest_joints
from tests.body.model_files import save_npz
from tests.formats.test_amass import amass_fields

FRAMES = 5


def meshes(count: int) -> np.ndarray:
    """(T, V, 3) metres, Y up: any points of a standing body, with those in their places that are named."""
    random = np.random.default_rng(0)
    rest = rest_joints(REST_OFFSETS)
    vertices = rest[np.arange(count) % 24] + random.normal(0, 0.03, (count, 3))
    turns = np.broadcast_to(np.eye(3), (24, 3, 3))
    which = kept_vertices(count)
    for number, name in zip(which, canonical_vertices(count, which), strict=True):
        if name is not None:
            vertices[number] = point_positions(rest, turns, REST_OFFSETS, [POINT_INDEX[name]])[0]
    return vertices + np.linspace(0, 0.3, FRAMES)[:, None, None] * [1, 0, 0]


@pytest.mark.parametrize(
    ("count", "turn", "up", "scale", "unit"),
    [(6890, [1, -1, -1], "-y", 1.0, "m"), (10475, [1, 1, 1], "+y", 1000.0, "mm")],
)
def test_an_array_stands_upright_in_metres(tmp_path, count, turn, up, scale, unit):
    np.save(tmp_path / "mesh.npy", (meshes(count) * turn * scale).astype(np.float32))
    found = formats.read(tmp_path / "mesh.npy")
    assert (found.format, found.up.value, found.units.value) == ("mesh vertices", up, unit)
    (one,) = found.people
    assert one.keypoints is not None and mesh_of_layout(one.keypoints.layout) == count
    assert one.keypoints.positions.shape[:2] == (FRAMES, len(kept_vertices(count)))
    nose = one.keypoints.positions[:, one.keypoints.canonical.index("nose")]
    assert nose[0, 1] == pytest.approx(1.55, abs=0.1)
    (notice,) = found.warnings[:1]
    assert f"{count:,} vertices" in notice and "every 8th" in notice and "--smpl-model" in notice
    assert not any("not used" in warning or "guessed" in warning for warning in found.warnings)


def test_people_and_their_frames_are_kept(tmp_path):
    mesh = meshes(6890)
    tracks = {3: {"verts": mesh, "frame_ids": np.arange(FRAMES) + 7}, 5: {"verts": mesh[:, None] + 1.0}}
    path = tmp_path / "tracks.pkl"
    path.write_bytes(pickle.dumps(tracks))
    found = formats.read(path)
    assert [(one.id, int(one.frame_ids[0]), one.frames) for one in found.people] == [("3", 7, 5), ("5", 0, 5)]


def test_a_folder_of_one_mesh_a_frame_is_a_clip(tmp_path):
    for number, mesh in enumerate(meshes(6890), start=12):
        np.save(tmp_path / f"{number:06}.npy", mesh)
    (one,) = formats.read(tmp_path).people
    assert one.frame_ids.tolist() == list(range(12, 12 + FRAMES))


def test_the_worlds_vertices_go_before_the_cameras(tmp_path):
    fields = {"verts_cam": meshes(6890) + 5.0, "verts_world": meshes(6890), "faces": np.zeros((9, 3), int)}
    (one,) = formats.read(save_npz(tmp_path / "both.npz", fields), keep_height=True, up="+y").people
    assert np.abs(one.keypoints.positions).max() < 3.0


def test_poses_beside_vertices_go_before_them(tmp_path):
    fields = amass_fields(width=72, frames=FRAMES) | {"vertices": meshes(6890)}
    (one,) = formats.read(save_npz(tmp_path / "both.npz", fields)).people
    assert one.poses is not None and one.keypoints is None


def test_a_reflected_mesh_keeps_its_numbers(tmp_path):
    np.save(tmp_path / "mesh.npy", meshes(6890) * [-1, 1, 1])
    (one,) = formats.read(tmp_path / "mesh.npy", mirror=True, up="+y", keep_height=True).people
    np.testing.assert_allclose(one.keypoints.positions, meshes(6890)[:, kept_vertices(6890)], atol=1e-9)
