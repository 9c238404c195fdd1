"""« À régler »: each finding on the inputs once: questions, doubts, what was seen and tied to no action."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

import pandas as pd

from tfpb.evidence.suspension import each_answer
from tfpb.facts.claim import TOTAL, State
from tfpb.facts.doubt_kinds import Weights
from tfpb.facts.kinds import KIND_OF
from tfpb.facts.place import doubtful
from tfpb.model.codes import Role
from tfpb.model.report import DOCUMENT, SHEET, Block, Section, Table, Text
from tfpb.report.sections.build import cut, part, section, table
from tfpb.report.sections.patrimoine import masking_n
from tfpb.words.claim_words import claim_value
from tfpb.words.documents import report_words
from tfpb.words.faults import question_words as words
from tfpb.words.faults.sentences import fault_text, masked_fault
from tfpb.words.money.programme_words import finding_line

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tfpb.errors import Fault
    from tfpb.facts.whole_dossier import Dossier
    from tfpb.model.question import Asked, Question

_WEIGHED: Final = (
    "total",
    "enjeu",
    "part",
    "reponses",
    "enjeu_mot",
    "part_mot",
    "faire",
    "chiffres",
)
"""What a release does not tell of a question of the survey: two readings of the same answers side by side."""
_PLACE: Final = {"fichier": "file", "feuille": "sheet", "ligne": "row", "colonne": "column"}


def notices(dossier: Dossier) -> tuple[Fault, ...]:
    """Return the notices of a dossier, those of its stages among them, each once, as a file may tell them."""
    seen: dict[str, Fault] = {}
    for fault in dossier.notices:
        key = f"{fault.code}|{fault.place}|{fault.got}|{sorted(map(str, fault.fields.items()))}"
        seen.setdefault(key, fault)
    return tuple(masked_fault(f, masking_n(dossier)) for f in seen.values())


def weights_of(dossier: Dossier) -> Weights:
    """Return what weighs the doubts of a dossier."""
    return Weights(dossier.located, dossier.abatement, dossier.programme)


def a_regler(dossier: Dossier) -> Section:
    """Return the section of what is to settle: questions, then doubts worst first; what asks nothing last."""
    found, doors = notices(dossier), dossier.located.entrances
    asking = [f for f in found if KIND_OF[f.code].is_listed]
    silent = [f for f in found if not KIND_OF[f.code].is_listed]
    notes = [one for one in dossier.asked if one.question.is_note and one.reply is None]
    open_ = [one for one in dossier.asked if one not in notes]
    weights = weights_of(dossier) if found else None
    if weights is not None:
        asking.sort(key=lambda fault: weights.of(fault).rank)
    rows = [
        *(_question(one, dossier, "question") for one in open_),
        *(_doubt(fault, weights, "doute") for fault in asking),
        *_seen(dossier),
        *(_question(one, dossier, "remarque") for one in notes),
        *(_doubt(fault, weights, "information") for fault in silent),
    ]
    whole = table("a_regler", pd.DataFrame(rows))
    blocks: list[Block] = [whole] if rows else []
    if any(one.is_open for one in dossier.asked):
        asked = replace(whole, rows=cut(whole.rows, whole.rows["nature"] == _KINDS["question"]))
        blocks.append(part(asked, "questions_document"))
    if asking:
        blocks.append(_grouped(asking))
    if len(doors) and doubtful(doors).any():
        blocks.append(Text((report_words.SETTLE_ADDRESSES,)))
    if silent:
        blocks.append(Text((report_words.NOTHING_ASKED.format(count=len(silent)),), media=DOCUMENT))
    # of a draft, those too light to stop a release: their bounds stay until somebody answers
    weighed = dossier.draft is not False
    if pasted := [one for one in open_ if one.is_waiting or (weighed and one.is_open)]:
        day = dossier.settings.dossier.date
        lines = (words.to_paste(one, day) for one in pasted)
        blocks.append(Text((words.WHERE_TO_WRITE, *"\n".join(lines).splitlines()), media=SHEET))
    waiting = sum(one.is_waiting for one in dossier.asked)
    leads = [words.lead(len(open_), waiting, len(notes))] if dossier.asked else []
    if len(doors):
        near = dossier.claims.amount("entrees_a_verifier")
        leads.append(report_words.doubts_lead(len(found), near))
    return section("a_regler", " ".join(leads), blocks)


_KINDS: Final = report_words.FINDINGS


def _doubt(fault: Fault, weights: Weights | None, kind: str) -> dict[str, object]:
    """Return a doubt; what hangs on it is empty where it is not known."""
    text = fault_text(fault)
    row: dict[str, object] = {
        "nature": _KINDS[kind], "titre": text.title, "ou": text.where, "lu": text.got,
        "attendu": text.expected, "faire": text.hint, "code": fault.code,
        **{name: getattr(fault.place, part) or None for name, part in _PLACE.items()},
    }  # fmt: skip
    if weights is not None:
        weight = weights.of(fault)
        for name in ("logements", "euros"):
            amount = getattr(weight, name)
            row[name] = amount.exact if amount.is_known else None
    return row


def _seen(dossier: Dossier) -> list[dict[str, object]]:
    """Return what was seen on the spot and led to no action of the programme."""
    walked = None if dossier.programme is None else dossier.programme.diagnostics
    if walked is None or walked.empty:
        return []
    alone = cut(walked, walked["action"].astype(str) == "")
    place = report_words.ROLES["diagnostics"]
    return [
        {"nature": _KINDS["constat"], "titre": finding_line(row), "ou": place, "lu": row["code_qpv"],
         "faire": report_words.TIE_TO_ACTION}
        for row in alone.to_dict("records")
    ]  # fmt: skip


def _question(one: Asked, dossier: Dossier, kind: str) -> dict[str, object]:
    """Return a question: in words, then its codes as the commands read them."""
    weighed = dossier.draft is not False or not _of_tenants(one.question)
    whole, one = one, replace(one, question=_without_rows(one.question))
    question, text, reply = one.question, words.asked_text(one), one.reply or one.fallen
    place = question.place
    row: dict[str, object] = {
        "nature": _KINDS[kind], "titre": text.title, "ou": words.of_owner(one.owner, text.where),
        "lu": words.answer_words(question, one.reading), "phrase": text.sentence,
        "faire": words.effects(one), "chiffres": _figures(whole, dossier),
        "enjeu_mot": text.spread, "part_mot": text.share,
        "etat_mot": words.STANDINGS[words.standing(one)], "cle": question.key,
        "sujet": question.subject, "code": question.code, "entree": question.source,
        "fichier": words.of_owner(one.owner, place.file), "feuille": place.sheet, "ligne": place.row,
        "colonne": place.column, "lignes": len(question.rows) or None, "role": str(question.role),
        "unite": str(question.total.unit), "total": question.total.amount, "enjeu": question.spread,
        "part": question.share, "etat": words.standing(one), "lecture": one.reading,
        "reponses": " ; ".join(f"{a.code}={a.effect.amount:.2f}" for a in one.offered),
    }  # fmt: skip
    if reply is not None:
        row |= {
            "reponse_mot": words.answer_words(question, reply.answer), "par_mot": words.ROLES[reply.role],
            "reponse": reply.answer, "par": str(reply.role), "le": reply.on, "piece": reply.piece,
        }  # fmt: skip
    return row if weighed else row | dict.fromkeys(_WEIGHED)


def _of_tenants(question: Question) -> bool:
    return question.role is Role.ENQUETE


def _without_rows(question: Question) -> Question:
    """Return a question as a pack may tell it: without the rows of interviews."""
    if not _of_tenants(question):
        return question
    return replace(question, rows=(), place=replace(question.place, row=0))


def _figures(one: Asked, dossier: Dossier) -> str:
    """Write what each suspended claim of the whole is under each answer, the others as they are read."""
    figures = []
    for claim in dossier.claims:
        if claim.scope == TOTAL and claim.state is State.SUSPENDU and claim.value is not None:
            pairs = [
                words.FIGURE.format(
                    value=words.CANNOT_BE_READ if held is None else claim_value(held),
                    answer=words.answer_words(one.question, code),
                )
                for code, held in each_answer((claim.name, claim.scope), one, dossier.outcomes)
            ]
            if pairs:
                figures.append(f"{claim.title.french} : {', '.join(pairs)}")
    return " ; ".join(figures)


def _grouped(found: Iterable[Fault]) -> Table:
    """Return the doubts of a kind on one line: the page shows what to do, the sheet each case."""
    kinds: dict[str, list[Fault]] = {}
    for fault in found:
        kinds.setdefault(fault.code, []).append(fault)
    rows: list[dict[str, Any]] = []
    for faults in kinds.values():
        first = fault_text(faults[0])
        where = f" ({first.where})" if first.where else ""
        rows.append({"nombre": len(faults), "exemple": first.title + where, "faire": first.hint})
    return table("doutes_document", pd.DataFrame(rows))
