"""A rig: bones in a tree, and how they rest. Of any program, in any pose."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np


@dataclass(frozen=True)
class Rig:
    """An armature at rest.

    names: J names of bones, each once. parents: index of the bone above, -1 for roots; in any order.
    heads, tails: (J, 3) metres. axes: (J, 3, 3), the bones' x, y and z axes as columns. All in one space,
    the armature's or the world's, whichever of its axes points up.
    """

    names: tuple[str, ...]
    parents: tuple[int, ...]
    heads: np.ndarray
    tails: np.ndarray
    axes: np.ndarray

    def __post_init__(self) -> None:
        count = len(self.names)
        shapes = (self.heads.shape, self.tails.shape, self.axes.shape)
        if shapes != ((count, 3), (count, 3), (count, 3, 3)) or len(self.parents) != count:
            raise ValueError(f"{count} bones, {len(self.parents)} parents, heads, tails and axes {shapes}")

    @cached_property
    def index(self) -> dict[str, int]:
        """Place of each bone by its name."""
        return {name: place for place, name in enumerate(self.names)}

    @cached_property
    def tree(self) -> Tree:
        """Its tree."""
        return Tree(self.parents)


class Tree:
    """Who hangs on whom."""

    def __init__(self, parents: Sequence[int]) -> None:
        self.parents = tuple(parents)
        self.children: tuple[list[int], ...] = tuple([] for _ in parents)
        for place, parent in enumerate(parents):
            if parent >= 0:
                self.children[parent].append(place)

    def above(self, place: int) -> Iterator[int]:
        """This bone and those above it, the nearest first."""
        seen = set()
        while place >= 0 and place not in seen:
            seen.add(place)
            yield place
            place = self.parents[place]

    def below(self, place: int) -> list[int]:
        """This bone and all below it, those nearer first."""
        found = [place]
        for each in found:
            found += self.children[each]
        return found

    def depth(self, place: int) -> int:
        """How many bones are above it."""
        return sum(1 for _ in self.above(place)) - 1

    def meeting(self, places: Sequence[int]) -> int:
        """The lowest bone that all of these hang on or are, -1 where there is none."""
        shared = [set(self.above(place)) for place in places[1:]]
        return next((each for each in self.above(places[0]) if all(each in one for one in shared)), -1)

    def way(self, top: int, bottom: int) -> list[int]:
        """The bones from `top` down to `bottom`, both among them; empty where it does not hang there."""
        line = list(self.above(bottom))
        return line[: line.index(top) + 1][::-1] if top in line else []
