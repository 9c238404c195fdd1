"""Two simulated waves: clusters, weights, gaps of the size published for such surveys."""

from __future__ import annotations

import datetime as dt
import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from maker.questions import QUESTIONS

if TYPE_CHECKING:
    from random import Random

    from maker.stock import Residence

SIZES: Final = {2019: (760, 820), 2023: (800, 860)}  # interviews in and out of the quarters
# how much résidences differ: more on what is seen from the door than on one landlord's service
SPREAD: Final = {"residence": 0.25, "quartier": 0.25, "logement": 0.22, "relation": 0.12}
MIN_INTERVIEWS: Final = 5
WRONG_FLAGS: Final = 3


@dataclass
class Interview:
    """One household, all in codes."""

    id: str
    residence: Residence
    in_qpv: bool  # as the survey firm flags it
    weight: float
    day: dt.date
    kind: int
    period: int
    answers: dict[str, int | None] = field(default_factory=dict)
    mark: int = 0


def simulate(
    stock: list[Residence], wave: int, rng: Random, *, sizes: tuple[int, int] | None = None
) -> list[Interview]:
    """Simulate one wave on the stock; `sizes` are the interviews in and out of the quarters."""
    vintage = 2015 if wave == 2019 else 2024
    flags = {r.id: bool(r.main_side(vintage)) for r in stock}
    if wave == 2023:
        # the firm still follows the old map for the gone quarter, and errs near a limit
        for r in [r for r in stock if r.zone == "gare"][:2] + [
            r for r in stock if r.zone == "limite"
        ][:1]:
            flags[r.id] = not flags[r.id]
    moods = _moods(stock, rng)
    out: list[Interview] = []
    for inside, wanted in zip((True, False), sizes or SIZES[wave], strict=True):
        group = [r for r in stock if flags[r.id] is inside]
        counts = _share(group, wanted)
        weight = sum(r.dwellings for r in group) / sum(counts.values())
        for r in group:
            out += [
                _interview(r, wave, weight, moods[r.id], rng, inside=inside)
                for _ in range(counts[r.id])
            ]
    rng.shuffle(out)
    for i, interview in enumerate(out, start=1):
        interview.id = f"{wave % 100:02d}{i:05d}"
    return out


def _moods(stock: list[Residence], rng: Random) -> dict[str, dict[str, float]]:
    """Give each résidence its own level on each item: what makes answers of neighbours alike.

    Each side is centred on zero by dwellings, so that the gaps simulated are those asked for.
    """
    moods = {r.id: {q.name: rng.gauss(0, SPREAD[q.theme]) for q in QUESTIONS} for r in stock}
    for inside in (True, False):
        group = [r for r in stock if bool(r.main_side(2024)) is inside]
        total = sum(r.dwellings for r in group)
        for q in QUESTIONS:
            mean = sum(moods[r.id][q.name] * r.dwellings for r in group) / total
            for r in group:
                moods[r.id][q.name] -= mean
    return moods


def _share(group: list[Residence], wanted: int) -> dict[str, int]:
    total = sum(r.dwellings for r in group)
    return {
        r.id: min(r.dwellings, max(MIN_INTERVIEWS, round(wanted * r.dwellings / total)))
        for r in group
    }


def _interview(
    r: Residence,
    wave: int,
    weight: float,
    mood: dict[str, float],
    rng: Random,
    *,
    inside: bool,
) -> Interview:
    start = dt.date(2019, 11, 4) if wave == 2019 else dt.date(2023, 3, 6)
    period = 1 + (r.built >= 1970) + (r.built >= 1980) + (r.built >= 2000)
    one = Interview(
        "", r, inside, round(weight * math.exp(rng.gauss(-0.03, 0.25)), 4),
        start + dt.timedelta(days=rng.randrange(0, 75)), 1 if r.kind == "Collectif" else 2, period,
    )  # fmt: skip
    temper = rng.gauss(0, 0.75)
    truly_in = bool(r.main_side(2024))
    liking = []
    for q in QUESTIONS:
        gap = (q.gap_2019 if wave == 2019 else q.gap_2023) / 100 if truly_in else 0.0
        share = min(0.97, max(0.03, q.level + gap))
        tilt = {1: -0.12, 2: -0.05, 3: 0.06, 4: 0.22}[period]
        score = 1.12 * math.log(share / (1 - share)) + mood[q.name] + temper + tilt + _logistic(rng)
        liking.append(score)
        if q.flats_only and one.kind == 2:
            one.answers[q.name] = None
        elif rng.random() < q.out:
            one.answers[q.name] = 8
        elif rng.random() < q.nsp:
            one.answers[q.name] = 9
        else:
            one.answers[q.name] = 1 if score > 1.7 else 2 if score > 0 else 3 if score > -1.5 else 4
    feeling = sum(liking) / len(liking)
    value = round(5.4 + 1.15 * feeling + 0.25 * (liking[15] + liking[17]) / 2 + rng.gauss(0, 1.1))
    one.mark = 99 if rng.random() < 0.012 else max(0, min(10, value))
    return one


def _logistic(rng: Random) -> float:
    u = min(max(rng.random(), 1e-9), 1 - 1e-9)
    return math.log(u / (1 - u))
