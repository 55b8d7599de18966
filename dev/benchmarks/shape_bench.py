"""`build.py bench --shape`: fits of a body model's shape and pose, beside those of other packages.

All get the same synthetic SMPL file of our own making, and all results are posed by the same skinning.
"""

from __future__ import annotations

import pickle
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from addon import refiner
from addon.body.layouts import find_layout
from addon.body.mesh_vertices import canonical_vertices, kept_vertices, layout_of_mesh, vertex_names
from addon.body.posed_body import PosedBody, load_posed_body
from addon.body.rotations import axis_angle_from_matrix, geodesic_angle, matrix_from_axis_angle
from addon.recording import Keypoints, Person
from bundled_model.training.metrics import ROTATION_JOINTS
from bundled_model.training.motion_data import FPS, Clip, load_split
from tests.body.synthetic_models import synthetic_fields

from ..environments.envs import launching, prepare
from ..environments.pythons import HERE
from ..processes import Refusal, run

CASES, FRAMES = 4, 24
"""Clips that all packages fit, and frames of each."""
NOISE = 0.020
"""Metres by which a noisy joint is off on average; per axis it is less."""
_PER_AXIS = NOISE * np.sqrt(np.pi / 8)
ON_VERTICES = "5 mm on vertices"
BODIES, LONG, SMALL_NOISE = 50, 240, 0.005
MOST_LENGTH, MOST_TIME = 3.0, 1.3
_SEED = 11
_GAUSSIANS = 8
NAMES = {
    "ours": "ours, joints",
    "keypoints2body": "keypoints2body 0.1, joints",
    "smplfitter_joints": "smplfitter 0.6, joints (made-up vertices)",
    "ours_vertices": "ours, every 8th vertex",
    "smplfitter_vertices": "smplfitter 0.6, all vertices",
}


@dataclass(frozen=True)
class Case:
    """One clip of a body: what is true of it, and its joints (T, 24, 3) or its mesh's vertices (T, V, 3) as
    they are seen, None where nobody is shown them."""

    name: str
    betas: np.ndarray
    vectors: np.ndarray
    trans: np.ndarray
    joints: np.ndarray
    seen: np.ndarray
    vertices: np.ndarray | None = None


@dataclass(frozen=True)
class Row:
    """joints: mm; rotation: degrees; lengths: mm of a bone; betas: mean error; milliseconds a frame."""

    joints: float
    rotation: float
    lengths: float
    betas: float
    milliseconds: float


def shape() -> int:
    """Measures and prints. Raises Refusal where the packages' torch is not to be had."""
    if HERE != "3.11":
        raise Refusal(
            "bench --shape needs torch, which is installed under Python 3.11 only: run python3.11 build.py."
        )
    with tempfile.TemporaryDirectory() as folder:
        body = _model(Path(folder))
        return _many_bodies(body, _side_by_side(body, Path(folder)))


def _model(folder: Path) -> PosedBody:
    """The synthetic file, where each package looks for it."""
    fields = synthetic_fields()
    for name in (
        "data/models/smpl/SMPL_NEUTRAL.pkl",
        "smplfitter/basicmodel_neutral_lbs_10_207_0_v1.1.0.pkl",
    ):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(pickle.dumps(fields))
    np.save(folder / "smplfitter/kid_template.npy", np.zeros_like(fields["v_template"]))
    (folder / f"data/models/gmm_{_GAUSSIANS:02d}.pkl").write_bytes(pickle.dumps(_mixture()))
    return load_posed_body(folder / "data/models/smpl/SMPL_NEUTRAL.pkl")


def _mixture() -> dict[str, np.ndarray]:
    """The prior that keypoints2body wants, from the training subjects: poses by their nearest of some."""
    poses = np.concatenate([clip.poses[::20, 1:].reshape(-1, 69) for clip in load_split("train")]).astype(
        float
    )
    random = np.random.default_rng(_SEED)
    means = poses[random.choice(len(poses), _GAUSSIANS, replace=False)]
    for _ in range(20):
        nearest = ((poses[:, None] - means) ** 2).sum(-1).argmin(1)
        means = np.stack([poses[nearest == number].mean(0) for number in range(_GAUSSIANS)])
    parts = [poses[nearest == number] for number in range(_GAUSSIANS)]
    covariances = np.stack([np.cov(part.T) + 1e-2 * np.eye(69) for part in parts])
    return {
        "means": means,
        "covars": covariances,
        "weights": np.array([len(part) / len(poses) for part in parts]),
    }


def _cases(body: PosedBody) -> Iterator[Case]:
    """Clips of bodies of the mean and of other shapes, clean and noisy."""
    clips = [clip for clip in load_split("val") if len(clip.poses) >= FRAMES][:CASES]
    random = np.random.default_rng(_SEED)
    shapes = random.normal(size=(CASES, body.model.shapes))
    for shape_name, scale in (("mean body", 0.0), ("other shapes", 1.0)):
        for noise_name, noise in (("clean", 0.0), ("20 mm", _PER_AXIS)):
            for number, clip in enumerate(clips):
                name = f"{shape_name}, {noise_name} {number}"
                case = _case(body, clip, FRAMES, scale * shapes[number], noise, name, random)
                if noise:
                    yield case
                else:
                    yield from _meshes(body, case, f"{shape_name}, {ON_VERTICES} {number}")


def _meshes(body: PosedBody, clean: Case, noisy_name: str) -> Iterator[Case]:
    """The case with its vertices as they are, and with them alone and noisy."""
    vertices = body.posed(clean.betas, clean.vectors, clean.trans)[0]
    yield replace(clean, vertices=vertices)
    noise = np.random.default_rng(_SEED).normal(size=vertices.shape) * (_PER_AXIS * SMALL_NOISE / NOISE)
    yield replace(clean, name=noisy_name, vertices=vertices + noise)


def _case(
    body: PosedBody,
    clip: Clip,
    frames: int,
    betas: np.ndarray,
    noise: float,
    name: str,
    random: np.random.Generator,
) -> Case:
    vectors = clip.poses[:frames].astype(float)
    trans = clip.pelvis[:frames] - body.model.rest_joints(betas)[0]
    joints = _joints(body, betas, vectors, trans)
    return Case(name, betas, vectors, trans, joints, joints + random.normal(size=joints.shape) * noise)


def _joints(body: PosedBody, betas: np.ndarray, vectors: np.ndarray, trans: np.ndarray) -> np.ndarray:
    rest = body.model.rest_joints(betas)
    turns = matrix_from_axis_angle(vectors.reshape(len(trans), 24, 3))
    return body.forward(turns, rest)[0] + trans[:, None]


def _person(seen: np.ndarray) -> Person:
    order = find_layout("smpl24")
    sure = np.ones(seen.shape[:2])
    keypoints = Keypoints(seen, sure, order.keypoints, order.canonical, "smpl24")
    return Person("0", np.arange(len(seen)), FPS, keypoints)


def _side_by_side(body: PosedBody, folder: Path) -> float:
    """Prints the table; milliseconds a frame that keypoints2body takes."""
    cases = list(_cases(body))
    seen = [case for case in cases if ON_VERTICES not in case.name]
    given = {f"joints {case.name}": case.seen for case in seen}
    given |= {f"vertices {case.name}": case.vertices for case in cases if case.vertices is not None}
    np.savez(folder / "cases.npz", **given)
    environment = prepare("shape")
    with launching(environment) as variables:
        single = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
        command: list[str | Path] = [environment.python, Path(__file__).with_name("shape_peers.py"), folder]
        if run(command, variables | single) != 0:
            raise Refusal("The other packages could not fit: see the message above.")
    with np.load(folder / "found.npz") as found:
        rows = {("ours", case.name): _ours(body, case, _person(case.seen)) for case in seen}
        for case in cases:
            if case.vertices is not None:
                rows["ours_vertices", case.name] = _ours(body, case, _mesh(case.vertices))
        for case in cases:
            for method in NAMES:
                label = f"{method} {case.name}"
                if f"{label} betas" in found:
                    fit = [
                        found[f"{label} {part}"].astype(float) for part in ("betas", "poses", "trans", "ms")
                    ]
                    rows[method, case.name] = _row(body, case, *fit)
    _print_rows(rows)
    return float(np.mean([row.milliseconds for (by, _), row in rows.items() if by == "keypoints2body"]))


def _mesh(vertices: np.ndarray) -> Person:
    """The same person that a file of these vertices holds."""
    which = kept_vertices(vertices.shape[1])
    places, canonical = vertices[:, which], canonical_vertices(vertices.shape[1], which)
    layout = layout_of_mesh(vertices.shape[1])
    keypoints = Keypoints(places, np.ones(places.shape[:2]), vertex_names(which), canonical, layout)
    return Person("0", np.arange(len(places)), FPS, keypoints)


def _ours(body: PosedBody, case: Case, person: Person) -> Row:
    began = time.process_time()
    own = refiner.OwnBody(body.model)
    motion = refiner.refine(person, engine="numpy", body=own)
    seconds = time.process_time() - began
    # In the frame of the model itself, which is that of the joints.
    vectors = axis_angle_from_matrix(motion.rotations).reshape(len(case.trans), -1)
    assert motion.shape is not None
    trans = motion.pelvis - motion.shape.pelvis
    milliseconds = np.array(1000 * seconds / len(trans))
    return _row(body, case, np.repeat(motion.betas[None], len(trans), 0), vectors, trans, milliseconds)


def _row(
    body: PosedBody,
    case: Case,
    betas: np.ndarray,
    vectors: np.ndarray,
    trans: np.ndarray,
    milliseconds: np.ndarray,
) -> Row:
    """Errors of written parameters: betas (T, B), rotation vectors (T, 72), trans (T, 3)."""
    frames = range(len(trans))
    found = np.stack([_joints(body, betas[n], vectors[n : n + 1], trans[n : n + 1])[0] for n in frames])
    turns = matrix_from_axis_angle(vectors.reshape(len(trans), 24, 3))
    angle = np.degrees(geodesic_angle(matrix_from_axis_angle(case.vectors), turns))[:, ROTATION_JOINTS]
    wrong = np.mean([_length_error(body, one, case.betas) for one in betas])
    apart = np.linalg.norm(found - case.joints, axis=-1)
    off = float(np.abs(betas - case.betas).mean())
    return Row(1000 * float(apart.mean()), float(angle.mean()), float(wrong), off, float(milliseconds))


def _length_error(body: PosedBody, betas: np.ndarray, truth: np.ndarray) -> float:
    """Root mean square in mm over the bones."""
    lengths = [np.linalg.norm(body.model.bone_offsets(one), axis=-1)[1:] for one in (betas, truth)]
    return 1000 * float(np.sqrt(((lengths[0] - lengths[1]) ** 2).mean()))


def _print_rows(rows: dict[tuple[str, str], Row]) -> None:
    print(
        f"Fits of {CASES} clips of {FRAMES} frames, one thread; joints of the written parameters as they are."
    )
    print("| method | case | joints mm | rotation deg | bone lengths mm | betas | ms a frame |")
    print("| --- | --- | --- | --- | --- | --- | --- |")
    cases = dict.fromkeys(name.rpartition(" ")[0] for _, name in rows)
    for method, called in NAMES.items():
        for case in cases:
            own = [
                row for (by, name), row in rows.items() if by == method and name.rpartition(" ")[0] == case
            ]
            if own:
                mean = np.mean([list(vars(row).values()) for row in own], axis=0)
                figures = " | ".join(f"{value:.2f}" for value in mean)
                print(f"| {called} | {case} | {figures} |", flush=True)


def _many_bodies(body: PosedBody, theirs: float) -> int:
    """Bone lengths after the fit, and what it costs, also beside the milliseconds a frame of keypoints2body;
    1 where a bar is missed."""
    clips = [clip for clip in load_split("val") if len(clip.poses) >= LONG]
    random = np.random.default_rng(_SEED)
    errors, seconds = [], {False: 0.0, True: 0.0}
    for number in range(BODIES):
        betas = random.normal(size=body.model.shapes)
        clip = clips[number % len(clips)]
        case = _case(body, clip, LONG, betas, SMALL_NOISE, "", random)
        for with_model in (False, True):
            own = refiner.OwnBody(body.model) if with_model else None
            began = time.process_time()
            motion = refiner.refine(_person(case.seen), engine="numpy", body=own)
            seconds[with_model] += time.process_time() - began
        errors.append(_length_error(body, motion.betas, betas))
    ratio, ours = seconds[True] / seconds[False], 1000 * seconds[True] / (BODIES * LONG)
    held = max(errors) < MOST_LENGTH and ratio < MOST_TIME
    print(
        f"{BODIES} bodies, {LONG} frames with {1000 * SMALL_NOISE:.0f} mm of noise: bone lengths off by"
        f" {np.mean(errors):.2f} mm RMS, the worst body {max(errors):.2f}; {ratio:.2f} times the time without"
        f" a model file ({'holds' if held else 'MISSED'}: {MOST_LENGTH:g} mm, {MOST_TIME:g} times)."
    )
    print(f"{ours:.2f} ms a frame: {theirs / ours:.0f} times as fast as keypoints2body.")
    return 0 if held else 1
