"""The input sheet of a contrat de ville: its quarters, their stock, money and actions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tfpb.model.report import Format, Section, Text
from tfpb.report.sections.build import ALL, column, table
from tfpb.report.sections.region.restitution import axes_table
from tfpb.words.documents import region_words as words

if TYPE_CHECKING:
    from decimal import Decimal

    import pandas as pd


def stock(rows: pd.DataFrame) -> Section:
    """Make the section of the stock: one row a quarter × bailleur, named.

    Parameters
    ----------
    rows : DataFrame
        `nom_qpv, code_qpv, bailleur, residences, logements_dans, logements_a_verifier`.
    """
    lead = words.contrat_lead(
        int(rows["code_qpv"].nunique()),
        int(rows["logements_dans"].sum()),
        int(rows["logements_a_verifier"].sum()),
        int(rows["bailleur"].nunique()),
    )
    main = table(
        "contrat_patrimoine",
        "Patrimoine des quartiers, par bailleur",
        (
            column("nom_qpv", "Quartier", width=26),
            column("code_qpv", "Code", width=11),
            column("bailleur", "Bailleur", width=26),
            column("residences", "Résidences", Format.INTEGER, 10),
            column("logements_dans", "Logements en QPV", Format.INTEGER, 11),
            column("logements_a_verifier", "Logements à vérifier", Format.INTEGER, 11),
        ),
        rows,
        unit="logements",
        scope="résidences situées dans un quartier du contrat, ou à vérifier",
        source="fichiers patrimoine, adresses situées",
        media=ALL,
    )
    return Section("patrimoine", "Quartiers et patrimoine", lead,
                   (main, Text((words.NOT_BY_BAILLEUR, words.CONTRAT_SIDE), bullets=True)),
                   sheet="Quartiers")  # fmt: skip


def money(quarters: pd.DataFrame, axes: pd.DataFrame, abated: Decimal, valued: Decimal) -> Section:
    """Make the section of money and actions.

    Parameters
    ----------
    quarters : DataFrame
        `nom_qpv, code_qpv, logements, abattement_eur, compensation_etat_eur,
        perte_collectivites_eur, valorise_eur`.
    axes : DataFrame
        `axe, actions, prevu_eur, realise_eur, valorise_eur`.
    abated, valued : Decimal
    """
    main = table(
        "contrat_argent",
        "Abattement et actions, quartier par quartier",
        (
            column("nom_qpv", "Quartier", width=26),
            column("code_qpv", "Code", width=11),
            column("logements", "Logements", Format.INTEGER, 10),
            column("abattement_eur", "Abattement (€)", Format.EUROS, 13),
            column("compensation_etat_eur", "Compensé par l’État (€)", Format.EUROS, 13),
            column("perte_collectivites_eur", "Perte des collectivités (€)", Format.EUROS, 13),
            column("valorise_eur", "Actions valorisées (€)", Format.EUROS, 13),
        ),
        quarters,
        unit="euros",
        scope="bailleurs dont la fiscalité et le programme sont fournis, ensemble",
        source="fiscalité et programmes d’actions",
        media=ALL,
    )
    return Section("argent", "Abattement et actions", words.money_lead(abated, valued),
                   (main, axes_table("contrat_axes", axes)), sheet="Abattement et actions")  # fmt: skip
