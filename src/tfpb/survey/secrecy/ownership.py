"""Whose rows a bailleur's own pack may hold: its own, and the whole when that discloses nobody."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from tfpb.model.codes import ENSEMBLE
from tfpb.model.record import summed
from tfpb.model.survey import OF_OTHERS
from tfpb.survey.secrecy.cells import OWNER
from tfpb.text import fold

if TYPE_CHECKING:
    import pandas as pd

    from tfpb.model.record import Reading
    from tfpb.model.survey import Estimates

FEWEST_OTHERS: Final = 3
"""With fewer other bailleurs behind it, the whole minus one's own would show another's results."""


def for_bailleur(estimates: Estimates, bailleur: str) -> Estimates:
    """Keep the rows of one bailleur and of the whole, before protection.

    Parameters
    ----------
    estimates : Estimates
    bailleur : str
        As the dossier writes it; deliveries may write it with other accents or case.

    Returns
    -------
    Estimates
        Rows of other bailleurs are gone. Rows of the whole stay when the delivery holds this bailleur
        alone, or at least `FEWEST_OTHERS` others. A bailleur that the delivery does not name leaves
        the whole only, which `settings` say to be of others where it names some. Doubts that name
        another bailleur, and the region taken without another, are gone too.
    """
    names = {str(n) for n in estimates.comparison["bailleur"]} - {ENSEMBLE}
    own = {n for n in names if fold(n) == fold(bailleur)}
    others = names - own
    # a delivery that names nobody is the bailleur's own
    told = {OF_OTHERS: True} if others - {""} and not own else {}
    kept = set(own)
    if not others or len(others) >= FEWEST_OTHERS or not own:
        kept.add(ENSEMBLE)

    def mine(table: pd.DataFrame) -> pd.DataFrame:
        if "bailleur" not in table:
            return table
        out = table[table["bailleur"].isin(kept)].reset_index(drop=True)
        out["bailleur"] = [bailleur if b in own else b for b in out["bailleur"]]
        return out

    return replace(
        estimates,
        comparison=mine(estimates.comparison),
        levels=mine(estimates.levels),
        priorities=mine(estimates.priorities),
        benchmark=_own_benchmark(estimates.benchmark, own),
        fieldwork=mine(estimates.fieldwork),
        variants=mine(estimates.variants),
        settings={**estimates.settings, **told},
        readings=_readings(estimates.readings, bailleur),
        notices=tuple(
            n for n in estimates.notices if str(n.fields.get("bailleur", "")) not in others
        ),
        design=mine(estimates.design) if estimates.design is not None else None,
        atoms=tuple(
            replace(a, places=a.places.replace({"bailleur": dict.fromkeys(own, bailleur)}))
            for a in estimates.atoms
        ),
    )


def _readings(readings: tuple[Reading, ...], bailleur: str) -> tuple[Reading, ...]:
    """Keep what was read of one bailleur; of the others, their sum in each file and wave, unnamed."""
    return summed(
        replace(r, bailleur=bailleur if fold(r.bailleur) == fold(bailleur) else "")
        for r in readings
    )


def _own_benchmark(table: pd.DataFrame, own: set[str]) -> pd.DataFrame:
    """Keep the referenced figures, and the region as taken without this bailleur."""
    if OWNER not in table:
        return table
    return table[table[OWNER].isin({"", *own})].reset_index(drop=True)
