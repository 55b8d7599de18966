"""What `build.py bench` says of the time from click to keys is measured on the operator itself."""

from __future__ import annotations

import bpy

from dev.benchmarks import click
from dev.benchmarks.enabling import seconds_to_enable


def test_every_round_clicks_on_an_unrefined_recording_and_ends_with_keys(
    switch_extension, monkeypatch, tmp_path
):
    monkeypatch.setattr(click, "FRAMES", 30)
    seen = []

    def best(work, before):
        for _ in range(2):
            before()
            armatures = [ob for ob in bpy.data.objects if ob.type == "ARMATURE"]
            work()
            (armature,) = [ob for ob in bpy.data.objects if ob.type == "ARMATURE"]
            seen.append((len(armatures), tuple(armature.animation_data.action.frame_range)))
        return 1.5

    seconds = click.seconds_to_keys(best, "numpy", tmp_path)
    assert seen == [(0, (1.0, 30.0))] * 2
    assert 1.5 < seconds <= 1.7


def test_enabling_is_measured_in_blenders_of_their_own():
    assert seconds_to_enable(rounds=1) > 0.0
