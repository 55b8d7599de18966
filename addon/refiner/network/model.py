"""The bundled model: network weights and pose prior in one .npz (half precision, numbers only)."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path

import numpy as np

from ...steps import Stepped, Steps
from ..start.solver import Prior
from .layers import Shape, prepared

MODEL_PATH = Path(__file__).resolve().parents[3] / "bundled_model" / "refiner.npz"


@dataclass(frozen=True)
class Model:
    """shape and weights of the network (float32, torch's names); the absolute prior as mean rotations
    (24, 3, 3) and precision (72, 72) in 1/rad^2. honesty (2, 24): factor and exponent by
    which each joint's predicted error in degrees becomes the true one."""

    shape: Shape
    weights: dict[str, np.ndarray]
    prior_mean: np.ndarray
    prior_precision: np.ndarray
    honesty: np.ndarray

    @cached_property
    def prior(self) -> Prior:
        """The absolute prior: what poses are likely at all."""
        return Prior(self.prior_mean, self.prior_precision)

    @cached_property
    def layers(self) -> dict[str, np.ndarray]:
        """The weights as `layers.forward` takes them."""
        return prepared(self.weights)


_read: dict[Path, Model] = {}


@Stepped
def load_model(path: Path = MODEL_PATH) -> Steps[Model]:
    """The model in this file, read once; an array a step."""
    if path not in _read:
        _read[path] = yield from _load(path)
    return _read[path]


def forget_models() -> None:
    """Read files anew: one has been written again."""
    _read.clear()


def _load(path: Path) -> Steps[Model]:
    with np.load(path, allow_pickle=False) as stored:
        sizes = json.loads(str(stored["shape"]))
        weights = {}
        for name in stored.files:
            if name.startswith("network."):
                weights[name[8:]] = stored[name].astype(np.float32)
                yield None
        mean, precision, honesty = (stored[name] for name in ("prior_mean", "prior_precision", "honesty"))
    shape = Shape(**{**sizes, "dilations": tuple(sizes["dilations"])})
    return Model(shape, weights, mean.astype(np.float32), precision.astype(np.float32), honesty.astype(float))


def save_model(
    path: Path,
    shape: Shape,
    weights: dict[str, np.ndarray],
    prior_mean: np.ndarray,
    prior_precision: np.ndarray,
    honesty: np.ndarray,
) -> None:
    """Writes a model, with arrays as `Model` has them; weights are kept in half precision, their input
    scaling and the prior in single."""
    arrays = {
        f"network.{name}": value.astype(np.float32 if name.startswith("feature_") else np.float16)
        for name, value in weights.items()
    }
    np.savez_compressed(
        path,
        shape=json.dumps(asdict(shape)),
        prior_mean=prior_mean.astype(np.float32),
        prior_precision=prior_precision.astype(np.float32),
        honesty=honesty.astype(np.float32),
        **arrays,
    )
