"""An average adult as a mixture of MakeHuman's shape targets."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product

import numpy as np

from .source import Source

PEOPLES = ("african", "asian", "caucasian")


@dataclass(frozen=True)
class Phenotype:
    """MakeHuman's sliders, each 0..1 with the average at 0.5."""

    male: float
    old: float
    """share of an old person; the rest is young"""
    muscle: float
    weight: float
    height: float
    ideal: float
    """0 uncommon, 1 ideal proportions"""


def vertices(source: Source, person: Phenotype) -> np.ndarray:
    """(V, 3) the person's mesh in MakeHuman's A-pose, metres; cubes and helpers included."""
    genders = {"male": person.male, "female": 1 - person.male}
    ages = {"old": person.old, "young": 1 - person.old}
    muscles = _three("muscle", person.muscle)
    weights = _three("weight", person.weight)
    heights = _three("height", person.height)
    proportions = {
        "uncommonproportions": max(0.0, 1 - 2 * person.ideal),
        "idealproportions": max(0.0, 2 * person.ideal - 1),
    }
    total = source.vertices.copy()
    for (gender, g), (age, a) in product(genders.items(), ages.items()):
        for people in PEOPLES:
            total += _scaled(source, g * a / len(PEOPLES), f"macrodetails/{people}-{gender}-{age}")
        for (muscle, m), (weight, w) in product(muscles.items(), weights.items()):
            build, share = f"{gender}-{age}-{muscle}-{weight}", g * a * m * w
            total += _scaled(source, share, f"macrodetails/universal-{build}")
            for height, h in heights.items():
                total += _scaled(source, share * h, f"macrodetails/height/{build}-{height}")
            for proportion, p in proportions.items():
                total += _scaled(source, share * p, f"macrodetails/proportions/{build}-{proportion}")
    return total


def _three(name: str, value: float) -> dict[str, float]:
    """Shares of the low, middle and high target of a slider."""
    return {
        f"min{name}": max(0.0, 1 - 2 * value),
        f"average{name}": 1 - abs(2 * value - 1),
        f"max{name}": max(0.0, 2 * value - 1),
    }


def _scaled(source: Source, share: float, name: str) -> np.ndarray:
    return share * source.target(name) if share > 0 else np.zeros(3)
