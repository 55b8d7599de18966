"""Work is counted, and ended where it is too much, whatever the one who works makes of that."""

from __future__ import annotations

import sys

import pytest

from tests.effort import effort


def work(calls: int) -> None:
    for _ in range(calls):
        len("")


def test_calls_are_counted_and_nothing_is_left_behind():
    before = sys.getprofile()
    with effort(2000) as spent:
        work(1000)
    assert 1000 < spent.calls < 1100 and sys.getprofile() is before


def test_too_much_work_is_ended():
    with pytest.raises(AssertionError, match="more work than 500 calls"), effort(500):
        work(sys.maxsize)


@pytest.mark.parametrize("leaves", [False, True])
def test_work_that_takes_the_end_for_an_error_of_its_own_fails_all_the_same(leaves):
    with pytest.raises(AssertionError, match="more work than 500 calls"), effort(500):
        try:
            work(1000)
        except AssertionError as error:
            if leaves:
                raise ValueError from error
