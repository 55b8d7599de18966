"""The open body: a whole, symmetric person on SMPL's joints, at any proportions, free to ship."""

import json
from pathlib import Path

import numpy as np
import pytest

from addon.body.kinematics import forward
from addon.body.open_body import BODY_FILE, GENDERS, SEXES_FILE, load, skin
from addon.body.points import POINT_INDEX, point_positions
from addon.body.rotations import matrix_from_axis_angle
from addon.body.skeleton import JOINT_NAMES, MIRROR_JOINTS, PARENTS, REST_OFFSETS, rest_joints

ROOT = Path(__file__).resolve().parents[2]
REST = np.broadcast_to(np.eye(3), (24, 3, 3)).copy()
MIRROR = np.array([-1.0, 1.0, 1.0])


def stretched(**factors: float) -> np.ndarray:
    """Bone offsets of a performer: the mean ones with the named bones (both sides) longer or shorter."""
    scale = np.full(24, factors.pop("all", 1.0))
    for name, factor in factors.items():
        for side in ("", "left_", "right_"):
            if side + name in JOINT_NAMES:
                scale[JOINT_NAMES.index(side + name)] *= factor
    return REST_OFFSETS * scale[:, None]


PERFORMERS = {
    "mean": stretched(),
    "short": stretched(all=0.85),
    "tall": stretched(all=1.18),
    "child": stretched(all=0.65),
    "long legs": stretched(knee=1.15, ankle=1.15),
    "short trunk": stretched(spine1=0.8, spine2=0.8, spine3=0.8, neck=0.8),
    "wide hips, broad shoulders": stretched(hip=1.3, shoulder=1.2),
    "long spine bone": stretched(spine3=1.8),
}


def normals(vertices: np.ndarray) -> np.ndarray:
    """Area-weighted normals of the body's triangles."""
    a, b, c = (vertices[load().triangles[:, corner]] for corner in range(3))
    return np.cross(b - a, c - a)


def mirror_vertices() -> np.ndarray:
    places = np.round(load().vertices * 1e6).astype(int)
    table = {tuple(place): index for index, place in enumerate(places)}
    return np.array([table.get((-x, y, z), -1) for x, y, z in places])


def half_way_ring(parent: int, joint: int) -> np.ndarray:
    """Vertices that a joint and its parent share about equally."""
    weights = load().weights
    return np.flatnonzero((weights[:, joint] > 0.3) & (weights[:, parent] > 0.3))


def test_it_is_one_consistent_mesh() -> None:
    body = load()
    count = len(body.vertices)
    assert body.vertices.shape == (count, 3)
    assert body.weights.shape == (count, 24)
    assert body.quads.shape[1] == 4
    assert body.quads.min() == 0 and body.quads.max() == count - 1
    assert body.quad_uvs.shape == body.quads.shape
    assert body.quad_uvs.max() == len(body.uvs) - 1
    assert body.uvs.min() >= 0 and body.uvs.max() <= 1
    assert np.unique(body.quads).size == count


def test_its_surface_is_closed_and_faces_outwards() -> None:
    body = load()
    edges = np.concatenate([body.quads[:, [corner - 1, corner]] for corner in range(4)])
    directed = {tuple(edge) for edge in edges.tolist()}
    assert len(directed) == len(edges)
    assert all((b, a) in directed for a, b in directed)
    litres = np.einsum("ij,ij->", body.vertices[body.triangles[:, 0]], normals(body.vertices)) / 6 * 1000
    assert 55 < litres < 80


def test_weights_are_those_of_at_most_four_joints_and_sum_to_one() -> None:
    weights = load().weights
    np.testing.assert_allclose(weights.sum(axis=1), 1.0, atol=1e-12)
    assert (weights >= 0).all()
    assert (weights > 0).sum(axis=1).max() <= 4
    assert (weights.max(axis=0) > 0.4).all(), "every joint moves some skin"


def test_left_and_right_are_mirror_images() -> None:
    body, mirror = load(), mirror_vertices()
    assert (mirror >= 0).mean() > 0.999
    pairs = np.flatnonzero(mirror >= 0)
    np.testing.assert_allclose(
        body.weights[pairs], body.weights[mirror[pairs]][:, list(MIRROR_JOINTS)], atol=2e-3
    )


def test_its_joints_are_smpls_mean_rest_joints() -> None:
    mean = rest_joints(REST_OFFSETS)
    assert np.linalg.norm(load().joints - mean, axis=-1).max() < 0.008  # SMPL's mean is not quite symmetric


def test_it_stands_upright_on_flat_feet_with_level_arms() -> None:
    body = load()
    for side in (1, -1):
        foot = body.vertices[(body.vertices[:, 0] * side > 0) & (body.vertices[:, 1] < -0.90)]
        sole = foot[foot[:, 1] < foot[:, 1].min() + 0.012]
        assert np.ptp(sole[:, 2]) > 0.18, "heel and toes touch the floor"
        arm = body.vertices[(body.vertices[:, 0] * side > 0.25)]
        assert np.ptp(arm[:, 1]) < 0.13
    stature = np.ptp(body.vertices[:, 1])
    assert 1.65 < stature < 1.78
    assert body.vertices[body.vertices[:, 1].argmin(), 1] == pytest.approx(-0.936, abs=0.01)


@pytest.mark.parametrize("name", PERFORMERS)
def test_limb_joints_stay_inside_their_rings_of_skin(name: str) -> None:
    offsets = PERFORMERS[name]
    vertices, joints = load().warped(offsets), rest_joints(offsets)
    for joint in ("knee", "elbow", "wrist"):
        for side in ("left", "right"):
            index = JOINT_NAMES.index(f"{side}_{joint}")
            ring = vertices[half_way_ring(PARENTS[index], index)]
            centre = (ring.min(axis=0) + ring.max(axis=0)) / 2
            along = joints[index] - joints[PARENTS[index]]
            miss = centre - joints[index]
            across = miss - along * (miss @ along) / (along @ along)
            assert np.linalg.norm(across) < 0.013, joint
            assert np.linalg.norm(miss) < 0.02, joint


@pytest.mark.parametrize("name", PERFORMERS)
def test_no_face_flips_and_nothing_tears_at_any_proportions(name: str) -> None:
    body = load()
    vertices = body.warped(PERFORMERS[name])
    before, after = normals(body.vertices), normals(vertices)
    area = np.linalg.norm(before, axis=-1)
    cosine = np.einsum("ij,ij->i", before, after) / (area * np.linalg.norm(after, axis=-1))
    assert cosine.min() > 0.5
    edges = np.concatenate([body.quads[:, [0, 1]], body.quads[:, [1, 2]]])
    old = np.linalg.norm(body.vertices[edges[:, 0]] - body.vertices[edges[:, 1]], axis=-1)
    new = np.linalg.norm(vertices[edges[:, 0]] - vertices[edges[:, 1]], axis=-1)
    ratio = (new / old)[old > 0.004]
    assert ratio.min() > 0.5 and ratio.max() < 2.0


@pytest.mark.parametrize(("factor", "stature"), [(0.85, 1.47), (1.0, 1.715), (1.18, 2.01)])
def test_stature_follows_the_bones_and_heads_change_less(factor: float, stature: float) -> None:
    body = load()
    vertices = body.warped(stretched(all=factor))
    assert np.ptp(vertices[:, 1]) == pytest.approx(stature, abs=0.03)
    head = body.weights[:, JOINT_NAMES.index("head")] > 0.99
    growth = np.ptp(vertices[head], axis=0) / np.ptp(body.vertices[head], axis=0)
    np.testing.assert_allclose(growth, factor**0.5, rtol=0.02)


def test_the_mean_skeleton_leaves_the_body_as_it_is() -> None:
    body = load()
    assert np.linalg.norm(body.warped(REST_OFFSETS) - body.vertices, axis=-1).max() < 0.012


def test_the_rest_pose_skins_to_itself() -> None:
    body = load()
    for offsets in PERFORMERS.values():
        vertices = body.warped(offsets)
        posed = skin(vertices, body.weights, REST, np.zeros(3), offsets)
        np.testing.assert_allclose(posed, vertices, atol=1e-12)


def test_skinning_turns_and_moves_the_body_as_a_whole() -> None:
    body = load()
    rotations = np.stack([REST, REST])
    rotations[1, 0] = matrix_from_axis_angle(np.array([0.3, -1.2, 0.7]))
    pelvis = np.array([[0.0, 1.0, 0.0], [2.0, 0.5, -1.0]])
    posed = skin(body.vertices, body.weights, rotations, pelvis, REST_OFFSETS)
    assert posed.shape == (2, *body.vertices.shape)
    np.testing.assert_allclose(posed[1], body.vertices @ rotations[1, 0].T + pelvis[1], atol=1e-12)


def test_skin_of_one_joint_follows_it_rigidly() -> None:
    body = load()
    rotations = matrix_from_axis_angle(np.random.default_rng(1).normal(size=(24, 3)) * 0.5)
    joints, turns = forward(rotations, np.zeros(3), REST_OFFSETS)
    posed = skin(body.vertices, body.weights, rotations, np.zeros(3), REST_OFFSETS)
    rest = rest_joints(REST_OFFSETS)
    for joint in range(24):
        mine = body.weights[:, joint] > 0.999
        expected = (body.vertices[mine] - rest[joint]) @ turns[joint].T + joints[joint]
        np.testing.assert_allclose(posed[mine], expected, atol=2e-3)


def test_skinning_is_the_same_on_torch() -> None:
    torch = pytest.importorskip("torch")
    body = load()
    rotations = matrix_from_axis_angle(np.random.default_rng(2).normal(size=(3, 24, 3)) * 0.5)
    pelvis = np.random.default_rng(3).normal(size=(3, 3))
    points = body.surface_points
    on_numpy = skin(body.vertices[points], body.weights[points], rotations, pelvis, REST_OFFSETS)
    turns = torch.tensor(rotations, requires_grad=True)
    on_torch = skin(body.vertices[points], body.weights[points], turns, torch.tensor(pelvis), REST_OFFSETS)
    np.testing.assert_allclose(on_torch.detach().numpy(), on_numpy, atol=1e-12)
    on_torch.sum().backward()
    assert torch.isfinite(turns.grad).all()


def test_canonical_points_lie_on_the_skin() -> None:
    body = load()
    joints, turns = forward(REST, np.zeros(3), REST_OFFSETS)
    points = point_positions(joints, turns, REST_OFFSETS)
    for name in ("nose", "left_heel", "right_big_toe", "left_index_tip", "head_top", "chin"):
        distance = np.linalg.norm(body.warped(REST_OFFSETS) - points[POINT_INDEX[name]], axis=-1).min()
        assert distance < 0.012, name


def test_surface_points_cover_the_body() -> None:
    body = load()
    points = body.vertices[body.surface_points]
    assert 250 <= len(np.unique(body.surface_points)) <= 350
    farthest = max(np.linalg.norm(points - place, axis=-1).min() for place in body.vertices[::7])
    assert farthest < 0.08


def test_it_is_small_and_says_that_it_is_free() -> None:
    assert BODY_FILE.stat().st_size < 3e6
    assert "CC0" in load().licence
    note = (ROOT / "bundled_model" / "OPEN_BODY.md").read_text(encoding="utf-8")
    assert "CC0 1.0 Universal" in note and "MakeHuman" in note


def test_landmarks_name_vertices_of_this_body() -> None:
    path = ROOT / "bundled_model" / "training" / "open_body" / "landmarks.json"
    landmarks = json.loads(path.read_text(encoding="utf-8"))["landmarks"]
    count = len(load().vertices)
    for name, mark in landmarks.items():
        assert max(mark["verts"]) < count, name
        assert sum(mark["weights"]) == pytest.approx(1.0, abs=1e-3), name


def _hips(gender: str) -> float:
    """Metres that the body is wide just above the thighs."""
    vertices = load(gender).vertices
    return float(np.ptp(vertices[abs(vertices[:, 1] + 0.06) < 0.03, 0]))


@pytest.mark.parametrize("gender", GENDERS)
@pytest.mark.parametrize("name", PERFORMERS)
def test_every_gender_stands_on_the_same_floor_in_any_proportions(gender, name):
    offsets = PERFORMERS[name]
    soles = [load(which).warped(offsets)[:, 1].min() for which in (gender, "neutral")]
    assert abs(soles[0] - soles[1]) < 2e-3


@pytest.mark.parametrize("gender", GENDERS)
def test_every_gender_is_a_symmetric_whole_body_on_the_same_joints(gender):
    body = load(gender)
    assert len(body.vertices) == len(load().vertices) and np.isfinite(body.vertices).all()
    mirrored = body.vertices[mirror_vertices()] * MIRROR
    np.testing.assert_allclose(body.vertices, mirrored, atol=2e-6)
    np.testing.assert_array_equal(body.joints, load().joints)
    a, b, c = (body.vertices[body.triangles[:, corner]] for corner in range(3))
    assert 0.060 < np.einsum("ij,ij->", a, np.cross(b, c)) / 6 < 0.080
    turned = (normals(body.vertices) * normals(load().vertices)).sum(-1) < 0
    assert turned.mean() < 0.002


def test_women_have_wider_hips_and_men_narrower_ones():
    hips = {gender: _hips(gender) for gender in GENDERS}
    assert hips["female"] > hips["neutral"] + 0.01
    assert hips["male"] < hips["neutral"] - 0.005


def test_a_gender_that_smpl_does_not_know_has_the_neutral_body():
    assert load("unknown") is load("neutral") is load()


def test_both_files_together_are_small():
    assert BODY_FILE.stat().st_size + SEXES_FILE.stat().st_size < 1e6
