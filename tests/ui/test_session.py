"""Recordings are read once, and again when that is needed."""

from __future__ import annotations

import os

import pytest

from addon.formats.container import Hints
from addon.recording import Recording
from addon.safe_read import FormatError
from addon.ui.session import KEPT, ReadingFailed, Session


@pytest.fixture
def session() -> Session:
    return Session()


def test_a_file_is_read_once(session, wave):
    assert session.peek(str(wave), Hints()) is None
    recording = session.load(str(wave), Hints())
    assert session.load(str(wave), Hints()) is recording
    assert session.peek(str(wave), Hints()) is recording


def test_a_changed_file_is_read_again(session, wave):
    recording = session.load(str(wave), Hints())
    os.utime(wave, ns=(1, 1))
    assert session.load(str(wave), Hints()) is not recording


def test_other_hints_are_another_recording(session, wave):
    session.load(str(wave), Hints())
    assert session.load(str(wave), Hints(fps=30.0)).people[0].fps == 30.0
    assert isinstance(session.peek(str(wave), Hints()), Recording)


def test_a_file_that_vanishes_is_refused(session, wave):
    session.load(str(wave), Hints())
    wave.unlink()
    with pytest.raises(FormatError):
        session.load(str(wave), Hints())


def test_a_refusal_is_kept_for_the_panel(session, broken):
    with pytest.raises(FormatError):
        session.load(str(broken), Hints())
    assert isinstance(session.peek(str(broken), Hints()), FormatError)


def test_a_reader_that_breaks_down_is_one_sentence(session, wave, monkeypatch):
    def breaks_down(*_args, **_hints):
        raise ZeroDivisionError("division by zero")

    monkeypatch.setattr("addon.formats.read", breaks_down)
    with pytest.raises(ReadingFailed, match=r"wave.npz can't be read.*ZeroDivisionError") as caught:
        session.load(str(wave), Hints())
    assert "Traceback" in caught.value.details


def test_only_the_last_ones_stay_in_memory(session, wave):
    hints = [Hints(fps=float(fps)) for fps in range(20, 21 + KEPT)]
    for hint in hints:
        session.load(str(wave), hint)
    assert [session.peek(str(wave), hint) is not None for hint in hints] == [False] + [True] * KEPT
