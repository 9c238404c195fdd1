"""« Doutes »: what was read and is not sure, what to do about it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from tfpb.model.codes import QpvStatut
from tfpb.model.report import Text
from tfpb.report.sections.build import cut, section, table
from tfpb.report.sections.counts import masking_n, stock_facts
from tfpb.words.documents import report_words as words
from tfpb.words.faults.sentences import fault_text
from tfpb.words.faults.told_faults import told

if TYPE_CHECKING:
    from tfpb.errors import Fault
    from tfpb.model.assembly import Dossier
    from tfpb.model.report import Block, Section


def notices(dossier: Dossier) -> tuple[Fault, ...]:
    """Return the notices of the run and of every stage, each once, in order, as a file may tell them."""
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
    return tuple(told(f, masking_n(dossier)) for f in seen.values())


def doutes(dossier: Dossier) -> Section:
    """Return the section of doubts: what was read and is not sure, what to do about it."""
    found = notices(dossier)
    doors = dossier.located.entrances
    near = cut(doors, doors["qpv_statut"] == QpvStatut.A_VERIFIER)
    rows = pd.DataFrame(
        [
            {"titre": s.title, "ou": s.where, "lu": s.got, "attendu": s.expected, "faire": s.hint}
            for s in map(fault_text, found)
        ],
        columns=["titre", "ou", "lu", "attendu", "faire"],
    )
    blocks: list[Block] = []
    if len(rows):
        blocks += [_grouped(found), table("doutes", rows)]
    if len(near):
        blocks += [table("adresses_a_verifier", near), Text((words.SETTLE_ADDRESSES,))]
    lead = words.doubts_lead(len(found), stock_facts(dossier.located).doubtful_entrances)
    return section("doutes", lead, blocks)


def _grouped(found: tuple[Fault, ...]) -> Block:
    """Return the doubts of a kind on one line: the page shows what to do, the sheet each case."""
    kinds: dict[str, list[Fault]] = {}
    for fault in found:
        kinds.setdefault(fault.code, []).append(fault)
    rows = []
    for faults in kinds.values():
        first = fault_text(faults[0])
        where = f" ({first.where})" if first.where else ""
        rows.append({"nombre": len(faults), "exemple": first.title + where, "faire": first.hint})
    return table("doutes_document", pd.DataFrame(rows))
