"""How far the main figures move with the doubts and with the margin."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Final

import pandas as pd

from tfpb.model.codes import ENSEMBLE, TOTAL, Ajustement, Groupe, Publication, QpvStatut
from tfpb.model.survey import only

if TYPE_CHECKING:
    from collections.abc import Callable

    from tfpb.model.location import Located
    from tfpb.model.money import Abatement
    from tfpb.model.survey import Published

MARGINS_POINTS: Final = (3.0, 10.0)
_READINGS: Final = (
    ("retenu", None),
    ("tous_dans", QpvStatut.DANS),
    ("tous_hors", QpvStatut.HORS),
)
_SHOWN: Final = frozenset({Publication.PUBLIABLE, Publication.FRAGILE})


def readings(
    located: Located, *, abate: Callable[[Located], Abatement | None] | None = None
) -> pd.DataFrame:
    """Count dwellings and money again with every doubtful dwelling on one side, then on the other.

    Parameters
    ----------
    located : Located
        As retained.
    abate : callable, optional
        Computes the abatement of a stock; without it amounts are left empty.

    Returns
    -------
    DataFrame
        `hypothese, logements_dans, logements_a_verifier, abattement_eur` (Decimal or None), a row for
        « retenu », « tous_dans » and « tous_hors ».
    """
    rows = []
    for hypothesis, side in _READINGS:
        stock = located if side is None else _settled(located, side)
        money = abate(stock) if abate is not None else None
        total = money.totals.get("abattement_eur", Decimal(0)) if money is not None else None
        rows.append(
            {
                "hypothese": hypothesis,
                "logements_dans": int(stock.residences["logements_dans"].sum()),
                "logements_a_verifier": int(stock.residences["logements_a_verifier"].sum()),
                "abattement_eur": total,
            }
        )
    return pd.DataFrame(rows)


def _settled(located: Located, side: QpvStatut) -> Located:
    """Read every doubtful dwelling on one side."""
    entrances = located.entrances.copy()
    doubt = entrances["qpv_statut"] == QpvStatut.A_VERIFIER
    entrances.loc[doubt, "qpv_statut"] = str(side)
    if side is QpvStatut.DANS:
        bare = doubt & (entrances["qpv_code"] == "")
        entrances.loc[bare, "qpv_code"] = entrances.loc[bare, "qpv_proche_code"]
    homes = located.residences.copy()
    column = "logements_dans" if side is QpvStatut.DANS else "logements_hors"
    homes[column] = homes[column] + homes["logements_a_verifier"]
    homes["logements_a_verifier"] = 0
    total = homes["nb_logements"].where(homes["nb_logements"] > 0)
    homes["part_qpv"] = (homes["logements_dans"] / total).fillna(0.0).astype(float)
    doubtful = homes["cote"] == QpvStatut.A_VERIFIER
    homes.loc[doubtful, "cote"] = str(side)
    if side is QpvStatut.HORS:
        homes.loc[doubtful & (homes["logements_dans"] == 0), ["code_qpv", "nom_qpv"]] = ""
    return type(located)(
        located.year, located.vintage, entrances, homes, located.correspondence, located.notices
    )


def margins(
    published: Published | None,
    *,
    verdict: Callable[[float, float, float, float, float], str],
    bailleur: str = ENSEMBLE,
) -> pd.DataFrame:
    """Read the gaps that may be shown at other margins than the one in force.

    Parameters
    ----------
    published : Published or None
        Protected survey results.
    verdict : callable
        `(low90, high90, low95, high95, margin) -> code`, bounds in the unit of proportions.
    bailleur : str
        Whose gaps.

    Returns
    -------
    DataFrame
        `vague, item, marge_points, verdict`, a row a gap × margin, the margin in force included.
    """
    columns = ["vague", "item", "marge_points", "verdict"]
    if published is None:
        return pd.DataFrame(columns=columns)
    gaps = only(
        published.comparison, groupe=Groupe.ECART, ajustement=Ajustement.BRUT, niveau=TOTAL,
        bailleur=bailleur, publication=_SHOWN,
    )  # fmt: skip
    rows = []
    for row in gaps.to_dict("records"):
        own = float(row["marge_points"])
        a, b, c, d = (row[c] for c in ("ic90_bas", "ic90_haut", "ic95_bas", "ic95_haut"))
        # a verdict that its numbers cannot carry is carried by no other margin either
        withheld = verdict(a, b, c, d, own / 100) != row["verdict"]
        for margin in sorted({*MARGINS_POINTS, own}):
            code = row["verdict"] if withheld else verdict(a, b, c, d, margin / 100)
            rows.append(
                {
                    "vague": row["vague"],
                    "item": row["item"],
                    "marge_points": margin,
                    "verdict": code,
                }
            )
    return pd.DataFrame(rows, columns=columns)
