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
UNKNOWN_DEFINITION = 2.0
"""Offsets of detectors that nobody listed, as a multiple of those that the layouts are known for."""


@dataclass(frozen=True)
class Case:
    """A row of the table.

    estimator: mean error in degrees of an estimator-like initial pose. stride: the initial pose is the true
    one so many frames earlier, every frame on its own. roll_out: a long clip from its first frame to its
    last, and backwards. bones_known: whether methods are told the bone lengths. named: whether methods are
    told the layout, or only the keypoints' names.
    """

    name: str
    layout: str
    faults: Faults
    estimator: float | None = None
    stride: int | None = None
    roll_out: bool = False
    bones_known: bool = False
    named: bool = True

    @property
    def has_initial(self) -> bool:
        """Whether there is an initial pose."""
        return self.estimator is not None or self.stride is not None


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


def _seen(layout: str, faults: Faults) -> Faults:
    """Every layout but SMPL's own lies off the canonical points by amounts drawn per clip."""
    definition = 0.0 if layout == "smpl24" else 1.0
    return Faults(**{**vars(faults), "definition": definition})


CASES = tuple(_cases())
CAPTURED = tuple(case for case in CASES if case.estimator in (None, 10.0) and case.stride in (None, 5))
"""Cases that are also run on the motion as it was captured."""
