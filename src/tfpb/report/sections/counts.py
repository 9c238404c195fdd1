"""Counts of the stock and sums by year, made once for every section.

The stages give totals of money; dwellings come as columns of the résidences. They are added here, in one
place, so that no two sheets add them differently.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

import pandas as pd

from tfpb.model.codes import QpvStatut
from tfpb.words.faults.told_faults import LEAST

if TYPE_CHECKING:
    from tfpb.model.assembly import Dossier
    from tfpb.model.location import Located
    from tfpb.model.money import Abatement


@dataclass(frozen=True, slots=True)
class StockFacts:
    """Counts of the stock.

    Parameters
    ----------
    residences, entrances, dwellings : int
    inside, outside, doubtful : int
        Dwellings by side; they add up to `dwellings`.
    doubtful_residences, doubtful_entrances : int
        Those with at least one dwelling to check; entrances to check.
    """

    residences: int
    entrances: int
    dwellings: int
    inside: int
    outside: int
    doubtful: int
    doubtful_residences: int
    doubtful_entrances: int


def stock_facts(located: Located) -> StockFacts:
    """Count the stock."""
    homes, doors = located.residences, located.entrances
    return StockFacts(
        residences=len(homes),
        entrances=len(doors),
        dwellings=int(homes["nb_logements"].sum()),
        inside=int(homes["logements_dans"].sum()),
        outside=int(homes["logements_hors"].sum()),
        doubtful=int(homes["logements_a_verifier"].sum()),
        doubtful_residences=int((homes["logements_a_verifier"] > 0).sum()),
        doubtful_entrances=int((doors["qpv_statut"] == QpvStatut.A_VERIFIER).sum()),
    )


def masking_n(dossier: Dossier) -> int:
    """Return the count of households below which the pack tells none."""
    settings = dossier.survey.settings if dossier.survey is not None else {}
    return int(str(settings.get("masquage_n", LEAST)))


def quarters(located: Located) -> pd.DataFrame:
    """Count résidences and dwellings by quarter.

    Returns
    -------
    DataFrame
        `code_qpv, nom_qpv, residences, logements_dans, logements_a_verifier`, by code.
    """
    homes = located.residences
    named = homes[homes["code_qpv"].fillna("").astype(str) != ""]
    grouped = named.groupby("code_qpv", sort=True)
    return pd.DataFrame(
        {
            "nom_qpv": grouped["nom_qpv"].first(),
            "residences": grouped.size(),
            "logements_dans": grouped["logements_dans"].sum(),
            "logements_a_verifier": grouped["logements_a_verifier"].sum(),
        }
    ).reset_index()


def quarter_names(located: Located) -> dict[str, str]:
    """Return the names of the quarters met, by code."""
    homes = located.residences
    pairs = zip(homes["code_qpv"], homes["nom_qpv"], strict=True)
    names = {str(code): str(name) for code, name in pairs if code}
    doors = located.entrances
    for code, name in (("qpv_code", "qpv_nom"), ("qpv_proche_code", "qpv_proche_nom")):
        if code in doors.columns and name in doors.columns:
            for key, value in zip(doors[code], doors[name], strict=True):
                if isinstance(key, str) and key:
                    names.setdefault(key, str(value))
    return names


@dataclass(frozen=True, slots=True)
class LeaverFacts:
    """Sums of the tax year over all quarters that were left."""

    residences: int
    dwellings: int
    risk: Decimal
    lost: Decimal


def leaver_facts(money: Abatement) -> LeaverFacts | None:
    """Add the leavers of the tax year; None when there is none."""
    if money.leavers is None:
        return None
    rows = money.leavers[money.leavers["annee"] == money.year]
    if rows.empty:
        return None
    return LeaverFacts(
        residences=int(rows["residences"].sum()),
        dwellings=int(rows["logements"].sum()),
        risk=sum(rows["abattement_a_risque_eur"], Decimal(0)),
        lost=sum(rows["abattement_perdu_eur"], Decimal(0)),
    )


def nature_counts(abatement: Abatement) -> dict[str, Decimal]:
    """Add the abatement by nature (`reel`, `estime`): what is read on notices, what is estimated.

    Only premises that count in the total (`abattu`, `eligible`).
    """
    rows = abatement.premises
    out: dict[str, Decimal] = {}
    counted = rows[rows["statut"].isin(["abattu", "eligible"])]
    for nature, amount in zip(counted["nature"], counted["abattement_eur"], strict=True):
        if amount is not None and nature:
            out[str(nature)] = out.get(str(nature), Decimal(0)) + amount
    return dict(sorted(out.items(), reverse=True))
