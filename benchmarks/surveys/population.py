"""Landlords, quarters and résidences of unequal sizes, with the answers of every household."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import stats

WAVES = ("2019", "2023")
TYPES = np.array(["collectif", "individuel"])
PERIODS = np.array(["avant 1970", "1970-1989", "1990 et après"])
GAPS = (-0.05, -0.05, 0.0, 0.0, -0.08, -0.16, 0.06, -0.02, -0.05, 0.0)
"""Gap of each question, quarters less elsewhere, at equal buildings; a third at the margin itself."""


@dataclass(frozen=True)
class Setting:
    """Sizes of one survey.

    Attributes
    ----------
    side : int
        Résidences a side of each landlord's stock, inside quarters; the other side differs by up to a half.
    rate : float
        Share of households asked.
    composition : float
        By how much houses and recent buildings lack in quarters' stock: 0, same stock on both sides.
    unsure : float
        Share of résidences whose side the map leaves to be checked.
    """

    side: int
    landlords: int = 1
    rate: float = 0.25
    items: int = 20
    composition: float = 0.25
    target: str = "parc"
    quarters: int = 3
    unsure: float = 0.0


@dataclass(frozen=True)
class Population:
    """Every household's answers, by résidence.

    Attributes
    ----------
    homes : pandas.DataFrame
        A row a résidence: `residence, bailleur, qpv, code_qpv, type_habitat, periode_construction,
        logements`.
    answers : dict of str to ndarray
        By wave, households × items: codes 1 to 4, 8 not concerned, 9 does not know.
    who : ndarray
        Position of the résidence of each household.
    expected : dict of int to ndarray
        By side, share content of each item in the service whose résidences are instances.
    likeness : ndarray
        Likeness (ICC) of the answers of one résidence, items × (flats, houses).
    """

    homes: pd.DataFrame
    answers: dict[str, np.ndarray]
    who: np.ndarray
    expected: dict[int, np.ndarray]
    likeness: np.ndarray


def filtered(item: int) -> bool:
    """Say whether a question is put to flats alone."""
    return item % 7 == 1


def _houses(setting: Setting, side: int) -> float:
    """Share of individual houses among résidences of a side."""
    return 0.25 + setting.composition / 2 * (-1 if side else 1)


def _periods(setting: Setting, side: int) -> list[float]:
    """Share of each period among résidences of a side."""
    shift = setting.composition / 2 * (1 if side else -1)
    return [0.35 + shift, 0.4, 0.25 - shift]


def _effect(item: int, house: np.ndarray | int, period: np.ndarray | int) -> np.ndarray | float:
    """Give what a building does to the share of content households, whatever its side."""
    return 0.06 * (item % 3 - 1) * (house - 0.25) + 0.04 * (item % 2) * (period - 0.9)


def homes_of(draw: np.random.Generator, setting: Setting) -> pd.DataFrame:
    """Draw the résidences of both sides of each landlord."""
    rows = []
    for landlord in range(setting.landlords):
        for side in (1, 0):
            count = setting.side if side else max(2, round(setting.side * draw.uniform(0.7, 1.5)))
            for rank in range(count):
                house = draw.random() < _houses(setting, side)
                period = draw.choice(3, p=_periods(setting, side))
                size = int(np.clip(draw.lognormal(np.log(38), 0.75), 6, 320))
                quarter = f"QN059{1 + rank % setting.quarters:02d}I" if side else ""
                code, name = f"R{landlord:02d}{side}{rank:03d}", f"Bailleur {landlord + 1:02d}"
                rows.append((code, name, side, quarter, TYPES[int(house)], PERIODS[period], size))
    names = [
        "residence",
        "bailleur",
        "qpv",
        "code_qpv",
        "type_habitat",
        "periode_construction",
        "logements",
    ]
    return pd.DataFrame(rows, columns=names)


def population(draw: np.random.Generator, setting: Setting) -> Population:
    """Draw résidences and the answers of all their households in both waves."""
    homes = homes_of(draw, setting)
    who = np.repeat(np.arange(len(homes)), homes["logements"])
    house = (homes["type_habitat"] == "individuel").to_numpy()
    recent = (
        homes["periode_construction"]
        .map({name: rank for rank, name in enumerate(PERIODS)})
        .to_numpy()
    )
    side = homes["qpv"].to_numpy()
    answers = {wave: np.zeros((len(who), setting.items), dtype=np.int8) for wave in WAVES}
    expected = {one: np.zeros(setting.items) for one in (1, 0)}
    likeness = np.zeros((setting.items, 2))
    for item in range(setting.items):
        icc = {True: draw.uniform(0.02, 0.2), False: draw.uniform(0.02, 0.2)}
        likeness[item] = icc[False], icc[True]
        base = draw.uniform(0.5, 0.85)
        mean = base + GAPS[item % len(GAPS)] * side + _effect(item, house.astype(int), recent)
        mean = np.clip(mean, 0.05, 0.96)
        share = np.array([icc[bool(one)] for one in house])
        spread = (1 - share) / share
        lasting = draw.standard_normal(len(homes))
        unsure = draw.uniform(0.01, 0.08)
        for wave in WAVES:
            mood = 0.8 * lasting + 0.6 * draw.standard_normal(len(homes))
            place = np.clip(stats.norm.cdf(mood), 1e-6, 1 - 1e-6)
            level = stats.beta.ppf(place, mean * spread, (1 - mean) * spread)
            content = draw.random(len(who)) < level[who]
            strong = draw.random(len(who)) < 0.4
            codes = np.where(content, np.where(strong, 1, 2), np.where(strong, 4, 3))
            codes = np.where(draw.random(len(who)) < unsure, 9, codes)
            if filtered(item):
                codes = np.where(house[who], 8, codes)
            answers[wave][:, item] = codes
        for one in (1, 0):
            expected[one][item] = _expected(setting, one, base, item)
    return Population(homes, answers, who, expected, likeness)


def _expected(setting: Setting, side: int, base: float, item: int) -> float:
    houses = _houses(setting, side)
    total = mass = 0.0
    for house, weight in ((1, houses), (0, 1 - houses)):
        if filtered(item) and house:
            continue
        for period, share in enumerate(_periods(setting, side)):
            level = base + GAPS[item % len(GAPS)] * side + _effect(item, house, period)
            total += weight * share * np.clip(level, 0.05, 0.96)
            mass += weight * share
    return float(total / mass)
