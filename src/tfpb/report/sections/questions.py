"""« Questions »: what files leave to choose before any result, and what each answer would change."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

import pandas as pd

from tfpb.evidence.suspension import lines_of
from tfpb.facts.claim import TOTAL, State
from tfpb.model.codes import Role
from tfpb.model.report import SHEET, Block, Section, Text
from tfpb.report.sections.build import section, table, tables
from tfpb.words.claim_words import claim_value
from tfpb.words.faults import question_words as words

if TYPE_CHECKING:
    from tfpb.facts.whole_dossier import Dossier
    from tfpb.model.question import Asked, Question

_WEIGHT: Final = ("effets", "enjeu", "part")
_WEIGHED: Final = ("total", "enjeu", "part", "reponses")
"""What a release does not tell of a question of the survey: two readings of the same answers side by side."""


def questions(dossier: Dossier) -> Section:
    """Return the sheet of questions, and their data file; no question is said too."""
    asked, weighed = dossier.asked, dossier.draft is not False
    notes = [one for one in asked if one.question.is_note and one.reply is None]
    open_ = [one for one in asked if one not in notes]
    waiting = sum(one.is_waiting for one in asked)
    blocks: list[Block] = []
    if open_:
        blocks += tables("questions_feuille", pd.DataFrame([_shown(one, weighed) for one in open_]))
    if rows := _suspended(dossier):
        blocks.append(table("questions_faits", pd.DataFrame(rows)))
    if notes:
        blocks.append(
            table("questions_remarques", pd.DataFrame([_shown(one, weighed) for one in notes]))
        )
    # of a draft, those too light to stop a release: their bounds stay until somebody answers
    if pasted := [one for one in open_ if one.is_waiting or (weighed and one.is_open)]:
        day = dossier.settings.dossier.date
        lines = (words.to_paste(one, day) for one in pasted)
        blocks.append(Text((words.WHERE_TO_WRITE, *"\n".join(lines).splitlines()), media=SHEET))
    blocks.append(table("questions", pd.DataFrame([_data(one, weighed) for one in asked])))
    lead = words.lead(len(open_), waiting, len(notes))
    unsettled = any(one.is_open for one in asked)
    return section("questions", lead, blocks, in_document=unsettled)


def _shown(one: Asked, weighed: bool) -> dict[str, object]:  # noqa: FBT001 - of a draft, or not
    """Return a question as the sheet shows it; `weighed`: whether what hangs on the survey may be."""
    one = replace(one, question=_without_rows(one.question))
    text, reply = words.asked_text(one), one.reply or one.fallen
    row: dict[str, object] = {
        "titre": text.title, "ou": words.of_owner(one.owner, text.where), "phrase": text.sentence,
        "effets": words.effects(one), "enjeu": text.spread, "part": text.share,
        "etat": words.STANDINGS[words.standing(one)],
        "lu": words.answer_words(one.question, one.reading), "cle": one.question.key,
    }  # fmt: skip
    if reply is not None:
        given = words.answer_words(one.question, reply.answer)
        row |= {
            "reponse": given,
            "par": words.ROLES[reply.role],
            "le": reply.on,
            "piece": reply.piece,
        }
    return row if weighed or not _of_tenants(one.question) else row | dict.fromkeys(_WEIGHT, "")


def _data(one: Asked, weighed: bool) -> dict[str, object]:  # noqa: FBT001 - of a draft, or not
    """Return a question as `questions.csv` writes it: codes, no sentence but its title."""
    question, reply = _without_rows(one.question), one.reply or one.fallen
    place = question.place
    row: dict[str, object] = {
        "cle": question.key, "sujet": question.subject, "code": question.code,
        "titre": words.question_title(question), "entree": question.source,
        "fichier": words.of_owner(one.owner, place.file), "feuille": place.sheet, "ligne": place.row,
        "colonne": place.column,
        "lignes": len(question.rows) or None, "role": str(question.role), "unite": str(question.total.unit),
        "total": question.total.amount, "enjeu": question.spread, "part": question.share,
        "reponses": " ; ".join(f"{a.code}={a.effect.amount:.2f}" for a in one.offered),
        "etat": words.standing(one), "lu": one.reading,
    }  # fmt: skip
    if reply is not None:
        row |= {
            "reponse": reply.answer, "par": str(reply.role), "le": reply.on, "piece": reply.piece,
        }  # fmt: skip
    return row if weighed or not _of_tenants(question) else row | dict.fromkeys(_WEIGHED)


def _of_tenants(question: Question) -> bool:
    return question.role is Role.ENQUETE


def _without_rows(question: Question) -> Question:
    """Return a question as a pack may tell it: without the rows of interviews."""
    if not _of_tenants(question):
        return question
    return replace(question, rows=(), place=replace(question.place, row=0))


def _suspended(dossier: Dossier) -> list[dict[str, object]]:
    """Return a line for each suspended claim of the whole, then a line an answer."""
    rows: list[dict[str, object]] = []
    for one in dossier.claims:
        if one.scope != TOTAL or one.state is not State.SUSPENDU or one.value is None:
            continue
        fact = one.title.french
        rows.append({"fait": fact, "si": "", "valeur": claim_value(one)})
        for answers, held in lines_of((one.name, one.scope), dossier.asked, dossier.outcomes):
            value = words.CANNOT_BE_READ if held is None else claim_value(held)
            rows.append({"fait": fact, "si": words.answers_line(answers), "valeur": value})
    return rows
