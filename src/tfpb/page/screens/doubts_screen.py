"""« Doutes sur la carte »: worst euros first; choose, move the point, decide for one or a group.

Decisions go at once to the review workbook: the file that the commands read back.
"""

from __future__ import annotations

import datetime as dt
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

import pandas as pd

from tfpb.errors import fail
from tfpb.io.packs.output_files import write_bytes
from tfpb.pipeline.pack_run import PACK_FOLDER
from tfpb.review.doubts import DECIDED_COLUMNS, POSITION, REVIEW_COLUMNS, quarter_of
from tfpb.review.review_workbook import free_slot, review_bytes
from tfpb.words.page import screen_words as words
from tfpb.words.places.address_words import ACCEPT, NOWHERE

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from starlette.datastructures import FormData

    from tfpb.page.desk import Desk
    from tfpb.page.outlook import Doubt

_BY_PAGE: Final = 8
_SIDES: Final = ("dans", "hors")
_UNDECIDED: Final = dict.fromkeys(("decision", "auteur", "date", "piece"), "")


def show(desk: Desk, query: Mapping[str, str]) -> dict[str, Any]:
    """Return what the screen shows."""
    if not desk.undo:  # what is decided here is looked at again when asked
        desk.check()
    doubts = [(k, d) for k, d in enumerate(desk.outlook.doubts) if d.address]
    left = [(k, d) for k, d in doubts if not is_decided(d)]
    done = [(k, d) for k, d in doubts if is_decided(d)]
    which = "decides" if query.get("quoi") == "decides" else "restent"
    ordered = done if which == "decides" else left
    pages = max(1, -(-len(ordered) // _BY_PAGE))
    page = 1
    with suppress(ValueError):
        page = min(max(1, int(query.get("p", "1"))), pages)
    homes = [d.limit.get("id_residence", "") for _, d in left]
    return {
        "doutes": ordered[(page - 1) * _BY_PAGE : page * _BY_PAGE],
        "restent": len(left),
        "decides": len(done),
        "page": page,
        "pages": pages,
        "quoi": which,
        "groupes": {home: homes.count(home) for home in homes},
    }


def is_decided(doubt: Doubt) -> bool:
    """Tell whether someone decided on a doubt."""
    return bool(doubt.limit.get("decision")) or _address_is_decided(doubt)


def _address_is_decided(doubt: Doubt) -> bool:
    return any(doubt.address.get(c) for c in ("decision", "adresse_corrigee", "x", "y"))


def act(desk: Desk, form: FormData) -> str:
    """Decide, or take the last decision back; on the disk before this returns."""
    with desk.lock:
        before = desk.outlook.doubts
        if form.get("geste") != "defaire":
            _write(desk, _decided(desk, form))
            desk.undo.append(before)
        elif desk.undo:
            _write(desk, desk.undo[-1])
            desk.undo.pop()
    return f"?p={form.get('p', '1')}&quoi={form.get('quoi', 'restent')}"


def _decided(desk: Desk, form: FormData) -> tuple[Doubt, ...]:
    """Return the doubts once what a form says is decided, for one or those of its résidence."""
    doubts = desk.outlook.doubts
    one = _asked(doubts, form)
    choice = str(form.get("choix", ""))
    author, piece = str(form.get("auteur", "")).strip(), str(form.get("piece", "")).strip()
    if "choix" not in form:
        raise fail("decision_non_ecrite", manque=words.LACKS_CHOICE)
    if choice and not (author and piece):
        raise fail("decision_non_ecrite", manque=words.LACKS)
    desk.author = author or desk.author
    day = dt.date.today()  # noqa: DTZ011 - the day of the decision, where the person is
    with suppress(ValueError):
        day = dt.date.fromisoformat(str(form.get("date", "")))
    signed = {"auteur": author, "date": day, "piece": piece}
    whole = form.get("groupe") == "oui" and choice in _SIDES
    home = one.limit.get("id_residence")
    return tuple(
        _with_choice(d, choice, form, signed)
        if d is one or (whole and d.limit.get("id_residence") == home and not is_decided(d))
        else d
        for d in doubts
    )


def _asked(doubts: tuple[Doubt, ...], form: FormData) -> Doubt:
    """Find the doubt that a form is about: its rank, if its entrance is still the one shown."""
    with suppress(ValueError, IndexError):
        doubt = doubts[int(str(form.get("rang")))]
        if key_of(doubt) == form.get("cle"):
            return doubt
    raise fail("decision_sans_objet")


def key_of(doubt: Doubt) -> str:
    """Name the entrance of a doubt."""
    cells = (doubt.address.get(c, "") for c in ("identifiant", "adresse", "ligne"))
    return " ".join(str(c) for c in cells)


def _with_choice(doubt: Doubt, choice: str, form: FormData, signed: dict[str, Any]) -> Doubt:
    """Return a doubt with the cells filled that a person fills in the workbook."""
    if choice in _SIDES:
        if not doubt.limit:
            raise fail("decision_sans_objet")
        code = str(form.get("quartier", "")) or quarter_of(doubt.limit)
        return replace(doubt, limit=doubt.limit | signed | {"decision": choice, "code_qpv": code})
    filled: dict[str, Any] = {**signed, "date": signed["date"].isoformat()} if choice else {}
    if choice == "accepter":
        filled["decision"] = ACCEPT
    elif choice == "introuvable":
        filled["decision"] = NOWHERE
    elif choice == "corriger" and str(form.get("adresse", "")).strip():
        filled["adresse_corrigee"] = str(form.get("adresse")).strip()
    elif choice == "deplacer":
        filled |= {axis: repr(float(str(form.get(axis)).replace(",", "."))) for axis in ("x", "y")}
    elif choice.startswith("proposition"):
        filled["decision"] = doubt.address["choix"][int(choice.removeprefix("proposition"))]
    elif choice:
        raise fail("decision_non_ecrite", manque=words.LACKS_CHOICE)
    limit = doubt.limit | _UNDECIDED if doubt.limit else {}
    return replace(
        doubt, limit=limit, address=doubt.address | dict.fromkeys(DECIDED_COLUMNS, "") | filled
    )


def _write(desk: Desk, doubts: tuple[Doubt, ...]) -> None:
    """Write the review workbook with what was decided, and name it in the settings.

    The pictures of the workbook are drawn again by the next run.

    Raises
    ------
    TfpbError
        `ecriture_impossible`: the workbook is held open.
    """
    settings = desk.settings
    named = settings.fichiers.decisions
    if named:
        path = settings.path(named)
    else:
        path = free_slot(desk.folder / PACK_FOLDER, limits=True, addresses=True).path
    write_bytes(path, _workbook(doubts))
    desk.outlook = replace(desk.outlook, doubts=doubts)
    if not named:
        desk.edit([(("fichiers", "decisions"), path.name)])


def _workbook(doubts: Sequence[Doubt]) -> bytes:
    limits = sorted((d.limit for d in doubts if d.limit), key=_place)
    sides = pd.DataFrame(limits, columns=[*REVIEW_COLUMNS, POSITION])
    rows = [d.address for d in doubts if d.address and (d.listed or _address_is_decided(d))]
    rows.sort(key=lambda row: row["ligne"])
    addresses = pd.DataFrame(rows) if rows else None
    return review_bytes(addresses, sides, codes=[quarter_of(limit) for limit in limits])


def _place(limit: dict[str, Any]) -> tuple[bool, int]:
    at = int(limit[POSITION])
    return at < 0, at
