"""How many processes refine a folder."""

from __future__ import annotations

import os

import pytest

from addon import at_once


@pytest.mark.parametrize(
    "asked_for, clips, processes",
    [(None, 3, 1), (None, 20, 2), (1, 20, 1), (8, 20, 8), (8, 3, 3), (None, 0, 1), (4, 0, 1)],
)
def test_it_is_what_is_asked_for_or_one_for_each_core(monkeypatch, asked_for, clips, processes):
    monkeypatch.setattr(os, "cpu_count", lambda: 2)
    assert at_once.at_once(asked_for, clips) == processes


def test_a_large_machine_is_not_taken_whole(monkeypatch):
    monkeypatch.setattr(os, "cpu_count", lambda: 64)
    assert at_once.at_once(None, 1000) == at_once.AT_ONCE
