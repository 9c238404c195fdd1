"""Dwellings located in each quarter against Insee's count of social dwellings there, with motives."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final, NamedTuple

import pandas as pd

from tfpb.errors import Fault, Place, Severity
from tfpb.facts.place import holds, on_map, quarters_held

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from tfpb.facts.place import QuarterHeld
    from tfpb.facts.quarter import Quarters
    from tfpb.model.location import Located

EQUAL: Final = "egal"
UNKNOWN: Final = "inconnu"
MORE: Final = "plus"
OTHERS: Final = "autres_bailleurs"
CUT: Final = "coupees"
UNSURE: Final = "a_verifier"
_YEAR_APART: Final = 0.02
"""Share by which a stock may grow between the count and now."""


class OutsideCount(NamedTuple):
    """A quarter on one map, against Insee's count."""

    carte: int
    code_qpv: str
    nom_qpv: str
    logements: int  # located there
    insee: float  # Insee's count; NaN, like the two next, where Insee gives none
    ecart: float  # located less Insee's count
    part: float  # located over Insee's count
    a_verifier: int  # dwellings to check there
    coupes: int  # dwellings out of every quarter, of résidences partly in
    motifs: tuple[str, ...]  # codes of what may explain the gap


def outside_counts(
    located: Located,
    quarters: Quarters,
    maps: Collection[int],
    counts: Mapping[int, pd.DataFrame],
) -> pd.DataFrame:
    """Compare the located dwellings to Insee's count, quarter by quarter, on the same imported map.

    `counts` by map, NaN: secret or unknown, never nil. One row a quarter where the stock has dwellings,
    sure or to check.
    """
    doors = located.entrances
    rows = [
        _against(vintage, here, quarters, number.get(here.code_qpv, math.nan))
        for vintage, known in sorted(counts.items())
        if vintage in maps and f"qpv{vintage}_statut" in doors
        for number in [dict(known[["code_qpv", "logements"]].itertuples(index=False, name=None))]
        for here in quarters_held(holds(on_map(doors, vintage)))
    ]
    return pd.DataFrame(rows, columns=list(OutsideCount._fields))


def _against(carte: int, here: QuarterHeld, quarters: Quarters, insee: float) -> OutsideCount:
    """Set a quarter against Insee's count: the gap, the share located, and what may explain it."""
    gap = here.inside - insee
    return OutsideCount(
        carte,
        here.code_qpv,
        quarters[here.code_qpv].shown,
        here.inside,
        insee,
        gap,
        here.inside / insee if insee else math.nan,
        here.unsure,
        here.left_out,
        _motives(gap, here),
    )


def _motives(gap: float, here: QuarterHeld) -> tuple[str, ...]:
    if math.isnan(gap):
        return (UNKNOWN,)
    if gap >= 0:
        return (MORE,) if gap else (EQUAL,)
    return (OTHERS, *([UNSURE] if here.unsure else []), *([CUT] if here.left_out else []))


def outside_doubts(table: pd.DataFrame) -> tuple[Fault, ...]:
    """Doubt the quarters where one stock holds more dwellings than Insee counts for everybody."""
    return tuple(
        Fault(
            "insee_depasse",
            Place(),
            row.code_qpv,
            {"logements": row.logements, "insee": int(row.insee), "carte": row.carte},
            Severity.DOUTE,
        )
        for row in map(OutsideCount._make, table.itertuples(index=False, name=None))
        if row.logements > row.insee * (1 + _YEAR_APART)
    )
