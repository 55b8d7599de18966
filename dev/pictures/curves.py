"""Draws the curves of a training run.

python -m dev.pictures.curves training_output/curves.json training.png
"""

from __future__ import annotations

import json
import sys
from pathlib import Path


def draw(curves: Path, picture: Path) -> None:
    """Loss and validation errors over the steps."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    rows = json.loads(curves.read_text("utf-8"))
    figure, (left, right) = pyplot.subplots(1, 2, figsize=(10, 3.6), dpi=110)
    steps = [row["step"] for row in rows]
    left.plot(steps, [row["loss"] for row in rows])
    left.set(xlabel="step", title="Training loss")
    for key, label in (("window_deg", "windows"), ("single_deg", "single frames")):
        (refined,) = right.plot(steps, [row[key] for row in rows], label=label)
        start = [row[key.replace("_deg", "_start_deg")] for row in rows]
        right.plot(steps, start, linestyle=":", color=refined.get_color())
    right.set(xlabel="step", title="Validation: rotation error of all joints, degrees (dotted: the start)")
    right.title.set_fontsize(9)
    right.legend(frameon=False)
    figure.tight_layout()
    figure.savefig(picture)


if __name__ == "__main__":
    draw(Path(sys.argv[1]), Path(sys.argv[2]))
