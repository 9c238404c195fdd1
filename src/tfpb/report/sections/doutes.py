"""« Doutes »: what was read and is not sure, worst first, and what to do about it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from tfpb.facts.doubt_kinds import Weights
from tfpb.facts.place import doubtful
from tfpb.model.report import DOCUMENT, Block, Section, Text
from tfpb.report.sections.build import section, table
from tfpb.report.sections.patrimoine import masking_n
from tfpb.words.documents import report_words as words
from tfpb.words.faults.sentences import NO_ACTION, fault_text, masked_fault

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tfpb.errors import Fault
    from tfpb.facts.whole_dossier import Dossier


def notices(dossier: Dossier) -> tuple[Fault, ...]:
    """Return the notices of a dossier, those of its stages among them, each once, as a file may tell them."""
    seen: dict[str, Fault] = {}
    for fault in dossier.notices:
        key = f"{fault.code}|{fault.place}|{fault.got}|{sorted(map(str, fault.fields.items()))}"
        seen.setdefault(key, fault)
    return tuple(masked_fault(f, masking_n(dossier)) for f in seen.values())


def doutes(dossier: Dossier) -> Section:
    """Return the section of doubts: those that ask for something, worst first; the others apart, folded."""
    found = notices(dossier)
    weights = weights_of(dossier)
    ranked = sorted(found, key=lambda fault: weights.of(fault).rank)
    asking = [f for f in ranked if not fault_text(f).hint.startswith(NO_ACTION)]
    silent = [f for f in found if fault_text(f).hint.startswith(NO_ACTION)]
    blocks: list[Block] = []
    if asking:
        blocks += [_grouped(asking), table("doutes", _rows(asking, weights))]
    if doubtful(dossier.located.entrances).any():
        blocks.append(Text((words.SETTLE_ADDRESSES,)))
    if silent:
        blocks += [
            Text((words.NOTHING_ASKED.format(count=len(silent)),), media=DOCUMENT),
            table("doutes_sans_suite", _rows(silent, weights), folded=True),
        ]
    lead = words.doubts_lead(len(found), dossier.claims.amount("entrees_a_verifier"))
    return section("doutes", lead, blocks)


def weights_of(dossier: Dossier) -> Weights:
    """Return what weighs the doubts of a dossier."""
    return Weights(dossier.located, dossier.abatement, dossier.programme)


def _rows(faults: Iterable[Fault], weights: Weights) -> pd.DataFrame:
    """Return a row a doubt; what hangs on it is empty where it is not known."""
    rows = []
    for fault in faults:
        text, weight = fault_text(fault), weights.of(fault)
        hanging = {"logements": weight.logements, "euros": weight.euros}
        rows.append(
            {"titre": text.title, "ou": text.where, "lu": text.got, "attendu": text.expected,
             "faire": text.hint, **{k: v.exact if v.is_known else None for k, v in hanging.items()}}
        )  # fmt: skip
    return pd.DataFrame(rows)


def _grouped(found: Iterable[Fault]) -> Block:
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
