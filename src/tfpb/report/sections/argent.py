"""« Abattement », « Programme et bilan », « Droit commun »: the money, its use, the baseline."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import pandas as pd

from tfpb.model.report import Chart, ChartKind, Format, Section, Text
from tfpb.report.sections.build import (
    ALL,
    BOTH,
    DOCUMENT,
    WORKBOOK,
    column,
    cut,
    has,
    lacking,
    said,
    table,
)
from tfpb.report.sections.facts import forecast_by_year, quarter_names
from tfpb.words import accounts as words
from tfpb.words.report import rows_elsewhere

if TYPE_CHECKING:
    from tfpb.model.dossier import Dossier
    from tfpb.model.money import Abatement, Programme
    from tfpb.model.report import Block

_NOTICE = "fichier de fiscalité et conventions"


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
    )
    blocks: list[Block] = [_by_quarter(money)]
    if standing:
        blocks.append(Text(standing, bullets=True))
    blocks += [_statuses(money), _communes(money)]
    yearly = forecast_by_year(money)
    if len(yearly):
        blocks.append(
            table(
                "prevision",
                "Abattement attendu, année par année",
                (
                    column("annee", "Année", Format.YEAR, 8),
                    column("residences", "Résidences", Format.INTEGER, 11),
                    column("logements", "Logements", Format.INTEGER, 11),
                    column("abattement_eur", "Abattement (€)", Format.EUROS, 14),
                ),
                yearly,
                unit="euros, à bases et taux constants",
                scope="résidences en QPV, selon la fin de leur exonération",
                source=_NOTICE,
                media=ALL,
            )
        )
    blocks.append(_by_residence(money))
    if len(money.checks):
        blocks.append(_checks(money))
    if len(money.declaration):
        blocks.append(_declaration(money))
    blocks.append(
        Text((f"Arrondi : {words.ROUNDINGS.get(money.rounding, money.rounding)}.",), media=BOTH)
    )
    return Section("abattement", "Abattement", lead, tuple(blocks), sheet="Abattement")


def _by_quarter(money: Abatement) -> Block:
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
        notes=(
            "Perte des collectivités : lignes de la commune, des syndicats et de l’intercommunalité, "
            "moins la compensation. Les autres lignes sont reportées sur les contribuables.",
        ),
    )  # fmt: skip


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


def _by_residence(money: Abatement) -> Block:
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
            column("nature", "Nature", width=10),
            column("statut", "Statut", width=16),
            column("ouverture_abattement_annee", "Première année d’abattement", Format.YEAR, 12),
            column("motif", "Motif", width=36),
        ),
        rows,
        unit="euros par an",
        scope=f"résidences portées sur les avis, imposition {money.year}",
        source=_NOTICE,
        media=WORKBOOK,
    )


def _checks(money: Abatement) -> Block:
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
        money.checks,
        unit="euros, hors enlèvement des ordures ménagères",
        scope="avis dont la cotisation est fournie",
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
        scope="biens à identifier auprès du service des impôts",
        source="patrimoine et fichier de fiscalité",
        media=WORKBOOK,
    )


def programme(dossier: Dossier) -> Section:
    """Make the section of the programme and its balance."""
    plan = dossier.programme
    sheet = "Programme et bilan"
    if plan is None:
        return lacking("programme", subject="programme", title=sheet, sheet=sheet)
    money = dossier.abatement
    abated = money.totals["abattement_eur"] if money is not None else None
    lead = words.balance_lead(
        plan.totals.get("valorise_eur", Decimal(0)), abated, plan.totals.get("solde_eur")
    )
    names = quarter_names(dossier.located)
    blocks: list[Block] = [_balance(plan), _axes(plan, names)]
    chart = _axis_chart(plan)
    if chart is not None:
        blocks.append(chart)
    blocks += [_actions(plan), _actions_short(plan)]
    if len(plan.actions):
        blocks.append(Text((rows_elsewhere(len(plan.actions), sheet),), media=DOCUMENT))
    if len(plan.diagnostics):
        blocks.append(_diagnostics(plan))
    return Section("programme", sheet, lead, tuple(blocks), sheet=sheet)


def _balance(plan: Programme) -> Block:
    return table(
        "bilan",
        "Bilan par quartier",
        (
            column("code_qpv", "Code du QPV", width=12),
            column("nom_qpv", "Nom du QPV", width=22),
            column("annee", "Année", Format.YEAR, 8),
            column("logements", "Logements", Format.INTEGER, 11),
            column("abattement_eur", "Abattement (€)", Format.EUROS, 13),
            column("prevu_eur", "Prévu (€)", Format.EUROS, 12),
            column("realise_eur", "Réalisé (€)", Format.EUROS, 12),
            column("valorise_eur", "Valorisé (€)", Format.EUROS, 12),
            column("valorise_par_logement_eur", "Valorisé par logement (€)", Format.EUROS, 12),
            column("report_eur", "Report (€)", Format.EUROS, 11),
            column("solde_eur", "Solde (€)", Format.EUROS, 12),
            column("couverture", "Couverture (%)", Format.PERCENT, 11),
            column("actions", "Actions", Format.INTEGER, 9),
            column("pieces_jointes", "Pièces citées", Format.INTEGER, 9),
        ),
        plan.balance,
        unit="euros",
        scope="actions du programme, quartier par quartier",
        source="programme d’actions et fichier de fiscalité",
        notes=("Solde = valorisé − abattement − report ; couverture = valorisé / abattement.",),
    )


def _axes(plan: Programme, names: dict[str, str]) -> Block:
    rows = plan.by_axis.assign(
        axe_mot=[words.axis_words(int(a)) for a in plan.by_axis["axe"]],
        quartier=[
            "Tous les quartiers" if c == "total" else names.get(str(c), str(c))
            for c in plan.by_axis["code_qpv"]
        ],
        _rest=plan.by_axis["code_qpv"] != "total",
    ).sort_values(["_rest", "code_qpv", "axe"], kind="stable")
    return table(
        "axes",
        "Dépenses par axe du cadre national",
        (
            column("quartier", "Quartier", width=20),
            column("axe_mot", "Axe", width=34),
            column("actions", "Actions", Format.INTEGER, 8),
            column("prevu_eur", "Prévu (€)", Format.EUROS, 12),
            column("realise_eur", "Réalisé (€)", Format.EUROS, 12),
            column("valorise_eur", "Valorisé (€)", Format.EUROS, 12),
            column("valorise_par_logement_eur", "Valorisé par logement (€)", Format.CENTS, 12),
            column("taux_valorisation", "Taux de valorisation (%)", Format.PERCENT, 11),
        ),
        rows,
        unit="euros",
        scope="actions du programme",
        source="programme d’actions",
    )


def _axis_chart(plan: Programme) -> Block | None:
    rows = cut(plan.by_axis, plan.by_axis["code_qpv"] == "total").sort_values("axe")
    if rows.empty:
        return None
    drawn = pd.DataFrame(
        {
            "libelle": [words.axis_short(int(a)) for a in rows["axe"]],
            "valeur": [float(v or 0) for v in rows["realise_eur"]],
            "valeur2": [float(v or 0) for v in rows["valorise_eur"]],
        }
    )
    return Chart(
        "depenses_axes",
        ChartKind.BARS,
        "Réalisé et valorisé, axe par axe",
        drawn,
        "Dépense réalisée puis dépense valorisée de chaque axe : voir le tableau.",
        unit="euros",
        source="programme d’actions",
        media=frozenset({"document", "classeur"}),
        series=("Réalisé", "Valorisé"),
    )


def _actions(plan: Programme) -> Block:
    rows = plan.actions.assign(axe_mot=[words.axis_words(int(a)) for a in plan.actions["axe"]])
    extra = [column("texte_bilan", "Bilan", width=36)] if has(rows, "texte_bilan") else []
    return table(
        "actions",
        "Actions du programme",
        (
            column("id_action", "Action", width=11),
            column("axe_mot", "Axe", width=26),
            column("code_qpv", "Code du QPV", width=12),
            column("action", "Intitulé", width=32),
            column("description", "Résidence ou description", width=26),
            column("calendrier", "Calendrier", width=14),
            column("prevu_eur", "Dépense prévisionnelle (€)", Format.CENTS, 13),
            column("realise_eur", "Dépense réalisée (€)", Format.CENTS, 13),
            column("bailleur_eur", "Financement bailleur (€)", Format.CENTS, 13),
            column("autres_eur", "Autre financement (€)", Format.CENTS, 13),
            column("valorise_eur", "Dépense valorisée TFPB (€)", Format.CENTS, 13),
            column("piece", "Pièce", width=14),
            *extra,
        ),
        rows,
        unit="euros",
        scope="toutes les actions du programme",
        source="programme d’actions",
        media=WORKBOOK,
    )


def _actions_short(plan: Programme) -> Block:
    rows = plan.actions.assign(axe_mot=[words.axis_short(int(a)) for a in plan.actions["axe"]])
    return table(
        "actions_document",
        "Les actions, montant et suivi",
        (
            column("axe_mot", "Axe", width=18),
            column("code_qpv", "QPV", width=10),
            column("action", "Action", width=30),
            column("calendrier", "Calendrier", width=11),
            column("realise_eur", "Réalisé (€)", Format.EUROS, 10),
            column("valorise_eur", "Valorisé (€)", Format.EUROS, 10),
            column("texte_bilan", "Bilan", width=28),
        ),
        rows.sort_values(["axe", "code_qpv"], kind="stable"),
        unit="euros",
        scope="toutes les actions du programme",
        source="programme d’actions",
        media=DOCUMENT,
    )


def _diagnostics(plan: Programme) -> Block:
    return table(
        "diagnostics",
        "Diagnostics en marchant",
        (
            column("date", "Date", Format.DATE, 11),
            column("code_qpv", "QPV", width=11),
            column("constat", "Constat", width=34),
            column("responsable", "Responsable", width=20),
            column("suite", "Suite donnée", width=30),
            column("id_action", "Action liée", width=10),
        ),
        plan.diagnostics,
        scope="constats relevés sur place",
        source="diagnostics en marchant",
    )


def droit_commun(dossier: Dossier) -> Section:
    """Make the section of droit commun: what the bailleur does everywhere, per dwelling."""
    usages = dossier.droit_commun
    sheet = "Droit commun"
    if usages is None:
        return lacking("droit_commun", subject="droit_commun", title=sheet, sheet=sheet)
    rows = usages.table
    computable = int((rows["marge"] == "calculee").sum())
    shown = rows.assign(
        marge=said(rows["marge"], words.MARGES), plancher=said(rows["plancher"], words.PLANCHERS)
    )
    main = table(
        "droit_commun",
        "Droit commun, par logement, en QPV et hors QPV",
        (
            column("indicateur", "Indicateur", width=24),
            column("annee", "Année", Format.YEAR, 8),
            column("logements_qpv", "Logements QPV", Format.INTEGER, 10),
            column("logements_hors", "Logements hors QPV", Format.INTEGER, 10),
            column("quantite_par_100_logements_qpv", "Pour 100 logements, QPV", Format.NUMBER1, 11),
            column("quantite_par_100_logements_hors", "Pour 100 logements, hors QPV", Format.NUMBER1, 11),
            column("cout_par_logement_qpv_eur", "Coût par logement, QPV (€)", Format.CENTS, 11),
            column("cout_par_logement_hors_eur", "Coût par logement, hors QPV (€)", Format.CENTS, 11),
            column("surcout_par_logement_eur", "Surcoût par logement (€)", Format.CENTS, 11),
            column("surcout_eur", "Surcoût en QPV (€)", Format.EUROS, 12),
            column("surcout_ic95_bas_eur", "Surcoût, bas à 95 % (€)", Format.EUROS, 12),
            column("surcout_ic95_haut_eur", "Surcoût, haut à 95 % (€)", Format.EUROS, 12),
            column("marge", "Marge d’incertitude", width=16),
            column("plancher", "Gardiens", width=18),
        ),
        shown,
        unit="euros par an, quantités pour 100 logements",
        scope="résidences du même bailleur",
        source="tableau de droit commun",
        notes=(
            "Surcoût = (coût par logement en QPV − coût par logement hors QPV) × logements en QPV.",
            "Un effectif de gardiens au plancher légal n’est pas un renforcement.",
        ),
    )  # fmt: skip
    lead = words.droit_commun_lead(len(rows), computable)
    return Section("droit_commun", sheet, lead, (main,), sheet=sheet)
