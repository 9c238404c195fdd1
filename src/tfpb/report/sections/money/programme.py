"""« Programme et bilan »: the use of the money."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING

import pandas as pd

from tfpb.model.columns import STAMP
from tfpb.model.report import Chart, ChartKind, Format, Section, Text
from tfpb.report.sections.build import (
    DATA,
    DOCUMENT,
    SHEET,
    WORKBOOK,
    column,
    cut,
    has,
    lacking,
    only,
    table,
)
from tfpb.report.sections.counts import quarter_names
from tfpb.report.sections.money.locaux import source_of
from tfpb.report.sections.money.suivi import beside_blocks, diagnostic_blocks, standing_blocks
from tfpb.words.documents.report_words import rows_elsewhere
from tfpb.words.money import accounts as words

if TYPE_CHECKING:
    from tfpb.model.assembly import Dossier
    from tfpb.model.money import Programme
    from tfpb.model.report import Block, Table

_SHORT = (
    "nom_qpv", "logements", "abattement_eur", "prevu_eur", "realise_eur", "valorise_eur",
    "valorise_par_logement_eur", "report_eur", "solde_eur", "couverture",
)  # fmt: skip
_AMOUNTS = (
    "id_action", "annee", "axe_mot", "code_qpv", "action", "prevu_eur", "realise_eur", "bailleur_eur",
    "autres_eur", "valorise_eur", "taux_valorisation", "ligne_fichier",
)  # fmt: skip
_FOLLOWED = (
    "id_action", "annee", "description", "calendrier", "action", "piece", "date_piece", "photo",
    "diagnostics", "texte_bilan",
)  # fmt: skip
_STAFF = (
    "id_action", "annee", "axe_mot", "code_qpv", "action", "heures", "cout_horaire_eur",
    "temps_valorise_eur", "realise_eur", "valorise_eur",
)  # fmt: skip
_KEPT = (
    "code_qpv", "nom_qpv", "logements", "abattement_eur", "prevu_eur", "realise_eur", "valorise_eur",
    "valorise_par_logement_eur", "report_eur", "solde_eur", "rattrapage_eur", "couverture",
)  # fmt: skip
_PROOFS = (
    "code_qpv", "nom_qpv", "actions", "pieces_jointes", "dates_jointes", "preuves_completes",
    "photos_jointes",
)  # fmt: skip
_EVERYWHERE = "Tous les quartiers"
_SUMMED = ("prevu_eur", "realise_eur", "valorise_eur", "report_eur", "solde_eur", "rattrapage_eur")


def programme(dossier: Dossier) -> Section:
    """Make the section of the programme and its balance."""
    plan = dossier.programme
    sheet = "Programme et bilan"
    if plan is None:
        return lacking("programme", subject="programme", title=sheet, sheet=sheet)
    money = dossier.abatement
    abated = money.totals["abattement_eur"] if money is not None else None
    lead = words.balance_lead(
        plan.totals.get("valorise_eur", Decimal(0)),
        abated,
        plan.totals.get("solde_eur"),
        plan.totals.get("rattrapage_eur"),
    )
    kin = dossier.located.correspondence
    names = {
        **(dict(zip(kin["code_2015"], kin["nom_2015"], strict=True)) if len(kin) else {}),
        **quarter_names(dossier.located),
    }
    balance = _balance(plan, names, abated, dossier.settings.dossier.annee)
    blocks: list[Block] = [
        balance,
        replace(only(balance, "bilan_classeur", _KEPT), media=SHEET),
        only(balance, "bilan_document", _SHORT),
        replace(
            _part(balance, "bilan_preuves", "Preuves par quartier", _PROOFS),
            notes=(),
            totals={},
            unit="actions",
        ),
    ]
    blocks += _past(plan, names, dossier.settings.dossier.annee)
    blocks += [*standing_blocks(plan, dossier.settings.dossier.annee), *_axes(plan, names)]
    chart = _axis_chart(plan)
    if chart is not None:
        blocks.append(chart)
    blocks += [*beside_blocks(plan, names, dossier.settings.dossier.annee), *_actions(plan)]
    blocks.append(_actions_short(plan, dossier.settings.dossier.annee))
    if len(plan.actions):
        blocks.append(Text((rows_elsewhere(len(plan.actions), sheet),), media=DOCUMENT))
    blocks += diagnostic_blocks(plan)
    return Section("programme", sheet, lead, tuple(blocks), sheet=sheet)


def _past(plan: Programme, names: dict[str, str], year: int) -> list[Block]:
    """Show the years before apart: their abatement is not computed here, and no total mixes years."""
    rows = cut(plan.balance, plan.balance["annee"] != year)
    if rows.empty:
        return []
    return [
        table(
            "bilan_autres_annees",
            "Les autres années du programme",
            (
                column("annee", "Année", Format.YEAR, 8),
                column("code_qpv", "Code du QPV", width=12),
                column("nom_qpv", "Nom du QPV", width=22),
                column("actions", "Actions", Format.INTEGER, 9),
                column("prevu_eur", "Prévu (€)", Format.EUROS, 12),
                column("realise_eur", "Réalisé (€)", Format.EUROS, 12),
                column("valorise_eur", "Valorisé (€)", Format.EUROS, 12),
                column("pieces_jointes", "Pièces citées", Format.INTEGER, 9),
                column("preuves_completes", "Pièce et date", Format.INTEGER, 9),
            ),
            rows.assign(nom_qpv=[names.get(str(code), "") for code in rows["code_qpv"]]),
            unit="euros",
            scope="actions des autres années ; leur abattement n’est pas calculé dans ce dossier",
            source="programme d’actions, programme de l’année précédente",
            media=WORKBOOK,
        )
    ]


def _balance(plan: Programme, names: dict[str, str], abated: Decimal | None, year: int) -> Table:
    rows = cut(plan.balance, plan.balance["annee"] == year)
    totals = {key: plan.totals[key] for key in _SUMMED if key in plan.totals}
    if abated is not None and "solde_eur" in totals:
        totals["abattement_eur"] = abated  # what the balance is taken from
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
            column("rattrapage_eur", "À rattraper (€)", Format.EUROS, 12),
            column("couverture", "Couverture (%)", Format.PERCENT, 11),
            column("actions", "Actions", Format.INTEGER, 9),
            column("pieces_jointes", "Pièces citées", Format.INTEGER, 9),
            column("dates_jointes", "Pièces datées", Format.INTEGER, 9),
            column("preuves_completes", "Pièce et date", Format.INTEGER, 9),
            column("photos_jointes", "Photos", Format.INTEGER, 9),
        ),
        rows.assign(
            nom_qpv=[
                str(name or names.get(str(code), ""))
                for code, name in zip(rows["code_qpv"], rows["nom_qpv"], strict=True)
            ]
        ),
        unit="euros",
        scope=f"actions de {year}, quartier par quartier",
        source="programme d’actions et fichier de fiscalité",
        notes=(
            "Solde = valorisé − abattement − report ; couverture = valorisé / abattement.",
            (
                "Valorisé par logement = valorisé / logements en QPV ; les actions qui le composent, et leur "
                "ligne dans votre fichier, sont dans le classeur, feuille « Programme et bilan », tableau "
                "« Actions du programme : montants »."
            ),
            "À rattraper : ce qui reste à justifier, à reporter sur l’année suivante.",
        ),
        media=DATA,
        totals=totals,
    )


def _axes(plan: Programme, names: dict[str, str]) -> list[Block]:
    rows = plan.by_axis.assign(
        axe_mot=[words.axis_words(int(a)) for a in plan.by_axis["axe"]],
        quartier=[
            _EVERYWHERE if c == "total" else names.get(str(c), str(c))
            for c in plan.by_axis["code_qpv"]
        ],
        _rest=plan.by_axis["code_qpv"] != "total",
    ).sort_values(["_rest", "code_qpv", "axe"], kind="stable")
    whole = table(
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
        media=WORKBOOK,
    )
    # the page shows the programme over all quarters; quarter by quarter stands in the workbook
    total = replace(whole, rows=cut(whole.rows, whole.rows["quartier"] == _EVERYWHERE))
    keys = [c.key for c in whole.columns if c.key != "quartier"]
    return [whole, only(total, "axes_document", keys)]


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


def _actions(plan: Programme) -> list[Block]:
    """List the actions: one wide table for software, two that fit a printed page for people."""
    rows = plan.actions.assign(
        axe_mot=[words.axis_words(int(a)) for a in plan.actions["axe"]],
        ligne_fichier=[int(n) for n in plan.actions[STAMP[2]]],
    )
    whole = table(
        "actions",
        "Actions du programme",
        (
            column("id_action", "Action", width=11),
            column("annee", "Année", Format.YEAR, 8),
            column("axe_mot", "Axe", width=26),
            column("code_qpv", "Code du QPV", width=12),
            column("action", "Intitulé", width=30),
            column("description", "Résidence ou description", width=26),
            column("calendrier", "Calendrier", width=14),
            column("prevu_eur", "Dépense prévisionnelle (€)", Format.CENTS, 13),
            column("realise_eur", "Dépense réalisée (€)", Format.CENTS, 13),
            column("bailleur_eur", "Financement bailleur (€)", Format.CENTS, 13),
            column("autres_eur", "Autre financement (€)", Format.CENTS, 13),
            column("valorise_eur", "Dépense valorisée TFPB (€)", Format.CENTS, 13),
            column("taux_valorisation", "Taux de valorisation TFPB (%)", Format.PERCENT, 11),
            column("heures", "Heures", Format.NUMBER1, 9),
            column("cout_horaire_eur", "Coût horaire (€)", Format.CENTS, 10),
            column("temps_valorise_eur", "Temps du personnel (€)", Format.CENTS, 12),
            column("piece", "Pièce", width=14),
            column("date_piece", "Date de la pièce", Format.DATE, 11),
            column("photo", "Photo", width=14),
            column("diagnostics", "Diagnostics liés", Format.INTEGER, 10),
            column("texte_bilan", "Bilan", width=40),
            column("ligne_fichier", "Ligne du fichier", Format.INTEGER, 9),
        ),
        rows,
        unit="euros",
        scope="toutes les actions du programme",
        source=source_of(plan.actions) or "programme d’actions",
        media=DATA,
    )
    blocks: list[Block] = [
        whole,
        _part(whole, "actions_montants", "Actions du programme : montants", _AMOUNTS),
        _part(whole, "actions_suivi", "Actions du programme : suivi et preuves", _FOLLOWED),
    ]
    if has(rows, "temps_valorise_eur"):
        staff = _part(whole, "actions_temps", "Temps du personnel valorisé", _STAFF)
        timed = staff.rows["temps_valorise_eur"].notna()
        blocks.append(replace(staff, rows=staff.rows[timed].reset_index(drop=True)))
    return blocks


def _part(whole: Table, key: str, title: str, keys: tuple[str, ...]) -> Table:
    """Make a sheet's table of some columns of a wider one."""
    return replace(only(whole, key, keys), title=title, media=SHEET)


def _actions_short(plan: Programme, year: int) -> Block:
    kept = cut(plan.actions, plan.actions["annee"] == year)
    rows = kept.assign(axe_mot=[words.axis_short(int(a)) for a in kept["axe"]])
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
        scope=f"actions de {year}",
        source="programme d’actions",
        media=DOCUMENT,
    )
