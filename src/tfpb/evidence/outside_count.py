"""Dwellings located in each quarter against Insee's count of social dwellings there, with motives."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from tfpb.errors import Fault, Place, Severity
from tfpb.model.codes import QpvStatut

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tfpb.model.location import Located, QpvMap

EQUAL: Final = "egal"
UNKNOWN: Final = "inconnu"
MORE: Final = "plus"
OTHERS: Final = "autres_bailleurs"
CUT: Final = "coupees"
UNSURE: Final = "a_verifier"
COLUMNS: Final = (
    "carte", "code_qpv", "nom_qpv", "logements", "insee", "ecart", "part", "a_verifier", "coupes", "motifs",
)  # fmt: skip
_YEAR_APART: Final = 0.02
"""Share by which a stock may grow between the count and now."""


def outside_counts(
    located: Located, maps: Mapping[int, QpvMap], counts: Mapping[int, pd.DataFrame]
) -> pd.DataFrame:
    """Compare the located dwellings to Insee's count, quarter by quarter, on the same map.

    Parameters
    ----------
    located : Located
    maps : mapping of int to QpvMap
        For the names of the quarters.
    counts : mapping of int to DataFrame
        Map → `code_qpv, logements` (NaN: secret or unknown, never nil).

    Returns
    -------
    DataFrame
        `COLUMNS`, one row a quarter where the stock has dwellings, sure or to check. `ecart` = located −
        Insee; `part` = located / Insee; `coupes` = dwellings that a limit leaves outside, of résidences
        partly in; `motifs`: codes of what may explain the gap.
    """
    doors = located.entrances
    homes = doors["nb_logements"].fillna(0).astype(int)
    rows = []
    for vintage, known in sorted(counts.items()):
        side, code = f"qpv{vintage}_statut", f"qpv{vintage}_code"
        if vintage not in maps or side not in doors:
            continue
        names = dict(
            zip(maps[vintage].frame["code_qpv"], maps[vintage].frame["nom_qpv"], strict=True)
        )
        number = dict(zip(known["code_qpv"], known["logements"], strict=True))
        inside = (doors[side] == QpvStatut.DANS).to_numpy()
        unsure = (doors[side] == QpvStatut.A_VERIFIER).to_numpy()
        close = doors[code].where(doors[code] != "", doors["qpv_proche_code"])
        for quarter in sorted({*doors[code][inside], *close[unsure]} - {""}):
            here = inside & (doors[code] == quarter).to_numpy()
            split = doors["id_residence"].isin(set(doors["id_residence"][here])).to_numpy()
            row = {
                "carte": vintage,
                "code_qpv": quarter,
                "nom_qpv": names.get(quarter, ""),
                "logements": int(homes[here].sum()),
                "insee": number.get(quarter, np.nan),
                "a_verifier": int(homes[unsure & (close == quarter).to_numpy()].sum()),
                "coupes": int(homes[split & ~inside & ~unsure].sum()),
            }
            rows.append(
                {**row, **_gap(row["logements"], row["insee"], row["a_verifier"], row["coupes"])}
            )
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _gap(located: int, insee: float, unsure: int, cut: int) -> dict[str, object]:
    """Return the gap of a quarter, the share located, and what may explain it."""
    if np.isnan(insee):
        return {"ecart": np.nan, "part": np.nan, "motifs": (UNKNOWN,)}
    gap = located - insee
    motives = []
    if gap == 0:
        motives = [EQUAL]
    elif gap > 0:
        motives = [MORE]
    else:
        motives = [OTHERS, *([UNSURE] if unsure else []), *([CUT] if cut else [])]
    return {"ecart": gap, "part": located / insee if insee else np.nan, "motifs": tuple(motives)}


def outside_doubts(table: pd.DataFrame) -> tuple[Fault, ...]:
    """Doubt the quarters where one stock holds more dwellings than Insee counts for everybody."""
    return tuple(
        Fault(
            "insee_depasse",
            Place(),
            str(row["code_qpv"]),
            {
                "logements": int(row["logements"]),
                "insee": int(row["insee"]),
                "carte": int(row["carte"]),
            },
            Severity.DOUTE,
        )
        for row in table.to_dict("records")
        if row["logements"] > row["insee"] * (1 + _YEAR_APART)
    )
