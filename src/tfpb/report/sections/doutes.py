"""« Doutes »: what was read and is not sure, what to do about it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from tfpb.model.codes import QpvStatut
from tfpb.model.report import Format, Section, Text
from tfpb.report.sections.build import DOCUMENT, WORKBOOK, column, cut, table
from tfpb.report.sections.counts import stock_facts
from tfpb.report.sections.patrimoine import doubt_table
from tfpb.words.documents import report_words as words
from tfpb.words.faults.sentences import say

if TYPE_CHECKING:
    from tfpb.errors import Fault
    from tfpb.model.assembly import Dossier
    from tfpb.model.report import Block


def notices(dossier: Dossier) -> tuple[Fault, ...]:
    """Gather the notices of the run and of every stage, each once, in order."""
    parts = (
        dossier.notices,
        dossier.located.notices,
        dossier.survey.notices if dossier.survey is not None else (),
        dossier.abatement.notices if dossier.abatement is not None else (),
        dossier.programme.notices if dossier.programme is not None else (),
        dossier.droit_commun.notices if dossier.droit_commun is not None else (),
    )
    seen: dict[str, Fault] = {}
    for fault in (f for part in parts for f in part):
        key = f"{fault.code}|{fault.place}|{fault.got}|{sorted(map(str, fault.fields.items()))}"
        seen.setdefault(key, fault)
    return tuple(seen.values())


def doutes(dossier: Dossier) -> Section:
    """Make the section of doubts: what was read and is not sure, what to do about it."""
    found = notices(dossier)
    doors = dossier.located.entrances
    near = cut(doors, doors["qpv_statut"] == QpvStatut.A_VERIFIER)
    rows = pd.DataFrame(
        [
            {"titre": s.title, "ou": s.where, "lu": s.got, "attendu": s.expected, "faire": s.hint}
            for s in map(say, found)
        ],
        columns=["titre", "ou", "lu", "attendu", "faire"],
    )
    blocks: list[Block] = []
    if len(rows):
        blocks.append(_grouped(found))
        blocks.append(
            table(
                "doutes",
                "Points signalés à la lecture",
                (
                    column("titre", "Constat", width=38),
                    column("ou", "Où", width=30),
                    column("lu", "Lu", width=18),
                    column("attendu", "Attendu", width=24),
                    column("faire", "Que faire", width=36),
                ),
                rows,
                scope="doutes conservés : ils n’arrêtent pas le calcul",
                source="fichiers d’entrée",
                media=WORKBOOK,
            )
        )
    if len(near):
        blocks.append(
            doubt_table(near, "adresses_a_verifier", media=frozenset({"classeur", "donnees"}))
        )
        blocks.append(
            Text(
                (
                    (
                        "Pour trancher une adresse, remplissez la feuille « Limites » du fichier de "
                        "vérification, indiquez-le sous decisions dans dossier.toml, puis relancez."
                    ),
                )
            )
        )
    lead = words.doubts_lead(len(found), stock_facts(dossier.located).doubtful_entrances)
    return Section("doutes", "Doutes", lead, tuple(blocks), sheet="Doutes")


def _grouped(found: tuple[Fault, ...]) -> Block:
    """Gather the doubts of a kind on one line: the page shows what to do, the sheet each case."""
    kinds: dict[str, list[Fault]] = {}
    for fault in found:
        kinds.setdefault(fault.code, []).append(fault)
    rows = []
    for faults in kinds.values():
        first = say(faults[0])
        where = f" ({first.where})" if first.where else ""
        rows.append({"nombre": len(faults), "exemple": first.title + where, "faire": first.hint})
    return table(
        "doutes_document",
        "Points signalés à la lecture, par nature",
        (
            column("exemple", "Constat, ou premier de sa nature", width=52),
            column("nombre", "Cas", Format.INTEGER, 6),
            column("faire", "Que faire", width=36),
        ),
        pd.DataFrame(rows),
        scope="doutes conservés : ils n’arrêtent pas le calcul ; chaque cas est dans le classeur",
        source="fichiers d’entrée",
        media=DOCUMENT,
    )
