"""« Questions sur les fichiers » of a region: a bailleur’s are answered in its dossier."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, cast

from tfpb.errors import fail
from tfpb.model.question import NOT_KNOWN
from tfpb.page.screens.answers_screen import replied
from tfpb.words.faults import question_words as words

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.datastructures import FormData

    from tfpb.page.desk import Desk
    from tfpb.page.union.region_desk import RegionDesk


def show(desk: Desk, _query: Mapping[str, str]) -> dict[str, Any]:
    """Return what the screen shows, those that a release waits for first."""
    found = cast("RegionDesk", desk).found
    every = sorted(
        zip(found.asked, found.owners, strict=True), key=lambda one: not one[0].is_waiting
    )
    notes = [one for one, _ in every if one.question.is_note and one.reply is None]
    return {
        "demandes": [
            (one, words.question_text(one.question), owner)
            for one, owner in every
            if not (one.question.is_note and one.reply is None)
        ],
        "remarques": [(one, words.question_text(one.question)) for one in notes],
        "dits": words,
        "date": desk.settings.dossier.date,
        "inconnu": NOT_KNOWN,
    }


def act(desk: Desk, form: FormData) -> str:
    """Write a reply where `tfpb region` reads it: in the bailleur's dossier, or in the region's file."""
    region, owner = cast("RegionDesk", desk), str(form.get("chez", ""))
    day = desk.settings.dossier.date
    with desk.lock:
        found = region.found
        every = zip(found.asked, found.owners, strict=True)
        keys = [(one.question.key, whose) for one, whose in every]
        if (key := (str(form.get("cle")), owner)) not in keys:
            raise fail("question_disparue")
        k = keys.index(key)
        one = found.asked[k]
        if owner:
            member, asked = region.member(owner), one
            one = region.within(member, lambda own: replied(own, asked, form, day), "reponses")
        else:
            one = replied(desk, one, form, day)
        desk.outlook = replace(found, asked=(*found.asked[:k], one, *found.asked[k + 1 :]))
    return f"#q{key[0]}"
