"""Every seed of the corpus, and everything that ever crashed a reader, ends in data or in a refusal."""

from __future__ import annotations

import pytest

from tests.effort import effort
from tests.fuzz.run import CORPUS, CRASHES
from tests.fuzz.targets import TARGETS, feed


@pytest.mark.parametrize("target", sorted(TARGETS))
def test_seeds_do_no_harm(target):
    seeds = sorted((CORPUS / target).iterdir())
    assert seeds
    for seed in seeds:
        feed(target, seed.read_bytes())


@pytest.mark.parametrize("name", sorted(path.name for path in CRASHES.glob("*-*")))
def test_what_once_crashed_does_so_no_more(name):
    with effort(500_000):
        feed(name.split("-")[0], (CRASHES / name).read_bytes())


def test_the_corpus_stays_small():
    assert sum(path.stat().st_size for path in CORPUS.rglob("*") if path.is_file()) < 1 << 20
