"""What follows the programme: carry-over and proofs, last year beside, diagnostics tied to actions."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

import pandas as pd

from tfpb.model.report import Format, Text
from tfpb.report.sections.build import BOTH, DATA, SHEET, column, only, table
from tfpb.words.money import accounts as words

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tfpb.model.money import Programme
    from tfpb.model.report import Block, Table

_WIDE: Final = (
    "code_qpv", "nom_qpv", "codes_precedents", "actions_precedentes", "actions",
    "realise_precedent_eur", "realise_eur", "valorise_precedent_eur", "valorise_eur",
    "abattement_eur", "report_eur", "rattrapage_eur",
)  # fmt: skip
_SHORT: Final = (
    "nom_qpv", "valorise_precedent_eur", "valorise_eur", "abattement_eur", "report_eur",
    "rattrapage_eur",
)  # fmt: skip
_PROOFS: Final = ("actions", "pieces_jointes", "preuves_completes", "photos_jointes")


def standing_blocks(plan: Programme, year: int) -> list[Block]:
    """Say what is carried over or caught up in each quarter, and how many actions are proved.

    With last year's bilan beside, the carry-over is argued there.
    """
    rows = plan.balance[plan.balance["annee"] == year]
    carried = []
    for record in rows.to_dict("records") if plan.beside_quarters is None else []:
        left = record.get("rattrapage_eur")
        if left is None or pd.isna(left):
            continue
        name = record["nom_qpv"] or record["code_qpv"]
        sentence = words.carry_sentence(str(name), left, record["report_eur"], year)
        if sentence:
            carried.append(sentence)
    blocks: list[Block] = [Text(tuple(carried), bullets=True, media=BOTH)] if carried else []
    if "preuves_completes" in rows and len(rows):
        count = {c: int(rows[c].sum()) for c in _PROOFS}
        said = words.proofs_sentence(
            count["actions"],
            count["pieces_jointes"],
            count["preuves_completes"],
            count["photos_jointes"],
        )
        blocks.append(Text((said,), media=BOTH))
    return blocks


def beside_blocks(plan: Programme, names: Mapping[str, str], year: int) -> list[Block]:
    """Set last year's bilan beside this year's, by axis then by quarter, or say how to have it."""
    if plan.beside is None:
        return [Text((words.no_last_year(year - 1),), media=BOTH)]
    axes = _axes_beside(plan.beside, year)
    if plan.beside_quarters is None:
        return [axes]
    quarters = _quarters_beside(plan.beside_quarters, names, year)
    shown = quarters.rows.to_dict("records")
    argued = tuple(f"{r['nom_qpv'] or r['code_qpv']} : {r['argument']}" for r in shown)
    return [
        axes,
        quarters,
        replace(only(quarters, "bilan_precedent_quartiers_classeur", _WIDE), media=SHEET),
        only(quarters, "bilan_precedent_quartiers_document", _SHORT),
        Text(argued, bullets=True, media=BOTH),
    ]


def _quarters_beside(rows: pd.DataFrame, names: Mapping[str, str], year: int) -> Table:
    named = rows["nom_qpv"].where(rows["nom_qpv"] != "", rows["code_qpv"].map(names).fillna(""))
    last = f"{year - 1}"
    return table(
        "bilan_precedent_quartiers",
        f"Quartier par quartier : {last}, {year}, et ce qui se reporte",
        (
            column("code_qpv", "Code du QPV", width=12),
            column("nom_qpv", "Nom du QPV", width=20),
            column("codes_precedents", f"Code(s) en {last}, s’ils ont changé", width=13),
            column("actions_precedentes", f"Actions {last}", Format.INTEGER, 9),
            column("actions", f"Actions {year}", Format.INTEGER, 9),
            column("realise_precedent_eur", f"Réalisé {last} (€)", Format.EUROS, 12),
            column("realise_eur", f"Réalisé {year} (€)", Format.EUROS, 12),
            column("valorise_precedent_eur", f"Valorisé {last} (€)", Format.EUROS, 12),
            column("valorise_eur", f"Valorisé {year} (€)", Format.EUROS, 12),
            column("ecart_valorise_eur", "Différence valorisée (€)", Format.EUROS, 12),
            column("abattement_eur", f"Abattement {year} (€)", Format.EUROS, 12),
            column("report_eur", f"Report venu de {last} (€)", Format.EUROS, 12),
            column("rattrapage_eur", f"À reporter sur {year + 1} (€)", Format.EUROS, 12),
            column("argument", "Ce qui le justifie", width=46),
        ),
        rows.assign(
            nom_qpv=named,
            argument=[words.carry_argument(r, year) for r in rows.to_dict("records")],
        ),
        unit="euros",
        scope="actions des deux années ; un quartier de l’ancienne carte est sur la ligne de celui "
        "qui a repris le plus de ses logements",
        source="programme d’actions, programme de l’année précédente, fichier de fiscalité",
        media=DATA,
    )


def _axes_beside(rows: pd.DataFrame, year: int) -> Block:
    return table(
        "bilan_precedent",
        f"Le bilan de {year - 1} à côté de celui de {year}",
        (
            column("axe_mot", "Axe", width=30),
            column("actions_precedentes", f"Actions {year - 1}", Format.INTEGER, 9),
            column("actions", f"Actions {year}", Format.INTEGER, 9),
            column("realise_precedent_eur", f"Réalisé {year - 1} (€)", Format.EUROS, 12),
            column("realise_eur", f"Réalisé {year} (€)", Format.EUROS, 12),
            column("valorise_precedent_eur", f"Valorisé {year - 1} (€)", Format.EUROS, 12),
            column("valorise_eur", f"Valorisé {year} (€)", Format.EUROS, 12),
            column("ecart_valorise_eur", "Différence valorisée (€)", Format.EUROS, 12),
        ),
        rows.assign(axe_mot=[words.axis_words(int(a)) for a in rows["axe"]]),
        unit="euros",
        scope="actions du programme, tous quartiers",
        source="programme d’actions",
    )


def diagnostic_blocks(plan: Programme) -> list[Block]:
    """List the walking diagnostics with the action each led to; nothing when none was given."""
    rows = plan.diagnostics
    if rows.empty:
        return []
    titles = rows["action"] if "action" in rows else pd.Series("", index=rows.index)
    tied = int((titles.fillna("").astype(str) != "").sum())
    return [
        Text((words.diagnostics_sentence(len(rows), tied),), media=BOTH),
        table(
            "diagnostics",
            "Diagnostics en marchant",
            (
                column("date", "Date", Format.DATE, 11),
                column("code_qpv", "QPV", width=11),
                column("constat", "Constat", width=32),
                column("responsable", "Responsable", width=18),
                column("suite", "Suite donnée", width=26),
                column("photo", "Photo", width=10),
                column("id_action", "Action liée", width=9),
                column("action", "Intitulé de l’action", width=26),
            ),
            rows,
            scope="constats relevés sur place",
            source="diagnostics en marchant",
        ),
    ]
