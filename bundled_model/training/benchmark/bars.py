"""What must hold of the table, checked row by row.

SMPLify with L-BFGS stands in the table, but on single frames of a few clips: too few to be held against means
over all of them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from .cases import CASES, Case
from .methods import OURS, PAIRWISE, SMPLIFY
from .run import HEADLINE, Row
from .table import by_case

NEAR_SHARE, NEAR_MM, NEAR_DEGREES = 0.03, 0.2, 0.1
NOISE_MARGIN, PLUGIN_MARGIN = 0.15, 0.10
MOST_DRIFT = 0.2
SMOOTHED, NOTHING = "smoothed LM", "do nothing"


@dataclass(frozen=True)
class Verdict:
    """Whether a bar holds in a case, and the numbers that say so."""

    bar: str
    case: str
    holds: bool
    numbers: str


def verdicts(rows: list[Row]) -> list[Verdict]:
    """All bars that the rows of the headline motion can be held against."""
    cases = {case.name: case for case in CASES}
    found: list[Verdict] = []
    for (motion, name), methods in by_case(rows).items():
        if motion == HEADLINE and OURS in methods:
            found += _of_case(cases[name], methods)
    return found


def summary(found: list[Verdict]) -> str:
    """One line per bar, and one per case in which it does not hold."""
    lines = []
    for bar in dict.fromkeys(verdict.bar for verdict in found):
        own = [verdict for verdict in found if verdict.bar == bar]
        failed = [verdict for verdict in own if not verdict.holds]
        lines.append(f"{bar}: holds in {len(own) - len(failed)} of {len(own)} cases")
        lines += [f"    not in {verdict.case}: {verdict.numbers}" for verdict in failed]
    return "\n".join(lines)


def _of_case(case: Case, methods: dict[str, Row]) -> Iterator[Verdict]:
    others = {name: row for name, row in methods.items() if not name.startswith(OURS) and name != SMPLIFY}
    solvers = {name: row for name, row in others.items() if name not in (PAIRWISE, NOTHING)}
    if others:
        yield _best_or_near(case, methods, others, "pve", NEAR_MM)
        yield _best_or_near(case, methods, others, "rotation", NEAR_DEGREES)
    keypoints_only = not (case.has_initial or case.roll_out or case.bones_known)
    if keypoints_only and case.faults.white == 0.02 and SMOOTHED in methods:
        smoothed = {SMOOTHED: methods[SMOOTHED]}
        yield _below("White noise: PVE 15 % below smoothed LM", case, methods, smoothed, "pve", NOISE_MARGIN)
        yield _below(
            "White noise: acceleration no higher than smoothed LM's", case, methods, smoothed,
            "acceleration", 0.0,
        )  # fmt: skip
    if case.faults.camera and SMOOTHED in methods:
        smoothed = {name: row for name, row in methods.items() if name.startswith(SMOOTHED)}
        for figure in ("pve", "rotation"):
            yield _below("One camera: 15 % below smoothed LM", case, methods, smoothed, figure, NOISE_MARGIN)
    if case.alone and NOTHING in methods:
        given = {NOTHING: methods[NOTHING]}
        yield _below(
            "Poses alone: rotation 15 % below the input", case, methods, given, "rotation", NOISE_MARGIN
        )
    if solvers and not case.alone and case.estimator and case.faults.white:
        bar = "Plug-in, white noise: rotation 10 % below the best of the others"
        yield _below(bar, case, methods, others, "rotation", PLUGIN_MARGIN)
    if case.roll_out:
        drift = methods[OURS].figures.drift
        yield Verdict("Roll-outs: drift below 0.2°", case.name, abs(drift) < MOST_DRIFT, f"{drift:+.2f}°")


def _best_or_near(
    case: Case, methods: dict[str, Row], others: dict[str, Row], figure: str, near: float
) -> Verdict:
    ours = getattr(methods[OURS].figures, figure)
    name, best = _least(others, figure)
    allowed = max(best * (1.0 + NEAR_SHARE), best + near)
    bar = f"Best or within 3 % in {'PVE' if figure == 'pve' else figure}"
    return Verdict(bar, case.name, ours <= allowed, f"ours {ours:.2f}, {name} {best:.2f}")


def _below(
    bar: str, case: Case, methods: dict[str, Row], others: dict[str, Row], figure: str, margin: float
) -> Verdict:
    ours = getattr(methods[OURS].figures, figure)
    name, best = _least(others, figure)
    share = 100.0 * (1.0 - ours / best)
    numbers = f"{figure} ours {ours:.2f}, {name} {best:.2f} ({share:+.0f} % below)"
    return Verdict(bar, case.name, ours <= best * (1.0 - margin), numbers)


def _least(rows: dict[str, Row], figure: str) -> tuple[str, float]:
    name = min(rows, key=lambda name: getattr(rows[name].figures, figure))
    return name, getattr(rows[name].figures, figure)
