"""« Livraisons »: the files of every bailleur at once; who is there, who is late, what came twice."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, cast

from starlette.datastructures import UploadFile

from tfpb.errors import TfpbError
from tfpb.page.screens import columns_screen, drop_screen, questions_screen
from tfpb.page.undoing import can_undo, undo
from tfpb.page.union import arrivals
from tfpb.text import fold
from tfpb.words.documents.report_words import ROLES
from tfpb.words.page import journal_words
from tfpb.words.page import region_page_words as words

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.datastructures import FormData

    from tfpb.errors import Fault
    from tfpb.page.desk import Desk
    from tfpb.page.screens.drop_screen import Reviewed
    from tfpb.page.union.region_desk import Member, RegionDesk

TEMPLATE: Final = "region_deposer"
_SHOWN: Final = ("patrimoine", "enquete", "fiscalite", "conventions", "programme")
_DROPPED: Final = "deposer"


@dataclass(frozen=True, slots=True)
class Row:
    """A bailleur as the screen shows it."""

    member: Member
    files: tuple[tuple[str, ...], ...]  # names of its files, by role of `_SHOWN`
    late: tuple[str, ...]  # what is awaited, in words
    reviewed: list[Reviewed] = field(default_factory=list)
    """Files of its own that wait for a choice of what they replace."""
    gesture: tuple[int, str, str] | None = None
    """The last drop that can be taken back: its number, what it was, when."""
    refused: bool = False  # whether another page has its dossier open
    unused: tuple[str, ...] = ()
    """Its tables that are read as nothing: unrecognised, without a row, or set aside."""


def show(desk: Desk, query: Mapping[str, str]) -> dict[str, Any]:
    """Return what the screen shows."""
    region = cast("RegionDesk", desk)
    members, common = _by_name(region), region.union.fichiers
    surveys = not common.enquete and any(m.has("enquete") for m in members)
    rows = [_row(region, member, surveys=surveys) for member in members]
    named = {n for n in (*common.enquete, *common.model_dump().values()) if isinstance(n, str)}
    waits = arrivals.waiting(region)
    dropped = drop_screen.show(desk, query)
    return {
        "lignes": rows,
        "colonnes": [ROLES[role] for role in _SHOWN],
        "retards": [row for row in rows if row.late],
        "prets": sum(row.member.counted and not row.late for row in rows),
        "a_attribuer": [(n, ROLES.get(r, words.UNKNOWN_ROLE)) for n, r in waits.items() if n not in named],
        "communs": [(words.COMMON[k], n) for k in words.COMMON for n in _names(getattr(common, k))],
        "partages": {
            arrivals.ALL: words.COMMON["enquete"],
            **{k: v for k, v in words.COMMON.items() if k in {*arrivals.COMMON, arrivals.MARKS}},
        },
        "a_revoir": dropped["a_revoir"] if common.enquete else [],
        **{key: dropped[key] for key in ("roles", "refuses", "cartes", "genres")},
    }  # fmt: skip


def _by_name(region: RegionDesk) -> list[Member]:
    """List the bailleurs as one looks for a name; the region's file keeps the order they came in."""
    return sorted(region.members, key=lambda member: fold(member.name))


def _waits(region: RegionDesk, member: Member) -> bool:
    """Tell whether headers of a bailleur's files are to be confirmed before they can be read."""
    own = region.desk_of(member)
    return columns_screen.waits(own) or questions_screen.waits(own)


def _names(value: str | tuple[str, ...]) -> tuple[str, ...]:
    return tuple(n for n in ((value,) if isinstance(value, str) else value) if n)


def _row(region: RegionDesk, member: Member, *, surveys: bool) -> Row:
    files = tuple(member.has(role) for role in _SHOWN)
    late = tuple(
        ROLES[role]
        for role, found in zip(_SHOWN, files, strict=True)
        if not found and (role == "patrimoine" or (role == "enquete" and surveys))
    )
    try:
        own = region.desk_of(member)
    except TfpbError:
        return Row(member, files, late, refused=True)
    journal = own.journal
    last = next((a for a in reversed(journal.acts) if a.changes), None)
    gesture = None
    if last is not None and last.screen == _DROPPED and not last.undoes:
        number = last.part_of or last.number
        if number not in journal.undone and can_undo(journal.gesture(number)):
            title = journal_words.gesture_title(last.screen, last.gesture)
            gesture = number, title, last.when
    waits = any(a.gesture == drop_screen.WAITS for a in journal.acts)
    found = drop_screen.show(own, {})["a_revoir"] if waits else []
    idle = drop_screen.unnamed(own) if own.begun else []
    unused = tuple(name for name in idle if name not in {one.name for one in found})
    return Row(member, files, late, found, gesture, unused=unused)


def act(desk: Desk, form: FormData) -> None:
    """Take files in, say whose one is, or what it replaces; count a bailleur or not; take a drop back."""
    region, done = cast("RegionDesk", desk), form.get("geste")
    name, owner = str(form.get("nom", "")), str(form.get("chez", ""))
    if done in drop_screen.LISTED:
        drop_screen.correct_listed(desk, form)
    elif done == "deposer":
        _receive(region, form)
    elif done == "attribuer":
        if name in arrivals.waiting(region) and (line := arrivals.attribute(region, name, owner)):
            desk.messages = (line,)
    elif done == "attribuer_tout" and (new := str(form.get("nouveau", "")).strip()):
        region.expect([new])
        given = [arrivals.attribute(region, n, new) for n in arrivals.waiting(region)]
        desk.messages = tuple(given)
    elif done == "revoir":
        region.within(owner, lambda own: drop_screen.review(own, form), "deposer", "revoir")
        desk.note("recu", words.AT.format(owner=owner, line=name))
    elif done in {"compter", "ecarter"}:
        region.count(region.member(owner), counted=done == "compter")
    elif done == "defaire":
        number = str(form.get("numero"))
        region.within(owner, lambda own: undo(own, int(number) if number.isdecimal() else None), "")
        desk.note("defaire", owner)


def _receive(region: RegionDesk, form: FormData) -> None:
    """Take in the files of every bailleur."""
    uploads = [f for f in form.getlist("fichiers") if isinstance(f, UploadFile) and f.filename]
    faults: list[Fault] = []
    before = region.union.fichiers.plan
    arrived = arrivals.Arrived()
    drop_screen.receive(
        region, arrivals.opened(uploads, faults),
        lambda path, found, hint: arrivals.enter(region, path, found, hint, arrived),
    )  # fmt: skip
    region.notice = (*region.notice, *faults)
    lines = list(arrived.lines)
    if region.union.fichiers.plan != before and (given := arrivals.share_plan(region)):
        lines.append(words.PLANNED.format(names=words.owners_words(given)))
        arrived.touched.update(given)
    if names := [
        m.name for m in _by_name(region) if m.name in arrived.touched and _waits(region, m)
    ]:
        lines.append(words.TO_CONFIRM.format(names=", ".join(names)))
    region.messages = (*lines, *region.messages)
