"""FreeMoCap 2's `freemocap_data_by_frame.parquet`, `<recording>_data.parquet`: a row per point and frame.

Columns frame, keypoint, x, y, z, model (`rtmpose.body`), trajectory (`3d_xyz`, `rigid_3d_xyz`, centres of
mass; older: type), reprojection_error; millimetres; written by pandas. Source: freemocap/skellyforge and
aaroncherian/skellymodels managers/actor.py.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ...safe_read import FormatError
from ...safe_read.npy import check_shape
from ...safe_read.parquet import MAGIC, read_columns
from ..container import Container
from ..draft import Draft, Reader
from ..hand_points import of_hand
from ..point_drafts import MOST_POINTS, draft_of_points
from .tables import TRAJECTORIES

_AXES = ("x", "y", "z")
_NEEDED = ("frame", "keypoint", *_AXES)
_KINDS = ("trajectory", "type")


def recognises(container: Container) -> bool:
    """Parquet's first bytes."""
    return container.head.startswith(MAGIC)


def read(container: Container) -> Draft:
    """One person of the body's measured points. Raises FormatError."""
    columns = read_columns(container.data, (*_NEEDED, "model", *_KINDS))
    texts = [columns[name].dtype == object for name in _NEEDED if name in columns]
    if texts != [False, True, False, False, False]:
        raise FormatError(
            f"{container.name} is a Parquet table without FreeMoCap's columns (frame, keypoint, x, y, z);"
            " save its points as .csv or .npz and open that."
        )
    columns, fingers = _sided(columns)
    kept = _kept(columns, fingers)
    frames, at = np.unique(columns["frame"][kept], return_inverse=True)
    order: dict[str, int] = {}
    place = np.array([order.setdefault(name, len(order)) for name in columns["keypoint"][kept]], np.int64)
    if not order or len(order) > MOST_POINTS or not np.isfinite(frames.astype(float)).all():
        raise FormatError(f"{container.name} holds no body's points; export the recording again.")
    check_shape((len(frames), len(order), 3), 8)
    points = np.full((len(frames), len(order), 3), np.nan)
    points[at, place] = np.stack([columns[axis][kept] for axis in _AXES], axis=1)
    draft = draft_of_points(list(order), points, None, frames)
    return replace(draft, tool="FreeMoCap")


def _sided(columns: dict[str, np.ndarray]) -> tuple[dict[str, np.ndarray], np.ndarray]:
    """With the side in the names of fingers' points, where the table has it in the model alone; and (rows,)
    bool, which those are."""
    if "model" not in columns:
        return columns, np.zeros(len(columns["frame"]), bool)
    known: dict[tuple[str, str], str | None] = {}
    pairs = [
        (str(model), str(name)) for model, name in zip(columns["model"], columns["keypoint"], strict=True)
    ]
    for pair in pairs:
        if pair not in known:
            known[pair] = of_hand(*pair)
    names = np.array([known[pair] or pair[1] for pair in pairs], object)
    return columns | {"keypoint": names}, np.array([known[pair] is not None for pair in pairs], bool)


def _kept(columns: dict[str, np.ndarray], fingers: np.ndarray) -> np.ndarray:
    """(rows,) those of the body and its hands, and of the best kind of trajectory that there is."""
    kept = np.ones(len(columns["frame"]), bool)
    if "model" in columns:
        models = [str(name).lower() for name in columns["model"]]
        body = np.array(["body" in model for model in models], bool)
        if body.any():
            kept = body | fingers
    kinds = next((columns[name] for name in _KINDS if name in columns), None)
    best = next((kind for kind in TRAJECTORIES if kinds is not None and (kinds[kept] == kind).any()), None)
    return kept if kinds is None or best is None else kept & (kinds == best)


READER = Reader(
    "FreeMoCap Parquet", "FreeMoCap", "keypoints by name", "*_data_by_frame.parquet *_data.parquet",
    recognises, read,
)  # fmt: skip
