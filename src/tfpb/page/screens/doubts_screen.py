"""« Doutes sur la carte »: worst euros first; choose, move the point, decide for one or a group.

Decisions go at once to the review workbook, the file that the commands read back; the next computation says
what became of the entrance.
"""

from __future__ import annotations

import datetime as dt
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from tfpb.errors import TfpbError, fail
from tfpb.page.doubt_decisions import SIGNED, by_key, is_signed, key_of
from tfpb.page.undoing import undo
from tfpb.review.doubts import DECIDED_COLUMNS, quarter_of
from tfpb.words.faults.sentences import fault_text
from tfpb.words.page import screen_words as words
from tfpb.words.places.address_words import ACCEPT, NOWHERE

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.datastructures import FormData

    from tfpb.page.desk import Desk
    from tfpb.page.outlook import Doubt

_BY_PAGE: Final = 8
_SIDES: Final = ("dans", "hors")
_UNDECIDED: Final = dict.fromkeys(SIGNED, "")


def show(desk: Desk, query: Mapping[str, str]) -> dict[str, Any]:
    """Return what the screen shows."""
    desk.check()
    doubts = [d for d in desk.outlook.doubts if d.address]
    pending = desk.pending
    left = [d for d in doubts if d.is_open and key_of(d) not in pending]
    waiting = [d for d in doubts if key_of(d) in pending]
    done = [d for d in doubts if not d.is_open and key_of(d) not in pending]
    which = "decides" if query.get("quoi") == "decides" else "restent"
    ordered = [*waiting, *done] if which == "decides" else left
    view = "liste" if query.get("vue") == "liste" else ""
    by = _BY_PAGE if view else 1
    pages = max(1, -(-len(ordered) // by))
    page = 1
    with suppress(ValueError):
        page = min(max(1, int(query.get("p", "1"))), pages)
    homes = [d.limit.get("id_residence", "") for d in left]
    return {
        "doutes": [(key_of(d), d) for d in ordered[(page - 1) * by : page * by]],
        "restent": len(left),
        "attendent": len(waiting),
        "decides": len(done),
        "page": page,
        "pages": pages,
        "quoi": which,
        "vue": view,
        "pieces": sorted(
            {str(r.get("piece", "")) for d in doubts for r in (d.limit, d.address)} - {""}
        ),
        "groupes": {home: homes.count(home) for home in homes},
        "signe": is_signed,
        "defaire": desk.last_decision,
    }


def act(desk: Desk, form: FormData) -> str:
    """Decide, or take the last decision back; on the disk before this returns."""
    with desk.lock:
        if form.get("geste") == "defaire":
            undo(desk, desk.last_decision)
        else:
            desk.decide(_decided(desk, form))
    desk.check()
    kept = (f"{name}={form.get(name, '')}" for name in ("p", "quoi", "vue"))
    return f"?{'&'.join(kept)}"


def suggested(desk: Desk, query: Mapping[str, str]) -> list[str]:
    """Return the addresses that what is typed may become, for one doubt."""
    one = by_key(desk.outlook.doubts, query.get("cle", ""))
    if one is None:
        return []
    with desk.lock:
        return desk.ground.suggested(one.address, query.get("texte", ""))


def located(desk: Desk, query: Mapping[str, str]) -> str:
    """Say what the stages make of a point, for one doubt; what refuses the point is the answer then."""
    one = by_key(desk.outlook.doubts, query.get("cle", ""))
    try:
        x, y = (float(query.get(axis, "").replace(",", ".")) for axis in ("x", "y"))
        if one is None:
            return ""
        with desk.lock:
            return desk.ground.side(one.address, x, y)
    except ValueError:
        return ""
    except TfpbError as error:
        return fault_text(error.faults[0]).title


def _decided(desk: Desk, form: FormData) -> tuple[Doubt, ...]:
    """Return the doubts once what a form says is decided, for one or those of its résidence."""
    doubts = desk.outlook.doubts
    one = by_key(doubts, str(form.get("cle")))
    if one is None:
        raise fail("decision_sans_objet")
    choice = str(form.get("choix", ""))
    author, piece = str(form.get("auteur", "")).strip(), str(form.get("piece", "")).strip()
    if "choix" not in form:
        raise fail("decision_non_ecrite", manque=words.LACKS_CHOICE)
    if choice and not (author and piece):
        raise fail("decision_non_ecrite", manque=words.LACKS)
    day = dt.date.today()  # noqa: DTZ011 - the day of the decision, where the person is
    with suppress(ValueError):
        day = dt.date.fromisoformat(str(form.get("date", "")))
    signed = {"auteur": author, "date": day, "piece": piece}
    whole = form.get("groupe") == "oui" and choice in _SIDES
    home = one.limit.get("id_residence")
    return tuple(
        _with_choice(d, choice, form, signed)
        if d is one or (whole and d.limit.get("id_residence") == home and d.is_open)
        else d
        for d in doubts
    )


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
