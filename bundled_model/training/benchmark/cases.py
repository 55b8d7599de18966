"""The rows of the table: which keypoints, how they go wrong, and what pose is given to begin with."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from ..synthesis import Faults

LAYOUTS = ("smpl24", "body25", "coco17", "mediapipe33")
NOISES = {
    "clean": Faults(),
    "20 mm white": Faults(white=0.02),
    "20 mm wandering": Faults(wander=0.02),
}
ESTIMATOR_DEGREES = (5.0, 10.0, 20.0)
STRIDES = (1, 5, 10)
ONE_CAMERA = Faults(camera=0.02)
QUIET = 8.0
"""How many times as slow a quiet person moves."""
ALONE_DEGREES = (5.0, 10.0)
DECIDING = {
    "smpl24, clean", "smpl24, 20 mm white", "body25, 20 mm white", "coco17, clean", "coco17, 20 mm white",
    "coco17, 20 mm wandering", "mediapipe33, 20 mm white", "smpl24, clean, estimator 10°",
    "smpl24, 20 mm white, estimator 10°", "coco17, clean, estimator 10°", "coco17, 20 mm white, estimator 5°",
    "coco17, 20 mm white, estimator 10°", "coco17, 20 mm white, estimator 20°",
    "mediapipe33, 20 mm wandering, estimator 10°", "smpl24, clean, pairs 5 old",
    "coco17, 20 mm white, pairs 5 old", "coco17, 20 mm white, roll-out", "coco17, 10 % outliers",
    "coco17, limb missing", "unknown like coco17",
    "body25, one camera", "mediapipe33, one camera", "body25, one camera, estimator 10°",
    "poses alone, estimator 5°", "poses alone, estimator 10°", "quiet, coco17, 20 mm white",
    "quiet, coco17, 20 mm white, estimator 10°",
}  # fmt: skip
"""The rows of the model card; all others stand in the CSV beside it."""
UNKNOWN_DEFINITION = 2.0
"""Offsets of detectors that nobody listed, as a multiple of those that the layouts are known for."""


@dataclass(frozen=True)
class Case:
    """A row of the table.

    estimator: mean error in degrees of an estimator-like initial pose. stride: the initial pose is the true
    one so many frames earlier, every frame on its own. roll_out: a long clip from its first frame to its
    last, and backwards. bones_known: whether methods are told the bone lengths. named: whether methods are
    told the layout, or only the keypoints' names. alone: whether there are no keypoints. slow: how many times
    as slow the person moves.
    """

    name: str
    layout: str
    faults: Faults
    estimator: float | None = None
    stride: int | None = None
    roll_out: bool = False
    bones_known: bool = False
    named: bool = True
    alone: bool = False
    slow: float = 1.0

    @property
    def has_initial(self) -> bool:
        """Whether there is an initial pose."""
        return self.estimator is not None or self.stride is not None

    @property
    def decides(self) -> bool:
        """Whether it is a row of the model card."""
        return self.name in DECIDING


def _cases() -> Iterator[Case]:
    for layout in LAYOUTS:
        for noise, faults in NOISES.items():
            yield Case(f"{layout}, {noise}", layout, _seen(layout, faults))
    for degrees in ESTIMATOR_DEGREES:
        for layout in LAYOUTS:
            for noise, faults in NOISES.items():
                name = f"{layout}, {noise}, estimator {degrees:.0f}°"
                yield Case(name, layout, _seen(layout, faults), estimator=degrees)
    for stride in STRIDES:
        for layout in LAYOUTS:
            for noise in ("clean", "20 mm white"):
                name = f"{layout}, {noise}, pairs {stride} old"
                faults = _seen(layout, NOISES[noise])
                yield Case(name, layout, faults, stride=stride, bones_known=True)
    for layout in LAYOUTS:
        for noise in ("clean", "20 mm white"):
            yield Case(f"{layout}, {noise}, roll-out", layout, _seen(layout, NOISES[noise]), roll_out=True)
    for layout in LAYOUTS[:3]:
        yield Case(f"{layout}, 10 % outliers", layout, _seen(layout, Faults(white=0.005, outliers=0.1)))
    for layout in LAYOUTS[:3]:
        yield Case(f"{layout}, limb missing", layout, _seen(layout, Faults(white=0.01, limb_gap=True)))
    for layout in LAYOUTS[1:]:
        faults = Faults(white=0.005, definition=UNKNOWN_DEFINITION)
        yield Case(f"unknown like {layout}", layout, faults, named=False)
    for layout in ("smpl24", "coco17"):
        for noise in ("clean", "20 mm white"):
            name = f"{layout}, {noise}, bones known"
            yield Case(name, layout, _seen(layout, NOISES[noise]), bones_known=True)
    for layout in ("body25", "mediapipe33"):
        yield Case(f"{layout}, one camera", layout, _seen(layout, ONE_CAMERA))
        name = f"{layout}, one camera, estimator 10°"
        yield Case(name, layout, _seen(layout, ONE_CAMERA), estimator=10.0)
    for degrees in ALONE_DEGREES:
        yield Case(
            f"poses alone, estimator {degrees:.0f}°", "smpl24", Faults(), estimator=degrees, alone=True
        )
    quiet = _seen("coco17", NOISES["20 mm white"])
    yield Case("quiet, coco17, 20 mm white", "coco17", quiet, slow=QUIET)
    yield Case("quiet, coco17, 20 mm white, estimator 10°", "coco17", quiet, estimator=10.0, slow=QUIET)


def _seen(layout: str, faults: Faults) -> Faults:
    """Every layout but SMPL's own lies off the canonical points by amounts drawn per clip."""
    definition = 0.0 if layout == "smpl24" else 1.0
    return Faults(**{**vars(faults), "definition": definition})


CASES = tuple(_cases())
FEWER = tuple(case for case in CASES if case.estimator in (None, 10.0) and case.stride in (None, 5))
"""Cases that are also run on motion in other dialects than the headline's."""
