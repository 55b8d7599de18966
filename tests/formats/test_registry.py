"""The registry: its table, its order, its refusal of what no reader knows."""

from __future__ import annotations

import numpy as np
import pytest

from addon import formats
from addon.formats.container import Container
from addon.safe_read import FormatError
from tests.formats.test_mutations import BUILDERS


def test_every_reader_but_the_refusal_has_a_row_in_the_table():
    rows = formats.table().splitlines()
    assert len(rows) - 2 == len(formats.READERS) - 1
    assert len({reader.format for reader in formats.READERS}) == len(formats.READERS)
    assert all(row.count("|") == 5 for row in rows)


@pytest.mark.parametrize(
    "tool", ["WHAM", "PHALP", "AMASS", "TRC", "C3D", "BVH", "table", "MediaPipe", "VIBE"]
)
def test_only_one_reader_recognises_a_file(tmp_path, tool):
    container = Container(BUILDERS[tool](tmp_path))
    assert len([reader.format for reader in formats.READERS if reader.recognises(container)]) == 1


def test_the_refusal_names_what_the_file_holds(tmp_path):
    np.savez(tmp_path / "weather.npz", temperature=np.ones(3), rain=np.ones(3))
    with pytest.raises(FormatError, match="temperature, rain"):
        formats.read(tmp_path / "weather.npz")
