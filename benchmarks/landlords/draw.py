"""One landlord: its truth, then its files."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

from . import money_files, stock_files, survey_files, world
from .layout import layout

if TYPE_CHECKING:
    from pathlib import Path

    from .layout import Layout
    from .sheets import Written


def landlord(index: int) -> tuple[world.World, Layout]:
    """Draw what is true of landlord `index`."""
    how = layout(index)
    rng = random.Random(how.seed)
    place = world.PLACES[how.place]
    _, names = world.grounds(place.name)
    stock = world.residences(rng, place, size=how.size, near=how.near, cut=how.cut, code=how.code)
    rates = {
        "commune": round(rng.uniform(38, 56), 2),
        "syndicats": round(rng.uniform(0.3, 1.5), 2),
        "epci": round(rng.uniform(1, 6), 2),
        "tse": round(rng.uniform(0.2, 0.6), 2),
        "gemapi": round(rng.uniform(0.2, 0.7), 2),
    }
    made = world.World(
        index, how.seed, place, how.year, rng.choice(world.FIRMS), stock, names, rates
    )
    world.notices(
        rng, made, by_residence=how.tax == "residence", garages=how.garages, listed=how.listed
    )
    world.survey(rng, made, [dict(wave) for wave in how.waves], per_wave=how.interviews)
    world.programme(rng, made, shared=how.shared)
    if not money_files.has_valued(how):
        for one in made.actions:
            one.valued = one.spent
    return made, how


def files(folder: Path, made: world.World, how: Layout) -> list[Written]:
    """Write every file of the landlord."""
    folder.mkdir(parents=True, exist_ok=True)
    found = [stock_files.stock(folder, made, how), money_files.taxes(folder, made, how)]
    found += [
        survey_files.delivery(folder, made, wave, rank, how) for rank, wave in enumerate(made.waves)
    ]
    found += [money_files.programme(folder, made, how), money_files.conventions(folder, made, how)]
    if how.listed:
        found.append(money_files.declaration(folder, made, how))
    if ordinary := money_files.ordinary(folder, made, how):
        found.append(ordinary)
    return found
