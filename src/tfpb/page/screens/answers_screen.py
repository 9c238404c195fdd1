"""« Questions sur les fichiers »: what tables leave to choose, what hangs on it; a reply in one click.

Replies go at once to `[reponses]` of the `dossier.toml`: what the commands read back.
"""

from __future__ import annotations

import datetime as dt
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from tfpb.errors import fail
from tfpb.io.open_questions.reply_file import TABLE, reply_changes
from tfpb.model.codes import Role
from tfpb.model.question import NOT_KNOWN, Asked, Reply
from tfpb.words.faults import question_words as words
from tfpb.words.page.answer_words import ANSWERED

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.datastructures import FormData

    from tfpb.page.desk import Desk

_FORGET: Final = "reprendre"


def show(desk: Desk, _query: Mapping[str, str]) -> dict[str, Any]:
    """Return what the screen shows."""
    desk.check()
    asked = desk.outlook.asked_of
    notes = [one for one in asked if one[0].question.is_note and one[0].reply is None]
    return {
        "demandes": [(a, words.asked_text(a), o) for a, o in asked if (a, o) not in notes],
        "remarques": [(a, words.question_text(a.question)) for a, _ in notes],
        "dits": words,
        "date": desk.settings.dossier.date,
        "inconnu": NOT_KNOWN,
    }


def act(desk: Desk, form: FormData) -> str:
    """Write a reply where the commands read it, or take it back; on the disk before this returns."""
    with desk.lock:
        every, owner = desk.outlook.asked, str(form.get("chez", ""))
        keys = [(one.question.key, whose) for one, whose in desk.outlook.asked_of]
        if (form.get("cle"), owner) not in keys:
            raise fail("question_disparue")
        k = keys.index((str(form.get("cle")), owner))
        day = desk.settings.dossier.date
        one = desk.within(owner, lambda keeps: _replied(keeps, every[k], form, day), "reponses")
        desk.outlook = replace(desk.outlook, asked=(*every[:k], one, *every[k + 1 :]))
    return f"#q{one.question.key}"


def _replied(desk: Desk, one: Asked, form: FormData, day: dt.date) -> Asked:
    """Write the reply of a form, or take it back; return the question as it is shown until the next check."""
    choice = str(form.get("reponse", ""))
    if choice == _FORGET:
        desk.edit([((TABLE, one.question.key), None)])
        return replace(one, reply=None)
    reply = _reply(day, one, choice, form)
    desk.edit(reply_changes(reply, instead=one.fallen.key if one.fallen else ""))
    title = words.question_text(one.question).title
    desk.note("", ANSWERED.format(title=title, answer=words.answer_words(one.question, choice)))
    return replace(one, reply=reply, fallen=None)


def _reply(day: dt.date, one: Asked, choice: str, form: FormData) -> Reply:
    """Read the reply that a form gives.

    Raises `reponse_non_ecrite`: an answer that the question lacks, or no role.
    """
    role = str(form.get("par", ""))
    if choice not in (*(answer.code for answer in one.offered), NOT_KNOWN) or role not in set(Role):
        raise fail("reponse_non_ecrite")
    with suppress(ValueError):
        day = dt.date.fromisoformat(str(form.get("le", "")))
    piece, subject = str(form.get("piece", "")).strip(), one.question.subject
    return Reply(one.question.key, choice, Role(role), day, piece, subject)
