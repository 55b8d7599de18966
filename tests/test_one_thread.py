"""Matrices are computed on one thread where that is ours to say, and on as many as before elsewhere."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
from threadpoolctl import ThreadpoolController

from addon.one_thread import on_one_thread
from addon.steps import Cancelled, Steps, finish

LIBRARIES = ThreadpoolController().select(user_api="blas")


@pytest.fixture(autouse=True)
def two_threads(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """As on any machine with two cores."""
    monkeypatch.setattr(type(on_one_thread), "always", False)
    with LIBRARIES.limit(limits=2):
        if threads() != {2}:
            pytest.skip("this NumPy computes matrices on one thread")
        yield


def threads() -> set[int]:
    return {library["num_threads"] for library in LIBRARIES.info()}


def steps(seen: list[set[int]], ends: bool = True) -> Steps[float]:
    for _ in range(2):
        seen.append(threads())
        yield None
    if not ends:
        raise ValueError
    return float(np.eye(3).sum())


def test_what_runs_through_does_so_on_one_and_leaves_the_number_as_it_was():
    seen: list[set[int]] = []
    assert finish(steps(seen)) == 3.0
    assert seen == [{1}, {1}] and threads() == {2}


def test_what_fails_or_is_cancelled_leaves_it_too():
    with pytest.raises(ValueError):
        finish(steps([], ends=False))
    assert threads() == {2}
    with pytest.raises(Cancelled):
        finish(steps([]), cancelled=lambda: True)
    assert threads() == {2}


def test_between_steps_others_have_theirs():
    seen: list[set[int]] = []

    def cancelled() -> bool:
        seen.append(threads())
        return False

    finish(steps([]), cancelled=cancelled)
    assert seen == [{2}, {2}]


def test_one_within_another_changes_nothing():
    with on_one_thread:
        finish(steps([]))
        assert threads() == {1}
    assert threads() == {2}
