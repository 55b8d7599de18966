"""Things of another kind than a run needs are told in a plain sentence."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from addon import formats, refiner
from tests.wave import joints_of_a_wave

RECORDING = formats.from_arrays(keypoints=joints_of_a_wave(9, 30.0), layout="smpl24", fps=30.0)
PERSON = RECORDING.people[0]


@pytest.mark.parametrize("person", [RECORDING, np.zeros((9, 24, 3)), "walk.npz", None])
def test_what_is_no_person_is_told_with_what_to_give(person: Any):
    with pytest.raises(TypeError, match=r"person must be a Person, such as recording\.people\[0\]"):
        refiner.refine(person)


@pytest.mark.parametrize(
    ("options", "error", "sentence"),
    [
        ({"targets": np.zeros((9, 24, 3))}, TypeError, "targets must be a Person"),
        ({"controls": {"feet": 1.0}}, TypeError, "controls must be Controls"),
        ({"targets": PERSON, "targets_offset": float("nan")}, refiner.RefineError, "is no number"),
    ],
)
def test_options_of_another_kind_are_told(options: dict[str, Any], error: type[Exception], sentence: str):
    with pytest.raises(error, match=sentence):
        refiner.refine(PERSON, **options)


def test_only_a_motion_is_written(tmp_path):
    with pytest.raises(TypeError, match="takes a Motion"):
        formats.write_npz(RECORDING, tmp_path / "out.npz")  # type: ignore[arg-type]
    assert not list(tmp_path.iterdir())
