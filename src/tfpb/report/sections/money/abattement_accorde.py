"""« Abattement »: what is granted, to whom, what it costs, what is still due."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING

import pandas as pd

from tfpb.model.report import Format, Section, Text
from tfpb.report.sections.build import (
    BOTH,
    DATA,
    SHEET,
    WORKBOOK,
    column,
    lacking,
    only,
    said,
    table,
)
from tfpb.report.sections.money.locaux import premises_blocks
from tfpb.report.sections.money.prevision import forecast_blocks
from tfpb.report.sections.money.sortants import leaver_blocks
from tfpb.words.money import accounts as words

if TYPE_CHECKING:
    from tfpb.model.assembly import Dossier
    from tfpb.model.money import Abatement
    from tfpb.model.report import Block, Table

_NOTICE = "fichier de fiscalité et conventions"
_SHORT = (
    "nom_qpv", "logements_abattus", "abattement_eur", "compensation_etat_eur",
    "perte_collectivites_eur", "abattement_a_reclamer_eur", "abattement_a_risque_eur", "nature",
)  # fmt: skip
_RESIDENCES = ("abattement_eur", "abattement_a_reclamer_eur", "abattement_a_risque_eur")
_ON_SHEET = (
    "id_residence", "nom", "code_qpv", "nb_logements", *_RESIDENCES, "nature", "statut",
    "ouverture_abattement_annee", "motif",
)  # fmt: skip
_SUMMED = (
    "abattement_eur", "compensation_etat_eur", "perte_collectivites_eur", "reporte_contribuables_eur",
)  # fmt: skip


def abattement(dossier: Dossier) -> Section:
    """Make the section of the abatement of the tax year."""
    money = dossier.abatement
    if money is None:
        return lacking("abattement", subject="fiscalite", title="Abattement", sheet="Abattement")
    totals = money.totals
    lead = words.abatement_lead(
        money.year,
        totals["abattement_eur"],
        totals["perte_collectivites_eur"],
        totals["compensation_etat_eur"],
    )
    standing = words.standing_sentences(
        totals["abattement_a_reclamer_eur"],
        totals["abattement_a_risque_eur"],
        totals["abattement_a_verifier_eur"],
        limit=money.claim_until,
        on=dossier.settings.dossier.date,
    )
    quarters = _by_quarter(money)
    blocks: list[Block] = [quarters, only(quarters, "abattement_qpv_document", _SHORT)]
    if standing:
        blocks.append(Text(standing, bullets=True))
    blocks += [_statuses(money), _communes(money)]
    if money.by_collectivity is not None and len(money.by_collectivity):
        blocks.append(_collectivities(money.by_collectivity, money.year))
    blocks += leaver_blocks(money, dossier.located)
    blocks += forecast_blocks(money, dossier.located)
    whole = _by_residence(money)
    blocks += [
        whole,
        replace(only(whole, "abattement_residences_classeur", _ON_SHEET), media=SHEET),
    ]
    blocks += premises_blocks(money)
    if len(money.checks):
        blocks.append(_checks(money))
    if len(money.declaration):
        blocks.append(_declaration(money))
        lacks = sum(bool(text) for text in money.declaration["manque"])
        blocks.append(
            Text((words.declaration_sentence(len(money.declaration), lacks),), media=BOTH)
        )
    blocks.append(
        Text((f"Arrondi : {words.ROUNDINGS.get(money.rounding, money.rounding)}.",), media=BOTH)
    )
    return Section("abattement", "Abattement", lead, tuple(blocks), sheet="Abattement")


def _by_quarter(money: Abatement) -> Table:
    rows = money.by_qpv.assign(nature=said(money.by_qpv["nature"], words.NATURES))
    return table(
        "abattement_qpv",
        "Abattement par quartier",
        (
            column("code_qpv", "Code du QPV", width=12),
            column("nom_qpv", "Nom du QPV", width=24),
            column("logements", "Logements", Format.INTEGER, 11),
            column("logements_abattus", "Logements abattus", Format.INTEGER, 11),
            column("abattement_eur", "Abattement (€)", Format.EUROS, 13),
            column("compensation_etat_eur", "Compensation de l’État (€)", Format.EUROS, 14),
            column("perte_collectivites_eur", "Perte des collectivités (€)", Format.EUROS, 14),
            column("reporte_contribuables_eur", "Reporté sur les contribuables (€)", Format.EUROS, 14),
            column("abattement_a_reclamer_eur", "À réclamer (€)", Format.EUROS, 12),
            column("abattement_a_risque_eur", "À risque (€)", Format.EUROS, 12),
            column("nature", "Nature", width=13),
        ),
        rows,
        unit="euros par an",
        scope=f"locaux en QPV, imposition {money.year}",
        source=_NOTICE,
        notes=words.quarter_notes(outside=_risk_outside(money)),
        media=WORKBOOK,
        totals={key: money.totals[key] for key in _SUMMED if key in money.totals},
    )  # fmt: skip


def _risk_outside(money: Abatement) -> Decimal:
    """Return what notices abate outside every quarter: no line of a quarter holds it."""
    inside = sum(money.by_qpv["abattement_a_risque_eur"], Decimal(0))
    return money.totals["abattement_a_risque_eur"] - inside


def _statuses(money: Abatement) -> Block:
    rows = pd.DataFrame(
        [
            {"statut": words.STATUTS.get(code, code), "locaux": premises, "logements": dwellings}
            for code, (premises, dwellings) in money.counts.items()
        ],
        columns=["statut", "locaux", "logements"],
    )
    return table(
        "abattement_statuts",
        "Où en sont les locaux",
        (
            column("statut", "Statut", width=24),
            column("locaux", "Locaux", Format.INTEGER, 10),
            column("logements", "Logements", Format.INTEGER, 11),
        ),
        rows,
        unit="locaux des avis, logements",
        scope=f"imposition {money.year}",
        source=_NOTICE,
    )


def _communes(money: Abatement) -> Block:
    return table(
        "abattement_communes",
        "Par commune : ce que la ville perd, ce que l’État rend",
        (
            column("commune", "Commune", width=20),
            column("code_insee", "Code Insee", width=10),
            column("logements", "Logements", Format.INTEGER, 11),
            column("abattement_eur", "Abattement (€)", Format.EUROS, 14),
            column("compensation_etat_eur", "Compensation de l’État (€)", Format.EUROS, 14),
            column("perte_collectivites_eur", "Perte des collectivités (€)", Format.EUROS, 14),
        ),
        money.by_commune,
        unit="euros par an",
        scope=f"locaux en QPV, imposition {money.year}",
        source=_NOTICE,
    )


def _collectivities(rows: pd.DataFrame, year: int) -> Block:
    shown = rows.assign(collectivite=said(rows["ligne"], words.LINES))
    return table(
        "abattement_collectivites",
        "Par collectivité : compensation de l’État et perte nette",
        (
            column("commune", "Commune des biens", width=20),
            column("collectivite", "Ligne de l’avis", width=28),
            column("abattement_eur", "Abattement (€)", Format.EUROS, 14),
            column("compensation_etat_eur", "Compensation de l’État (€)", Format.EUROS, 14),
            column("perte_eur", "Perte nette (€)", Format.EUROS, 14),
            column(
                "reporte_contribuables_eur", "Reporté sur les contribuables (€)", Format.EUROS, 14
            ),
        ),
        shown,
        unit="euros par an",
        scope=f"lignes des avis des locaux en QPV, imposition {year}",
        source=_NOTICE,
        notes=(
            "Perte nette = abattement − compensation de l’État − report sur les contribuables.",
        ),
    )


def _by_residence(money: Abatement) -> Table:
    rows = money.by_residence.assign(
        nature=said(money.by_residence["nature"], words.NATURES),
        statut=said(money.by_residence["statut"], words.STATUTS),
    )
    return table(
        "abattement_residences",
        "Abattement par résidence",
        (
            column("id_residence", "Résidence", width=12),
            column("nom", "Nom", width=24),
            column("code_qpv", "Code du QPV", width=12),
            column("nb_logements", "Logements", Format.INTEGER, 11),
            column("abattement_eur", "Abattement (€)", Format.CENTS, 13),
            column("frais_gestion_eur", "Frais de gestion (€)", Format.CENTS, 13),
            column("total_eur", "Total (€)", Format.CENTS, 13),
            column("abattement_a_reclamer_eur", "À réclamer (€)", Format.CENTS, 12),
            column("abattement_a_risque_eur", "À risque (€)", Format.CENTS, 12),
            column("nature", "Nature", width=10),
            column("statut", "Statut", width=16),
            column("ouverture_abattement_annee", "Première année d’abattement", Format.YEAR, 12),
            column("motif", "Motif", width=36),
        ),
        rows,
        unit="euros par an",
        scope=f"résidences portées sur les avis, imposition {money.year}",
        source=_NOTICE,
        notes=("Le détail de chaque montant est dans « Le calcul, local par local », plus bas.",),
        media=DATA,
        totals={key: money.totals[key] for key in _RESIDENCES if key in money.totals},
    )


def _checks(money: Abatement) -> Block:
    agreed = money.checks["code_constat"] == "concordant"
    rows = money.checks.assign(_agreed=agreed).sort_values("_agreed", kind="stable")
    return table(
        "controle_avis",
        "Rapprochement avec les avis",
        (
            column("avis", "Avis", width=14),
            column("id_residence", "Résidence", width=12),
            column("attendu_eur", "Attendu (€)", Format.CENTS, 13),
            column("lu_eur", "Lu sur l’avis (€)", Format.CENTS, 13),
            column("ecart_eur", "Différence (€)", Format.CENTS, 13),
            column("constat", "Constat", width=40),
        ),
        rows,
        unit="euros, hors enlèvement des ordures ménagères",
        scope="avis dont la cotisation est fournie ; d’abord ceux qui appellent une suite",
        source=_NOTICE,
        media=WORKBOOK,
    )


def _declaration(money: Abatement) -> Block:
    rows = money.declaration.assign(statut=said(money.declaration["statut"], words.STATUTS))
    return table(
        "declaration",
        "Liste pour la déclaration",
        (
            column("commune", "Commune", width=16),
            column("section", "Section", width=8),
            column("parcelle", "Parcelle", width=9),
            column("invariant", "Invariant", width=13),
            column("id_residence", "Résidence", width=12),
            column("id_batiment", "Bâtiment", width=10),
            column("adresse", "Adresse", width=28),
            column("nb_logements", "Logements", Format.INTEGER, 11),
            column("code_qpv", "Code du QPV", width=12),
            column("statut", "Statut", width=16),
            column("manque", "Ce qui manque", width=26),
        ),
        rows,
        unit="logements",
        scope="biens des quartiers, dans l’ordre du service des impôts : commune, section, parcelle",
        source="patrimoine et fichier de fiscalité",
        media=WORKBOOK,
    )
