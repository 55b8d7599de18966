from __future__ import annotations

import pytest

from addon.words import listed, plural


@pytest.mark.parametrize(
    ("count", "noun", "told"),
    [
        (0, "frame", "0 frames"),
        (1, "frame", "1 frame"),
        (1200, "frame", "1,200 frames"),
        (1, "person", "1 person"),
        (2, "person", "2 people"),
        (2, "more stretch", "2 more stretches"),
    ],
)
def test_a_count_is_told_with_the_noun_as_it_is_said(count, noun, told):
    assert plural(count, noun) == told


def test_of_many_names_the_first_are_told_and_how_many_more_there_are():
    assert listed(["Neck", "Head"]) == "Neck, Head"
    assert listed(["Neck", "Head", "Jaw", "Chin", "Nose"]) == "Neck, Head, Jaw and 2 more"
    assert listed(["Neck", "Head", "Jaw"], most=2) == "Neck, Head and 1 more"
