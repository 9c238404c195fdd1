"""« Doutes sur la carte »: worst euros first; choose, move the point, decide for one or a group."""

from __future__ import annotations

import datetime as dt
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final

from tfpb.errors import Severity, fail
from tfpb.page.deciding import (
    ADDRESS_CELLS,
    LIMIT_CELLS,
    cells_of,
    is_decided,
    write_decisions,
)
from tfpb.words.page import screen_words as words
from tfpb.words.places.address_words import ACCEPT, NOWHERE

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.datastructures import FormData

    from tfpb.page.desk import Desk
    from tfpb.page.outlook import Doubt

_BY_PAGE: Final = 8
_SIDES: Final = ("dans", "hors")


def show(desk: Desk, query: Mapping[str, str]) -> dict[str, Any]:
    """Return what the screen shows."""
    if not desk.undo:  # what is decided here is looked at again when asked
        desk.check()
    doubts = [(k, d) for k, d in enumerate(desk.outlook.doubts) if d.address]
    left = [(k, d) for k, d in doubts if not is_decided(d)]
    done = [(k, d) for k, d in doubts if is_decided(d)]
    ordered = left if query.get("quoi") != "decides" else done
    page = 1
    with suppress(ValueError):
        page = max(1, int(query.get("p", "1")))
    pages = max(1, -(-len(ordered) // _BY_PAGE))
    page = min(page, pages)
    homes: dict[str, int] = {}
    for _, d in left:
        homes[d.limit.get("id_residence", "")] = homes.get(d.limit.get("id_residence", ""), 0) + 1
    return {
        "doutes": ordered[(page - 1) * _BY_PAGE : page * _BY_PAGE],
        "restent": len(left),
        "decides": len(done),
        "page": page,
        "pages": pages,
        "quoi": "decides" if query.get("quoi") == "decides" else "restent",
        "groupes": homes,
        "quartiers": desk.outlook.quarters,
        "auteur": desk.author,
        "peut_defaire": bool(desk.undo),
        "sans": [f for f in desk.outlook.faults if f.severity is Severity.FAUTE],
    }


def act(desk: Desk, form: FormData) -> str:
    """Decide, or take the last decision back; on the disk before this returns."""
    where = f"?p={form.get('p', '1')}&quoi={form.get('quoi', 'restent')}"
    with desk.lock:
        if form.get("geste") == "defaire":
            _undo(desk)
            return where
        doubt = _asked(desk, form)
        choice = str(form.get("choix", ""))
        author, piece = str(form.get("auteur", "")).strip(), str(form.get("piece", "")).strip()
        if "choix" not in form:
            raise fail("decision_non_ecrite", manque=words.LACKS_CHOICE)
        if choice and not (author and piece):
            raise fail("decision_non_ecrite", manque=words.LACKS)
        desk.author = author or desk.author
        group = [doubt]
        if form.get("groupe") == "oui" and choice in _SIDES:
            home = doubt.limit.get("id_residence")
            group += [
                d
                for d in desk.outlook.doubts
                if d is not doubt and d.limit.get("id_residence") == home and not is_decided(d)
            ]
        before = [
            (d, cells_of(d.limit, LIMIT_CELLS), cells_of(d.address, ADDRESS_CELLS)) for d in group
        ]
        for one in group:
            _decide(one, choice, form, author, piece)
        try:
            write_decisions(desk)
        except BaseException:
            _restore(before)
            raise
        desk.undo.append(before)
    return where


def _asked(desk: Desk, form: FormData) -> Doubt:
    """Find the doubt that a form is about: its rank, if its entrance is still the one shown."""
    with suppress(ValueError, IndexError):
        doubt = desk.outlook.doubts[int(str(form.get("rang")))]
        if key_of(doubt) == form.get("cle"):
            return doubt
    raise fail("decision_sans_objet")


def key_of(doubt: Doubt) -> str:
    """Name the entrance of a doubt."""
    cells = (doubt.address.get(c, "") for c in ("identifiant", "adresse", "ligne"))
    return " ".join(str(c) for c in cells)


def _decide(doubt: Doubt, choice: str, form: FormData, author: str, piece: str) -> None:
    """Fill the cells that a person fills in the workbook."""
    today = dt.date.today()  # noqa: DTZ011 - the day of the decision, where the person is
    day = str(form.get("date", ""))
    with suppress(ValueError):
        today = dt.date.fromisoformat(day)
    if choice in _SIDES:
        if not doubt.limit:
            raise fail("decision_sans_objet")
        code = str(form.get("code_qpv", "")) or doubt.limit.get("code_qpv", "")
        doubt.limit.update(decision=choice, code_qpv=code, auteur=author, date=today, piece=piece)
        return
    if not choice:
        _clear(doubt)
        return
    _clear(doubt)
    filled: dict[str, Any] = {"auteur": author, "date": today.isoformat(), "piece": piece}
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
    else:
        raise fail("decision_non_ecrite", manque=words.LACKS_CHOICE)
    doubt.address.update(filled)


def _clear(doubt: Doubt) -> None:
    if doubt.limit:
        doubt.limit.update(decision="", auteur="", date="", piece="")
    doubt.address.update(dict.fromkeys(ADDRESS_CELLS, ""))


def _undo(desk: Desk) -> None:
    """Take the last decision back."""
    if desk.undo:
        _restore(desk.undo.pop())
        write_decisions(desk)


def _restore(before: list[tuple[Doubt, dict[str, Any], dict[str, Any]]]) -> None:
    for doubt, limit, address in before:
        if doubt.limit:
            doubt.limit.update(limit)
        if doubt.address:
            doubt.address.update(address)
