"""Results full of meshes, masks and embeddings open in seconds and in memory not much above the file."""

from __future__ import annotations

import sys

import pytest

from dev.benchmarks.large_results import opening_takes, write_phalp, write_wham

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="memory is read from /proc")


def test_whams_vertices_are_skipped_and_not_built(tmp_path):
    path = write_wham(tmp_path / "wham_output.pkl", 60)
    seconds, memory = opening_takes(path)
    assert path.stat().st_size > 50 << 20 and seconds < 2 and memory < 40


def test_phalps_masks_and_embeddings_are_let_go(tmp_path):
    path = write_phalp(tmp_path / "demo_clip.pkl", 30)
    seconds, memory = opening_takes(path)
    assert seconds < 6 and memory < 1.6 * (path.stat().st_size >> 20) + 20
