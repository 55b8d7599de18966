"""The picture of the demo: bodies before and after among their keypoints, and the error of every frame."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from addon.body.skeleton import REST_OFFSETS
from addon.motion import Motion
from addon.recording import Person
from addon.refiner import refine
from bundled_model.training.metrics import Example, Posed

from .hand_strip import render_hand
from .progress import Progress
from .strip import Strip, render

BEFORE, AFTER = (0.75, 0.22, 0.18), (0.10, 0.36, 0.72)
MOMENTS = 5
GESTURES = (52, 85, 105, 122, 145)
"""Frames of the waving sample in which the hand is open, a fist, points, and so on."""


def draw(
    path: Path,
    person: Person,
    motion: Motion,
    example: Example,
    refined: Motion,
    waving: Motion,
    progress: Progress,
) -> None:
    """Renders four strips and puts them over a chart of the error per frame. waving: with fingers."""
    given = refine(example.person, mode="none")
    keypoints, targets = person.keypoints, example.person.keypoints
    assert keypoints is not None and targets is not None
    rows, plugin_rows = _moments(motion.frames), _moments(refined.frames)
    shown = _placed(given, example)
    strips = [
        (Strip(motion, rows, AFTER, keypoints), "A real capture (Pose2Sim): keypoints only → refined"),
        (
            Strip(shown, plugin_rows, BEFORE, targets),
            "Plug-in: an estimator's poses, and keypoints with 20 mm noise",
        ),
        (Strip(refined, plugin_rows, AFTER, targets), "The same after Refine Pose"),
    ]
    with tempfile.TemporaryDirectory() as folder:
        images = []
        for number, (strip, title) in enumerate(strips):
            image = Path(folder) / f"{number}.png"
            render(strip, image)
            images.append((image, title))
            progress(1.0, "Picture")
        image = Path(folder) / "hand.png"
        render_hand(waving, list(GESTURES), AFTER, image)
        images.append(
            (image, "Fingers: keypoints of body and hands (made up) → refined; the right hand from near")
        )
        progress(1.0, "Picture")
        _compose(path, images, example, shown, refined)
        before_after(path.with_name("before_after.png"), images[1:3])


def _moments(frames: int) -> list[int]:
    return np.linspace(0.06 * frames, 0.94 * (frames - 1), MOMENTS).round().astype(int).tolist()


def _placed(given: Motion, example: Example) -> Motion:
    """The initial poses at the true place, so that only their shape is judged by eye."""
    return replace(given, pelvis=example.truth.pelvis, bone_offsets=REST_OFFSETS)


def _compose(
    path: Path, images: list[tuple[Path, str]], example: Example, given: Motion, refined: Motion
) -> None:
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    figure, axes = pyplot.subplots(
        len(images) + 1, 1, figsize=(11, 17.5), height_ratios=[*[1.0] * len(images), 0.62], dpi=110
    )
    for axis, (image, title) in zip(axes, images, strict=False):
        axis.imshow(pyplot.imread(image))
        axis.set_title(title, loc="left", fontsize=12, fontweight="bold")
        axis.axis("off")
    _chart(axes[-1], example, given, refined)
    figure.tight_layout()
    figure.savefig(path)
    pyplot.close(figure)


def before_after(path: Path, images: list[tuple[Path, str]]) -> None:
    """The picture of the README: two strips, one above the other."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    figure, axes = pyplot.subplots(2, 1, figsize=(11, 6.6), dpi=110)
    for axis, (image, title) in zip(axes, images, strict=True):
        axis.imshow(pyplot.imread(image))
        axis.set_title(title, loc="left", fontsize=12, fontweight="bold")
        axis.axis("off")
    figure.tight_layout()
    figure.savefig(path)
    pyplot.close(figure)


def _chart(axis: Any, example: Example, given: Motion, refined: Motion) -> None:
    """Mean joint error per frame against the truth, before and after."""
    seconds = refined.times
    axis.plot(seconds, joint_error(example, given), color=BEFORE, label="before")
    axis.plot(seconds, joint_error(example, refined), color=AFTER, label="after")
    axis.set(xlabel="seconds", ylabel="joint error, mm", xlim=(seconds[0], seconds[-1]), ylim=(0, None))
    axis.set_title(
        "Error of every frame against the truth (mean over joints, pelvis aligned)",
        loc="left",
        fontsize=12,
        fontweight="bold",
    )
    axis.spines[["top", "right"]].set_visible(False)
    axis.legend(frameon=False)


def joint_error(example: Example, motion: Motion) -> np.ndarray:
    """(T,) mean joint distance in mm, pelvis aligned."""
    apart = Posed(motion.rotations, motion.pelvis, motion.bone_offsets).joints() - example.truth.joints()
    return 1000 * np.linalg.norm(apart - apart[:, :1], axis=-1).mean(1)
