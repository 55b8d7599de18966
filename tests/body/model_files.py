"""Body model files laid out as the SMPL family's: small bodies, written by code, with known joints."""

from __future__ import annotations

import pickle
import sys
import types
from pathlib import Path
from typing import Any

import numpy as np

from addon.body.skeleton import PARENTS, REST_JOINTS

VERTICES = 5100
"""Enough that readers of motions would take the vertices for a mesh to skip."""

JOINTS = {"SMPL": 24, "SMPL-H": 52, "SMPL-X": 55}


def joints_of(kind: str) -> tuple[np.ndarray, np.ndarray]:
    """Rest joints (J, 3) and parents (J,) of a made-up body of this kind."""
    if kind == "SMPL":
        return REST_JOINTS.copy(), np.array(PARENTS)
    joints, parents = list(REST_JOINTS[:22]), list(PARENTS[:22])
    if kind == "SMPL-X":
        joints += [
            REST_JOINTS[15] + offset for offset in ([0, 0, 0.02], [0.03, 0.04, 0.07], [-0.03, 0.04, 0.07])
        ]
        parents += [15, 15, 15]
    for side, wrist in ((1.0, 20), (-1.0, 21)):
        for finger in range(5):
            for part in range(3):
                parents.append(wrist if part == 0 else len(joints) - 1)
                reach = [side * (0.09 + 0.03 * part), 0.002 * finger, 0.02 * (1.5 - finger)]
                joints.append(REST_JOINTS[wrist] + reach)
    return np.array(joints), np.array(parents)


def model_fields(kind: str = "SMPL", shapes: int = 10, seed: int = 0) -> dict[str, np.ndarray]:
    """The arrays of a file: every joint is the mean of four vertices around it."""
    random = np.random.default_rng(seed)
    joints, parents = joints_of(kind)
    count = len(joints)
    owner = np.arange(VERTICES) % count
    vertices = joints[owner] + random.normal(0, 0.03, (VERTICES, 3))
    regressor = np.zeros((count, VERTICES))
    for joint in range(count):
        around = [joint + count * turn for turn in range(4)]
        vertices[around] += joints[joint] - vertices[around].mean(axis=0)
        regressor[joint, around] = 0.25
    weights = random.uniform(0, 1, (VERTICES, count)) * (random.uniform(size=(VERTICES, count)) < 0.05)
    weights[np.arange(VERTICES), owner] += 1.0
    tree = np.stack([parents, np.arange(count)]).astype(np.uint32)
    return {
        "v_template": vertices,
        "shapedirs": random.normal(0, 0.004, (VERTICES, 3, shapes)),
        "J_regressor": regressor,
        "weights": weights / weights.sum(axis=1, keepdims=True),
        "f": random.permuted(np.tile(np.arange(VERTICES), (200, 1)), axis=1)[:, :3].astype(np.uint32),
        "kintree_table": tree,
        "posedirs": np.zeros((VERTICES, 3, 9)),
    }


def save_npz(path: Path, fields: dict[str, Any]) -> Path:
    np.savez(path, **fields)
    return path


def save_pickle(
    path: Path, fields: dict[str, Any], protocol: int = 2, scipy: str = "scipy.sparse.csc"
) -> Path:
    """A pickle whose meshes are `chumpy.ch.Ch` and whose regressor is a sparse matrix of that module.

    Neither package is needed: stand-ins of the same names are pickled and taken away again.
    """
    kind = scipy.rpartition(".")[2].lstrip("_")
    standing = dict(sys.modules)
    chumpy, sparse = _stand_in("chumpy.ch", "Ch"), _stand_in(scipy, f"{kind}_matrix")
    held: dict[str, Any] = dict(fields) | {"bs_style": "lbs", "bs_type": "lrotmin"}
    for name in ("v_template", "shapedirs", "posedirs"):
        held[name] = _filled(chumpy, {"x": fields[name], "_dirty_vars": [], "_itr": None})
    held["J_regressor"] = _filled(sparse, sparse_state(fields["J_regressor"], kind))
    try:
        path.write_bytes(pickle.dumps(held, protocol=protocol))
    finally:
        for name in set(sys.modules) - set(standing):
            del sys.modules[name]
        sys.modules.update(standing)
    return path


def sparse_state(matrix: np.ndarray, kind: str) -> dict[str, Any]:
    """What SciPy keeps of a compressed sparse matrix."""
    turned = matrix.T if kind == "csc" else matrix
    lines, places = np.nonzero(turned)
    starts = np.concatenate([[0], np.cumsum((turned != 0).sum(axis=1))])
    return {
        "_shape": matrix.shape,
        "maxprint": 50,
        "indices": places.astype(np.int32),
        "indptr": starts.astype(np.int32),
        "data": turned[lines, places],
    }


def save_python2_text(path: Path, fields: dict[str, np.ndarray]) -> Path:
    """The text protocol of Python 2, as in SMPL 1.1: strings as S'…', arrays through _reconstruct."""
    items = b"".join(b"S%s\n%ss" % (repr(name).encode(), _python2_array(fields[name])) for name in fields)
    path.write_bytes(b"(dp0\n" + items + b".")
    return path


def _python2_array(array: np.ndarray) -> bytes:
    code = array.dtype.str[1:]
    shape = b"".join(b"I%d\n" % size for size in array.shape)
    return (
        b"cnumpy.core.multiarray\n_reconstruct\n(cnumpy\nndarray\n(I0\ntS'b'\ntR(I1\n(%st" % shape
        + b"cnumpy\ndtype\n(S'%s'\nI0\nI1\ntR(I3\nS'<'\nNNNI-1\nI-1\nI0\ntb" % code.encode()
        + b"I00\nS%s\ntb" % repr(np.ascontiguousarray(array).tobytes())[1:].encode()
    )


def _stand_in(module: str, name: str) -> type:
    parts = module.split(".")
    for end in range(1, len(parts) + 1):
        full = ".".join(parts[:end])
        sys.modules[full] = types.ModuleType(full)
    cls = type(name, (), {"__module__": module})
    setattr(sys.modules[module], name, cls)
    return cls


def _filled(cls: type, state: dict[str, Any]) -> Any:
    one = cls()
    one.__dict__.update(state)
    return one
