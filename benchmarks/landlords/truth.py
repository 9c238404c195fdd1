"""Figures of a landlord, from what is true and by plain arithmetic."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .world import Wave, World

SATISFIED_FROM = {"four": 2, "five": 3}


@dataclass(frozen=True)
class Figure:
    """One true value: kind is logements, euros, actions or satisfaction."""

    kind: str
    name: str
    scope: str
    value: float


def satisfied(wave: Wave, scale: str, answer: object) -> bool | None:
    """Whether an answer counts as satisfied; nothing where it is outside the base."""
    if answer in {"dk", "na"}:
        return None
    if scale == "mark":
        return int(str(answer)) >= int(str(wave.coding["mark_from"]))
    return int(str(answer)) >= SATISFIED_FROM[str(wave.coding["levels"])]


def shares(world: World, wave: Wave, key: str, quarter: str = "") -> dict[str, tuple[float, int]]:
    """Weighted share and count on each side, of one quarter where it is named."""
    side_of = {one.code: one.quarter for one in world.residences}
    scale = next(one.scale for one in world.questions if one.key == key)
    sums = {"qpv": [0.0, 0.0, 0], "hors_qpv": [0.0, 0.0, 0]}
    for _, residence, weight, answers in wave.rows:
        side = side_of[residence]
        if side and quarter and side != quarter:
            continue
        good = satisfied(wave, scale, answers[key])
        if good is None:
            continue
        w = weight if wave.weighted else 1.0
        cell = sums["qpv" if side else "hors_qpv"]
        cell[0] += w * good
        cell[1] += w
        cell[2] += 1
    return {name: (cell[0] / cell[1], int(cell[2])) for name, cell in sums.items() if cell[1]}


def figures(world: World) -> list[Figure]:
    """Every figure that is compared."""
    held = world.quarters()
    total = sum(one.dwellings for one in world.residences)
    found = [
        Figure("logements", "logements", "total", total),
        Figure("logements", "logements_qpv", "total", sum(held.values())),
        Figure("logements", "logements_hors", "total", total - sum(held.values())),
    ]
    found += [Figure("logements", "logements_qpv", code, n) for code, n in held.items()]
    if world.premises:
        for state in ("acquis", "a_reclamer", "a_risque"):
            lines = [one for one in world.premises if one.state == state]
            found.append(
                Figure("euros", state, "total", sum(one.abatement(world.rates) for one in lines))
            )
            if state != "a_risque":
                found += [
                    Figure(
                        "euros",
                        state,
                        code,
                        sum(one.abatement(world.rates) for one in lines if one.quarter == code),
                    )
                    for code in held
                ]
    found += _actions(world, held)
    for question in world.questions:
        gaps = []
        for wave in world.waves:
            both = shares(world, wave, question.key)
            scope = f"{question.key} {wave.name}"
            found += [
                Figure("satisfaction", side, scope, value) for side, (value, _) in both.items()
            ]
            for code in held:
                if own := shares(world, wave, question.key, code).get("qpv"):
                    found.append(Figure("satisfaction", "qpv", f"{scope} {code}", own[0]))
            if len(both) == 2:
                gaps.append((wave.name, both["qpv"][0] - both["hors_qpv"][0]))
                found.append(Figure("satisfaction", "ecart", scope, gaps[-1][1]))
        found += [
            Figure("satisfaction", "evolution_ecart", f"{question.key} {a[0]}-{b[0]}", b[1] - a[1])
            for a, b in pairwise(gaps)
        ]
    return found


def _actions(world: World, held: dict[str, int]) -> list[Figure]:
    """Planned, spent and valued: whole, by quarter, by axis."""
    if not world.actions:
        return []
    by_quarter = dict.fromkeys(held, 0.0)
    by_axis: dict[int, float] = {}
    for one in world.actions:
        by_axis[one.axis] = by_axis.get(one.axis, 0) + one.valued
        weight = sum(held[code] for code in one.quarters)
        for code in one.quarters:
            by_quarter[code] += one.valued * held[code] / weight
    found = [
        Figure("actions", "prevu", "total", sum(one.planned for one in world.actions)),
        Figure("actions", "realise", "total", sum(one.spent for one in world.actions)),
        Figure("actions", "valorise", "total", sum(by_axis.values())),
    ]
    found += [Figure("actions", "valorise", code, value) for code, value in by_quarter.items()]
    return found + [
        Figure("actions", "valorise", f"axe {axis}", value)
        for axis, value in sorted(by_axis.items())
    ]
